"""What can be reached from outside, and what each way in asks: read off the running program.

Nothing here is written down twice. Pages and tables, operations of the API, parts of pages bring
their permission with them; what asks for none is declared with its reason by whoever calls.
"""

from auth_center.matrix.doors import Door, Guard, Open, Undeclared
from auth_center.matrix.reading import doors

__all__ = ["Door", "Guard", "Open", "Undeclared", "doors"]

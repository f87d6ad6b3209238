"""What CRM and BOSS both know of a tariff's rules: how people write them, how a machine holds them.

``problems`` says what is wrong with rules as people write them, ``computable`` turns them into
what a machine computes with and ``human`` back; ``words`` says them in sentences and ``curve``
gives the corners of what use costs, which ``draw_curves`` draws.
"""

from core.tariff.curves import Curve, curve
from core.tariff.draw import draw_curves
from core.tariff.human import human
from core.tariff.measures import MEASURE, UNITS, spelled
from core.tariff.reading import Path, Report
from core.tariff.rules import Price, advertised_price, computable, digest
from core.tariff.schema import Problem, problems
from core.tariff.words import words

__all__ = [
    "MEASURE",
    "UNITS",
    "Curve",
    "Path",
    "Price",
    "Problem",
    "Report",
    "advertised_price",
    "computable",
    "curve",
    "digest",
    "draw_curves",
    "human",
    "problems",
    "spelled",
    "words",
]

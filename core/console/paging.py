"""Pages of a list of millions: nobody turns to the ten-thousandth row, so nobody counts it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils.functional import cached_property

MOST = 10_000


class AtLeast(int):
    """A count that stopped; it is shown as such."""

    def __str__(self) -> str:
        return f"{int(self)}+"


class CountedUpTo(Paginator):  # type: ignore[type-arg]  # not generic when it runs
    """Counts no further than ``MOST`` rows; what lies behind is found by search."""

    @cached_property
    def count(self) -> int:
        """The number of rows, or ``MOST`` with a plus sign."""
        rows: Any = self.object_list
        found: int = rows.order_by().values("pk")[: MOST + 1].count()
        return found if found <= MOST else AtLeast(MOST)

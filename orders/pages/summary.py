"""What an order costs in words, as the catalogue advertises it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from products.choosing import Choice, Price


@dataclass(slots=True)
class Bill:
    """What is paid each month and once, before what changes other amounts."""

    rows: list[Choice] = field(default_factory=list)
    monthly: Decimal = Decimal(0)
    once: Decimal = Decimal(0)
    rebates: list[Price] = field(default_factory=list)


def bill_of(choices: Iterable[Choice]) -> Bill:
    """Return what these cost together."""
    rows = list(choices)
    return Bill(
        rows=rows,
        monthly=sum((one.monthly for one in rows), Decimal(0)),
        once=sum((one.once for one in rows), Decimal(0)),
        rebates=list(dict.fromkeys(price for one in rows for price in one.rebates)),
    )

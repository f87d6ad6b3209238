"""What a recurring fee comes to, day by day: slow, plain, and told by nobody's SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

DAY = timedelta(days=1)
SIX = Decimal("0.000001")


@dataclass(frozen=True)
class Plan:
    """A fee that somebody has from a day until a day; None is without end."""

    fee: Decimal
    hold_fee: Decimal | None
    first: str
    last: str
    starts: date
    ends: date | None


def month(first: date) -> tuple[date, date]:
    """Return a calendar month from its first day until the next one's."""
    return first, (first + 31 * DAY).replace(day=1)


def due(
    plan: Plan, payers: list[tuple[date, str]], held: set[date], first: date
) -> dict[str, Decimal]:
    """Return what each payer owes of a month. ``payers`` begin in order; the last one goes on."""
    begin, end = month(first)
    ends = plan.ends or date.max
    had = [day for day in days(begin, end) if plan.starts <= day < ends]
    if not had:
        return {}
    charged = set(had)
    if plan.starts > begin:
        charged = _part(plan.first, charged, days(begin, plan.starts))
    if ends < end:
        charged = _part(plan.last, charged, days(ends, end)) if charged else charged
    owed: dict[str, Decimal] = {}
    for place, (since, payer) in enumerate(payers):
        until = payers[place + 1][0] if place + 1 < len(payers) else date.max
        mine = [day for day in charged if (since <= day or place == 0) and day < until]
        on_hold = [day for day in mine if day in held] if plan.hold_fee is not None else []
        amount = plan.fee * (len(mine) - len(on_hold)) + (plan.hold_fee or 0) * len(on_hold)
        exact = (amount / len(days(begin, end))).quantize(SIX, ROUND_HALF_UP)
        owed[payer] = owed.get(payer, Decimal()) + exact
    return {payer: amount for payer, amount in owed.items() if amount}


def _part(rule: str, charged: set[date], outside: list[date]) -> set[date]:
    if rule == "free":
        return set()
    return charged | set(outside) if rule == "full" else charged


def days(begin: date, end: date) -> list[date]:
    """Return the days from ``begin`` to before ``end``."""
    return [begin + DAY * number for number in range((end - begin).days)]

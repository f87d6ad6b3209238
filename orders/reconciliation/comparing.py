"""Walking two sides in the order of their keys, and naming each field that differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from core.systems import System
from integration.flow import OPEN_STATES
from orders.models import CustomerOrder, OrderItem
from orders.reconciliation import ours, theirs

Row = dict[str, Any]
IDENTITY = "subscriber_no"
ENDED = ("terminated", "cancelled", "aborted")
LINE_FIELDS = ("service_kind", "service_number", "iccid", "bar", "services", "state")
ELEMENT_FIELDS = ("msisdn", "iccid", "bar", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing on which two systems disagree.

    ``fields`` maps each differing field to CRM's and the other's value; a side that lacks the
    thing altogether shows as the one field ``exists``.
    """

    kind: str
    number: str
    system: str
    fields: dict[str, tuple[Any, Any]]


@dataclass(slots=True)
class Report:
    """How many things were compared, and what differs."""

    compared: int = 0
    differences: list[Difference] = field(default_factory=list)


def reconcile(*, at: datetime) -> Report:
    """Compare customers, accounts, subscribers, subscriptions, lines of every kind and the HLR.

    What an open order is just changing is not a difference. Raises ``SystemSilent`` when a
    system does not answer.
    """
    report = Report()
    for kind, number in (
        ("customer", "customer_no"),
        ("account", "account_no"),
        ("subscriber", IDENTITY),
        ("subscription", "subscription_no"),
    ):
        pairs = _side_by_side(ours.party_rows(kind), theirs.party_rows(kind, number), number)
        _compare(report, kind, str(System.BOSS), pairs)
    lines = _side_by_side(ours.line_rows(), theirs.line_rows(), IDENTITY)
    _compare(report, "line", str(System.PROVISIONING), lines, LINE_FIELDS)
    element = _side_by_side(ours.mobile_rows(), theirs.element_rows(), IDENTITY)
    _compare(report, "line", "network", element, ELEMENT_FIELDS)
    if report.differences:
        moving = _numbers_in_flight(at)
        report.differences = [one for one in report.differences if one.number not in moving]
    return report


Pair = tuple[str, Row | None, Row | None]


def _side_by_side(left: Iterable[Row], right: Iterable[Row], number: str) -> Iterator[Pair]:
    """Yield (number, ours, theirs) for each number that either side has; both are sorted by it."""
    one, other = iter(left), iter(right)
    mine, yours = next(one, None), next(other, None)
    while mine is not None or yours is not None:
        mine_no = None if mine is None else str(mine[number])
        yours_no = None if yours is None else str(yours[number])
        if yours_no is None or (mine_no is not None and mine_no < yours_no):
            yield str(mine_no), mine, None
            mine = next(one, None)
        elif mine_no is None or yours_no < mine_no:
            yield yours_no, None, yours
            yours = next(other, None)
        else:
            yield mine_no, mine, yours
            mine, yours = next(one, None), next(other, None)


def _compare(
    report: Report,
    kind: str,
    system: str,
    pairs: Iterable[Pair],
    fields: tuple[str, ...] | None = None,
) -> None:
    for number, mine, yours in pairs:
        report.compared += 1
        if mine is None or yours is None:
            if (mine or yours or {}).get("status") in ENDED:
                continue  # an order that was undone: it ended here and never reached the other
            differing: dict[str, tuple[Any, Any]] = {
                "exists": (mine is not None, yours is not None)
            }
        else:
            differing = {
                name: (mine[name], yours.get(name))
                for name in fields or mine
                if mine[name] != yours.get(name)
            }
        if differing:
            report.differences.append(
                Difference(kind=kind, number=number, system=system, fields=differing)
            )


def _numbers_in_flight(at: datetime) -> set[str]:
    """Return the numbers of all that orders concern which were open during the comparison."""
    numbers: set[str] = set()
    for lately in (Q(state__in=OPEN_STATES), Q(closed_at__gte=at)):
        orders = CustomerOrder.objects.filter(lately)
        parties = orders.values_list("customer_no", "account_no", "subscriber_no")
        for concerned in parties.iterator():
            numbers.update(concerned)
        items = OrderItem.objects.filter(order__in=orders)
        numbers.update(items.values_list("subscription_no", flat=True).iterator())
    return numbers

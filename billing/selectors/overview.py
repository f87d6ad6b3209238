"""What somebody responsible for billing looks at first: billed, paid, and what waits."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from billing.models import BankLine, BillRun, Payment, QuarantinedRecord
from billing.states import (
    BankLineState,
    PaymentState,
    QuarantineState,
    RunKind,
    RunState,
)

MOST_COUNTED = 10_000


def billed_by_month(since: date) -> dict[str, dict[date, Decimal]]:
    """Return what final runs came to, by currency and the month in which the cycle began.

    From what the runs say of themselves, so no bill is read, however many there are.
    """
    rows = BillRun.objects.filter(
        kind=RunKind.FINAL, state=RunState.DONE, cycle__starts_on__gte=since
    ).values_list("cycle__starts_on", "counts")
    sums: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for starts_on, counts in rows:
        for currency, total in (counts.get("totals") or {}).items():
            sums[currency][starts_on.replace(day=1)] += Decimal(total)
    return sums


def paid_since(at: datetime) -> list[tuple[str, str, int, Decimal]]:
    """Return what was paid and given back since ``at``: kind, currency, how many, how much."""
    rows = Payment.objects.filter(paid_at__gte=at, state=PaymentState.DONE)
    sums = rows.order_by("kind", "currency").values_list("kind", "currency")
    return list(sums.annotate(Count("pk"), Sum("amount")))


def quarantined() -> int:
    """Return how many usage records wait in quarantine, counted up to ``MOST_COUNTED``."""
    return _counted(QuarantinedRecord.objects.filter(state=QuarantineState.OPEN))


def in_suspense() -> int:
    """Return how many payments of banks wait in suspense, counted up to ``MOST_COUNTED``."""
    return _counted(BankLine.objects.filter(state=BankLineState.SUSPENSE))


def runs_going_on() -> list[BillRun]:
    """Return the runs that go on, wait or failed, the newest first."""
    states = (RunState.RUNNING, RunState.STOPPED, RunState.FAILED)
    rows = BillRun.objects.filter(state__in=states).select_related("cycle")
    return list(rows.order_by("-pk")[:5])


def _counted(rows: QuerySet[QuarantinedRecord] | QuerySet[BankLine]) -> int:
    return rows.order_by().values("pk")[:MOST_COUNTED].count()

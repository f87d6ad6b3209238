"""Undoing write-offs: each by its negative, and the bill is open again by as much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet

from billing.ledger.chart import Ledger
from billing.ledger.posting import Line
from billing.models import Allocation, Bill


def standing(**which: Any) -> QuerySet[Allocation]:
    """Return the write-offs that nobody has undone, the newest first."""
    undone = Allocation.objects.filter(undoes_id=OuterRef("pk"))
    return Allocation.objects.filter(~Exists(undone), undoes_id=None, **which).order_by("-pk")


def total(allocations: Iterable[Allocation]) -> Decimal:
    """Return how much write-offs paid together."""
    return sum((one.amount for one in allocations), Decimal())


def lock_bills(allocations: Iterable[Allocation]) -> dict[int, Bill]:
    """Return the bills that write-offs paid, locked, by id."""
    numbers = {one.bill_id for one in allocations}
    rows = Bill.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")
    return {bill.pk: bill for bill in rows}


def receivable_lines(allocations: Sequence[Allocation], bills: dict[int, Bill]) -> list[Line]:
    """Return the debits that make bills receivable again, one a bill."""
    by_bill: dict[int, Decimal] = defaultdict(Decimal)
    for one in allocations:
        by_bill[one.bill_id] += one.amount
    return [
        Line(
            ledger=Ledger.RECEIVABLE,
            amount=amount,
            bill_id=bill_id,
            account_id=bills[bill_id].account_id,
        )
        for bill_id, amount in sorted(by_bill.items())
    ]


def undo(allocations: Sequence[Allocation], *, entry_id: int, at: datetime) -> None:
    """Write the negatives of write-offs under an entry, and open their bills again."""
    Allocation.objects.bulk_create(
        Allocation(
            bill_id=one.bill_id,
            charge_group=one.charge_group,
            payment_id=one.payment_id,
            book_id=one.book_id,
            adjustment_id=one.adjustment_id,
            amount=-one.amount,
            undoes_id=one.pk,
            entry_id=entry_id,
            allocated_at=at,
        )
        for one in allocations
    )
    by_bill: dict[int, Decimal] = defaultdict(Decimal)
    for one in allocations:
        by_bill[one.bill_id] += one.amount
    for bill_id, amount in by_bill.items():
        Bill.objects.filter(pk=bill_id).update(open_amount=F("open_amount") + amount)

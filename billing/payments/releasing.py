"""What paid a bill that is no longer in force goes back to where it can pay another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db.models import F

from auth_center.actors import Actor
from billing.ledger.chart import Ledger
from billing.ledger.posting import Line, post
from billing.models import Adjustment, Allocation, BalanceBook, Payment
from billing.payments.adjusting import KINDS
from billing.payments.parties import cash_books
from billing.payments.places import BALANCE
from billing.payments.undoing import lock_bills, receivable_lines, standing, undo
from billing.states import AdjustmentState, BookKind, EntryKind


def release_bills(
    *, bills: Collection[int], actor: Actor, at: datetime, reason: str
) -> dict[int, Decimal]:
    """Undo every write-off of these bills, in the present transaction; return how much by bill.

    What a payment paid goes to the cash book of the payment's account, what a book paid back to
    that book, also one that has ended; an adjustment of the bill is undone with it. The bills are
    wholly open afterwards: superseded, their receivable can be reversed, and ``settle_bills`` lets
    the money pay what took their place. The accounts are locked by the caller
    (``lock_accounts``). Raises ``PeriodClosed``.
    """
    released: dict[int, Decimal] = {}
    for bill_id in sorted(bills):
        paid = list(standing(bill_id=bill_id))
        if paid:
            _release(paid, actor, at, reason)
        released[bill_id] = sum((one.amount for one in paid), Decimal())
    return released


def _release(paid: list[Allocation], actor: Actor, at: datetime, reason: str) -> None:
    bill = lock_bills(paid)[paid[0].bill_id]
    lines = receivable_lines(paid, {bill.pk: bill})
    into: dict[int, Decimal] = defaultdict(Decimal)
    owners = dict(
        Payment.objects.filter(
            pk__in={one.payment_id for one in paid if one.payment_id}
        ).values_list("pk", "account_id")
    )
    cash = cash_books({(owner, bill.currency) for owner in owners.values()}, at)
    for one in paid:
        if one.payment_id is not None:
            into[cash[owners[one.payment_id], bill.currency]] += one.amount
        elif one.book_id is not None:
            into[one.book_id] += one.amount
        else:
            lines.append(_taken_back(one, at))
    books = BalanceBook.objects.select_for_update(no_key=True).filter(pk__in=into).order_by("pk")
    for book in books:
        amount = into[book.pk]
        lines.append(
            Line(
                ledger=BALANCE[BookKind(book.kind)],
                amount=-amount,
                book_id=book.pk,
                account_id=book.account_id,
            )
        )
        if book.kind == BookKind.GIFT:
            lines += [
                Line(ledger=Ledger.REVENUE, amount=-amount),
                Line(ledger=Ledger.PROMOTION, amount=amount),
            ]
        # a book that has ended is open again: what came back expires as the rest of it did
        BalanceBook.objects.filter(pk=book.pk).update(amount=F("amount") + amount, closed_at=None)
    entry_id = post(
        EntryKind.WRITE_OFF_UNDONE,
        lines,
        source=("bill", bill.bill_no),
        currency=bill.currency,
        account_id=bill.account_id,
        actor=actor,
        at=at,
        reason=reason,
    )
    undo(paid, entry_id=entry_id, at=at)


def _taken_back(one: Allocation, at: datetime) -> Line:
    """Undo the adjustment that took a part off the bill; return its side of the entry."""
    adjustment = Adjustment.objects.get(pk=one.adjustment_id or 0)
    adjustment.state = AdjustmentState.REVERSED
    adjustment.reversed_at = at
    adjustment.save(update_fields=["state", "reversed_at"])
    return Line(ledger=KINDS[adjustment.kind][0], amount=-one.amount)

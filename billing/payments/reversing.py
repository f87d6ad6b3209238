"""返销: undoing a payment whole, as long as what it left on the balance can be had back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require, within_limit
from billing import permissions
from billing.ledger.chart import Ledger
from billing.ledger.posting import Line, post
from billing.models import (
    Allocation,
    BalanceBook,
    BankLine,
    Bill,
    JournalEntry,
    Payment,
)
from billing.payments.cashiers import hold_open_day
from billing.payments.overdue import refresh_overdue
from billing.payments.parties import cash_book, lock_accounts
from billing.payments.places import PLACE
from billing.payments.reasons import stated
from billing.payments.settling import settle_bills
from billing.payments.undoing import lock_bills, receivable_lines, standing, total, undo
from billing.selectors.payments import get_payment
from billing.states import BankLineState, EntryKind, PaymentMethod, PaymentState
from core.errors import Conflict
from core.systems import System


class NotReversible(Conflict):
    """It was reversed before, or it is a refund."""

    code = "paymentNotReversible"
    zh = "{payment_no} 不能返销: 已返销或为退款"
    en = "{payment_no} cannot be reversed: it has been, or it is a refund"


class RestSpent(Conflict):
    """What the payment left on the balance is no longer there."""

    code = "paymentRestSpent"
    zh = "返销需从余额收回 {rest}, 余额可动用 {free}, 尚缺 {missing} (已消费、转出或被预占)"
    en = (
        "The reversal takes {rest} back from the balance, {free} of it can be had and {missing} is "
        "missing: it was spent, moved or is reserved"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversal:
    """What reversing a payment does, or would do.

    ``reopened`` are the write-offs of the payment itself, ``undone`` those by which the balance
    has spent its rest since (the newest first); ``rest`` is what comes out of the cash book, and
    ``missing`` what nobody can get back: then the reversal is refused.
    """

    payment: Payment
    reopened: Sequence[Allocation]
    undone: Sequence[Allocation]
    rest: Decimal
    free: Decimal
    bills: dict[int, Bill] = field(default_factory=dict)

    @property
    def missing(self) -> Decimal:
        """How much of the rest is neither on the balance nor to be had by undoing write-offs."""
        return max(self.rest - self.free - total(self.undone), Decimal())


def preview_reversal(*, payment_no: str, actor: Actor) -> Reversal:
    """Return what reversing a payment would do now; nothing is written.

    Raises ``PaymentUnknown`` or ``NotReversible``.
    """
    require(actor, permissions.VIEW_PAYMENT)
    payment = get_payment(payment_no, actor)
    book = BalanceBook.objects.filter(
        account_id=payment.account_id, currency=payment.currency, kind="cash"
    ).first()
    found = _reversal(payment, book)
    numbers = {one.bill_id for one in [*found.reopened, *found.undone]}
    found.bills.update(Bill.objects.in_bulk(numbers))
    return found


def reverse_payment(
    *, payment_no: str, reason: str, actor: Actor, at: datetime, approved_by: str = ""
) -> Reversal:
    """Undo a payment: its bills are open again, its rest leaves the cash book, the money goes back.

    Where the rest has meanwhile paid other bills, those write-offs are undone too, the newest
    first and no more than needed; what was spent otherwise (a prepaid call, a refund) stays spent
    and the reversal is refused. ``approved_by`` is who approved one above the actor's limit.

    Raises ``PaymentUnknown``, ``NotReversible``, ``RestSpent``, ``ReasonMissing``,
    ``LimitExceeded``, ``DayClosed`` or ``PeriodClosed``: then nothing is written.
    """
    require(actor, permissions.REVERSE_PAYMENT)
    why = stated(reason)
    account = get_payment(payment_no, actor).account
    with transaction.atomic(using=System.BOSS.alias):
        lock_accounts([account.pk])
        payment = get_payment(payment_no, actor)
        if not approved_by:
            within_limit(actor, permissions.REVERSE_PAYMENT, payment.amount)
        book = cash_book(payment.account, payment.currency, at)
        found = _reversal(payment, book)
        if found.missing:
            raise RestSpent(rest=found.rest, free=found.free, missing=found.missing)
        if payment.cashier_day_id is not None:
            hold_open_day(actor, payment.currency, at)
        found.bills.update(lock_bills([*found.reopened, *found.undone]))
        _take_back(found, book, actor, at, why)
        _give_back(found, book, actor, at, why)
        payment.state = PaymentState.REVERSED
        payment.reversed_at = at
        payment.reversed_by = actor.number
        payment.reason = why
        payment.save(update_fields=["state", "reversed_at", "reversed_by", "reason"])
        BankLine.objects.filter(payment_id=payment.pk, state=BankLineState.PAID).update(
            state=BankLineState.RETURNED, reason="reversed"
        )
        record(
            *(System.BOSS, actor, permissions.REVERSE_PAYMENT, f"payment:{payment_no}"),
            at=at,
            before={"state": PaymentState.DONE},
            after={"state": PaymentState.REVERSED, "reason": why, "approved_by": approved_by},
        )
        if found.undone:
            settle_bills(accounts=[payment.account_id], actor=actor, at=at)
        refresh_overdue([payment.account_id], at=at)
    return found


def _reversal(payment: Payment, book: BalanceBook | None) -> Reversal:
    if payment.state != PaymentState.DONE or payment.kind != "payment":
        raise NotReversible(payment_no=payment.payment_no)
    reopened = list(standing(payment_id=payment.pk))
    rest = payment.amount - total(reopened)
    free = book.amount - book.reserved if book else Decimal()
    undone: list[Allocation] = []
    if book is not None and free < rest:
        for one in standing(book_id=book.pk):
            undone.append(one)
            if free + total(undone) >= rest:
                break
    return Reversal(payment=payment, reopened=reopened, undone=undone, rest=rest, free=free)


def _take_back(found: Reversal, book: BalanceBook, actor: Actor, at: datetime, why: str) -> None:
    """Undo what the balance has paid since, as far as the rest is needed again."""
    if not found.undone:
        return
    amount = total(found.undone)
    entry_id = post(
        EntryKind.WRITE_OFF_UNDONE,
        [
            *receivable_lines(found.undone, found.bills),
            Line(ledger=Ledger.CASH_BALANCE, amount=-amount, book_id=book.pk),
        ],
        source=("payment", found.payment.payment_no),
        currency=found.payment.currency,
        account_id=found.payment.account_id,
        actor=actor,
        at=at,
        reason=why,
    )
    undo(found.undone, entry_id=entry_id, at=at)
    BalanceBook.objects.filter(pk=book.pk).update(amount=F("amount") + amount)


def _give_back(found: Reversal, book: BalanceBook, actor: Actor, at: datetime, why: str) -> None:
    """Undo the payment's own write-offs, take the rest from the cash book, give the money back."""
    payment = found.payment
    posted = JournalEntry.objects.get(
        source_kind="payment", source_no=payment.payment_no, kind=EntryKind.PAYMENT
    )
    lines = [
        *receivable_lines(found.reopened, found.bills),
        Line(ledger=Ledger.CASH_BALANCE, amount=found.rest, book_id=book.pk),
        Line(ledger=PLACE[PaymentMethod(payment.method)], amount=-payment.amount),
    ]
    entry_id = post(
        EntryKind.PAYMENT_REVERSED,
        lines,
        source=("payment", payment.payment_no),
        currency=payment.currency,
        account_id=payment.account_id,
        actor=actor,
        at=at,
        reverses_id=posted.pk if _opposite(lines, posted) else None,
        reason=why,
    )
    undo(found.reopened, entry_id=entry_id, at=at)
    BalanceBook.objects.filter(pk=book.pk).update(amount=F("amount") - found.rest)


def _opposite(lines: Sequence[Line], posted: JournalEntry) -> bool:
    """Tell whether lines are an entry turned round; not where a bill has been made again since."""
    now = sorted((int(one.ledger), one.bill_id or 0, one.amount) for one in lines if one.amount)
    then = sorted(
        (ledger, bill or 0, -amount)
        for ledger, bill, amount in posted.postings.values_list("ledger_id", "bill_id", "amount")
    )
    return now == then

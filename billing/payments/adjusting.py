"""调账: giving or taking money for a reason, on a bill or on the balance, and undoing that."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require, within_limit
from billing import permissions
from billing.ledger.chart import Ledger
from billing.ledger.posting import Line, post, reverse
from billing.models import Adjustment, Allocation, BalanceBook, Bill, BillingAccount, JournalEntry
from billing.payments.money import judged
from billing.payments.overdue import refresh_overdue
from billing.payments.parties import account_of, cash_book, lock_accounts
from billing.payments.reasons import stated
from billing.payments.refunding import BalanceShort
from billing.payments.undoing import lock_bills, standing, undo
from billing.selectors.payments import get_adjustment
from billing.states import AdjustmentState, BillState, EntryKind
from core.errors import Conflict, DomainError
from core.numbers import ADJUSTMENT, issue
from core.systems import System

GOODWILL, CORRECTION, BAD_DEBT = "goodwill", "correction", "write_off"
# What an adjustment of each kind is told with, and its entries' words.
KINDS = {
    GOODWILL: (Ledger.GOODWILL, EntryKind.ADJUSTMENT),
    CORRECTION: (Ledger.GOODWILL, EntryKind.ADJUSTMENT),
    BAD_DEBT: (Ledger.BAD_DEBT, EntryKind.BAD_DEBT),
}


class AdjustmentInvalid(DomainError):
    """A bill is only ever adjusted to the customer's good; a bad debt is a bill's."""

    code = "adjustmentInvalid"
    zh = "调账无效: 账单只能调减, 坏账须指明账单"
    en = "Not a possible adjustment: a bill is only ever lowered, a bad debt names its bill"


class BillNotOpen(Conflict):
    """The bill leaves less open than the adjustment takes off, or it is no longer in force."""

    code = "billNotOpen"
    zh = "账单 {bill_no} 未销金额 {open}, 不足 {amount}"
    en = "The bill {bill_no} leaves {open} open, less than {amount}"


class AdjustmentUndone(Conflict):
    """It was undone before."""

    code = "adjustmentUndone"
    zh = "调账 {adjustment_no} 已撤销"
    en = "The adjustment {adjustment_no} was undone before"


class AdjustmentTaken(Conflict):
    """The reference stands for another adjustment."""

    code = "adjustmentReferenceTaken"
    zh = "编号 {reference} 已用于另一笔调账"
    en = "The reference {reference} stands for another adjustment"


def adjust_account(
    *,
    account_no: str,
    amount: Decimal | str,
    kind: str,
    reason: str,
    reference: str,
    actor: Actor,
    at: datetime,
    bill_no: str = "",
    approved_by: str = "",
) -> Adjustment:
    """Give (above zero) or take (below) money of an account: on a bill, or on its cash balance.

    ``kind`` is goodwill, correction or write_off (a bad debt, of a bill). On a bill it pays up to
    what is open; a bill never rises by an adjustment, it is made again. Told twice under one
    ``reference`` it acts once. ``approved_by`` is who approved one above the actor's limit.

    Raises ``AccountUnknown``, ``AmountInvalid``, ``AdjustmentInvalid``, ``BillNotOpen``,
    ``BalanceShort``, ``ReasonMissing``, ``AdjustmentTaken``, ``LimitExceeded`` or
    ``PeriodClosed``: then nothing is written.
    """
    require(actor, permissions.ADJUST)
    why = stated(reason)
    account = account_of(account_no, actor)
    value = judged(amount, account, signed=True)
    if kind not in KINDS or (bill_no and value < 0) or (kind == BAD_DEBT and not bill_no):
        raise AdjustmentInvalid(field="kind")
    if not approved_by:
        within_limit(actor, permissions.ADJUST, abs(value))
    with transaction.atomic(using=System.BOSS.alias):
        lock_accounts([account.pk])
        known = Adjustment.objects.filter(reference=reference).first()
        if known is not None:
            return _same(known, account, bill_no, kind, value)
        bill = _open_bill(bill_no, account, value) if bill_no else None
        adjustment = _written(
            Adjustment(
                adjustment_no=issue(System.BOSS, ADJUSTMENT)[0],
                account=account,
                bill_id=bill.pk if bill else None,
                kind=kind,
                currency=account.currency,
                amount=value,
                reason=why,
                reference=reference,
                state=AdjustmentState.DONE,
                operator_no=actor.number,
                approved_by=approved_by,
                created_at=at,
            )
        )
        if bill is not None:
            _lower_bill(adjustment, bill, actor, at)
        else:
            _move_balance(adjustment, account, actor, at)
        refresh_overdue(_who_pays(account, bill), at=at)
        record(
            *(System.BOSS, actor, permissions.ADJUST, f"account:{account.account_no}"),
            at=at,
            after={
                "adjustment": adjustment.adjustment_no,
                "bill": bill_no,
                "amount": value,
                "reason": why,
                "approved_by": approved_by,
            },
        )
    return adjustment


def reverse_adjustment(
    *, adjustment_no: str, reason: str, actor: Actor, at: datetime, approved_by: str = ""
) -> Adjustment:
    """Undo an adjustment: its bill is open again, or the balance gives back what it got.

    Raises ``AdjustmentUnknown``, ``AdjustmentUndone``, ``BalanceShort``, ``ReasonMissing``,
    ``LimitExceeded`` or ``PeriodClosed``: then nothing is written.
    """
    require(actor, permissions.ADJUST)
    why = stated(reason)
    known = get_adjustment(adjustment_no, actor)
    account = known.account
    if not approved_by:
        within_limit(actor, permissions.ADJUST, abs(known.amount))
    with transaction.atomic(using=System.BOSS.alias):
        lock_accounts([account.pk])
        adjustment = Adjustment.objects.get(pk=known.pk)
        if adjustment.state != AdjustmentState.DONE:
            raise AdjustmentUndone(adjustment_no=adjustment_no)
        posted = JournalEntry.objects.get(
            source_kind="adjustment", source_no=adjustment_no, kind=KINDS[adjustment.kind][1]
        )
        paid = list(standing(adjustment_id=adjustment.pk))
        bills = lock_bills(paid).values()
        book_id = posted.postings.exclude(book_id=None).values_list("book_id", flat=True).first()
        if book_id is not None:
            book = BalanceBook.objects.select_for_update(no_key=True).get(pk=book_id)
            if book.amount - book.reserved < adjustment.amount:
                raise BalanceShort(free=book.amount - book.reserved, amount=adjustment.amount)
            BalanceBook.objects.filter(pk=book_id).update(amount=F("amount") - adjustment.amount)
        entry_id = reverse(
            posted.pk,
            EntryKind.ADJUSTMENT_UNDONE,
            source=("adjustment", adjustment_no),
            actor=actor,
            at=at,
            reason=why,
        )
        undo(paid, entry_id=entry_id, at=at)
        adjustment.state = AdjustmentState.REVERSED
        adjustment.reversed_at = at
        adjustment.save(update_fields=["state", "reversed_at"])
        refresh_overdue(_who_pays(account, *bills), at=at)
        record(
            *(System.BOSS, actor, permissions.ADJUST, f"account:{account.account_no}"),
            at=at,
            before={"adjustment": adjustment_no, "state": AdjustmentState.DONE},
            after={"adjustment": adjustment_no, "state": AdjustmentState.REVERSED, "reason": why},
        )
    return adjustment


def _who_pays(account: BillingAccount, *bills: Bill | None) -> set[int]:
    """Return the account, and who pays those of its bills that went into a parent's."""
    whole = [one.consolidated_into_id for one in bills if one and one.consolidated_into_id]
    payers = Bill.objects.filter(pk__in=whole).values_list("account_id", flat=True)
    return {account.pk, *payers}


def _same(
    known: Adjustment, account: BillingAccount, bill_no: str, kind: str, value: Decimal
) -> Adjustment:
    bill = Bill.objects.filter(bill_no=bill_no).values_list("pk", flat=True).first()
    told = (account.pk, bill, kind, value)
    if (known.account_id, known.bill_id, known.kind, known.amount) != told:
        raise AdjustmentTaken(reference=known.reference)
    return known


def _written(adjustment: Adjustment) -> Adjustment:
    try:
        with transaction.atomic(using=System.BOSS.alias):
            adjustment.save(force_insert=True)
    except IntegrityError:
        if not Adjustment.objects.filter(reference=adjustment.reference).exists():
            raise
        raise AdjustmentTaken(reference=adjustment.reference) from None
    return adjustment


def _open_bill(bill_no: str, account: BillingAccount, amount: Decimal) -> Bill:
    bill = (
        Bill.objects.select_for_update(no_key=True)
        .filter(bill_no=bill_no, account_id=account.pk, state=BillState.ISSUED)
        .first()
    )
    if bill is None or bill.open_amount < amount:
        raise BillNotOpen(
            bill_no=bill_no[:24], open=bill.open_amount if bill else Decimal(), amount=amount
        )
    return bill


def _lower_bill(adjustment: Adjustment, bill: Bill, actor: Actor, at: datetime) -> None:
    ledger, kind = KINDS[adjustment.kind]
    entry_id = post(
        kind,
        [
            Line(ledger=ledger, amount=adjustment.amount),
            Line(ledger=Ledger.RECEIVABLE, amount=-adjustment.amount, bill_id=bill.pk),
        ],
        source=("adjustment", adjustment.adjustment_no),
        currency=adjustment.currency,
        account_id=adjustment.account_id,
        actor=actor,
        at=at,
        reason=adjustment.reason,
    )
    Allocation.objects.create(
        bill_id=bill.pk,
        adjustment_id=adjustment.pk,
        amount=adjustment.amount,
        entry_id=entry_id,
        allocated_at=at,
    )
    Bill.objects.filter(pk=bill.pk).update(open_amount=F("open_amount") - adjustment.amount)


def _move_balance(
    adjustment: Adjustment, account: BillingAccount, actor: Actor, at: datetime
) -> None:
    book = cash_book(account, account.currency, at)
    free = book.amount - book.reserved
    if free < -adjustment.amount:
        raise BalanceShort(free=free, amount=-adjustment.amount)
    ledger, kind = KINDS[adjustment.kind]
    post(
        kind,
        [
            Line(ledger=ledger, amount=adjustment.amount),
            Line(ledger=Ledger.CASH_BALANCE, amount=-adjustment.amount, book_id=book.pk),
        ],
        source=("adjustment", adjustment.adjustment_no),
        currency=adjustment.currency,
        account_id=account.pk,
        actor=actor,
        at=at,
        reason=adjustment.reason,
    )
    BalanceBook.objects.filter(pk=book.pk).update(amount=F("amount") + adjustment.amount)

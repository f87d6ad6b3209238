"""重出账单: one account's bill of a cycle is made again, and the old one superseded."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import connections, transaction
from django.db.models import F

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require, within_limit
from billing import permissions
from billing.bill_run.consolidating import join_parents
from billing.bill_run.left_out import refuse_left_out
from billing.bill_run.reckoning import make_bills
from billing.cycles import next_cycle
from billing.ledger.posting import reverse
from billing.models import (
    BalanceBook,
    Bill,
    BillingAccount,
    BillingCycle,
    BillLine,
    BillRun,
    InvoicedLine,
    JournalEntry,
)
from billing.payments import refresh_overdue, release_bills, settle_bills
from billing.payments.parties import account_of, lock_accounts
from billing.selectors.bills import get_bill
from billing.states import BillState, BookKind, CycleState, EntryKind, RunKind, RunState
from core.errors import Conflict
from core.numbers import BILL, BILL_RUN, issue
from core.systems import System


class BillNotIssued(Conflict):
    """Only a bill in force is made again."""

    code = "billNotIssued"
    zh = "账单 {bill_no} 不是有效账单"
    en = "Bill {bill_no} is not in force"


class LaterBillExists(Conflict):
    """A later bill went by what this one charged: it settles the difference itself."""

    code = "laterBillExists"
    zh = "账户已有更晚的账单 {later}, 差额由其后的账单结算"
    en = "The account has the later bill {later}, differences come with the next one"


class RunGoesOn(Conflict):
    """A run that goes by what the bill says, or puts it into its parent's, is not done."""

    code = "billRunGoesOn"
    zh = "出账批次 {run_no} 尚未完成, 请在其完成后再试"
    en = "Bill run {run_no} is not done, try again when it is"


class BillInvoiced(Conflict):
    """A tax invoice stands over lines of the bill; it is undone first."""

    code = "billInvoiced"
    zh = "账单 {bill_no} 已开具发票, 请先红冲"
    en = "A tax invoice stands over bill {bill_no}, undo it first"


class CycleNotBilled(Conflict):
    """A cycle's accounts are billed by its run first."""

    code = "cycleNotBilled"
    zh = "账期 {starts_on} 尚未出账"
    en = "The cycle from {starts_on} is not billed yet"


class BillExists(Conflict):
    """The account has its bill of the cycle."""

    code = "billExists"
    zh = "账户 {account_no} 已有该账期的账单 {bill_no}"
    en = "Account {account_no} has its bill {bill_no} of the cycle"


class CreditSpent(Conflict):
    """What the bill gave to the cash balance is not there any more."""

    code = "creditSpent"
    zh = "账单 {bill_no} 转入余额的 {amount} 已被使用"
    en = "The {amount} that bill {bill_no} gave to the balance are spent"


def rebill(*, bill_no: str, reason: str, actor: Actor, at: datetime, approved_by: str = "") -> Bill:
    """Supersede an account's latest bill by one made from what is held now; return the new one.

    The old bill's entry is reversed, and what was written off on it goes back to where it came
    from: payments to the cash balance, balances to their books. The new bill is then settled from
    the balances as any other. ``approved_by`` is who approved one above the actor's limit.

    Raises ``NoSuchBill``, ``LimitExceeded``, ``BillNotIssued``, ``LaterBillExists``,
    ``RunGoesOn``, ``BillInvoiced``, ``CannotBeBilled``, ``CreditSpent`` or ``PeriodClosed``: then
    nothing is written.
    """
    require(actor, permissions.REBILL)
    with transaction.atomic(using=System.BOSS.alias):
        old, payers = _locked(bill_no, actor)
        if not approved_by:
            within_limit(actor, permissions.REBILL, abs(old.total))
        run = _run(old.cycle, old.account, reason, actor, at)
        _supersede(old, reason, actor, at)
        run.counts = make_bills(
            run, low=old.account_id, high=old.account_id + 1, supersedes_id=old.pk
        )
        refuse_left_out(run.counts)
        run.save(update_fields=["counts"])
        new = Bill.objects.filter(run=run).first() or _empty(run, old)
        Bill.objects.filter(consolidated_into_id=old.pk).update(consolidated_into_id=new.pk)
        Bill.objects.filter(pk=new.pk).update(consolidated_into_id=old.consolidated_into_id)
        settle_bills(accounts=payers, actor=actor, at=at)
        refresh_overdue(payers, at=at)
        record(
            System.BOSS,
            actor,
            permissions.REBILL,
            f"bill:{old.bill_no}",
            at=at,
            before={"bill_no": old.bill_no, "total": old.total},
            after={
                "bill_no": new.bill_no,
                "total": new.total,
                "reason": reason,
                "approved_by": approved_by,
            },
        )
    return Bill.objects.get(pk=new.pk)


def bill_left_out(
    *, account_no: str, starts_on: date, reason: str, actor: Actor, at: datetime
) -> Bill | None:
    """Bill an account that a run had to leave out, now that it can be; return its bill, if any.

    ``starts_on`` is the first day of a cycle that is billed. A child's bill goes into its parent's
    of the cycle. Raises ``AccountUnknown``, ``CycleNotBilled``, ``BillExists``,
    ``LaterBillExists``, ``RunGoesOn``, ``CannotBeBilled`` or ``PeriodClosed``: then nothing is
    written.
    """
    require(actor, permissions.REBILL)
    with transaction.atomic(using=System.BOSS.alias):
        account = account_of(account_no, actor)
        lock_accounts(payers_of(account))
        cycle = BillingCycle.objects.filter(
            billing_day=account.billing_day, starts_on=starts_on, state=CycleState.BILLED
        ).first()
        if cycle is None:
            raise CycleNotBilled(starts_on=starts_on)
        there = Bill.objects.filter(account=account, cycle=cycle, state=BillState.ISSUED).first()
        if there is not None:
            raise BillExists(account_no=account_no, bill_no=there.bill_no)
        bill = bill_alone(account, cycle, reason, actor, at)
        record(
            System.BOSS,
            actor,
            permissions.REBILL,
            f"account:{account_no}",
            at=at,
            after={"cycle": str(cycle), "bill_no": bill.bill_no if bill else None},
        )
    return bill


def bill_alone(
    account: BillingAccount, cycle: BillingCycle, reason: str, actor: Actor, at: datetime
) -> Bill | None:
    """Make the bill of one account that has none of a billed cycle; None if of nothing.

    The caller has locked who pays it. Raises ``LaterBillExists``, ``RunGoesOn``,
    ``CannotBeBilled`` or ``PeriodClosed``.
    """
    _hold_off_runs(cycle)
    _refuse_earlier(account.pk, cycle)
    run = _run(cycle, account, reason, actor, at)
    run.counts = make_bills(run, low=account.pk, high=account.pk + 1)
    refuse_left_out(run.counts)
    run.save(update_fields=["counts"])
    join_parents(run)
    settle_bills(accounts=payers_of(account), actor=actor, at=at)
    return Bill.objects.filter(run=run).first()


def payers_of(account: BillingAccount) -> list[int]:
    """Return who may pay a bill of an account: itself, or the parent whose bill it goes into."""
    return [account.pk, *([account.parent_id] if account.parent_id else [])]


def _hold_off_runs(cycle: BillingCycle) -> None:
    """Let no run of the cycle or of a later one begin meanwhile; refuse while one goes on.

    A run reads what the bills before charged, and puts bills into their parents' when all are
    made: neither may change beneath it.
    """
    next_cycle(cycle)  # a run that would begin with it waits for this row
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_HOLD, [cycle.billing_day, cycle.starts_on])
    going_on = BillRun.objects.filter(
        kind=RunKind.FINAL,
        state__in=(RunState.RUNNING, RunState.STOPPED, RunState.FAILED),
        cycle__billing_day=cycle.billing_day,
        cycle__starts_on__gte=cycle.starts_on,
    ).first()
    if going_on is not None:
        raise RunGoesOn(run_no=going_on.run_no)


_HOLD = """
SELECT FROM billing_billingcycle
WHERE billing_day = %s AND starts_on >= %s ORDER BY id FOR SHARE
"""


def _refuse_earlier(account_id: int, cycle: BillingCycle) -> None:
    """Refuse to bill a cycle beneath a later bill, which went by what there was."""
    later = Bill.objects.filter(
        account_id=account_id, state=BillState.ISSUED, cycle__starts_on__gt=cycle.starts_on
    ).first()
    if later is not None:
        raise LaterBillExists(later=later.bill_no)


def _run(
    cycle: BillingCycle, account: BillingAccount, reason: str, actor: Actor, at: datetime
) -> BillRun:
    return BillRun.objects.create(
        run_no=issue(System.BOSS, BILL_RUN)[0],
        kind=RunKind.REBILL,
        cycle=cycle,
        state=RunState.DONE,
        bill_at=at,
        account_no=account.account_no,
        cause_zh=reason,
        cause_en=reason,
        started_at=at,
        ended_at=at,
        actor_number=actor.number,
    )


def _locked(bill_no: str, actor: Actor) -> tuple[Bill, list[int]]:
    """Return a bill that may be made again, and the accounts that pay it, all locked."""
    found = get_bill(bill_no, actor)
    whole = Bill.objects.filter(pk=found.consolidated_into_id or 0).first()
    payers = [found.account_id, *([whole.account_id] if whole else [])]
    lock_accounts(payers)
    bill = (
        Bill.objects.select_for_update(of=("self",))
        .select_related("account", "cycle")
        .get(pk=found.pk)
    )
    if bill.state != BillState.ISSUED:
        raise BillNotIssued(bill_no=bill_no)
    _hold_off_runs(bill.cycle)
    _refuse_earlier(bill.account_id, bill.cycle)
    lines = BillLine.objects.filter(bill_id=bill.pk).values("id")
    if InvoicedLine.objects.filter(line_id__in=lines, stands=True).exists():
        raise BillInvoiced(bill_no=bill_no)
    return bill, payers


def _supersede(bill: Bill, reason: str, actor: Actor, at: datetime) -> None:
    release_bills(bills=[bill.pk], actor=actor, at=at, reason=reason)
    if bill.to_balance:
        _take_back(bill)
    entry = JournalEntry.objects.filter(
        source_kind="bill", source_no=bill.bill_no, kind=EntryKind.BILL
    ).first()
    if entry is not None:
        reverse(
            entry.pk,
            EntryKind.BILL_SUPERSEDED,
            source=("bill", bill.bill_no),
            actor=actor,
            at=at,
            reason=reason,
        )
    Bill.objects.filter(pk=bill.pk).update(state=BillState.SUPERSEDED, open_amount=0)


def _take_back(bill: Bill) -> None:
    books = BalanceBook.objects.filter(
        account_id=bill.account_id,
        currency=bill.currency,
        kind=BookKind.CASH,
        amount__gte=F("reserved") + bill.to_balance,
    )
    if not books.update(amount=F("amount") - bill.to_balance):
        raise CreditSpent(bill_no=bill.bill_no, amount=bill.to_balance)


def _empty(run: BillRun, old: Bill) -> Bill:
    """Return a bill of nothing: all that the old one charged was wrong."""
    nothing = Decimal(0)
    return Bill.objects.create(
        bill_no=issue(System.BOSS, BILL)[0],
        account_id=old.account_id,
        run=run,
        cycle=old.cycle,
        state=BillState.ISSUED,
        currency=old.currency,
        charges=nothing,
        discounts=nothing,
        tax=nothing,
        tax_inclusive=old.tax_inclusive,
        total=nothing,
        receivable=nothing,
        open_amount=nothing,
        issued_at=run.bill_at,
        due_on=old.due_on,
        supersedes_id=old.pk,
    )

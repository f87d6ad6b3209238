"""账单争议: a customer contests a bill; until that is settled nobody is pressed for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.models import Bill, Dispute
from billing.payments.overdue import refresh_overdue
from billing.payments.parties import lock_accounts
from billing.payments.reasons import stated
from billing.payments.settling import settle_bills
from billing.selectors.bills import get_bill
from billing.states import BillState, DisputeState
from core.errors import Conflict
from core.systems import System


class BillNotDisputable(Conflict):
    """Only a bill in force is contested."""

    code = "billNotDisputable"
    zh = "账单 {bill_no} 不是有效账单, 不能提出争议"
    en = "Bill {bill_no} is not in force and cannot be contested"


class BillDisputed(Conflict):
    """The bill is contested already, for another reason."""

    code = "billDisputed"
    zh = "账单 {bill_no} 已在争议处理中"
    en = "Bill {bill_no} is in dispute already"


class BillNotDisputed(Conflict):
    """There is no open dispute about the bill."""

    code = "billNotDisputed"
    zh = "账单 {bill_no} 没有处理中的争议"
    en = "Bill {bill_no} is not in dispute"


def dispute_bill(*, bill_no: str, reason: str, actor: Actor, at: datetime) -> Dispute:
    """Note that a bill is contested: it counts as no arrears, balances leave it alone.

    Told again with the same reason it is the same dispute. Raises ``NoSuchBill``,
    ``ReasonMissing``, ``BillNotDisputable`` or ``BillDisputed``: then nothing is written.
    """
    require(actor, permissions.DISPUTE)
    why = stated(reason)
    with transaction.atomic(using=System.BOSS.alias):
        bill, payers = _held(bill_no, actor)
        known = Dispute.objects.filter(bill_id=bill.pk, state=DisputeState.OPEN).first()
        if known is not None:
            if known.reason != why:
                raise BillDisputed(bill_no=bill.bill_no)
            return known
        if bill.state != BillState.ISSUED:
            raise BillNotDisputable(bill_no=bill.bill_no)
        dispute = Dispute.objects.create(
            bill_id=bill.pk,
            state=DisputeState.OPEN,
            reason=why,
            opened_at=at,
            opened_by=actor.number,
        )
        Bill.objects.filter(pk=bill.pk).update(disputed_at=at)
        refresh_overdue(payers, at=at)
        _audit(bill, actor, at, before=None, after=dispute)
    return dispute


def close_dispute(
    *, bill_no: str, upheld: bool, outcome: str, actor: Actor, at: datetime
) -> Dispute:
    """Say what came of a dispute; the bill is as any other again, and balances may pay it.

    What an upheld one gives back is an adjustment, or the bill made again; before this, so that
    the balance does not pay too much. Raises ``NoSuchBill``, ``ReasonMissing`` (no outcome),
    ``BillNotDisputed`` or ``PeriodClosed``: then nothing is written.
    """
    require(actor, permissions.DISPUTE)
    said = stated(outcome)
    with transaction.atomic(using=System.BOSS.alias):
        bill, payers = _held(bill_no, actor)
        dispute = Dispute.objects.filter(bill_id=bill.pk, state=DisputeState.OPEN).first()
        if dispute is None:
            raise BillNotDisputed(bill_no=bill.bill_no)
        before = Dispute.objects.get(pk=dispute.pk)
        dispute.state = DisputeState.UPHELD if upheld else DisputeState.REJECTED
        dispute.outcome, dispute.closed_at, dispute.closed_by = said, at, actor.number
        dispute.save()
        Bill.objects.filter(pk=bill.pk).update(disputed_at=None)
        settle_bills(accounts=payers, actor=actor, at=at)
        refresh_overdue(payers, at=at)
        _audit(bill, actor, at, before=before, after=dispute)
    return dispute


def _held(bill_no: str, actor: Actor) -> tuple[Bill, set[int]]:
    """Return the bill, locked, and the accounts that pay it: its own, and the parent's."""
    seen = get_bill(bill_no, actor)
    whole = Bill.objects.filter(pk=seen.consolidated_into_id or 0).first()
    payers = {seen.account_id} | ({whole.account_id} if whole else set())
    lock_accounts(payers)
    rows = Bill.objects.select_for_update(no_key=True, of=("self",)).select_related("account")
    return rows.get(pk=seen.pk), payers


def _audit(
    bill: Bill, actor: Actor, at: datetime, *, before: Dispute | None, after: Dispute
) -> None:
    record(
        *(System.BOSS, actor, permissions.DISPUTE, f"account:{bill.account.account_no}"),
        at=at,
        before=_told(bill, before),
        after=_told(bill, after),
    )


def _told(bill: Bill, one: Dispute | None) -> dict[str, str] | None:
    if one is None:
        return None
    return {"bill": bill.bill_no, "state": one.state, "reason": one.reason, "outcome": one.outcome}

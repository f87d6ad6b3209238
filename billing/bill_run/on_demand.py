"""即时账单: an account's bill of its last cycle is wanted now (TMF678 customerBillOnDemand).

A cycle is billed once, so what is wanted is the bill of the cycle that ended last: the one that is
there, one that its run had to leave out, or the one that the run is going to make.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from auth_center.scope import narrowed
from billing import permissions
from billing.bill_run.left_out import CannotBeBilled
from billing.bill_run.rebilling import bill_alone, payers_of
from billing.calendar import month_of
from billing.cycles import cycle_of
from billing.models import Bill, BillingAccount, BillingCycle, BillRequest
from billing.payments.parties import account_of, lock_accounts
from billing.states import BillState, CycleState
from core.errors import Conflict
from core.systems import System

IN_PROGRESS, DONE, REJECTED = "inProgress", "done", "rejected"
REASON = "即时账单 / on demand"


class BillRequestTaken(Conflict):
    """The reference stands for another request."""

    code = "billRequestTaken"
    zh = "编号 {reference} 已用于另一个即时账单申请"
    en = "The reference {reference} stands for another request"


def ask_for_bill(
    *,
    account_no: str,
    reference: str,
    actor: Actor,
    at: datetime,
    name: str = "",
    description: str = "",
    extension: dict[str, Any] | None = None,
) -> BillRequest:
    """Ask for the bill of the account's last cycle; one that its run left out is made at once,
    where it can be made now.

    Told again under one reference it is the same request. Raises ``AccountUnknown``,
    ``BillRequestTaken``, ``RunGoesOn`` or ``PeriodClosed``: then nothing is written.
    """
    require(actor, permissions.BILL_ON_DEMAND)
    account = account_of(account_no, actor)
    with transaction.atomic(using=System.BOSS.alias):
        lock_accounts(payers_of(account))
        wanted, new = BillRequest.objects.get_or_create(
            asked_by=actor.number,
            reference=reference,
            defaults={
                "account": account,
                "cycle": last_cycle(account, at),
                "name": name,
                "description": description,
                "asked_at": at,
                "extension": extension,
            },
        )
        if not new:
            told = (account.pk, name, description)
            if (wanted.account_id, wanted.name, wanted.description) != told:
                raise BillRequestTaken(reference=reference[:80])
            return wanted
        _make_if_left_out(account, wanted.cycle, actor, at)
        record(
            *(System.BOSS, actor, permissions.BILL_ON_DEMAND, f"account:{account_no}"),
            at=at,
            after={"cycle": str(wanted.cycle)},
        )
    return wanted


def last_cycle(account: BillingAccount, at: datetime) -> BillingCycle:
    """Return the cycle of an account that ended last."""
    now = month_of(account.billing_day, at)
    return cycle_of(
        account.billing_day, month_of(account.billing_day, now.starts_at - timedelta(days=1))
    )


def list_requests(actor: Actor) -> QuerySet[BillRequest]:
    """Return requests with ``bill_no``, the bill that is there by now, and their ``state``."""
    bills = Bill.objects.filter(
        account_id=OuterRef("account_id"), cycle_id=OuterRef("cycle_id"), state=BillState.ISSUED
    )
    rows = BillRequest.objects.select_related("account__customer").annotate(
        bill_no=Subquery(bills.values("bill_no")[:1]),
        state=Case(
            When(Q(bill_no__isnull=False), then=Value(DONE)),
            When(cycle__state=CycleState.BILLED, then=Value(REJECTED)),
            default=Value(IN_PROGRESS),
        ),
    )
    return narrowed(
        rows, actor, region="account__customer__region", unit="account__customer__org_unit"
    )


def _make_if_left_out(
    account: BillingAccount, cycle: BillingCycle, actor: Actor, at: datetime
) -> None:
    there = Bill.objects.filter(account=account, cycle=cycle, state=BillState.ISSUED)
    if cycle.state == CycleState.BILLED and not there.exists():
        with suppress(CannotBeBilled), transaction.atomic(using=System.BOSS.alias):
            bill_alone(account, cycle, REASON, actor, at)

"""复核: a bill above one's limit is made again when a second person agrees."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from auth_center.actors import Actor
from auth_center.approvals import Answer, Warrant, approvable, perform_or_request
from billing import permissions
from billing.bill_run.rebilling import rebill
from billing.payments.asking import UNIT, words_of
from billing.payments.reasons import stated
from billing.selectors.bills import get_bill
from core.systems import System


def ask_rebill(*, bill_no: str, reason: str, actor: Actor, at: datetime) -> Answer:
    """Make a bill again as ``rebill`` does, or ask for it; what the bill says is the amount."""
    why = stated(reason)
    bill = get_bill(bill_no, actor)
    shown = f"{bill.currency} {bill.total:.2f}"
    return perform_or_request(
        actor,
        permissions.REBILL,
        abs(bill.total),
        arguments={"bill_no": bill.bill_no, "reason": why},
        subject=f"bill:{bill.bill_no}",
        summary=(f"重出账单 {bill.bill_no} {shown}", f"Make bill {bill.bill_no}, {shown}, again"),
        at=at,
        why=why,
        once=bill.bill_no,
    )


@approvable(permissions.REBILL, system=System.BOSS, unit=UNIT)
def rebilled_by_warrant(arguments: Mapping[str, Any], warrant: Warrant) -> dict[str, str]:
    """Make a bill again on somebody's word."""
    return {"bill": rebill(**arguments, **words_of(warrant, permissions.REBILL)).bill_no}

"""复核: a gift above one's limit waits for a second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from auth_center.actors import Actor
from auth_center.approvals import Answer, Warrant, approvable, perform_or_request
from billing import permissions
from billing.payments.asking import UNIT, words_of
from billing.payments.money import judged
from billing.payments.parties import account_of
from billing.payments.reasons import stated
from billing.prepaid.giving import give_balance
from core.systems import System


def ask_gift(
    *,
    account_no: str,
    amount: str,
    kind: str,
    charge_groups: Sequence[str],
    expires_at: datetime | None,
    reason: str,
    reference: str,
    actor: Actor,
    at: datetime,
) -> Answer:
    """Give an account a gift as ``give_balance`` does, or ask for it."""
    why = stated(reason)
    account = account_of(account_no, actor)
    value = judged(amount, account)
    shown = f"{account.currency} {value:f}"
    return perform_or_request(
        actor,
        permissions.GIVE_BALANCE,
        value,
        arguments={
            "account_no": account_no,
            "amount": str(value),
            "kind": kind,
            "charge_groups": list(charge_groups),
            "expires_at": expires_at.isoformat() if expires_at else "",
            "reason": why,
            "reference": reference,
        },
        subject=f"account:{account_no}",
        summary=(f"账户 {account_no} 赠送 {shown}", f"Give account {account_no} {shown}"),
        at=at,
        why=why,
        once=reference,
    )


@approvable(permissions.GIVE_BALANCE, system=System.BOSS, unit=UNIT)
def given_by_warrant(arguments: Mapping[str, Any], warrant: Warrant) -> dict[str, str]:
    """Give on somebody's word."""
    told = dict(arguments)
    end = told.pop("expires_at")
    made = give_balance(
        **told,
        expires_at=datetime.fromisoformat(end) if end else None,
        **words_of(warrant, permissions.GIVE_BALANCE),
    )
    return {"book": made.book_no}

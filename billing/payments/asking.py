"""复核: what moves money back or gives it away, above one's limit, waits for a second person.

Each door here does its deed at once within the actor's limit and asks for approval above it
(``auth_center.approvals``); approved, the deed is the asker's, and the second person's number
stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from auth_center.actors import Actor
from auth_center.approvals import Answer, Warrant, approvable, perform_or_request
from billing import permissions
from billing.payments.adjusting import adjust_account, reverse_adjustment
from billing.payments.money import judged
from billing.payments.parties import account_of
from billing.payments.reasons import stated
from billing.payments.refunding import refund
from billing.payments.reversing import reverse_payment
from billing.selectors.payments import get_adjustment, get_payment
from core.systems import System

UNIT = "CNY"


def ask_reversal(*, payment_no: str, reason: str, actor: Actor, at: datetime) -> Answer:
    """Reverse a payment as ``reverse_payment`` does, or ask for it."""
    why = stated(reason)
    payment = get_payment(payment_no, actor)
    shown = f"{payment.currency} {payment.amount:.2f}"
    return perform_or_request(
        actor,
        permissions.REVERSE_PAYMENT,
        payment.amount,
        arguments={"payment_no": payment_no, "reason": why},
        subject=f"payment:{payment_no}",
        summary=(f"返销缴费 {payment_no} {shown}", f"Reverse the payment {payment_no}, {shown}"),
        at=at,
        why=why,
        once=payment_no,
    )


def ask_refund(
    *,
    account_no: str,
    amount: str,
    method: str,
    reason: str,
    reference: str,
    actor: Actor,
    at: datetime,
) -> Answer:
    """Give money back as ``refund`` does, or ask for it."""
    why = stated(reason)
    account = account_of(account_no, actor)
    value = judged(amount, account)
    shown = f"{account.currency} {value:f}"
    return perform_or_request(
        actor,
        permissions.REFUND,
        value,
        arguments={
            "account_no": account_no,
            "amount": str(value),
            "method": method,
            "reason": why,
            "reference": reference,
        },
        subject=f"account:{account_no}",
        summary=(f"账户 {account_no} 退款 {shown}", f"Refund {shown} to account {account_no}"),
        at=at,
        why=why,
        once=reference,
    )


def ask_adjustment(
    *,
    account_no: str,
    amount: str,
    kind: str,
    bill_no: str,
    reason: str,
    reference: str,
    actor: Actor,
    at: datetime,
) -> Answer:
    """Adjust an account as ``adjust_account`` does, or ask for it."""
    why = stated(reason)
    account = account_of(account_no, actor)
    value = judged(amount, account, signed=True)
    shown = f"{account.currency} {value:f}"
    return perform_or_request(
        actor,
        permissions.ADJUST,
        abs(value),
        arguments={
            "account_no": account_no,
            "amount": str(value),
            "kind": kind,
            "bill_no": bill_no,
            "reason": why,
            "reference": reference,
        },
        subject=f"account:{account_no}",
        summary=(
            f"账户 {account_no} {bill_no} 调账 {shown}",
            f"Adjust account {account_no} {bill_no} by {shown}",
        ),
        at=at,
        why=why,
        once=reference,
    )


def ask_adjustment_reversal(
    *, adjustment_no: str, reason: str, actor: Actor, at: datetime
) -> Answer:
    """Undo an adjustment as ``reverse_adjustment`` does, or ask for it."""
    why = stated(reason)
    known = get_adjustment(adjustment_no, actor)
    shown = f"{known.currency} {known.amount:.2f}"
    return perform_or_request(
        actor,
        permissions.ADJUST,
        abs(known.amount),
        arguments={"adjustment_no": adjustment_no, "reason": why},
        subject=f"account:{known.account.account_no}",
        summary=(
            f"撤销调账 {adjustment_no} {shown}",
            f"Undo the adjustment {adjustment_no}, {shown}",
        ),
        at=at,
        why=why,
        once=adjustment_no,
    )


@approvable(permissions.REVERSE_PAYMENT, system=System.BOSS, unit=UNIT)
def reversed_by_warrant(arguments: Mapping[str, Any], warrant: Warrant) -> dict[str, str]:
    """Reverse a payment on somebody's word."""
    found = reverse_payment(**arguments, **words_of(warrant, permissions.REVERSE_PAYMENT))
    return {"payment": found.payment.payment_no}


@approvable(permissions.REFUND, system=System.BOSS, unit=UNIT)
def refunded_by_warrant(arguments: Mapping[str, Any], warrant: Warrant) -> dict[str, str]:
    """Give money back on somebody's word."""
    return {"payment": refund(**arguments, **words_of(warrant, permissions.REFUND)).payment_no}


@approvable(permissions.ADJUST, system=System.BOSS, unit=UNIT)
def adjusted_by_warrant(arguments: Mapping[str, Any], warrant: Warrant) -> dict[str, str]:
    """Adjust an account on somebody's word, or undo an adjustment."""
    deed = reverse_adjustment if "adjustment_no" in arguments else adjust_account
    made = deed(**arguments, **words_of(warrant, permissions.ADJUST))
    return {"adjustment": made.adjustment_no}


def words_of(warrant: Warrant, permission: str) -> dict[str, Any]:
    """Return in whose name a deed is done and who approved it: at a desk it is the asker's."""
    if not warrant.approval_no:
        return {"actor": warrant.actor, "at": warrant.at}
    asked = warrant.asked_by
    return {
        "actor": Actor(
            kind=asked.kind,
            number=asked.number,
            channel=asked.channel,
            terminal=asked.terminal,
            grants=frozenset({permission}),
            scope=warrant.actor.scope,
        ),
        "at": warrant.at,
        "approved_by": warrant.actor.number,
    }

"""A deed with a limit, as billing's adjustments will be one: money, CNY, in BOSS's database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from auth_center import approvals
from auth_center.actors import Actor
from auth_center.approvals import Answer, Warrant, approvable, perform_or_request
from auth_center.audit import record
from auth_center.models import ApprovalRequest, Operator
from auth_center.permissions import _REGISTER, permission
from core.errors import Conflict
from core.systems import System
from tests.signing import make_operator

ADJUST = "billing.adjust_sample"
BOSS = System.BOSS
AT = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


class AccountClosed(Conflict):
    """The deed's own refusal."""

    code = "accountClosed"
    zh = "账户 {account} 已销户"
    en = "The account {account} is closed"


closed: set[str] = set()


def adjust(arguments: Mapping[str, Any], warrant: Warrant) -> dict[str, str]:
    """Adjust: one audit entry in BOSS, which a refusal takes back."""
    account = arguments["account"]
    after = {"amount": arguments["amount"]} | warrant.recorded()
    record(BOSS, warrant.actor, ADJUST, f"account:{account}", at=warrant.at, after=after)
    if account in closed:
        raise AccountClosed(account=account)
    return {"adjusted": arguments["amount"]}


@contextmanager
def adjusting() -> Iterator[None]:
    """Let BOSS have the deed for a while."""
    permission(ADJUST, zh="试调账", en="Adjust, for tests", limit=("元", "CNY"))
    approvable(ADJUST, system=BOSS, unit="CNY")(adjust)
    closed.clear()
    try:
        yield
    finally:
        del approvals._REGISTER[ADJUST], _REGISTER[ADJUST]


def staff(number: str, *grants: str, most: str | None = None, **about: Any) -> Actor:
    """Return an operator of BOSS who adjusts, up to ``most``; with ``grants``, who holds those."""
    limits = {} if most is None else {ADJUST: most}
    make_operator(BOSS, *(grants or (ADJUST,)), staff_no=number, limits=limits, **about)
    return again(number)


def again(number: str) -> Actor:
    """Return the operator as they stand at their next request."""
    return Operator.objects.using("boss").get(staff_no=number).actor(terminal="10.0.0.7")


def ask(actor: Actor, amount: str = "800", account: str = "AC000000018", **other: Any) -> Answer:
    """Adjust an account, or ask for it."""
    stated: dict[str, Any] = {
        "arguments": {"account": account, "amount": amount},
        "subject": f"account:{account}",
        "summary": (f"账户 {account} 调账 {amount} 元", f"Adjust {account} by CNY {amount}"),
        "why": "误收话费",
        "at": AT,
    }
    return perform_or_request(actor, ADJUST, Decimal(amount), **(stated | other))


def waits(actor: Actor, amount: str = "800", **other: Any) -> ApprovalRequest:
    """Ask for an adjustment that is above the actor's limit."""
    request = ask(actor, amount, **other).request
    assert request is not None
    return request

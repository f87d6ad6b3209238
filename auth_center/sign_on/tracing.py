"""The trace of a sign-on: who noted which arrow, each system in its own database.

The centre leaves room for two arrows before its own, for the console that sent the browser to
it, and a few ticks after them for each console at which the operator arrives.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from auth_center.authority import authority
from auth_center.models import SignOn
from core.systems import Centre, System
from integration.states import StepStatus
from integration.steps import Step, write_steps

OPERATOR, SSO = "operator", str(Centre.SSO)
BEFORE = 2  # OpenPage and RedirectToSso, noted by the console afterwards
AT_CENTRE = 4
ASKED_BY_CONSOLE = BEFORE + AT_CENTRE  # the clock after a login that a console asked for


class Arrow(NamedTuple):
    """Source, target, name and note of an arrow."""

    source: str
    target: str
    name: str
    note: str = ""


def note_sign_on(sign_on: SignOn, *, asked_by_console: bool) -> None:
    """Note what the operator and the centre said to each other."""
    arrows = (
        Arrow(OPERATOR, SSO, "LoginPageRequest"),
        Arrow(SSO, OPERATOR, "LoginPage"),
        Arrow(OPERATOR, SSO, "Authenticate", "输入用户名/密码，用户认证"),
        Arrow(SSO, OPERATOR, "Authenticated", "认证通过，含cookie"),
    )
    before = BEFORE if asked_by_console else 0
    sign_on.clock = _note(System.CRM, sign_on.number, before, arrows, sign_on.started_at)
    sign_on.save(update_fields=["clock"])


def note_arrival(
    system: System, number: str, clock: int, *, opened_at: datetime, at: datetime
) -> int:
    """Note that the operator arrived at ``system``'s console; return the clock after it."""
    name, first = str(system), clock == ASKED_BY_CONSOLE
    if first:
        arrows = (
            Arrow(OPERATOR, name, "OpenPage", "输入URL"),
            Arrow(name, OPERATOR, "RedirectToSso"),
        )
        _note(system, number, 0, arrows, opened_at)
    arrived = f"登录{system.queue.upper()}界面，含cookie" if first else "登录另一系统，含cookie"
    return _note(
        system,
        number,
        clock,
        (
            Arrow(OPERATOR, name, "OpenPage", arrived),
            Arrow(name, SSO, "VerifyRequest", "cookie认证"),
            Arrow(SSO, name, "VerifyResponse"),
            *_authorization(name, "鉴权", "菜单"),
            Arrow(name, OPERATOR, "Page"),
        ),
        at,
    )


def note_operation(system: System, number: str, clock: int, *, done: bool, at: datetime) -> None:
    """Note the first operation at a console after the operator arrived there."""
    name = str(system)
    arrows = (
        Arrow(OPERATOR, name, "Operation"),
        *_authorization(name, "鉴权，操作指令执行", "业务操作"),
        Arrow(name, OPERATOR, "OperationResult"),
    )
    _note(system, number, clock, arrows, at, StepStatus.DONE if done else StepStatus.REFUSED)


def _authorization(name: str, in_tables: str, asked: str) -> tuple[Arrow, ...]:
    """The authorization as the scheme in force does it: in the own tables, or by the centre."""
    if authority().asked_each_time:
        asks = Arrow(name, SSO, "AuthorizeRequest", asked)
        return (asks, Arrow(SSO, name, "AuthorizeResponse"))
    return (Arrow(name, f"{name}_db", "DataAccess", in_tables),)


def _note(
    system: System,
    number: str,
    clock: int,
    arrows: Iterable[Arrow],
    at: datetime,
    last: StepStatus = StepStatus.DONE,
) -> int:
    steps = [
        Step(number, clock + tick, at, *arrow, StepStatus.DONE)
        for tick, arrow in enumerate(arrows, start=1)
    ]
    steps[-1] = steps[-1]._replace(status=last)
    write_steps(system, steps)
    return steps[-1].clock

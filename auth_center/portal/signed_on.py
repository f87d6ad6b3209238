"""An operator's own sign-ons: which there are and were, and their ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.logout import logout
from django.http import HttpRequest
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.models import SignOn
from auth_center.portal.devices import device_of
from auth_center.sign_on.services import end_all_sign_ons, end_sign_on
from core.words import said

MOST_SHOWN = 50
_METHODS = {
    "password": ("密码", "Password"),
    "mfa": ("第二因素或通行密钥", "Second factor or passkey"),
}
_ENDS = {
    "signed_off": ("退出登录", "Signed off"),
    "ended_elsewhere": ("由本人远程退出", "Ended from another sign-on"),
    "revoked": ("由管理员退出", "Ended by the centre's staff"),
    "password_changed": ("修改密码", "Password changed"),
    "password": ("管理员重置密码", "Password given anew"),
    "factor_removed": ("管理员移除第二因素", "Second factor removed"),
    "expired": ("到期", "Expired"),
    "left": ("离职", "Left the company"),
    "idle": ("长时间未操作", "Not used for long"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A sign-on as its operator sees it; ``here`` is the one in which he looks at it."""

    number: str
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    terminal: str
    device: str
    method: str
    ended: str
    going_on: bool
    here: bool


def number_of(request: HttpRequest) -> str:
    """Return the number of the sign-on that this session belongs to."""
    return str(request.session.get("sign_on", ""))


def last_of(staff_no: str, here: str, at: datetime) -> list[Shown]:
    """Return the operator's last sign-ons, the newest first."""
    rows = SignOn.objects.filter(staff_no=staff_no).order_by("-started_at")[:MOST_SHOWN]
    return [_shown(row, here, at) for row in rows]


def end_own(request: HttpRequest, number: str) -> bool:
    """End one of the operator's sign-ons; return whether there was such a one.

    Ending the one that this session belongs to is signing off.
    """
    operator: Any = request.user
    rows = SignOn.objects.filter(staff_no=operator.staff_no, number=number, ended_at=None)
    if not rows.exists():
        return False
    if number == number_of(request):
        logout(request, show_message=False)
    else:
        end_sign_on(number, "ended_elsewhere", timezone.now(), actor=_actor(request))
    return True


def end_others(request: HttpRequest, *, why: str) -> int:
    """End all of the operator's sign-ons but this one; return how many."""
    operator: Any = request.user
    number = number_of(request)
    actor = _actor(request)
    return end_all_sign_ons(operator.staff_no, why, timezone.now(), actor=actor, but=number)


def _actor(request: HttpRequest) -> Actor:
    operator: Any = request.user
    terminal = request.META.get("REMOTE_ADDR", "")
    return Actor(kind="operator", number=operator.staff_no, channel="sso", terminal=terminal)


def _shown(row: SignOn, here: str, at: datetime) -> Shown:
    going_on = row.ended_at is None and at < row.expires_at
    methods = [said(*_METHODS[one]) for one in row.method.split("+") if one in _METHODS]
    why = row.ended_why or "expired"
    return Shown(
        number=row.number,
        started_at=row.started_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at or (None if going_on else row.expires_at),
        terminal=row.terminal,
        device=device_of(row.user_agent),
        method=" + ".join(methods) or row.method,
        ended=said(*_ENDS[why]) if why in _ENDS else why,
        going_on=going_on,
        here=row.number == here,
    )

"""Letters to an operator about the own account, written here and sent by ``sending``.

A letter is a row beside what it tells of: it is owed from the same commit on, whatever dies, and
a mail server that is down or hangs hinders nobody.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from auth_center.models import Operator, OwedLetter, SignOn
from auth_center.portal.devices import device_of
from auth_center.portal.words import LETTERS

LOOKED_AT = 200  # sign-ons; what was not seen for longer is new again


def tell_of_sign_in(operator: Operator, sign_on: SignOn) -> None:
    """Write to the operator when a sign-on comes from an address or a device not seen before.

    The first sign-on of all is none: everything about it is new.
    """
    before = SignOn.objects.filter(staff_no=operator.staff_no).exclude(number=sign_on.number)
    seen = list(before.order_by("-started_at").values_list("terminal", "user_agent")[:LOOKED_AT])
    device = device_of(sign_on.user_agent)
    known_address = any(sign_on.terminal == one for one, _ in seen)
    known_device = any(device == device_of(one) for _, one in seen)
    if seen and not (known_address and known_device):
        write(
            operator,
            ("账号在新的地址或设备上登录", "Sign-in from a new address or device"),
            terminal=sign_on.terminal,
            user_agent=sign_on.user_agent,
            at=sign_on.started_at,
        )


def tell_of_change(operator: Operator, what: str, *, terminal: str, user_agent: str) -> None:
    """Write to the operator that ``what`` (as allauth names it) was done to the own account."""
    if what in LETTERS:
        write(operator, LETTERS[what], terminal=terminal, user_agent=user_agent, at=timezone.now())


def write(
    operator: Operator, words: tuple[str, str], *, terminal: str, user_agent: str, at: datetime
) -> None:
    """Owe the operator a letter in both languages, in the caller's transaction."""
    if not operator.email:
        return
    zh, en = words
    moment = timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S")
    device = device_of(user_agent)
    text = (
        f"{operator.name} ({operator.staff_no}):\n\n"
        f"{zh}。\n时间 {moment}, 地址 {terminal}, 设备 {device}。\n"
        "如果不是您本人操作, 请立即修改密码并联系管理员。\n\n"
        f"{en}.\nAt {moment}, from {terminal}, with {device}.\n"
        "If this was not you, change your password at once and tell your administrator.\n"
    )
    subject = f"三户统一认证: {zh} / Sanhu sign-on: {en}"
    OwedLetter.objects.create(
        staff_no=operator.staff_no,
        email=operator.email,
        subject=subject,
        text=text,
        written_at=at,
        due_at=at,
    )

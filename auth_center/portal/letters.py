"""Letters to an operator about the own account; a mail server that is down hinders nobody."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from auth_center.models import Operator, SignOn
from auth_center.portal.devices import device_of
from auth_center.portal.words import LETTERS

log = logging.getLogger(__name__)

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
    """Send a letter in both languages after the commit; where it cannot be sent, that is logged."""
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
    transaction.on_commit(partial(_send, operator.email, subject, text))


def _send(email: str, subject: str, text: str) -> None:
    try:
        send_mail(subject, text, None, [email])
    except Exception:  # whatever the mail server has, the sign-in stands
        log.exception("no letter to %s: %s", email, subject)

"""The words of the pages of approvals: states, amounts and limits, people, where a thing is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.urls import reverse

from auth_center.actors import Actor
from auth_center.approvals import PERCENT
from auth_center.states import ApprovalState
from auth_center.values import Limit
from core.tariff.vocabulary import money
from core.words import said

STATES = {
    ApprovalState.PENDING: (("待审批", "Waiting"), "warning"),
    ApprovalState.APPROVED: (("已批准", "Approved"), "success"),
    ApprovalState.REFUSED: (("已驳回", "Refused"), "danger"),
    ApprovalState.WITHDRAWN: (("已撤回", "Withdrawn"), "quiet"),
    ApprovalState.EXPIRED: (("已过期", "Expired"), "quiet"),
}
_ADDRESSES: dict[str, tuple[str, str]] = {}


def show_subjects(kind: str, *, page: str, permission: str) -> None:
    """Let requests about things of ``kind`` lead to the page of that name, for who may open it."""
    _ADDRESSES[kind] = (page, permission)


def subject_address(subject: str, actor: Actor) -> str:
    """Return where the thing is that a request is about; empty where nobody has said."""
    kind, _, number = subject.partition(":")
    page, permission = _ADDRESSES.get(kind, ("", ""))
    return reverse(page, args=[number]) if page and actor.may(permission) else ""


def state_badge(state: str) -> tuple[tuple[str, str], str]:
    """Return a state's words and colour."""
    return STATES[ApprovalState(state)]


def amount_words(amount: Decimal, unit: str) -> str:
    """Return an amount as it is read: "50 %", "800 元"."""
    plain = amount.normalize()
    if unit == PERCENT:
        return f"{plain:f} %"
    return said(*money(f"{plain:f}", unit))


def limit_words(limit: Limit | None, unit: str) -> str:
    """Return up to where somebody decides alone."""
    return said("不限", "no limit") if limit is None else amount_words(limit.most, unit)


def person_words(number: str, names: Mapping[str, str]) -> str:
    """Return name and staff number: "孙丽 (3003)"."""
    return f"{names[number]} ({number})" if number in names else number

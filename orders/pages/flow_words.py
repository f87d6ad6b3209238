"""The words of the pages on flows: states, kinds, systems and spans of time, in two languages."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext

from core.console import said
from integration.flow import FlowState, flow_named, flows
from integration.states import InboxStatus, StepStatus

TONES = {
    FlowState.HELD: "danger",
    FlowState.FAILED: "danger",
    FlowState.REJECTED: "danger",
    FlowState.COMPLETED: "success",
    FlowState.PARTIAL: "warning",
    FlowState.PENDING: "warning",
    FlowState.PENDING_CANCELLATION: "warning",
    FlowState.ASSESSING_CANCELLATION: "warning",
    FlowState.CANCELLED: "quiet",
    FlowState.ACKNOWLEDGED: "quiet",
}
SYSTEMS = {
    "crm": ("CRM", "CRM"),
    "boss": ("BOSS", "BOSS"),
    "provisioning": ("开通", "Provisioning"),
}
KINDS = {
    "party": ("客户、账户", "Customer and accounts"),
    "subscription": ("订购类", "Subscription"),
    "provisioning": ("开通类", "Provisioning"),
    "status_change": ("用户状态变更类", "Status change"),
}
ACTIONS = {
    "add": ("新增", "Add"),
    "modify": ("变更", "Change"),
    "delete": ("退订", "Cancel"),
    "noChange": ("不变", "No change"),
}
ACTORS = {
    "operator": ("操作员", "operator"),
    "channel": ("渠道", "channel"),
    "system": ("系统", "system"),
}


def state_words(state: str) -> str:
    """Return an order's or a sub-order's state in the reader's language."""
    return gettext(FlowState(state).label) if state in FlowState.values else state


def part_words(state: str) -> str:
    """Return a sub-order's state in the reader's language: one acknowledged is not sent yet."""
    return said("未发出", "Not sent yet") if state == FlowState.ACKNOWLEDGED else state_words(state)


def state_tone(state: str) -> str:
    """Return the badge that suits a state."""
    return TONES.get(FlowState(state), "info") if state in FlowState.values else "info"


def step_words(status: str) -> str:
    """Return how an arrow fared, in the reader's language."""
    return gettext(StepStatus(status).label) if status in StepStatus.values else status


def inbox_words(status: str) -> str:
    """Return how a receiver took a message, in the reader's language."""
    return gettext(InboxStatus(status).label) if status in InboxStatus.values else status


def flow_words(name: str) -> str:
    """Return the business that a flow does, in the reader's language."""
    english = name.replace("_", " ").capitalize()
    return said(flow_named(name).zh if name in flows() else _ELSEWHERE.get(name, name), english)


_ELSEWHERE = {  # no order stands for them
    "release_product": "产品发布",
    "sign_in": "操作人员登录",
    "system_sign_on": "系统之间的认证",
}


def pair_words(words: dict[str, tuple[str, str]], key: str) -> str:
    """Return the reader's word for ``key``; one that nobody named is called by its key."""
    return said(*words.get(key, (key, key)))


def system_words(system: str) -> str:
    """Return a system's name in the reader's language."""
    return pair_words(SYSTEMS, system)


def span_words(span: timedelta) -> str:
    """Return how long something took or takes, as exactly as anybody needs."""
    milliseconds = round(span.total_seconds() * 1000)
    if abs(milliseconds) < 1000:
        return f"{milliseconds} ms"
    seconds = abs(milliseconds) / 1000
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    parts = [(whole // 86400, said("天", "d")), (whole // 3600 % 24, said("小时", "h")),
             (whole // 60 % 60, said("分", "min")), (whole % 60, said("秒", "s"))]  # fmt: skip
    first = next(place for place, (number, _) in enumerate(parts) if number)
    return " ".join(f"{number} {unit}" for number, unit in parts[first : first + 2])


def offset_words(at: datetime, start: datetime) -> str:
    """Return how long after ``start`` it was, as ``+12 ms``."""
    span = at - start
    return f"+{span_words(span)}" if span >= timedelta(0) else f"-{span_words(-span)}"


def instant_words(at: datetime | None) -> str:
    """Return an instant in the operator's time zone, to the millisecond."""
    if at is None:
        return ""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S.%f}"[:-3]

"""How states and times are shown on the engineers' pages."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from core.words import said
from provisioning.models import WorkOrder
from provisioning.states import Action, OrderState, ResourceState, WorkState

RESOURCE_STATES = {
    ResourceState.FREE: ("空闲", "Free", "success"),
    ResourceState.RESERVED: ("预占", "Reserved", "info"),
    ResourceState.IN_USE: ("在用", "In use", "primary"),
    ResourceState.COOLING: ("冷却", "Cooling", "warning"),
    ResourceState.PORTED_OUT: ("已携出", "Ported out", "quiet"),
}
WORK_STATES = {
    WorkState.READY: ("待执行", "Ready", "info"),
    WorkState.RUNNING: ("执行中", "Running", "info"),
    WorkState.WAITING: ("等人工", "Waits for people", "warning"),
    WorkState.DONE: ("完成", "Done", "success"),
    WorkState.REFUSED: ("网元拒绝", "Refused", "danger"),
    WorkState.FAILED: ("网元不可达", "Unreachable", "danger"),
    WorkState.CANCELLED: ("已取消", "Cancelled", "quiet"),
}
ORDER_STATES = {
    OrderState.OPEN: ("处理中", "Open", "info"),
    OrderState.DONE: ("完成", "Done", "success"),
    OrderState.REFUSED: ("拒绝", "Refused", "danger"),
}
ACTIONS = {
    Action.ACTIVATE: ("开通", "Activate"),
    Action.MODIFY: ("变更", "Modify"),
    Action.DEACTIVATE: ("拆除", "Deactivate"),
}


def badge(states: dict[Any, tuple[str, str, str]], state: str) -> dict[str, str]:
    """Return a state's word and colour."""
    zh, en, colour = states.get(state, (state, state, "quiet"))
    return {"word": said(zh, en), "colour": colour}


def work_badge(work: WorkOrder) -> dict[str, str]:
    """Return how a work order stands; one that was tried before says so."""
    if work.state == WorkState.READY and work.attempts:
        return {"word": said("等待重试", "Tries again"), "colour": "warning"}
    return badge(WORK_STATES, work.state)


def action(word: str) -> str:
    """Return what an order does to a line."""
    return said(*ACTIONS.get(Action(word), (word, word)))


def line_number(order: Any) -> str:
    """Return the number of an order's line, whatever kind of line it is."""
    return str(order.service_number or order.msisdn)


def address(request: HttpRequest, name: str, *parts: str) -> str:
    """Return the address of a page in the console that is open."""
    return reverse(f"{_site(request)}:{name}", args=parts)


def _site(request: HttpRequest) -> str:
    return str(cast(Any, request).current_app)


def flow_address(request: HttpRequest, flow_no: str) -> str:
    """Return where a flow is seen: its page, or its arrows in this system."""
    try:
        return address(request, "flow", flow_no)
    except NoReverseMatch:
        steps = address(request, "integration_flowstep_changelist")
        return f"{steps}?{urlencode({'q': flow_no})}"

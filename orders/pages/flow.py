"""What really happened in a flow: its graph, its sequence diagram, and each message of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from auth_center.permissions import VIEW_FLOW, VIEW_MESSAGE
from auth_center.scope import text_for, values_for
from core.console import Page, render_page, render_part, said
from core.errors import NotFound
from integration.drawing import MARKS, lifeline
from integration.flow import FlowState
from integration.names import chinese_name
from integration.notes import english_note
from integration.reading import ReadMessage, read_message
from integration.states import InboxStatus, StepStatus
from integration.trace import Trace, assemble_trace
from orders import selectors
from orders.models import CustomerOrder, OrderHistory, OrderItem, SubOrder
from orders.pages.drawing import (
    ShownStep,
    draw_parts,
    draw_trace,
    progress_of,
    shown_parts,
    shown_steps,
    step_tone,
)
from orders.pages.flow_words import (
    ACTIONS,
    ACTORS,
    flow_words,
    inbox_words,
    instant_words,
    offset_words,
    pair_words,
    span_words,
    state_tone,
    state_words,
    step_words,
    system_words,
)

SOONEST_SECONDS, LATEST_SECONDS = 1, 5  # how often a page of an open order looks again
QUIET_LOOKS = 8  # after so many looks without news it looks less often
FLOW = "flows/<str:order_no>/"
LEGEND = (
    StepStatus.SENT, StepStatus.RETRIED, StepStatus.PARKED, StepStatus.REFUSED,
    StepStatus.TIMED_OUT, StepStatus.DEAD,
)  # fmt: skip


class StepUnknown(NotFound):
    """The flow has no such step, or the system that keeps it is silent."""

    code = "stepUnknown"
    zh = "流程 {flow} 中没有步骤 {key}"
    en = "There is no step {key} in flow {flow}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A number and the page that shows it (none where there is none, or not for this reader)."""

    number: str
    address: str


def address_of(actor: Actor, name: str, *parts: str) -> str:
    """Return the address of a page of this console, if there is one and ``actor`` may open it."""
    page = crm_console.pages.get(name)
    if page is None or not actor.may(page.permission) or not all(parts):
        return ""
    return reverse(f"{crm_console.name}:{name}", args=parts)


def show_flow(request: HttpRequest, order_no: str) -> HttpResponse:
    """Show a flow; a page that is open already asks for what has changed (``seen``)."""
    actor = actor_of(request)
    order = selectors.show_flow(actor, order_no)
    context = _context(actor, order)
    parts = {
        name: render_to_string(f"orders/flow_{name}.html", context, request)
        for name in ("head", "graph", "items", "history", "sequence", "steps")
    }
    digest = hashlib.sha256("".join(parts.values()).encode()).hexdigest()[:20]
    seen = request.GET.get("seen", "")
    fetched = bool(request.headers.get("HX-Request"))
    context |= {"parts": parts, "digest": digest, **_next_look(request, seen == digest)}
    if fetched:
        return render_part(request, "orders/flow_news.html", **context, changed=seen != digest)
    return render_page(
        request, "orders/flow.html", title=f"{flow_words(order.flow)} {order_no}", **context
    )


def _next_look(request: HttpRequest, quiet: bool) -> dict[str, int]:
    """Return when the page looks again: soon, and after some looks without news less often."""
    text = request.GET.get("quiet", "")
    looks = int(text) if text.isdecimal() and len(text) < 6 else 0
    looks = looks + 1 if quiet else 0
    seconds = SOONEST_SECONDS + looks // QUIET_LOOKS
    return {"quiet_looks": looks, "look_again": min(seconds, LATEST_SECONDS)}


def _context(actor: Actor, order: CustomerOrder) -> dict[str, Any]:
    parts: list[SubOrder] = list(order.sub_orders.all())
    history: list[OrderHistory] = list(order.history.all())
    trace = trace_for(actor, order.order_no)
    steps = shown_steps(order, parts, trace)
    graph = draw_parts(order, parts)
    drawing = draw_trace(trace, steps, {part.system for part in parts})
    pending = order.state == FlowState.PENDING
    holder = selectors.find_line_holder(order) if pending else ""
    closed = order.closed_at is not None
    return {
        "order": order,
        "open": not closed,
        "business": flow_words(order.flow),
        "state": state_words(order.state),
        "tone": state_tone(order.state),
        "customer": Shown(
            number=order.customer_no, address=address_of(actor, "customer", order.customer_no)
        ),
        "who": f"{pair_words(ACTORS, order.actor_kind)} {order.actor_number}",
        "mode": said("同步", "synchronous")
        if order.mode == "sync"
        else said("异步", "asynchronous"),
        "opened": instant_words(order.created_at),
        "closed": instant_words(order.closed_at),
        "duration": span_words(order.closed_at - order.created_at) if order.closed_at else "",
        "cause": said(order.cause_zh, order.cause_en),
        "fallout": address_of(actor, "fallout-order", order.order_no),
        "holder": Shown(number=holder, address=address_of(actor, "flow", holder)),
        "progress": progress_of(order, parts, history),
        "items": [_item(one) for one in order.items.all()],
        "history": [_arrow(order, one) for one in history],
        "graph": graph,
        "nodes": [
            {"part": part, "drawn": drawn}
            for part, drawn in zip(shown_parts(order, parts), graph.nodes, strict=True)
        ],
        "drawing": drawing,
        "arrows": [
            {"step": step, "drawn": drawn, "address": _arrow_address(order, step)}
            for step, drawn in zip(steps, drawing.arrows, strict=True)
        ],
        "silent": [system_words(str(system)) for system in trace.unknown],
        "legend": [
            (status, step_words(status), MARKS[status], step_tone(status)) for status in LEGEND
        ],
    }


def trace_for(actor: Actor, order_no: str) -> Trace:
    """Return what the systems stored of a flow; numbers in its notes as ``actor`` may see them."""
    trace = assemble_trace(order_no)
    steps = [
        replace(one, zh=text_for(actor, one.zh), note=text_for(actor, one.note))
        for one in trace.steps
    ]
    return replace(trace, steps=steps)


def _arrow_address(order: CustomerOrder, step: ShownStep) -> str:
    name = "flow-message" if step.message_id else "flow-step"
    return reverse(f"{crm_console.name}:{name}", args=[order.order_no, step.key])


def _item(item: OrderItem) -> dict[str, Any]:
    return {
        "id": item.item_id,
        "action": pair_words(ACTIONS, item.action),
        "offering": item.offering_code,
        "subscriber": item.subscriber_no,
        "subscription": item.subscription_no,
        "characteristics": sorted(item.characteristics.items()),
    }


def _arrow(order: CustomerOrder, arrow: OrderHistory) -> dict[str, Any]:
    reasons = {order.cause_zh: order.cause_en} if order.cause_zh else {}
    return {
        "target": state_words(arrow.target),
        "tone": state_tone(arrow.target),
        "instant": instant_words(arrow.at),
        "offset": offset_words(arrow.at, order.created_at),
        "actor": arrow.actor_number,
        "note": said(arrow.note, english_note(arrow.note, reasons)),
    }


# -- one arrow ---------------------------------------------------------------------------------


def show_message(request: HttpRequest, order_no: str, id: str) -> HttpResponse:
    """Show a message of a flow, as its sender and its receiver keep it."""
    actor = actor_of(request)
    order = selectors.get_flow(actor, order_no)
    context = {"order": order, **_message(read_message(order.order_no, id), actor, order)}
    return _panel(request, order, "orders/flow_message.html", context)


def show_step(request: HttpRequest, order_no: str, key: str) -> HttpResponse:
    """Show an arrow that is no message: a write, a question, a call of the network."""
    actor = actor_of(request)
    order = selectors.show_flow(actor, order_no)
    trace = trace_for(actor, order.order_no)
    steps = shown_steps(order, list(order.sub_orders.all()), trace)
    step = next((one for one in steps if one.key == key), None)
    if step is None:
        raise StepUnknown(flow=order_no, key=key[:40])
    context = {"order": order, "key": key, "heading": step.label, "step": step, "what": _what(step)}
    return _panel(request, order, "orders/flow_step.html", context)


def _panel(
    request: HttpRequest, order: CustomerOrder, template: str, context: dict[str, Any]
) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return render_part(request, template, **context)
    back = reverse(f"{crm_console.name}:flow", args=[order.order_no])
    title = f"{context['heading']} · {order.order_no}"
    return render_page(
        request, "orders/flow_opened.html", title=title, part=template, back=back, **context
    )


def _what(step: ShownStep) -> str:
    if step.name == "DataAccess":
        return said(
            "本系统数据库内的一次写入, 与其消息同在一个事务中。",
            "A write in the system's own database, in one transaction with what it says of it.",
        )
    if "network" in step.ends:
        return said("对网元的一次调用。", "A call of a network element.")
    if "portal" in step.ends:
        return said(
            "界面或渠道与CRM之间的请求或响应。",
            "A request of the portal or a channel, or its answer.",
        )
    return said(
        "系统之间的同步查询: 有时限, 不经消息队列。",
        "A synchronous question between systems: it has a deadline and takes no message bus.",
    )


def _message(read: ReadMessage, actor: Actor, order: CustomerOrder) -> dict[str, Any]:
    envelope: dict[str, Any] = values_for(actor, dict(read.said.envelope)) if read.said else {}
    payload = envelope.pop("payload", None)
    name = str(envelope.get("name", ""))
    sides = [said(*lifeline(str(side))[1:]) for side in (read.sender, read.receiver) if side]
    return {
        "key": read.id,
        "heading": said(chinese_name(name) or name, name) or said("消息", "Message"),
        "name": name,
        "sides": " → ".join(sides),
        "envelope": [(key, _plain(value)) for key, value in envelope.items()],
        "payload": "" if payload is None else json.dumps(payload, ensure_ascii=False, indent=2),
        "silent": [system_words(str(system)) for system in read.unknown],
        **_sending(read, order.created_at),
        **_hearing(read, order.created_at, actor),
    }


def _sending(read: ReadMessage, start: datetime) -> dict[str, Any]:
    if read.said is None:
        return {"outbox": None, "sender_silent": bool(read.unknown)}
    moments = (
        (said("写入发件箱", "Written to the outbox"), read.said.created_at),
        (said("最近一次发出", "Last sent"), read.said.sent_at),
        (said("对方确认收到", "Receiver confirmed"), read.said.received_at),
    )
    return {"outbox": read.said, "sent_times": _times(start, moments)}


def _hearing(read: ReadMessage, start: datetime, actor: Actor) -> dict[str, Any]:
    """Say how the receiver took it; what its error said is for those who may view messages."""
    tells_errors = actor.may(VIEW_MESSAGE)
    receiver = system_words(str(read.receiver)) if read.receiver else ""
    if read.heard is None:
        silent = read.receiver is None or read.receiver in read.unknown
        return {"inbox": None, "receiver": receiver, "receiver_silent": silent}
    moments = (
        (said("收到", "Received"), read.heard.received_at),
        (said("处理完成", "Dealt with"), read.heard.done_at),
        (said("下次尝试", "Next try"), read.heard.next_attempt_at),
    )
    return {
        "inbox": read.heard,
        "receiver": receiver,
        "heard_words": inbox_words(read.heard.status),
        "heard_tone": _heard_tone(read.heard.status),
        "heard_times": _times(start, moments),
        "error": text_for(actor, read.heard.error) if tells_errors else "",
        "error_hidden": bool(read.heard.error) and not tells_errors,
    }


def _times(
    start: datetime, moments: tuple[tuple[str, datetime | None], ...]
) -> list[tuple[str, str, str]]:
    return [
        (words, instant_words(at), offset_words(at, start))
        for words, at in moments
        if at is not None
    ]


def _heard_tone(status: str) -> str:
    if status == InboxStatus.DONE:
        return "success"
    return "danger" if status == InboxStatus.DEAD else "warning"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


PAGES = (
    Page(
        path=FLOW,
        name="flow",
        view=show_flow,
        permission=VIEW_FLOW,
        titles=("流程", "Flow"),
    ),
    Page(
        path=FLOW + "messages/<str:id>/",
        name="flow-message",
        view=show_message,
        permission=VIEW_FLOW,
        titles=("消息", "Message"),
    ),
    Page(
        path=FLOW + "steps/<str:key>/",
        name="flow-step",
        view=show_step,
        permission=VIEW_FLOW,
        titles=("步骤", "Step"),
    ),
)

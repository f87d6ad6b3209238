"""A flow's thread through provisioning: kept on the order, taken up again for its answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from core.systems import System
from integration import outbox
from integration.context import FlowContext
from integration.messages import Message, Stamp
from integration.states import StepStatus
from provisioning.models import ProvisioningOrder, WorkOrder
from provisioning.rows import update_row

REQUEST = "WorkOrderRequest"
RESPONSE = "WorkOrderResponse"


def keep(context: FlowContext) -> dict[str, Any]:
    """Return what of a flow must be known to go on with it later."""
    return {
        "flow": context.flow,
        "mode": context.mode,
        "settings": context.settings,
        "actor": msgspec.to_builtins(context.actor),
    }


def take_up(order: ProvisioningOrder, at: datetime) -> FlowContext:
    """Return the context in which the flow of ``order`` goes on."""
    return FlowContext(
        system=System.PROVISIONING,
        flow=order.thread["flow"],
        flow_no=order.flow_no,
        mode=order.thread["mode"],
        settings=order.thread["settings"],
        actor=msgspec.convert(order.thread["actor"], Stamp),
        at=at,
        clock=order.clock,
    )


def answer(context: FlowContext, order: ProvisioningOrder, message: Message) -> None:
    """Send the order's answer to whoever conducts its flow."""
    outbox.send(
        context,
        System(order.sender),
        message,
        subject=order.subject,
        reply_to=str(order.message_id),
    )


def note_request(context: FlowContext, work: WorkOrder) -> None:
    """Note that a work order goes to its element now; ``settle_request`` says what became of it."""
    context.step(System.PROVISIONING, "network", REQUEST, _about(work), StepStatus.SENT)
    work.request_clock = context.clock


def note_response(context: FlowContext, work: WorkOrder, words: str, status: StepStatus) -> None:
    """Note how an attempt ended."""
    note = f"{_about(work)}: {words}"[:200]
    context.step("network", System.PROVISIONING, RESPONSE, note, status)


def settle_request(work: WorkOrder, order: ProvisioningOrder, status: StepStatus) -> None:
    """Say what became of the request that ``note_request`` noted."""
    request = {"clock": work.request_clock, "name": REQUEST, "note": _about(work)}
    update_row("integration_flowstep", {"status": status}, flow_no=order.flow_no, **request)


def _about(work: WorkOrder) -> str:
    again = f" 第 {work.attempts} 次" if work.attempts > 1 else ""
    return f"{work.element_id} 工单 {work.work_order_no}{again}"

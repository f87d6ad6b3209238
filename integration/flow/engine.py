"""The one engine that starts a flow's sub-orders, takes their replies and closes the flow."""

from __future__ import annotations

from functools import partial
from typing import Generic, TypeVar

import msgspec
from django.db import transaction

from core.errors import DomainError
from core.systems import System
from integration import wake
from integration.context import FlowContext
from integration.flow.definition import Plan, flow_named
from integration.flow.records import FlowHistory, FlowRecord, SubOrderRecord
from integration.flow.states import FLOW_ARROWS, FlowState
from integration.flow.storage import Storage
from integration.messages import Outcome
from integration.messages.base import convert
from integration.states import StepStatus

Order = TypeVar("Order", bound=FlowRecord)
SubOrder = TypeVar("SubOrder", bound=SubOrderRecord)


class UnknownSubOrder(DomainError):
    """A reply names a sub-order that nobody here has sent."""

    code = "unknownSubOrder"
    zh = "未知子订单 {number}"
    en = "There is no sub-order {number}"


def sub_order_no(order_no: str, position: int) -> str:
    """Return the number by which the other systems know a sub-order."""
    return f"{order_no}-{position}"


class Engine(Generic[Order, SubOrder]):
    """Conducts the flows of one system on that system's own tables."""

    def __init__(
        self,
        system: System,
        orders: type[Order],
        sub_orders: type[SubOrder],
        history: type[FlowHistory],
    ) -> None:
        self.system = system
        self.sub_orders = sub_orders
        self.storage = Storage(system, orders, sub_orders, history)

    def start(self, order: Order, plans: list[Plan], context: FlowContext, *, wait: bool) -> None:
        """Insert ``order`` with its sub-orders and send the ones that wait for nothing.

        With ``wait`` the order stands in a waiting line (``pending``) and nothing is sent;
        ``begin`` starts it later. Runs in the transaction of the order's own writes.
        """
        order.state = FlowState.PENDING if wait else FlowState.IN_PROGRESS
        flow = flow_named(order.flow)
        if flow.decomposed:
            context.wrote("创建订单，并将订单分解为" + "、".join(_kinds(plans)))
        if order.mode == "async":
            context.step(self.system, "portal", flow.response, "已受理")
            order.answered_at = context.at
        sub_orders = [
            self._sub_order(position, plan) for position, plan in enumerate(plans, start=1)
        ]
        if not wait:
            self._send_ready(sub_orders, context)
        context.flush()
        order.clock = context.clock
        states = ["", FlowState.ACKNOWLEDGED, order.state]
        self.storage.insert(order, sub_orders, states, context.at)

    def begin(self, order_no: str, context: FlowContext) -> None:
        """Start an order whose turn in the waiting line has come."""
        order, sub_orders = self.storage.load(order_no)
        sent = self._send_ready(sub_orders, context)
        self._advance(order, FlowState.IN_PROGRESS, sent, context)

    def reply(self, number: str, outcome: Outcome, context: FlowContext) -> Order | None:
        """Take a sub-order's reply; return the order when this closed it.

        A reply that was heard before, or for an order that is closed, changes nothing. A refusal
        holds the order with its cause. Raises ``UnknownOrder`` or
        ``UnknownSubOrder``.
        """
        order_no, _, position = number.rpartition("-")
        order, sub_orders = self.storage.load(order_no)
        answered = next((one for one in sub_orders if str(one.position) == position), None)
        if answered is None:
            raise UnknownSubOrder(number=number[:40])
        if answered.state != FlowState.IN_PROGRESS:
            return None
        context.clock = max(context.clock, order.clock, *(one.clock for one in sub_orders))
        answered.outcome = msgspec.to_builtins(outcome)
        if not outcome.done:
            answered.state = FlowState.HELD
            self._hold(order, answered, outcome, context)
            return None
        answered.state, answered.done_at = FlowState.COMPLETED, context.at
        held = order.state == FlowState.HELD  # then nothing further is sent until it is mended
        changed = [answered, *([] if held else self._send_ready(sub_orders, context))]
        answered.clock = context.clock
        if held or any(one.state != FlowState.COMPLETED for one in sub_orders):
            self.storage.save(order, changed)
            return None
        self._close(order, changed, context)
        return order

    def _close(self, order: Order, changed: list[SubOrder], context: FlowContext) -> None:
        flow = flow_named(order.flow)
        flow.complete(order, context)
        if flow.decomposed:
            context.wrote("订单关闭")
        self._answer(order, context, StepStatus.DONE)
        order.closed_at = context.at
        self._advance(order, FlowState.COMPLETED, changed, context)

    def _hold(
        self, order: Order, answered: SubOrder, outcome: Outcome, context: FlowContext
    ) -> None:
        answered.clock = context.clock
        if order.state == FlowState.HELD:
            self.storage.save(order, [answered])
            return
        order.cause_code, order.cause_zh, order.cause_en = outcome.code, outcome.zh, outcome.en
        context.wrote("订单转异常: " + outcome.zh)
        self._answer(order, context, StepStatus.REFUSED, outcome.zh)
        self._advance(order, FlowState.HELD, [answered], context, note=outcome.zh)

    def _advance(
        self,
        order: Order,
        target: FlowState,
        changed: list[SubOrder],
        context: FlowContext,
        note: str = "",
    ) -> None:
        source = order.state
        FLOW_ARROWS.check(source, target)
        order.state, order.clock = target, context.clock
        self.storage.advance(
            order, changed, source=source, at=context.at, by=context.actor.number, note=note
        )

    def _answer(
        self, order: Order, context: FlowContext, status: StepStatus, note: str = ""
    ) -> None:
        """Answer the portal, if it still waits: note the arrow, and wake the request at commit."""
        if order.answered_at is not None:
            return
        order.answered_at = context.at
        response = flow_named(order.flow).response
        context.step(self.system, "portal", response, note, status)
        transaction.on_commit(partial(wake.announce, order.order_no), using=self.system.alias)

    def _send_ready(self, sub_orders: list[SubOrder], context: FlowContext) -> list[SubOrder]:
        done = {one.position for one in sub_orders if one.state == FlowState.COMPLETED}
        ready = [
            one
            for one in sub_orders
            if one.state == FlowState.ACKNOWLEDGED and done.issuperset(one.waits_for)
        ]
        for one in ready:
            message = convert(one.message, one.payload)
            context.send(System(one.system), message, subject=one.subject, note=one.note)
            one.state, one.sent_at, one.clock = FlowState.IN_PROGRESS, context.at, context.clock
        return ready

    def _sub_order(self, position: int, plan: Plan) -> SubOrder:
        return self.sub_orders(
            position=position,
            kind=plan.kind,
            system=str(plan.system),
            subject=plan.subject,
            waits_for=list(plan.after),
            state=FlowState.ACKNOWLEDGED,
            message=type(plan.message).__name__,
            payload=msgspec.to_builtins(plan.message),
            note=plan.note,
        )


def _kinds(plans: list[Plan]) -> list[str]:
    names = {
        "subscription": "订购类订单",
        "status_change": "用户状态变更类订单",
        "provisioning": "开通类订单",
    }
    kinds = {plan.kind for plan in plans}
    return [name for kind, name in names.items() if kind in kinds]

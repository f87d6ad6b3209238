"""The one engine that starts a flow's sub-orders, takes their replies and closes the flow."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any, Generic, TypeVar

import msgspec
from django.db import transaction

from core.systems import System
from integration import wake
from integration.context import FlowContext
from integration.flow.definition import Plan, flow_named
from integration.flow.records import FlowHistory, FlowRecord, SubOrderRecord
from integration.flow.states import FLOW_ARROWS, FlowState
from integration.messages import Outcome, decode, encode

Order = TypeVar("Order", bound=FlowRecord)
SubOrder = TypeVar("SubOrder", bound=SubOrderRecord)


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
        self.orders = orders
        self.sub_orders = sub_orders
        self.history = history

    def start(self, order: Order, plans: list[Plan], context: FlowContext, *, wait: bool) -> None:
        """Insert ``order`` with its sub-orders and send the ones that wait for nothing.

        With ``wait`` the order stands in a waiting line (``pending``) and nothing is sent;
        ``begin`` starts it later. Runs in the transaction of the order's own writes.
        """
        order.state = FlowState.PENDING if wait else FlowState.IN_PROGRESS
        if flow_named(order.flow).decomposed:
            context.wrote("创建订单，并将订单分解为" + "、".join(_kinds(plans)))
        if order.mode == "async":
            context.step(self.system, "portal", flow_named(order.flow).response, "已受理")
        sub_orders = [
            self._sub_order(position, plan) for position, plan in enumerate(plans, start=1)
        ]
        if not wait:
            self._send_ready(sub_orders, context)
        context.flush()
        order.clock = context.clock
        order.save(force_insert=True)
        for sub_order in sub_orders:
            sub_order.order_id = order.pk
        self.sub_orders._default_manager.bulk_create(sub_orders)
        self._record(
            order, ["", FlowState.ACKNOWLEDGED, order.state], context.actor.number, context.at
        )

    def begin(self, order: Order, context: FlowContext) -> None:
        """Start an order whose turn in the waiting line has come."""
        sub_orders = self._sub_orders_of(order)
        self._advance(order, FlowState.IN_PROGRESS, context, note="")
        ready = self._send_ready(sub_orders, context)
        self._save_sent(order, ready, context)

    def reply(self, number: str, outcome: Outcome, context: FlowContext) -> Order | None:
        """Take a sub-order's reply; return the order when this closed it.

        A reply that was heard before, or for an order that is closed, changes nothing. A refusal
        holds the order with its cause.
        """
        order_no, _, position = number.rpartition("-")
        order = self.orders._default_manager.select_for_update().get(order_no=order_no)
        sub_orders = self._sub_orders_of(order)
        answered = next(one for one in sub_orders if one.position == int(position))
        if answered.state != FlowState.IN_PROGRESS:
            return None
        context.clock = max(context.clock, order.clock, *(one.clock for one in sub_orders))
        answered.state = FlowState.COMPLETED if outcome.done else FlowState.HELD
        ready = self._send_ready(sub_orders, context) if outcome.done else []
        self._sub_orders_at(order, [answered.position]).update(
            state=answered.state,
            done_at=context.at if outcome.done else None,
            clock=context.clock,
            outcome=msgspec.to_builtins(outcome),
        )
        self._save_sent(order, ready, context)
        if not outcome.done:
            self._hold(order, outcome, context)
        elif all(one.state == FlowState.COMPLETED for one in sub_orders):
            self._close(order, context)
            return order
        return None

    def _close(self, order: Order, context: FlowContext) -> None:
        flow = flow_named(order.flow)
        flow.complete(order, context)
        if flow.decomposed:
            context.wrote("订单关闭")
        if order.mode == "sync":
            context.step(self.system, "portal", flow.response)
            transaction.on_commit(partial(wake.announce, order.order_no), using=self.system.alias)
        order.closed_at = context.at
        self._advance(order, FlowState.COMPLETED, context, note="")

    def _hold(self, order: Order, outcome: Outcome, context: FlowContext) -> None:
        if order.state == FlowState.HELD:
            return
        order.cause_code, order.cause_zh, order.cause_en = outcome.code, outcome.zh, outcome.en
        context.wrote("订单转异常: " + outcome.zh)
        if order.mode == "sync":
            transaction.on_commit(partial(wake.announce, order.order_no), using=self.system.alias)
        self._advance(order, FlowState.HELD, context, note=outcome.zh)

    def _advance(self, order: Order, target: FlowState, context: FlowContext, *, note: str) -> None:
        source = order.state
        FLOW_ARROWS.check(source, target)
        order.state = target
        order.clock = context.clock
        columns = ["state", "clock", "closed_at", "cause_code", "cause_zh", "cause_en"]
        self.orders._default_manager.filter(pk=order.pk).update(
            **{column: getattr(order, column) for column in columns}
        )
        self._record(order, [source, target], context.actor.number, context.at, note)

    def _record(
        self, order: Order, states: list[str], actor_number: str, at: datetime, note: str = ""
    ) -> None:
        rows = []
        for source, target in pairwise(states):
            row = self.history(source=source, target=target, at=at, note=note)
            row.order, row.actor_number = order, actor_number
            rows.append(row)
        self.history._default_manager.bulk_create(rows)

    def _send_ready(self, sub_orders: list[SubOrder], context: FlowContext) -> list[SubOrder]:
        done = {one.position for one in sub_orders if one.state == FlowState.COMPLETED}
        ready = [
            one
            for one in sub_orders
            if one.state == FlowState.ACKNOWLEDGED and done.issuperset(one.waits_for)
        ]
        for one in ready:
            message = decode(one.message, 1, encode(one.payload))
            context.send(System(one.system), message, subject=one.subject, note=one.note)
            one.state, one.sent_at, one.clock = FlowState.IN_PROGRESS, context.at, context.clock
        return ready

    def _save_sent(self, order: Order, ready: list[SubOrder], context: FlowContext) -> None:
        if ready:
            self._sub_orders_at(order, [one.position for one in ready]).update(
                state=FlowState.IN_PROGRESS, sent_at=context.at, clock=context.clock
            )

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

    def _sub_orders_of(self, order: Order) -> list[SubOrder]:
        return list(self.sub_orders._default_manager.filter(order_id=order.pk).order_by("position"))

    def _sub_orders_at(self, order: Order, positions: list[int]) -> Any:
        return self.sub_orders._default_manager.filter(order_id=order.pk, position__in=positions)


def _kinds(plans: list[Plan]) -> list[str]:
    names = {
        "subscription": "订购类订单",
        "status_change": "用户状态变更类订单",
        "provisioning": "开通类订单",
    }
    kinds = {plan.kind for plan in plans}
    return [name for kind, name in names.items() if kind in kinds]

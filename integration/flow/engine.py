"""The one engine that starts a flow's sub-orders, takes their replies and closes the flow."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec

from core.errors import Conflict, DomainError
from core.systems import System
from integration.context import FlowContext
from integration.flow.definition import NothingToCorrect, Plan, flow_named
from integration.flow.numbering import parts_of
from integration.flow.records import FlowHistory, FlowRecord, SubOrderRecord
from integration.flow.states import CLOSED_STATES, FlowState
from integration.flow.storage import Storage
from integration.flow.work import UNDOING, Work, planned
from integration.messages import Outcome

Order = TypeVar("Order", bound=FlowRecord)
SubOrder = TypeVar("SubOrder", bound=SubOrderRecord)


class UnknownSubOrder(DomainError):
    """A reply names a sub-order that nobody here has sent."""

    code = "unknownSubOrder"
    zh = "未知子订单 {number}"
    en = "There is no sub-order {number}"


class OrderClosed(Conflict):
    """Nothing more can be done about an order that is closed."""

    code = "orderClosed"
    zh = "订单 {number} 已结束, 状态为 {state}"
    en = "The order {number} is closed, its state is {state}"


class PastPointOfNoReturn(Conflict):
    """What was done cannot be taken back by cancelling."""

    code = "pastPointOfNoReturn"
    zh = "订单 {number} 已过不可撤销点, 不能撤单"
    en = "The order {number} has passed its point of no return and cannot be cancelled"


class NothingHeld(Conflict):
    """There is no refused sub-order to try again or to skip."""

    code = "nothingHeld"
    zh = "订单 {number} 没有需要处理的异常"
    en = "Nothing of the order {number} waits for a decision"


class MendedMeanwhile(Conflict):
    """The order does not stand any more as whoever decided about it has seen it."""

    code = "mendedMeanwhile"
    zh = "订单 {number} 已有变化, 可能刚刚有人处理过"
    en = "The order {number} has changed, perhaps somebody has just dealt with it"


class Engine(Generic[Order, SubOrder]):
    """Conducts the flows of one system on that system's own tables.

    Every method runs in the transaction of its caller and locks the order's row first.
    """

    def __init__(
        self,
        system: System,
        orders: type[Order],
        sub_orders: type[SubOrder],
        history: type[FlowHistory],
    ) -> None:
        self.system = system
        self.storage = Storage(system, orders, sub_orders, history)

    def start(
        self,
        order: Order,
        plans: list[Plan],
        context: FlowContext,
        *,
        wait: bool,
        begins: bool = True,
    ) -> None:
        """Insert ``order`` with its sub-orders and send the ones that wait for nothing.

        With ``wait`` the order stands in a waiting line (``pending``), and ``begin`` starts it
        when its turn has come; with ``begins`` false the caller has more to write about the order
        and then calls ``begin`` himself.
        """
        order.state = FlowState.ACKNOWLEDGED
        if wait:
            order.state = FlowState.PENDING
        elif begins:
            order.state = FlowState.IN_PROGRESS
        flow = flow_named(order.flow)
        if flow.decomposed:
            context.wrote("创建订单，并将订单分解为" + "、".join(_kinds(plans)))
        if order.mode == "async":
            context.step(self.system, "portal", flow.response, "已受理")
            order.answered_at = context.at
        parts = [planned(self.storage.sub_orders, *one) for one in enumerate(plans, start=1)]
        if order.state == FlowState.IN_PROGRESS:
            Work(order, parts, self.storage, context).send_ready()
        context.flush()
        order.clock = context.clock
        states = dict.fromkeys(["", FlowState.ACKNOWLEDGED, order.state])
        self.storage.insert(order, parts, list(states), context.at)

    def begin(self, order_no: str, context: FlowContext) -> None:
        """Start an order whose turn has come."""
        work = self._work(order_no, context)
        work.send_ready()
        work.move(FlowState.IN_PROGRESS)

    def reply(self, number: str, outcome: Outcome, context: FlowContext) -> Order | None:
        """Take a sub-order's reply; return the order when this closed it.

        A reply that was heard before, to an earlier attempt, or for an order that is closed,
        changes nothing. A refusal holds the order with its cause. Raises ``UnknownOrder`` or
        ``UnknownSubOrder``.
        """
        order_no, position, attempt = parts_of(number)
        work = self._work(order_no, context)
        answered = next((one for one in work.parts if str(one.position) == position), None)
        if answered is None:
            raise UnknownSubOrder(number=number[:40])
        if answered.state != FlowState.IN_PROGRESS or str(answered.attempt) != attempt:
            return None
        answered.outcome = msgspec.to_builtins(outcome)
        if not outcome.done:
            answered.state = FlowState.HELD
            return work.order if work.hold(answered, outcome) else None
        answered.state, answered.done_at = FlowState.COMPLETED, context.at
        work.note(answered)
        return work.order if work.go_on() else None

    def retry(
        self,
        order_no: str,
        context: FlowContext,
        *,
        changes: dict[str, str],
        note: str = "",
        seen: str = "",
    ) -> Order | None:
        """Send the refused sub-orders again, with corrections; return the order if that closed it.

        On an order that is held for nothing it asks again for the answers that have not come.
        ``seen`` is how the order stood (``standing_of``) for whoever decided. Raises
        ``OrderClosed``, ``MendedMeanwhile``, ``NothingHeld`` or ``NothingToCorrect``.
        """
        work = self._open_work(order_no, context)
        if seen and seen != standing_of(work.order, work.parts):
            raise MendedMeanwhile(number=order_no)
        refused = work.refused
        again = refused or [one for one in work.parts if one.state == FlowState.IN_PROGRESS]
        if not again or (changes and not refused):
            raise NothingHeld(number=order_no)
        if changes and work.backward:
            raise NothingToCorrect(field=next(iter(changes)))
        if changes:
            work.flow.correct(work.order, work.parts, changes)
        context.wrote("异常处理: 重试" + (f" ({note})" if note else ""))
        for one in again:
            one.attempt += 1
            one.outcome = None
            one.save(update_fields=["attempt", "payload", "outcome"])
            work.send(one)
        work.release()
        return work.order if work.go_on(note) else None

    def skip(
        self, order_no: str, position: int, context: FlowContext, *, reason: str
    ) -> Order | None:
        """Go on without a refused sub-order; return the order when this closed it.

        Raises ``OrderClosed`` or ``NothingHeld``.
        """
        work = self._open_work(order_no, context)
        part = next((one for one in work.refused if one.position == position), None)
        if part is None:
            raise NothingHeld(number=order_no)
        part.state, part.done_at = FlowState.CANCELLED, context.at
        part.outcome = {**(part.outcome or {}), "skipped": reason}
        work.note(part)
        context.wrote(f"异常处理: 跳过 ({reason})")
        work.release()
        return work.order if work.go_on(reason) else None

    def cancel(self, order_no: str, context: FlowContext, *, reason: str) -> Order | None:
        """Cancel an order: what was done is undone, newest first.

        Work that is under way elsewhere is waited for. Returns the order when this closed it; one
        that is being cancelled already stays so. Raises ``OrderClosed`` or
        ``PastPointOfNoReturn``.
        """
        work = self._open_work(order_no, context)
        if work.order.state in UNDOING or work.backward:
            return None
        if work.past_return():
            raise PastPointOfNoReturn(number=order_no)
        context.wrote(f"撤单 ({reason})")
        if work.order.state in (FlowState.PENDING, FlowState.ACKNOWLEDGED):
            work.cancel_unsent(reason)
            return work.order
        work.order.cause_code = work.order.cause_zh = work.order.cause_en = ""
        work.move(FlowState.ASSESSING_CANCELLATION, reason)
        return work.order if work.go_on(reason) else None

    def _open_work(self, order_no: str, context: FlowContext) -> Work[Order, SubOrder]:
        work = self._work(order_no, context)
        if work.order.state in CLOSED_STATES:
            raise OrderClosed(number=order_no, state=str(work.order.state))
        return work

    def _work(self, order_no: str, context: FlowContext) -> Work[Order, SubOrder]:
        order, parts = self.storage.load(order_no)
        context.clock = max(context.clock, order.clock, *(one.clock for one in parts))
        return Work(order, parts, self.storage, context)


def standing_of(order: FlowRecord, parts: Iterable[SubOrderRecord]) -> str:
    """Return how an order stands, in a word that every deed of a person changes."""
    return f"{order.state}.{sum(one.attempt for one in parts)}"


def _kinds(plans: list[Plan]) -> list[str]:
    names = {
        "subscription": "订购类订单",
        "status_change": "用户状态变更类订单",
        "provisioning": "开通类订单",
    }
    kinds = {plan.kind for plan in plans}
    return [name for kind, name in names.items() if kind in kinds]

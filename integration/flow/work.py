"""One order in the transaction that advances it: forward to its close, or back to its undoing."""

from __future__ import annotations

from functools import partial
from typing import Any, Generic, TypeVar

import msgspec
from django.db import transaction

from core.systems import System
from integration import wake
from integration.context import FlowContext
from integration.flow.definition import Flow, Plan, flow_named
from integration.flow.numbering import sub_order_no
from integration.flow.records import FlowRecord, SubOrderRecord
from integration.flow.states import FLOW_ARROWS, FlowState
from integration.flow.storage import Storage
from integration.messages import Outcome
from integration.states import StepStatus

Order = TypeVar("Order", bound=FlowRecord)
SubOrder = TypeVar("SubOrder", bound=SubOrderRecord)
_S = FlowState
UNDOING = (_S.ASSESSING_CANCELLATION, _S.PENDING_CANCELLATION)
SETTLED = (_S.COMPLETED, _S.CANCELLED)  # a cancelled sub-order was skipped: nobody waits for it


class Work(Generic[Order, SubOrder]):
    """An order, locked, with its sub-orders: what is decided here is written by ``write``."""

    def __init__(
        self,
        order: Order,
        parts: list[SubOrder],
        storage: Storage[Order, SubOrder],
        context: FlowContext,
    ) -> None:
        self.order, self.parts, self.storage, self.context = order, parts, storage, context
        self.flow: Flow = flow_named(order.flow)
        self.changed: list[SubOrder] = []

    @property
    def forward(self) -> list[SubOrder]:
        """The sub-orders it was decomposed into."""
        return [one for one in self.parts if one.undoes is None]

    @property
    def backward(self) -> list[SubOrder]:
        """The sub-orders that take others back."""
        return [one for one in self.parts if one.undoes is not None]

    @property
    def refused(self) -> list[SubOrder]:
        """The refused sub-orders that wait for a person.

        Once an order is taken back, what was refused on the way forward is nobody's any more.
        """
        if self.order.state == _S.ASSESSING_CANCELLATION:
            return []
        return [one for one in self.backward or self.forward if one.state == _S.HELD]

    def any_in(self, *states: FlowState) -> bool:
        """Tell whether a sub-order stands in one of ``states``."""
        return any(one.state in states for one in self.parts)

    def past_return(self) -> bool:
        """Tell whether the point of no return lies behind."""
        return any(one.final and one.state == _S.COMPLETED for one in self.forward)

    def send(self, part: SubOrder) -> None:
        """Say what a sub-order has to say, under the number of its present attempt."""
        message = self.flow.message(self.order, part, self.context)
        number = sub_order_no(self.order.order_no, part.position, part.attempt)
        if getattr(message, "sub_order_no", number) != number:
            message = msgspec.structs.replace(message, sub_order_no=number)
        if part.pk is not None:  # else it is inserted as it was planned a moment ago
            self._keep(part, msgspec.to_builtins(message))
        self.context.send(System(part.system), message, subject=part.subject, note=part.note)
        part.state, part.sent_at = _S.IN_PROGRESS, self.context.at
        self.note(part)

    def _keep(self, part: SubOrder, payload: dict[str, Any]) -> None:
        """Keep what a sub-order says where that is not what was planned."""
        if payload != part.payload:
            part.payload = payload
            part.save(update_fields=["payload"])

    def send_ready(self) -> None:
        """Send every sub-order whose turn has come."""
        settled = {one.position for one in self.forward if one.state in SETTLED}
        for one in self.forward:
            if one.state == _S.ACKNOWLEDGED and settled.issuperset(one.waits_for):
                self.send(one)

    def note(self, part: SubOrder) -> None:
        """Remember that a sub-order changed now."""
        part.clock = self.context.clock
        if part not in self.changed:
            self.changed.append(part)

    def go_on(self, note: str = "") -> bool:
        """Do what is to be done next and write it; tell whether the order is closed now."""
        if self.order.state in UNDOING:
            return self._go_back(note)
        if self.order.state == _S.HELD:  # nothing further is sent until it is mended
            self.write()
            return False
        self.send_ready()
        if any(one.state not in SETTLED for one in self.forward):
            self.write()
            return False
        self._close(note)
        return True

    def hold(self, part: SubOrder, outcome: Outcome) -> bool:
        """Hold the order for a refused sub-order, so that it waits for a person.

        One whose cancellation is looked at goes on with that: the refusal leaves less to undo.
        Tells whether the order is closed now.
        """
        self.note(part)
        if self.order.state in (_S.HELD, _S.ASSESSING_CANCELLATION):
            return self.go_on()
        self._blame(outcome.code, outcome.zh, outcome.en)
        self.context.wrote("订单转异常: " + outcome.zh)
        self.answer(StepStatus.REFUSED, outcome.zh)
        self.move(_S.HELD, outcome.zh)
        return False

    def release(self) -> None:
        """Take a held order up again: forward, or back where it was being undone."""
        if self.order.state != _S.HELD or self.refused:
            return
        target = _S.PENDING_CANCELLATION if self.backward else _S.IN_PROGRESS
        self._blame()
        self.move(target)

    def _blame(self, code: str = "", zh: str = "", en: str = "") -> None:
        """Say why the order is held, or that it is for nothing."""
        self.order.cause_code, self.order.cause_zh, self.order.cause_en = code, zh, en

    def _go_back(self, note: str) -> bool:
        if self.any_in(_S.IN_PROGRESS):
            self.write()
            return False
        if self.order.state == _S.ASSESSING_CANCELLATION:
            if self.past_return():
                return self._go_forward_again()
            self.move(_S.PENDING_CANCELLATION)
        following = self._next_to_undo()
        if following is not None:
            self.send(following)
            self.write()
            return False
        self._close_undone(note)
        return True

    def _go_forward_again(self) -> bool:
        """The point of no return was passed while the cancellation was looked at."""
        refused = next((one for one in self.forward if one.state == _S.HELD), None)
        if refused is not None:
            why = refused.outcome or {}
            self._blame(why.get("code", ""), why.get("zh", ""), why.get("en", ""))
        self.move(_S.IN_PROGRESS if refused is None else _S.HELD, "已过不可撤销点")
        return self.go_on()

    def _next_to_undo(self) -> SubOrder | None:
        """Return the sub-order, new in the graph, that takes back the newest not yet taken back."""
        taken_back = {one.undoes for one in self.backward}
        sent = [one for one in self.forward if one.sent_at is not None]
        for one in sorted(sent, key=lambda one: (one.sent_at, one.clock), reverse=True):
            if one.position in taken_back:
                continue
            plan = self.flow.undo(self.order, one)
            if plan is not None:
                return self._add(plan, undoes=one.position)
        return None

    def _add(self, plan: Plan, *, undoes: int) -> SubOrder:
        position = max(one.position for one in self.parts) + 1
        part = planned(self.storage.sub_orders, position, plan)
        part.order_id, part.undoes = self.order.pk, undoes
        part.save(force_insert=True)
        self.parts.append(part)
        return part

    def _close(self, note: str) -> None:
        self.flow.complete(self.order, self.context)
        if self.flow.decomposed:
            self.context.wrote("订单关闭")
        self.answer(StepStatus.DONE)
        skipped = any(one.state == _S.CANCELLED for one in self.forward)
        self._end(_S.PARTIAL if skipped else _S.COMPLETED, note)

    def _close_undone(self, note: str) -> None:
        self.flow.undone(self.order, self.context)
        self.context.wrote("订单撤销, 已恢复原状")
        self.answer(StepStatus.REFUSED, "订单已撤销")
        skipped = any(one.state == _S.CANCELLED for one in self.backward)
        self._end(_S.FAILED if skipped else _S.CANCELLED, note)

    def _end(self, state: FlowState, note: str) -> None:
        self.order.closed_at = self.context.at
        self.move(state, note)

    def cancel_unsent(self, note: str) -> None:
        """Cancel an order that still waits in line: there is nothing to undo elsewhere."""
        for one in self.parts:
            one.state = _S.CANCELLED
            self.note(one)
        self._close_undone(note)

    def move(self, target: FlowState, note: str = "") -> None:
        """Take an arrow and write it with everything that changed."""
        source = self.order.state
        FLOW_ARROWS.check(source, target)
        self.order.state, self.order.clock = target, self.context.clock
        by = self.context.actor.number
        at = self.context.at
        self.storage.advance(self.order, self.changed, source=source, at=at, by=by, note=note)
        self.changed = []

    def write(self) -> None:
        """Write the sub-orders that changed; the order stays where it is."""
        if self.changed:
            self.storage.save(self.order, self.changed)
            self.changed = []

    def answer(self, status: StepStatus, note: str = "") -> None:
        """Answer the portal, if it still waits: note the arrow, and wake the request at commit."""
        if self.order.answered_at is not None:
            return
        self.order.answered_at = self.context.at
        self.context.step(self.context.system, "portal", self.flow.response, note, status)
        announce = partial(wake.announce, self.order.order_no)
        transaction.on_commit(announce, using=self.context.system.alias)


def planned(kind: type[SubOrder], position: int, plan: Plan) -> SubOrder:
    """Return the row of a sub-order as planned, not yet saved."""
    return kind(
        position=position,
        kind=plan.kind,
        system=str(plan.system),
        subject=plan.subject,
        waits_for=list(plan.after),
        state=_S.ACKNOWLEDGED,
        message=type(plan.message).__name__,
        payload=msgspec.to_builtins(plan.message),
        note=plan.note,
        final=plan.final,
    )

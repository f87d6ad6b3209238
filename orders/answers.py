"""Taking a sub-order's answer, and starting whose turn has come when an order closes."""

from __future__ import annotations

from datetime import datetime

from auth_center.actors import system_actor
from core.systems import System
from customers.selectors import is_ended
from integration.context import FlowContext
from integration.messages import Outcome, Stamp
from orders import lines
from orders.conducting import engine
from orders.models import CustomerOrder


def take_answer(sub_order_no: str, outcome: Outcome, context: FlowContext) -> None:
    """Advance the order of a sub-order; runs in the transaction that heard the answer."""
    closed = engine.reply(sub_order_no, outcome, context)
    if closed is not None:
        start_next(closed, context)


def start_next(closed: CustomerOrder, context: FlowContext) -> None:
    """Let a closed order leave its waiting lines, and start whose turn has come.

    One whose subscriber has ended meanwhile has nothing left to be about: it is cancelled.
    """
    leaving = [closed] if closed.subscriber_no else []
    while leaving:
        for order_id in lines.leave(leaving.pop()):
            order = CustomerOrder.objects.get(pk=order_id)
            turn = context_of(order, context.system, context.at)
            if is_ended(order.subscriber_no):
                turn.actor = system_actor("crm").stamp()
                engine.cancel(order.order_no, turn, reason="用户已销户")
                leaving.append(order)
            else:
                engine.begin(order.order_no, turn)
            turn.flush()


def context_of(order: CustomerOrder, system: System, at: datetime) -> FlowContext:
    """Return the thread of an order that goes on at ``at``."""
    return FlowContext(
        system=system,
        flow=order.flow,
        flow_no=order.order_no,
        mode=order.mode,
        settings=order.settings,
        actor=Stamp(
            kind=order.actor_kind,
            number=order.actor_number,
            channel=order.channel,
            terminal=order.terminal,
        ),
        at=at,
        clock=order.clock,
    )

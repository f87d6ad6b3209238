"""Taking a sub-order's answer, and starting whose turn has come when an order closes."""

from __future__ import annotations

from integration.context import FlowContext
from integration.messages import Outcome, Stamp
from orders import lines
from orders.conducting import engine
from orders.models import CustomerOrder


def take_answer(sub_order_no: str, outcome: Outcome, context: FlowContext) -> None:
    """Advance the order of a sub-order; runs in the transaction that heard the answer."""
    closed = engine.reply(sub_order_no, outcome, context)
    if closed is None or not closed.subscriber_no:
        return
    for order_id in lines.leave(closed):
        order = CustomerOrder.objects.get(pk=order_id)
        turn = _context_of(order, context)
        engine.begin(order.order_no, turn)
        turn.flush()


def _context_of(order: CustomerOrder, context: FlowContext) -> FlowContext:
    return FlowContext(
        system=context.system,
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
        at=context.at,
        clock=order.clock,
    )

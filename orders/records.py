"""Building the order row that a flow starts with."""

from __future__ import annotations

from integration.context import FlowContext
from orders.models import CustomerOrder
from orders.values import Submission


def new_order(context: FlowContext, submission: Submission, *, customer_no: str) -> CustomerOrder:
    """Return the order of ``context``'s flow, not yet saved: the engine inserts it."""
    return CustomerOrder(
        order_no=context.flow_no,
        flow=context.flow,
        mode=context.mode,
        settings=context.settings,
        actor_kind=context.actor.kind,
        actor_number=context.actor.number,
        channel=context.actor.channel,
        terminal=context.actor.terminal,
        customer_no=customer_no,
        external_id=submission.external_id,
        fingerprint=submission.fingerprint,
        created_at=context.at,
    )

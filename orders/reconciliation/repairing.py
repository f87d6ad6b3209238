"""Repairing a difference: CRM, the owner, states the whole truth again to whoever disagrees."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from core.systems import System
from orders import lines, permissions
from orders.accepting import flow_context, give_number
from orders.conducting import engine
from orders.flows.restate import Restate
from orders.models import CustomerOrder
from orders.reconciliation.comparing import Report
from orders.values import Submission


def repair(report: Report, *, actor: Actor, at: datetime) -> list[CustomerOrder]:
    """Start one repairing flow a customer or subscriber that differs; return their orders.

    What only another system holds is left to a person: it stays in the report. A subscriber that
    an order has begun to change since is left to the next comparison: what is the truth now would
    be out of date when the repair's turn comes.
    """
    require(actor, permissions.REPAIR)
    flow = Restate()
    orders = []
    for customer_no, subscriber_no in sorted(flow.owners_of(report.differences)):
        context = flow_context(flow, Submission(), actor, at)
        with transaction.atomic(using=System.CRM.alias):
            if subscriber_no and _is_being_changed(subscriber_no):
                continue
            give_number(context)
            order, plans = flow.capture(customer_no, subscriber_no, context)
            engine.start(order, plans, context, wait=False)
            record(
                *(System.CRM, actor, permissions.REPAIR, f"customer:{customer_no}"),
                at=at,
                after={"subscriber": subscriber_no},
                flow_no=order.order_no,
            )
            if subscriber_no:
                lines.take_place(order, subscriber_no, lines.BOTH, holds=True)
        orders.append(order)
    return orders


def _is_being_changed(subscriber_no: str) -> bool:
    """Tell whether an order stands in a subscriber's lines; nobody joins them until commit."""
    lines.lock(subscriber_no)
    return lines.must_wait(subscriber_no, lines.BOTH)

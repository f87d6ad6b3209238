"""Repairing a difference: CRM, the owner, states the whole truth again to whoever disagrees."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from auth_center.actors import Actor
from auth_center.permissions import require
from core.systems import System
from integration.context import FlowContext
from integration.flow import Plan
from orders import lines, permissions
from orders.accepting import flow_context, give_number
from orders.conducting import engine
from orders.flows.restate import Restate
from orders.models import CustomerOrder
from orders.reconciliation.comparing import Report
from orders.values import Submission


def repair(report: Report, *, actor: Actor, at: datetime) -> list[CustomerOrder]:
    """Start one repairing flow a customer or subscriber that differs; return their orders.

    What only another system holds is left to a person: it stays in the report.
    """
    require(actor, permissions.REPAIR)
    flow = Restate()
    orders = []
    for customer_no, subscriber_no in sorted(flow.owners_of(report.differences)):
        context = flow_context(flow, Submission(), actor, at)
        with transaction.atomic(using=System.CRM.alias):
            give_number(context)
            order, plans = flow.capture(customer_no, subscriber_no, context)
            _start_in_turn(order, plans, context)
        orders.append(order)
    return orders


def _start_in_turn(order: CustomerOrder, plans: list[Plan], context: FlowContext) -> None:
    """Start a repair, or let it wait for the orders that stand in its subscriber's lines."""
    if not order.subscriber_no:
        engine.start(order, plans, context, wait=False)
        return
    lines.lock(order.subscriber_no)
    wait = lines.must_wait(order.subscriber_no, lines.BOTH)
    engine.start(order, plans, context, wait=wait)
    lines.take_place(order, order.subscriber_no, lines.BOTH, holds=not wait)

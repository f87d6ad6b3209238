"""操作日志: what the audit keeps of an order that was accepted; no numbers that a mask hides."""

from __future__ import annotations

from typing import Any

from auth_center.audit import record
from core.systems import System
from integration.context import FlowContext
from orders.models import CustomerOrder
from orders.values import OrderRequest


def record_order(
    order: CustomerOrder, request: OrderRequest, operation: str, context: FlowContext
) -> None:
    """Record that an order was accepted: on its subscriber, with what was asked for."""
    items = [
        {"action": item.action, "offering": item.offering_code, "product": item.product_no}
        for item in request.items
    ]
    _record(order, operation, f"subscriber:{order.subscriber_no}", context, items=items)


def record_customer(order: CustomerOrder, operation: str, context: FlowContext) -> None:
    """Record that a customer was opened."""
    _record(order, operation, f"customer:{order.customer_no}", context)


def record_account(order: CustomerOrder, operation: str, context: FlowContext) -> None:
    """Record that an account was opened."""
    _record(order, operation, f"account:{order.account_no}", context)


def _record(
    order: CustomerOrder, operation: str, subject: str, context: FlowContext, **more: Any
) -> None:
    record(
        System.CRM,
        context.actor,
        operation,
        subject,
        at=context.at,
        after={"customer": order.customer_no, "account": order.account_no, **more},
        flow_no=order.order_no,
    )

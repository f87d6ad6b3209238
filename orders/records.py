"""The rows that an order starts with: its own, its items, its place in the waiting lines."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections
from psycopg.types.json import Jsonb

from core.systems import System
from integration.context import FlowContext
from orders.lines import Lines
from orders.models import CustomerOrder, OrderItem
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
        external_kind=submission.external_kind,
        fingerprint=submission.fingerprint,
        created_at=context.at,
    )


def insert_items_holding_lines(
    order: CustomerOrder, subscriber_no: str, lines: Lines, items: Sequence[OrderItem]
) -> None:
    """Insert the items of a new subscriber's order, which holds ``lines`` from the start.

    One statement, for it stands on the path of every opening.
    """
    rows = [
        (item.item_id, item.action, item.offering_code, item.subscription_no,
         Jsonb(item.characteristics), Jsonb(item.extension))
        for item in items
    ]  # fmt: skip
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connections[System.CRM.alias].cursor() as cursor:
        cursor.execute(
            _INSERT_ITEMS,
            [
                *(order.pk, subscriber_no, lines.product, lines.status),
                *(order.pk, subscriber_no),
                *columns,
            ],
        )


_INSERT_ITEMS = """
WITH place AS (
    INSERT INTO orders_waitingline (order_id, subscriber_no, product, status, holds)
    VALUES (%s, %s, %s, %s, true)
)
INSERT INTO orders_orderitem (order_id, subscriber_no, item_id, action, offering_code,
                              subscription_no, characteristics, extension)
SELECT %s::bigint, %s::text, item.*
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::jsonb[]) item
"""

"""Inserting an order: with its work orders in one statement, or closed as it comes."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import connections

from core import numbers
from core.systems import System
from integration.context import FlowContext
from integration.messages import Envelope, Outcome, ProvisioningOrderRequest
from provisioning import retries, thread
from provisioning.jobs import Job
from provisioning.models import NetworkElement, ProvisioningOrder, WorkOrder
from provisioning.states import OrderState, WorkState
from provisioning.values import MOBILE, DesiredState

ALIAS = System.PROVISIONING.alias

_OPEN = """
WITH opened AS (
    INSERT INTO provisioning_provisioningorder
        (sub_order_no, flow_no, sender, subject, message_id, thread, clock, action, subscriber_no,
         service_kind, service_number, msisdn, iccid, reservation, services, bar, version, state,
         cause_code, cause_zh, cause_en, created_at)
    VALUES (%(sub_order_no)s, %(flow_no)s, %(sender)s, %(subject)s, %(message_id)s, %(thread)s,
            %(clock)s, %(action)s, %(subscriber_no)s, %(service_kind)s, %(service_number)s,
            %(msisdn)s, %(iccid)s, %(reservation)s, %(services)s, %(bar)s, %(version)s, 'open',
            '', '', '', %(created_at)s)
    ON CONFLICT (sub_order_no) DO NOTHING
    RETURNING id
)
INSERT INTO provisioning_workorder
    (work_order_no, order_id, element_id, subscriber_no, request, state, attempts, due_at, sent_at,
     request_clock, remote_id, ticket, completed_by, error_code, error_zh, error_en)
SELECT work.no, opened.id, work.element, %(subscriber_no)s, work.request::jsonb,
       CASE WHEN turn = 1 THEN 'running' ELSE 'ready' END, (turn = 1)::int,
       CASE WHEN turn = 1 THEN %(claimed_until)s::timestamptz END,
       CASE WHEN turn = 1 THEN %(created_at)s::timestamptz END,
       CASE WHEN turn = 1 THEN %(clock)s ELSE 0 END, '', '', '', '', '', ''
FROM opened, unnest(%(numbers)s::text[], %(elements)s::text[], %(requests)s::text[])
    WITH ORDINALITY AS work (no, element, request, turn)
ORDER BY turn
RETURNING id, order_id
"""


def new_order(
    message: ProvisioningOrderRequest, context: FlowContext, envelope: Envelope
) -> ProvisioningOrder:
    """Return the order that a message asks for, not yet written.

    Only a mobile line has a number and a card of ours; its service number is that number.
    """
    mobile = message.service_kind == MOBILE
    return ProvisioningOrder(
        sub_order_no=message.sub_order_no,
        flow_no=context.flow_no,
        sender=envelope.sender,
        subject=envelope.subject,
        message_id=envelope.id,
        thread=thread.keep(context),
        action=message.action,
        subscriber_no=message.subscriber_no,
        service_kind=message.service_kind,
        service_number=message.msisdn if mobile else message.service_number,
        msisdn=message.msisdn if mobile else "",
        iccid=message.iccid if mobile else "",
        reservation=message.reservation or message.sub_order_no,
        services=sorted(set(message.services)),
        bar=message.bar,
        version=message.version,
        state=OrderState.OPEN,
        created_at=context.at,
    )


def open_order(
    order: ProvisioningOrder,
    desired: dict[str, DesiredState],
    elements: dict[str, NetworkElement],
    context: FlowContext,
) -> Job | None:
    """Insert the order with its work orders, the first one claimed; None if it is there already."""
    issued = numbers.issue(System.PROVISIONING, *[numbers.WORK_ORDER] * len(desired))
    works = [
        WorkOrder(
            work_order_no=number,
            element=elements[element],
            subscriber_no=order.subscriber_no,
            request=msgspec.to_builtins(state),
        )
        for number, (element, state) in zip(issued, desired.items(), strict=True)
    ]
    first = works[0]
    first.state, first.attempts = WorkState.RUNNING, 1
    first.due_at = retries.claim_until(context.at)
    first.sent_at = context.at
    order.clock = context.clock + 1  # the tick of the request that is noted below
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_OPEN, _parameters(order, works))
        rows = cursor.fetchall()
    if not rows:
        return None
    thread.note_request(context, first)
    for work, (work_id, order_id) in zip(works, rows, strict=True):
        work.pk, order.pk, work.order = work_id, order_id, order
    return Job(order, works, first)


def insert_closed(order: ProvisioningOrder, outcome: Outcome, context: FlowContext) -> None:
    """Insert an order that needs nobody's work: it is done, or refused, as it comes."""
    order.clock = context.clock
    order.state = OrderState.DONE if outcome.done else OrderState.REFUSED
    order.cause_code, order.cause_zh, order.cause_en = outcome.code, outcome.zh, outcome.en
    order.closed_at = context.at
    order.save(force_insert=True)


def _parameters(order: ProvisioningOrder, works: list[WorkOrder]) -> dict[str, Any]:
    return {
        "sub_order_no": order.sub_order_no,
        "flow_no": order.flow_no,
        "sender": order.sender,
        "subject": order.subject,
        "message_id": order.message_id,
        "thread": msgspec.json.encode(order.thread).decode(),
        "clock": order.clock,
        "action": order.action,
        "subscriber_no": order.subscriber_no,
        "service_kind": order.service_kind,
        "service_number": order.service_number,
        "msisdn": order.msisdn,
        "iccid": order.iccid,
        "reservation": order.reservation,
        "services": order.services,
        "bar": order.bar,
        "version": order.version,
        "created_at": order.created_at,
        "claimed_until": works[0].due_at,
        "numbers": [work.work_order_no for work in works],
        "elements": [work.element_id for work in works],
        "requests": [msgspec.json.encode(work.request).decode() for work in works],
    }

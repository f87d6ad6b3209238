"""开通类订单: taking an order, and decomposing it into work orders for the network."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from django.db import connections, transaction
from django.utils import timezone

from core import numbers
from core.errors import DomainError
from core.systems import System
from integration.context import FlowContext
from integration.hearing import MissingParty
from integration.messages import (
    DONE,
    Envelope,
    Outcome,
    ProvisioningOrderRequest,
    ProvisioningOrderResponse,
)
from provisioning import retries, selectors, thread
from provisioning.decomposition import Wish, decompose
from provisioning.jobs import Job, work_values
from provisioning.models import (
    NetworkElement,
    PhoneNumber,
    ProvisioningOrder,
    SimCard,
    WorkOrder,
)
from provisioning.services.catalogue import party_of
from provisioning.services.execution import carry_out
from provisioning.services.inventory import reserve
from provisioning.states import Action, OrderState, ResourceState, WorkState
from provisioning.values import DesiredState

ALIAS = System.PROVISIONING.alias

_LOCK_RESOURCES = """
WITH number AS (
    SELECT state, reference, subscriber_no FROM provisioning_phonenumber
    WHERE msisdn = %s FOR NO KEY UPDATE
), card AS (
    SELECT state, reference, subscriber_no FROM provisioning_simcard
    WHERE iccid = %s FOR NO KEY UPDATE
)
SELECT 'number', number.* FROM number UNION ALL SELECT 'card', card.* FROM card
"""
# An order that was refused may be told again, corrected: it is opened again with new work orders.
_OPEN = """
WITH opened AS (
    INSERT INTO provisioning_provisioningorder AS o
        (sub_order_no, flow_no, sender, subject, message_id, thread, clock, action, subscriber_no,
         msisdn, iccid, reservation, services, bar, version, state, cause_code, cause_zh, cause_en,
         created_at)
    VALUES (%(sub_order_no)s, %(flow_no)s, %(sender)s, %(subject)s, %(message_id)s, %(thread)s,
            %(clock)s, %(action)s, %(subscriber_no)s, %(msisdn)s, %(iccid)s, %(reservation)s,
            %(services)s, %(bar)s, %(version)s, 'open', '', '', '', %(created_at)s)
    ON CONFLICT (sub_order_no) DO UPDATE SET
        message_id = EXCLUDED.message_id, thread = EXCLUDED.thread, clock = EXCLUDED.clock,
        action = EXCLUDED.action, msisdn = EXCLUDED.msisdn, iccid = EXCLUDED.iccid,
        reservation = EXCLUDED.reservation, services = EXCLUDED.services, bar = EXCLUDED.bar,
        version = EXCLUDED.version, state = 'open', cause_code = '', cause_zh = '', cause_en = '',
        closed_at = NULL
        WHERE o.state = 'refused'
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


def provision(
    *, message: ProvisioningOrderRequest, context: FlowContext
) -> ProvisioningOrderResponse | None:
    """Open the order and its work orders; the network is asked as soon as this is committed.

    Runs in the transaction of the message. Returns the answer when there is one already: number
    or card cannot be had, or the sub-order was done before. Raises ``MissingParty`` for a service
    whose commands have not arrived yet.
    """
    if context.incoming is None:
        raise ValueError("a provisioning order is taken from a message")
    commands, unknown = selectors.list_commands(message.services)
    if unknown:
        raise MissingParty(party_of(min(unknown)))
    if Action(message.action) is not Action.DEACTIVATE:
        refusal = _refuse_unless_kept(message, context)
        if refusal is not None:
            return ProvisioningOrderResponse(sub_order_no=message.sub_order_no, outcome=refusal)
    known = selectors.get_elements_for(message.subscriber_no)
    kinds = {code: element.kind for code, element in known.elements.items()}
    desired = decompose(_wish(message), commands, kinds, known.told)
    order = _order(message, context, context.incoming)
    job = _open(order, desired, known.elements, context)
    if job is None:
        return _answer_again(message.sub_order_no)
    transaction.on_commit(partial(carry_out, job, clock=timezone.now), using=ALIAS, robust=True)
    return None


def _wish(message: ProvisioningOrderRequest) -> Wish:
    return Wish(
        action=message.action,
        subscriber_no=message.subscriber_no,
        msisdn=message.msisdn,
        iccid=message.iccid,
        bar=message.bar,
        version=message.version,
    )


def _refuse_unless_kept(message: ProvisioningOrderRequest, context: FlowContext) -> Outcome | None:
    """See that number and card are this subscriber's, or kept for it; hold them until commit.

    What has become free meanwhile (the reservation ran out under way) is taken again.
    """
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_LOCK_RESOURCES, [message.msisdn, message.iccid])
        kept = {kind for kind, *row in cursor.fetchall() if _is_kept(message, *row)}
    if len(kept) == 2:
        return None
    try:
        with transaction.atomic(using=ALIAS):
            if "number" not in kept:
                reserve(PhoneNumber, message.msisdn, reference=_reference(message), at=context.at)
            if "card" not in kept:
                reserve(SimCard, message.iccid, reference=_reference(message), at=context.at)
    except DomainError as refusal:
        return Outcome.refused(refusal.code, refusal.zh, refusal.en)
    return None


def _is_kept(
    message: ProvisioningOrderRequest, state: str, reference: str, subscriber_no: str
) -> bool:
    if state == ResourceState.IN_USE:
        return subscriber_no == message.subscriber_no
    return state == ResourceState.RESERVED and reference == _reference(message)


def _reference(message: ProvisioningOrderRequest) -> str:
    return message.reservation or message.sub_order_no


def _order(
    message: ProvisioningOrderRequest, context: FlowContext, envelope: Envelope
) -> ProvisioningOrder:
    return ProvisioningOrder(
        sub_order_no=message.sub_order_no,
        flow_no=context.flow_no,
        sender=envelope.sender,
        subject=envelope.subject,
        message_id=envelope.id,
        thread=thread.keep(context),
        action=message.action,
        subscriber_no=message.subscriber_no,
        msisdn=message.msisdn,
        iccid=message.iccid,
        reservation=_reference(message),
        services=sorted(set(message.services)),
        bar=message.bar,
        version=message.version,
        state=OrderState.OPEN,
        created_at=context.at,
    )


def _open(
    order: ProvisioningOrder,
    desired: dict[str, DesiredState],
    elements: dict[str, NetworkElement],
    context: FlowContext,
) -> Job | None:
    """Insert the order with its work orders, the first one claimed; None if it is open or done."""
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


def _answer_again(sub_order_no: str) -> ProvisioningOrderResponse | None:
    """Return the answer of an order that was told before; None while it is being carried out."""
    order = ProvisioningOrder.objects.get(sub_order_no=sub_order_no)
    if order.state == OrderState.OPEN:
        return None
    works = list(order.work_orders.order_by("id"))
    return ProvisioningOrderResponse(
        sub_order_no=sub_order_no, outcome=DONE, work_orders=work_values(works)
    )

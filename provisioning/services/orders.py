"""开通类订单: taking an order, and decomposing it into work orders for the network."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from core.systems import System
from integration.context import FlowContext
from integration.hearing import MissingParty
from integration.messages import (
    DONE,
    Outcome,
    ProvisioningOrderRequest,
    ProvisioningOrderResponse,
)
from provisioning import selectors
from provisioning.decomposition import Wish, decompose
from provisioning.jobs import work_values
from provisioning.models import ProvisioningOrder
from provisioning.services.catalogue import party_of
from provisioning.services.execution import carry_out
from provisioning.services.keeping import refuse_unless_kept
from provisioning.services.lines import confirm_line
from provisioning.services.opening import insert_closed, new_order, open_order
from provisioning.states import Action, OrderState
from provisioning.values import Command

ALIAS = System.PROVISIONING.alias


def provision(
    *, message: ProvisioningOrderRequest, context: FlowContext
) -> ProvisioningOrderResponse | None:
    """Open the order and its work orders; the network is asked as soon as this is committed.

    Runs in the transaction of the message. Returns the answer when there is one already: the
    sub-order was told before and is closed, number or card cannot be had, a newer state of the
    line was confirmed before, or there is nothing to tell any element. Raises ``MissingParty``
    for a service whose commands have not arrived yet.
    """
    if context.incoming is None:
        raise ValueError("a provisioning order is taken from a message")
    order = new_order(message, context, context.incoming)
    commands = _commands_of(order)
    known = selectors.get_elements_for(order.subscriber_no)
    if known.version > order.version:
        return _answer_at_once(order, DONE, context)
    if order.action != Action.DEACTIVATE:
        refusal = refuse_unless_kept(order, at=context.at)
        if refusal is not None:
            return _answer_at_once(order, refusal, context)
    kinds = {code: element.kind for code, element in known.elements.items()}
    desired = decompose(_wish(order), commands, kinds, known.told)
    if not desired:
        return _answer_at_once(order, DONE, context)
    job = open_order(order, desired, known.elements, context)
    if job is None:
        return _answer_again(ProvisioningOrder.objects.get(sub_order_no=order.sub_order_no))
    transaction.on_commit(partial(carry_out, job, clock=timezone.now), using=ALIAS, robust=True)
    return None


def _commands_of(order: ProvisioningOrder) -> list[Command]:
    """Return what the order's services mean; a line that ends has none, whatever it names."""
    if order.action == Action.DEACTIVATE:
        return []
    commands, unknown = selectors.list_commands(order.services)
    if unknown:
        raise MissingParty(party_of(min(unknown)))
    return commands


def _wish(order: ProvisioningOrder) -> Wish:
    return Wish(
        action=order.action,
        subscriber_no=order.subscriber_no,
        service_kind=order.service_kind,
        service_number=order.service_number,
        msisdn=order.msisdn,
        iccid=order.iccid,
        bar=order.bar,
        version=order.version,
    )


def _answer_at_once(
    order: ProvisioningOrder, outcome: Outcome, context: FlowContext
) -> ProvisioningOrderResponse | None:
    """Close an order that needs nobody's work; one that was told before is answered as then."""
    told = ProvisioningOrder.objects.filter(sub_order_no=order.sub_order_no).first()
    if told is not None:
        return _answer_again(told)
    insert_closed(order, outcome, context)
    if outcome.done:
        confirm_line(order, at=context.at)
    return ProvisioningOrderResponse(sub_order_no=order.sub_order_no, outcome=outcome)


def _answer_again(order: ProvisioningOrder) -> ProvisioningOrderResponse | None:
    """Return the answer of an order that was told before; None while it is being carried out."""
    if order.state == OrderState.OPEN:
        return None
    outcome = DONE
    if order.state == OrderState.REFUSED:
        outcome = Outcome.refused(order.cause_code, order.cause_zh, order.cause_en)
    works = list(order.work_orders.order_by("id"))
    return ProvisioningOrderResponse(
        sub_order_no=order.sub_order_no, outcome=outcome, work_orders=work_values(works)
    )

"""开通类订单: taking an order, and decomposing it into work orders for the network."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone

from core.systems import System
from integration.context import FlowContext
from integration.hearing import MissingParty
from integration.messages import DONE, ProvisioningOrderRequest, ProvisioningOrderResponse
from provisioning import selectors
from provisioning.decomposition import Wish, decompose
from provisioning.jobs import work_values
from provisioning.models import ProvisioningOrder
from provisioning.services.catalogue import party_of
from provisioning.services.execution import carry_out
from provisioning.services.keeping import refuse_unless_kept
from provisioning.services.opening import new_order, open_order
from provisioning.states import Action, OrderState
from provisioning.values import Command

ALIAS = System.PROVISIONING.alias


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
    commands: list[Command] = []
    if Action(message.action) is not Action.DEACTIVATE:
        commands, unknown = selectors.list_commands(message.services)
        if unknown:
            raise MissingParty(party_of(min(unknown)))
        refusal = refuse_unless_kept(message, context)
        if refusal is not None:
            return ProvisioningOrderResponse(sub_order_no=message.sub_order_no, outcome=refusal)
    known = selectors.get_elements_for(message.subscriber_no)
    kinds = {code: element.kind for code, element in known.elements.items()}
    desired = decompose(_wish(message), commands, kinds, known.told)
    order = new_order(message, context, context.incoming)
    job = open_order(order, desired, known.elements, context)
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


def _answer_again(sub_order_no: str) -> ProvisioningOrderResponse | None:
    """Return the answer of an order that was told before; None while it is being carried out."""
    order = ProvisioningOrder.objects.get(sub_order_no=sub_order_no)
    if order.state == OrderState.OPEN:
        return None
    works = list(order.work_orders.order_by("id"))
    return ProvisioningOrderResponse(
        sub_order_no=sub_order_no, outcome=DONE, work_orders=work_values(works)
    )

"""Accepting product orders: which flow an order is, and its acceptance as a whole or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.db import DataError, IntegrityError, transaction

from auth_center.actors import Actor
from auth_center.permissions import require
from core.errors import DomainError
from core.systems import System
from customers import selectors as customers
from integration.context import FlowContext
from integration.flow import Flow
from orders import lines, permissions, refusals
from orders.accepting import flow_context, give_number
from orders.conducting import engine
from orders.flows import OpenSubscriber, OrderProduct, TerminateSubscriber, order_bundle
from orders.flows.order_product import SUBSCRIBER
from orders.flows.serving import release
from orders.models import CustomerOrder
from orders.services.recording import record_order
from orders.services.repeats import find_repeated
from orders.values import ItemRequest, OrderRequest, Submission
from products.selectors import any_bundle

REFERENCE_LENGTH = 200
ACTIONS = ("add", "modify", "delete")
_open_subscriber = OpenSubscriber()
_order_product = OrderProduct()
_terminate = TerminateSubscriber()
_PERMISSIONS: dict[Flow, str] = {
    _open_subscriber: permissions.OPEN_SUBSCRIBER,
    _order_product: permissions.ORDER_PRODUCT,
    _terminate: permissions.TERMINATE_SUBSCRIBER,
}


def submit_order(
    *, request: OrderRequest, submission: Submission, actor: Actor, at: datetime
) -> CustomerOrder:
    """Accept an order, decompose it and send its first sub-orders.

    Its items tell which flow it is: a main product to add opens a subscriber, the end of a main
    product terminates one, everything else changes the products of the subscriber it names.
    Repeated with the same external id and content it returns the order as it now is. Raises
    ``PermissionDenied`` or the refusal that names the field; a refused request leaves no row and
    no reservation.
    """
    _check_shape(request)
    flow = _flow_of(request)
    require(actor, _PERMISSIONS[flow])
    _refuse_unseen(request, actor)
    known = find_repeated(submission, actor.number)
    if known is not None:
        return known
    context = flow_context(flow, submission, actor, at)
    give_number(context)
    if flow is _open_subscriber:
        return _open(request, submission, context)
    try:
        if _is_bundle(request):
            return _open_bundle(request, submission, context)
        return _change(request, submission, context)
    except IntegrityError:
        known = find_repeated(submission, actor.number)
        if known is None:
            raise
        return known


def _refuse_unseen(request: OrderRequest, actor: Actor) -> None:
    """Refuse what is outside the actor's scope as what does not exist."""
    named = (item.characteristics.get(SUBSCRIBER, "") for item in request.items)
    customers.refuse_unseen(
        actor,
        customer_no=request.customer_no,
        subscriber_nos=[number for number in named if number],
        subscription_nos=[item.product_no for item in request.items if item.product_no],
    )


def _flow_of(request: OrderRequest) -> Flow:
    if _is_bundle(request):
        return _order_product
    opens = all(
        item.action == "add" and not item.characteristics.get(SUBSCRIBER) for item in request.items
    )
    if opens:
        return _open_subscriber
    ends = [item for item in request.items if item.action == "delete"]
    if len(ends) == len(request.items) == 1 and customers.is_main_product(ends[0].product_no):
        return _terminate
    return _order_product


def _is_bundle(request: OrderRequest) -> bool:
    """Tell whether an order is for a bundle; only one of several items can be."""
    if any(item.parts for item in request.items):
        return True
    codes = [item.offering_code for item in request.items if item.action == "add"]
    return len(codes) > 1 and any_bundle(codes)


def _change(request: OrderRequest, submission: Submission, context: FlowContext) -> CustomerOrder:
    served = _order_product.find_subscriber(request)
    number = served.subscriber_no
    if context.flow == _terminate.name:
        with transaction.atomic(using=System.CRM.alias):
            order, plans, served = _terminate.capture(request, number, submission, context)
            wait = lines.must_wait(number, lines.BOTH)
            engine.start(order, plans, context, wait=wait, begins=False)
            _terminate.captured(order, request, served)
            record_order(order, request, permissions.TERMINATE_SUBSCRIBER, context)
            _line_up(order, lines.BOTH, context, wait=wait)
        return order
    _order_product.ask_others(request, served, context)
    with transaction.atomic(using=System.CRM.alias):
        order, plans, wishes = _order_product.capture(request, number, submission, context)
        wait = lines.must_wait(number, lines.PRODUCT)
        engine.start(order, plans, context, wait=wait, begins=False)
        _order_product.captured(order, wishes)
        record_order(order, request, permissions.ORDER_PRODUCT, context)
        _line_up(order, lines.PRODUCT, context, wait=wait)
    return order


def _line_up(order: CustomerOrder, line: lines.Lines, context: FlowContext, *, wait: bool) -> None:
    """Take a place in the subscriber's lines; begin when nobody is before it."""
    lines.take_place(order, order.subscriber_no, line, holds=not wait)
    if not wait:
        engine.begin(order.order_no, context)
        context.flush()
        order.refresh_from_db()


def _open(request: OrderRequest, submission: Submission, context: FlowContext) -> CustomerOrder:
    reference = _reservation_reference(submission, context)
    opening = _open_subscriber.prepare(request, reference, context)

    def accept() -> CustomerOrder:
        _open_subscriber.ask_others(opening, context)
        with transaction.atomic(using=System.CRM.alias):
            order, plans = _open_subscriber.capture(opening, submission, context)
            order.extension = request.extension
            engine.start(order, plans, context, wait=False)
            _open_subscriber.captured(order, opening)
            record_order(order, request, permissions.OPEN_SUBSCRIBER, context)
        return order

    return _or_release([reference], submission, context, accept)


def _open_bundle(
    request: OrderRequest, submission: Submission, context: FlowContext
) -> CustomerOrder:
    reference = _reservation_reference(submission, context)
    legs = order_bundle.prepare_bundle(request, reference, context)

    def accept() -> CustomerOrder:
        order_bundle.ask_others(legs, context)
        with transaction.atomic(using=System.CRM.alias):
            order, plans = order_bundle.capture_bundle(legs, submission, context)
            order.extension = request.extension
            engine.start(order, plans, context, wait=False)
            order_bundle.captured(order, legs)
            record_order(order, request, permissions.ORDER_PRODUCT, context)
        return order

    return _or_release([leg.reservation for leg in legs], submission, context, accept)


def _or_release(
    references: list[str],
    submission: Submission,
    context: FlowContext,
    accept: Callable[[], CustomerOrder],
) -> CustomerOrder:
    """Accept an opening; when it is refused, what was kept for it is let go."""
    try:
        return accept()
    except (IntegrityError, DataError, DomainError) as error:
        known = find_repeated(submission, context.actor.number)
        if known is not None:
            return known
        for reference in references:
            release(reference)
        if _is_number_in_use(error):
            raise refusals.NumberInUse from error
        raise


def _is_number_in_use(error: Exception) -> bool:
    """Tell whether number or SIM card belong to an open subscriber; other conflicts are bugs."""
    if not isinstance(error, IntegrityError):
        return False
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return constraint in ("subscriber_number_once", "subscriber_sim_once")


def _reservation_reference(submission: Submission, context: FlowContext) -> str:
    """Return what the reservation is kept under: the same for a repeat, at most 200 characters."""
    if not submission.external_id:
        return context.flow_no
    reference = f"{context.actor.number}:{submission.external_id}"
    if len(reference) <= REFERENCE_LENGTH:
        return reference
    return hashlib.sha256(reference.encode()).hexdigest()


def _check_shape(request: OrderRequest) -> None:
    if not request.items:
        raise refusals.NothingOrdered(field="productOrderItem")
    seen: set[str] = set()
    for item in request.items:
        if item.item_id in seen:
            raise refusals.ItemRepeated(item=item.item_id, field="productOrderItem.id")
        seen.add(item.item_id)
        _check_item(item)


def _check_item(item: ItemRequest) -> None:
    place = f"productOrderItem.{item.item_id}"
    if item.action not in ACTIONS:
        raise refusals.ActionNotOffered(
            action=item.action[:20], offering=item.offering_code, field=f"{place}.action"
        )
    if item.action != "delete" and not item.offering_code:
        raise refusals.CharacteristicMissing(
            name="productOffering", field=f"{place}.productOffering"
        )
    if item.action != "add" and not item.product_no:
        raise refusals.CharacteristicMissing(name="product.id", field=f"{place}.product.id")

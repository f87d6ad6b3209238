"""The front door for orders: a request becomes an order, or is refused and leaves no row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db import DataError, IntegrityError, transaction

from auth_center.actors import Actor
from auth_center.permissions import require
from core.errors import DomainError
from core.systems import System
from customers.services import check_new_customer
from customers.values import NewAccount, NewCustomer
from integration.context import FlowContext
from integration.flow import Plan
from integration.messages import ResourceReleaseRequest
from integration.queries import SystemSilent, ask_quietly
from orders import permissions, refusals
from orders.accepting import flow_context, give_number
from orders.conducting import engine
from orders.flows import OpenAccount, OpenCustomer, OpenSubscriber
from orders.flows.open_subscriber import Opening
from orders.models import CustomerOrder
from orders.states import ExternalKind
from orders.values import OrderRequest, Submission

REFERENCE_LENGTH = 200
_open_subscriber = OpenSubscriber()


def open_customer(
    *, new: NewCustomer, submission: Submission, actor: Actor, at: datetime
) -> CustomerOrder:
    """Accept a customer with its account; it is pending until BOSS confirms.

    Repeated with the same external id and content it returns the order it made before. Raises
    ``PermissionDenied``, ``SentWithOtherContent`` and what is wrong with the customer.
    """
    require(actor, permissions.OPEN_CUSTOMER)
    submission = replace(submission, external_kind=ExternalKind.CUSTOMER)
    document = check_new_customer(new)
    flow = OpenCustomer()
    context = flow_context(flow, submission, actor, at)
    return _accept_party(
        submission, context, lambda: flow.capture(new, document, submission, context)
    )


def open_account(
    *, new: NewAccount, submission: Submission, actor: Actor, at: datetime
) -> CustomerOrder:
    """Accept one more account for a customer.

    Repeated with the same external id and content it returns the order it made before. Raises
    ``PermissionDenied``, ``SentWithOtherContent`` and ``CustomerUnknown``.
    """
    require(actor, permissions.OPEN_ACCOUNT)
    submission = replace(submission, external_kind=ExternalKind.ACCOUNT)
    flow = OpenAccount()
    context = flow_context(flow, submission, actor, at)
    return _accept_party(submission, context, lambda: flow.capture(new, submission, context))


def _accept_party(
    submission: Submission,
    context: FlowContext,
    capture: Callable[[], tuple[CustomerOrder, list[Plan]]],
) -> CustomerOrder:
    known = _find_repeated(submission, context.actor.number)
    if known is not None:
        return known
    try:
        with transaction.atomic(using=System.CRM.alias):
            give_number(context)
            order, plans = capture()
            engine.start(order, plans, context, wait=False)
    except IntegrityError:
        known = _find_repeated(submission, context.actor.number)
        if known is None:
            raise
        return known
    return order


def submit_order(
    *, request: OrderRequest, submission: Submission, actor: Actor, at: datetime
) -> CustomerOrder:
    """Accept an order, decompose it and send its first sub-orders.

    Repeated with the same external id and content it returns the order as it now is. Raises
    ``PermissionDenied`` or the refusal that names the field; a refused request leaves no row and
    no reservation.
    """
    require(actor, permissions.OPEN_SUBSCRIBER)
    known = _find_repeated(submission, actor.number)
    if known is not None:
        return known
    _check_shape(request)
    context = flow_context(_open_subscriber, submission, actor, at)
    give_number(context)
    reference = _reservation_reference(submission, actor, context)
    opening = _open_subscriber.prepare(request, reference, context)
    try:
        _open_subscriber.ask_others(opening, context)
        return _capture(opening, submission, context)
    except (IntegrityError, DataError, DomainError) as error:
        known = _find_repeated(submission, actor.number)
        if known is not None:
            return known
        _release(reference)
        if _is_number_in_use(error):
            raise refusals.NumberInUse from error
        raise


def _is_number_in_use(error: Exception) -> bool:
    """Tell whether number or SIM card belong to an open subscriber; other conflicts are bugs."""
    if not isinstance(error, IntegrityError):
        return False
    constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    return constraint in ("subscriber_number_once", "subscriber_sim_once")


def _reservation_reference(submission: Submission, actor: Actor, context: FlowContext) -> str:
    """Return what the reservation is kept under: the same for a repeat, at most 200 characters."""
    if not submission.external_id:
        return context.flow_no
    reference = f"{actor.number}:{submission.external_id}"
    if len(reference) <= REFERENCE_LENGTH:
        return reference
    return hashlib.sha256(reference.encode()).hexdigest()


def _capture(opening: Opening, submission: Submission, context: FlowContext) -> CustomerOrder:
    with transaction.atomic(using=System.CRM.alias):
        order, plans = _open_subscriber.capture(opening, submission, context)
        engine.start(order, plans, context, wait=False)
        _open_subscriber.captured(order, opening)
    return order


def _find_repeated(submission: Submission, actor_number: str) -> CustomerOrder | None:
    if not submission.external_id:
        return None
    known = CustomerOrder.objects.filter(
        external_id=submission.external_id,
        actor_number=actor_number,
        external_kind=submission.external_kind,
    ).first()
    if known is not None and known.fingerprint != submission.fingerprint:
        raise refusals.SentWithOtherContent(external_id=submission.external_id, field="externalId")
    return known


def _check_shape(request: OrderRequest) -> None:
    if not request.items:
        raise refusals.NothingOrdered(field="productOrderItem")
    seen: set[str] = set()
    for item in request.items:
        if item.item_id in seen:
            raise refusals.ItemRepeated(item=item.item_id, field="productOrderItem.id")
        seen.add(item.item_id)
        if item.action != "add":
            raise refusals.ActionNotOffered(
                action=item.action,
                offering=item.offering_code,
                field=f"productOrderItem.{item.item_id}.action",
            )


def _release(reference: str) -> None:
    """Let the reservation of a refused order go; if that fails it expires by itself."""
    try:
        ask_quietly(System.CRM, System.PROVISIONING, ResourceReleaseRequest(reference=reference))
    except SystemSilent:
        return

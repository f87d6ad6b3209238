"""Accepting customers and accounts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from auth_center.actors import Actor
from auth_center.permissions import require
from auth_center.scope import covers
from core.systems import System
from customers import selectors as customers
from customers.services import check_new_customer
from customers.values import NewAccount, NewCustomer
from integration.context import FlowContext
from integration.flow import Plan
from orders import permissions, refusals
from orders.accepting import flow_context, give_number
from orders.conducting import engine
from orders.flows import OpenAccount, OpenCustomer
from orders.models import CustomerOrder
from orders.services.recording import record_account, record_customer
from orders.services.repeats import find_repeated
from orders.states import ExternalKind
from orders.values import Submission


def open_customer(
    *, new: NewCustomer, submission: Submission, actor: Actor, at: datetime
) -> CustomerOrder:
    """Accept a customer with its account; it is pending until BOSS confirms.

    Repeated with the same external id and content it returns the order it made before. Raises
    ``PermissionDenied``, ``SentWithOtherContent`` and what is wrong with the customer.
    """
    require(actor, permissions.OPEN_CUSTOMER)
    if not covers(actor, region=new.region, unit=new.org_unit):
        raise refusals.OutsideScope(field="region")
    submission = replace(submission, external_kind=ExternalKind.CUSTOMER)
    document = check_new_customer(new)
    flow = OpenCustomer()
    context = flow_context(flow, submission, actor, at)
    return _accept_party(
        submission,
        context,
        lambda: flow.capture(new, document, submission, context),
        lambda order: record_customer(order, permissions.OPEN_CUSTOMER, context),
    )


def open_account(
    *, new: NewAccount, submission: Submission, actor: Actor, at: datetime
) -> CustomerOrder:
    """Accept one more account for a customer.

    Repeated with the same external id and content it returns the order it made before. Raises
    ``PermissionDenied``, ``SentWithOtherContent`` and ``CustomerUnknown``.
    """
    require(actor, permissions.OPEN_ACCOUNT)
    customers.refuse_unseen(actor, customer_no=new.customer_no)
    submission = replace(submission, external_kind=ExternalKind.ACCOUNT)
    flow = OpenAccount()
    context = flow_context(flow, submission, actor, at)
    return _accept_party(
        submission,
        context,
        lambda: flow.capture(new, submission, context),
        lambda order: record_account(order, permissions.OPEN_ACCOUNT, context),
    )


def _accept_party(
    submission: Submission,
    context: FlowContext,
    capture: Callable[[], tuple[CustomerOrder, list[Plan]]],
    record: Callable[[CustomerOrder], None],
) -> CustomerOrder:
    known = find_repeated(submission, context.actor.number)
    if known is not None:
        return known
    try:
        with transaction.atomic(using=System.CRM.alias):
            give_number(context)
            order, plans = capture()
            engine.start(order, plans, context, wait=False)
            record(order)
    except IntegrityError:
        known = find_repeated(submission, context.actor.number)
        if known is None:
            raise
        return known
    return order

"""Two waiting lines a subscriber: one order works, the next in order wait."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import transaction

from core.systems import System
from customers.models import Customer
from integration.flow import Plan, sub_order_no
from integration.messages import CustomerAccountRequest
from orders import lines
from orders.accepting import flow_context, give_number
from orders.conducting import engine
from orders.flows import OpenCustomer
from orders.flows.open_customer import account_value, customer_value
from orders.lines import BOTH, PRODUCT, STATUS, Lines
from orders.models import CustomerOrder, WaitingLine
from orders.records import new_order
from orders.values import Submission

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)
SUBSCRIBER = "SC000000018"


@pytest.fixture
def place(operator):
    """A way to put an order with one harmless sub-order into the subscriber's lines."""
    party = operator.customer()
    customer = Customer.objects.get(customer_no=party.customer_no)
    account = customer.accounts.get()

    def place(stands: Lines) -> CustomerOrder:
        context = flow_context(OpenCustomer(), Submission(), operator.actor, operator.now)
        with transaction.atomic():
            give_number(context)
            order = new_order(context, Submission(), customer_no=customer.customer_no)
            order.subscriber_no = SUBSCRIBER
            message = CustomerAccountRequest(
                sub_order_no=sub_order_no(order.order_no, 1),
                customer=customer_value(customer),
                accounts=[account_value(account)],
            )
            plan = Plan(kind="party", system=System.BOSS, message=message, subject=order.order_no)
            lines.lock(SUBSCRIBER)
            wait = lines.must_wait(SUBSCRIBER, stands)
            engine.start(order, [plan], context, wait=wait)
            lines.take_place(order, SUBSCRIBER, stands, holds=not wait)
        return order

    return place


def _states(*orders: CustomerOrder) -> list[str]:
    for order in orders:
        order.refresh_from_db()
    return [order.state for order in orders]


def test_orders_in_one_line_work_one_after_the_other_in_the_order_they_came(operator, place):
    orders = [place(PRODUCT) for _ in range(4)]
    assert _states(*orders) == ["inProgress", "pending", "pending", "pending"]
    operator.settle()
    assert _states(*orders) == ["completed"] * 4
    begun = [order.history.get(target="inProgress").pk for order in orders]
    closed = [order.history.get(target="completed").pk for order in orders]
    assert all(one < other for one, other in pairwise(begun))
    assert all(end < start for end, start in zip(closed, begun[1:], strict=False))
    assert not WaitingLine.objects.exists()


def test_the_two_lines_do_not_wait_for_each_other(place):
    assert _states(place(PRODUCT), place(STATUS)) == ["inProgress", "inProgress"]


def test_a_termination_waits_for_both_lines_and_the_next_wait_for_it(operator, place):
    product, status = place(PRODUCT), place(STATUS)
    termination = place(BOTH)
    later = place(PRODUCT)
    assert _states(product, status, termination, later) == [
        "inProgress", "inProgress", "pending", "pending",
    ]  # fmt: skip
    operator.settle()
    assert _states(product, status, termination, later) == ["completed"] * 4
    assert termination.history.get(target="inProgress").pk > max(
        one.history.get(target="completed").pk for one in (product, status)
    )


def test_a_held_order_blocks_its_own_line_only(operator, place):
    held = place(PRODUCT)
    CustomerOrder.objects.filter(pk=held.pk).update(state="held")
    behind, beside = place(PRODUCT), place(STATUS)
    operator.settle()
    assert _states(behind, beside) == ["pending", "completed"]

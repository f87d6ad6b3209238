"""What a channel may send twice, and what is not the same though its external id is."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connections

from customers.values import NewAccount, NewCustomer
from orders import services
from orders.models import CustomerOrder
from orders.services import products
from orders.values import Submission
from provisioning.models import PhoneNumber

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)


def test_a_channel_may_number_customers_accounts_and_orders_each_from_one(operator):
    submission = Submission(external_id="1", fingerprint="a")
    new = NewCustomer(name="某人", identity_kind="passport", identity_number="E12345678")
    customer = services.open_customer(
        new=new, submission=submission, actor=operator.actor, at=operator.now
    )
    account = services.open_account(
        new=NewAccount(customer_no=customer.customer_no, name="账户"),
        submission=Submission(external_id="1", fingerprint="b"),
        actor=operator.actor,
        at=operator.now,
    )
    order = operator.open_subscriber(customer, external_id="1", fingerprint="c")
    assert len({customer.order_no, account.order_no, order.order_no}) == 3
    again = services.open_customer(
        new=new, submission=submission, actor=operator.actor, at=operator.now
    )
    assert again.order_no == customer.order_no
    assert CustomerOrder.objects.count() == 3


def test_a_conflict_that_is_no_taken_number_stays_loud_and_reserves_nothing(operator, monkeypatch):
    customer = operator.customer()

    def broken(*_: object) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("UPDATE orders_customerorder SET state = 'unheard of'")

    monkeypatch.setattr(products._open_subscriber, "captured", broken)
    with pytest.raises(IntegrityError):
        operator.open_subscriber(customer)
    assert not PhoneNumber.objects.filter(state="reserved").exists()


@pytest.mark.parametrize("state", ["held", "inProgress", "pending"])
def test_open_orders_are_found_by_their_state_without_reading_the_closed_ones(operator, state):
    with connections["default"].cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            cursor.execute(
                "EXPLAIN SELECT * FROM orders_customerorder WHERE state = %s"
                " ORDER BY id DESC LIMIT 20",
                [state],
            )
            plan = "\n".join(row[0] for row in cursor.fetchall())
        finally:
            cursor.execute("RESET enable_seqscan")
    assert "customerorder_open" in plan

"""客户开户, from acceptance to BOSS's confirmation."""

from __future__ import annotations

import pytest
from django.conf import settings

from billing.models import BillingAccount, BillingCustomer
from core.systems import System
from customers.identity import IdentityInvalid, unseal
from customers.models import Account, Customer
from customers.values import NewCustomer
from integration.trace import show_trace
from orders import services
from orders.models import CustomerOrder
from orders.refusals import SentWithOtherContent
from orders.values import Submission
from tests.channel import resident_id

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)


def test_a_customer_is_pending_until_boss_holds_its_half(operator):
    order = operator.open_customer()
    assert Customer.objects.get().status == "pending"
    assert order.state == "inProgress"
    operator.settle()
    customer = Customer.objects.get()
    assert customer.status == "active"
    assert BillingCustomer.objects.get().customer_no == customer.customer_no
    assert BillingAccount.objects.get().account_no == Account.objects.get().account_no
    assert CustomerOrder.objects.get().state == "completed"


def test_with_boss_down_a_customer_is_accepted_and_completes_when_it_is_back(operator):
    operator.open_customer()
    operator.settle(System.CRM, System.PROVISIONING)
    operator.settle()
    assert Customer.objects.get().status == "active"


def test_the_trace_tells_what_happened_in_the_words_of_the_flow(operator):
    order = operator.open_customer()
    operator.settle()
    order.refresh_from_db()
    trace = show_trace(order)
    assert [(step["from"], step["to"], step["message"]) for step in trace["steps"]] == [
        ("portal", "crm", "OpenCustomerRequest"),
        ("crm", "crm_db", "DataAccess"),
        ("crm", "portal", "OpenCustomerResponse"),
        ("crm", "boss", "CustomerAccountRequest"),
        ("boss", "boss_db", "DataAccess"),
        ("boss", "crm", "CustomerAccountResponse"),
    ]
    assert {step["status"] for step in trace["steps"]} == {"done"}
    assert trace["settings"] == {"STATUS_MASTER": "boss", "AUTHORIZATION": settings.AUTHORIZATION}


def test_the_identity_is_sealed_and_never_leaves_crm(operator):
    operator.open_customer()
    operator.settle()
    number = resident_id(1)
    document = Customer.objects.get().identity
    assert document.number_masked == number[:3] + "*" * 12 + number[-3:]
    assert number.encode() not in bytes(document.number_encrypted)
    assert unseal(document.number_encrypted) == number
    from django.db import connections

    for alias in ("default", "boss", "oss"):
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM integration_outboxmessage WHERE body::text LIKE %s",
                [f"%{number}%"],
            )
            assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("number", ["110101199003070000", "123", "44010619900307513X", ""])
def test_an_impossible_identity_is_refused_and_leaves_no_row(operator, number):
    new = NewCustomer(name="某人", identity_kind="residentId", identity_number=number)
    with pytest.raises(IdentityInvalid) as refused:
        services.open_customer(
            new=new, submission=Submission(), actor=operator.actor, at=operator.now
        )
    assert refused.value.field == "identityNumber"
    assert not Customer.objects.exists()
    assert not CustomerOrder.objects.exists()


def test_sent_twice_it_is_opened_once(operator):
    first, second = (
        services.open_customer(
            new=NewCustomer(name="某人"),
            submission=Submission(external_id="x1", fingerprint="same"),
            actor=operator.actor,
            at=operator.now,
        )
        for _ in range(2)
    )
    assert first.order_no == second.order_no
    assert Customer.objects.count() == 1
    with pytest.raises(SentWithOtherContent):
        services.open_customer(
            new=NewCustomer(name="别人"),
            submission=Submission(external_id="x1", fingerprint="other"),
            actor=operator.actor,
            at=operator.now,
        )
    assert Customer.objects.count() == 1

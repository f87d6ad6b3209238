"""用户开户, from acceptance to active, and what may go wrong on the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auth_center.actors import Actor
from billing.models import BillingSubscriber, BillingSubscription
from core.errors import DomainError, PermissionDenied
from core.systems import System
from customers.models import Subscriber, Subscription
from integration.models import FlowStep, OutboxMessage
from integration.trace import show_trace
from orders import services, waiting
from orders.models import CustomerOrder, OrderHistory, WaitingLine
from orders.values import ItemRequest, OrderRequest, Submission
from provisioning.models import PhoneNumber
from tests.journeys.conftest import MAIN, PREPAID

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)


def test_a_subscriber_is_served_and_billed_and_then_active(operator):
    customer = operator.customer()
    order = operator.open_subscriber(customer)
    assert Subscriber.objects.get().status == "pre_active"
    operator.settle()
    order.refresh_from_db()
    assert order.state == "completed"
    subscriber = Subscriber.objects.get()
    assert (subscriber.status, subscriber.activated_at) == ("active", operator.now)
    assert Subscription.objects.get().status == "active"
    billed = BillingSubscriber.objects.get()
    assert (billed.subscriber_no, billed.status) == (subscriber.subscriber_no, "active")
    assert BillingSubscription.objects.get().offering_code == MAIN
    number = PhoneNumber.objects.get(msisdn=subscriber.service_number)
    assert (number.state, number.subscriber_no) == ("in_use", subscriber.subscriber_no)
    [served] = operator.simulator.services("hlr", f"?name={subscriber.subscriber_no}").body
    assert served["state"] == "active"
    assert not WaitingLine.objects.exists()
    assert [row.target for row in OrderHistory.objects.filter(order=order).order_by("id")] == [
        "acknowledged",
        "inProgress",
        "completed",
    ]


def test_the_trace_is_the_flow_of_a_postpaid_opening(operator):
    order = operator.open_subscriber(operator.customer())
    operator.settle()
    order.refresh_from_db()
    steps = show_trace(order)["steps"]
    assert [f"{step['from']} > {step['to']}: {step['message']}" for step in steps] == [
        "portal > crm: OpenSubscriberRequest",
        "crm > provisioning: ResourceReserveRequest",
        "provisioning > crm: ResourceReserveResponse",
        "crm > boss: ArrearsCheckRequest",
        "boss > crm: ArrearsCheckResponse",
        "crm > crm_db: DataAccess",
        "crm > crm_db: DataAccess",
        "crm > portal: OpenSubscriberResponse",
        "crm > provisioning: ProvisioningOrderRequest",
        "provisioning > network: WorkOrderRequest",
        "network > provisioning: WorkOrderResponse",
        "provisioning > crm: ProvisioningOrderResponse",
        "crm > boss: SubscriptionOrderRequest",
        "boss > boss_db: DataAccess",
        "boss > crm: SubscriptionOrderResponse",
        "crm > crm_db: DataAccess",
    ]
    assert {step["status"] for step in steps} == {"done"}


def test_a_prepaid_subscriber_is_billed_before_the_network_serves_it(operator):
    customer = operator.customer(charging_mode="prepaid")
    order = operator.open_subscriber(customer, PREPAID)
    sent = [row.name for row in OutboxMessage.objects.filter(flow_no=order.order_no)]
    assert sent == ["SubscriptionOrderRequest"]
    operator.settle()
    order.refresh_from_db()
    assert order.state == "completed"


def test_a_refusing_network_holds_the_order_with_its_cause(operator):
    customer = operator.customer()
    operator.simulator.set("hlr", "refuse")
    order = operator.open_subscriber(customer)
    operator.settle()
    order.refresh_from_db()
    assert order.state == "held"
    assert order.cause_code
    assert order.cause_zh
    assert order.cause_en
    assert Subscriber.objects.get().status == "pre_active"
    assert not BillingSubscriber.objects.exists()
    steps = show_trace(order)["steps"]
    refused = [step["message"] for step in steps if step["status"] == "refused"]
    assert refused == ["WorkOrderResponse", "ProvisioningOrderResponse"]


def test_a_party_that_boss_lacks_is_waited_for(operator):
    order = operator.open_customer()
    held = OutboxMessage.objects.get(flow_no=order.order_no)
    OutboxMessage.objects.filter(pk=held.pk).update(sent_at=operator.now)  # lost on the road
    opening = operator.open_subscriber(order)
    operator.settle()
    opening.refresh_from_db()
    assert opening.state == "inProgress"
    statuses = {step["message"]: step["status"] for step in show_trace(opening)["steps"]}
    assert statuses["SubscriptionOrderRequest"] == "parked"

    OutboxMessage.objects.filter(pk=held.pk).update(sent_at=None)  # sent again
    operator.settle()
    operator.wake_due()
    operator.settle()
    opening.refresh_from_db()
    assert opening.state == "completed"


def _items(**characteristics: str) -> tuple[ItemRequest, ...]:
    return (
        ItemRequest(item_id="1", action="add", offering_code=MAIN, characteristics=characteristics),
    )


def test_every_refusal_names_its_field_in_both_languages_and_leaves_no_row(operator):
    customer = operator.customer()
    nobody = operator.customer(identity=False)  # type: ignore[arg-type]
    prepaid = operator.customer(charging_mode="prepaid")
    taken = operator.open_subscriber(customer, number=9)
    operator.settle()
    good = {"msisdn": operator.msisdn(0), "iccid": operator.iccid(0)}
    cases = [
        (customer, (), "nothingOrdered", 400),
        (customer, _items(iccid=good["iccid"]), "characteristicMissing", 400),
        (customer, _items(msisdn=good["msisdn"]), "characteristicMissing", 400),
        (customer, _items(msisdn="13000000000", iccid=good["iccid"]), "unknownNumber", 400),
        (customer, _items(msisdn=good["msisdn"], iccid="8986"), "unknownSim", 400),
        (customer, _items(msisdn=operator.msisdn(9), iccid=good["iccid"]), "numberTaken", 409),
        (customer, _items(msisdn=good["msisdn"], iccid=operator.iccid(9)), "simTaken", 409),
        (nobody, _items(**good), "identityRequired", 400),
        (prepaid, _items(**good), "chargingModeDiffers", 400),
        (
            customer,
            (replace(_items(**good)[0], offering_code="CONTENT-VRBT"),),
            "actionNotOffered",
            400,
        ),
    ]
    before = _counts()
    for owner, items, code, status in cases:
        with pytest.raises(DomainError) as refused:
            services.submit_order(
                request=OrderRequest(customer_no=owner.customer_no, account_no=None, items=items),
                submission=Submission(),
                actor=operator.actor,
                at=operator.now,
            )
        error = refused.value
        assert (error.code, error.status) == (code, status)
        assert error.zh
        assert error.en
        assert error.zh != error.en
        assert error.field
    assert _counts() == before
    assert taken.subscriber_no


def _counts() -> tuple[int, ...]:
    reserved = PhoneNumber.objects.filter(state="reserved").count()
    models = (CustomerOrder, Subscriber, Subscription, OutboxMessage, FlowStep)
    return (reserved, *(model.objects.count() for model in models))


def test_one_identity_may_hold_five_numbers(operator):
    customer = operator.customer()
    for number in range(5):
        operator.open_subscriber(customer, number=number)
    before = _counts()
    with pytest.raises(DomainError) as refused:
        operator.open_subscriber(customer, number=6)
    assert refused.value.code == "realNameLimit"
    assert _counts() == before


def test_sent_twice_it_is_opened_once_and_other_content_is_refused(operator):
    customer = operator.customer()
    one = operator.open_subscriber(customer, external_id="e1", fingerprint="a")
    two = operator.open_subscriber(customer, external_id="e1", fingerprint="a")
    assert one.order_no == two.order_no
    with pytest.raises(DomainError) as refused:
        operator.open_subscriber(customer, number=1, external_id="e1", fingerprint="b")
    assert refused.value.code == "sentWithOtherContent"
    assert Subscriber.objects.count() == 1


def test_nobody_without_the_permission_opens_a_subscriber(operator):
    customer = operator.customer()
    operator.actor = Actor(kind="channel", number="c", grants=frozenset({"orders.open_customer"}))
    with pytest.raises(PermissionDenied):
        operator.open_subscriber(customer)
    assert not Subscriber.objects.exists()


def test_with_provisioning_silent_nothing_is_written(operator, monkeypatch):
    from django.db import OperationalError

    from integration import hearing

    def silent(*_: object) -> None:
        raise OperationalError("the server is gone")

    monkeypatch.setitem(hearing._ANSWERERS, (System.PROVISIONING, "ResourceReserveRequest"), silent)
    customer = operator.customer()
    before = _counts()
    with pytest.raises(DomainError) as refused:
        operator.open_subscriber(customer)
    assert refused.value.status == 503
    assert _counts() == before


def test_with_boss_silent_the_order_is_accepted_and_the_trace_says_so(operator, monkeypatch):
    from django.db import OperationalError

    from integration import hearing

    customer = operator.customer()

    def silent(*_: object) -> None:
        raise OperationalError("the server is gone")

    monkeypatch.setitem(hearing._ANSWERERS, (System.BOSS, "ArrearsCheckRequest"), silent)
    order = operator.open_subscriber(customer)
    operator.settle()
    order.refresh_from_db()
    assert order.state == "completed"
    statuses = {step["message"]: step["status"] for step in show_trace(order)["steps"]}
    assert statuses["ArrearsCheckResponse"] == "timed_out"


def _sync(operator, customer) -> CustomerOrder:
    return services.submit_order(
        request=OrderRequest(
            customer_no=customer.customer_no,
            account_no=None,
            items=_items(msisdn=operator.msisdn(0), iccid=operator.iccid(0)),
        ),
        submission=Submission(mode="sync"),
        actor=operator.actor,
        at=operator.now,
    )


def _answers(order) -> list[tuple[str, str]]:
    steps = show_trace(order)["steps"]
    return [(one["message"], one["status"]) for one in steps if one["to"] == "portal"]


def test_a_waiting_portal_is_answered_by_the_close(operator):
    order = _sync(operator, operator.customer())
    assert _answers(order) == []
    operator.settle()
    order.refresh_from_db()
    assert _answers(order) == [("OpenSubscriberResponse", "done")]
    assert show_trace(order)["steps"][-1]["to"] == "portal"


def test_a_portal_whose_time_is_up_is_answered_once_with_the_state_reached(operator):
    order = _sync(operator, operator.customer())
    waiting.answer_late(order, at=operator.now)
    operator.settle()
    order.refresh_from_db()
    assert order.state == "completed"
    assert _answers(order) == [("OpenSubscriberResponse", "timed_out")]
    waiting.answer_late(order, at=operator.now)
    assert _answers(order) == [("OpenSubscriberResponse", "timed_out")]

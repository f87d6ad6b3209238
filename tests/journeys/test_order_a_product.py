"""产品订购, 变更, 退订: what a subscriber has changes in the network, then in what BOSS bills."""

from __future__ import annotations

import pytest

from billing.models import BillingSubscriber, BillingSubscription
from core.errors import DomainError
from customers.models import Subscriber, Subscription
from integration.trace import show_trace
from orders.models import CustomerOrder
from provisioning.models import Line
from tests.journeys.conftest import Operator, fresh

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def products(subscriber_no: str, status: str = "active") -> set[str]:
    rows = Subscription.objects.filter(subscriber__subscriber_no=subscriber_no, status=status)
    return set(rows.values_list("offering_id", flat=True))


def billed(subscriber_no: str) -> set[str]:
    rows = BillingSubscription.objects.filter(
        subscriber__subscriber_no=subscriber_no, status="active"
    )
    return set(rows.values_list("offering_code", flat=True))


def names(order: CustomerOrder) -> list[str]:
    return [step["message"] for step in show_trace(order)["steps"]]


def test_an_add_on_is_switched_on_and_then_billed(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128")
    order = operator.order(opened, add="CONTENT-VRBT")
    assert fresh(order).state == "inProgress"
    operator.settle()
    number = opened.subscriber_no
    assert fresh(order).state == "completed"
    assert products(number) == billed(number) == {"PLAN-128", "CONTENT-VRBT"}
    assert "VRBT" in Line.objects.get(subscriber_no=number).services
    assert names(order) == [
        *("OrderProductRequest", "ArrearsCheckRequest", "ArrearsCheckResponse"),
        *("DataAccess", "DataAccess", "OrderProductResponse"),
        *("ProvisioningOrderRequest", "WorkOrderRequest", "WorkOrderResponse"),
        *("WorkOrderRequest", "WorkOrderResponse", "ProvisioningOrderResponse"),
        *("SubscriptionOrderRequest", "DataAccess", "SubscriptionOrderResponse", "DataAccess"),
    ]
    assert operator.differences() == []


def test_a_pack_without_services_does_not_touch_the_network(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128")
    order = operator.order(opened, add="PACK-DATA-10G")
    operator.settle()
    assert fresh(order).state == "completed"
    assert "ProvisioningOrderRequest" not in names(order)
    again = operator.order(opened, add="PACK-DATA-10G")
    operator.settle()
    assert fresh(again).state == "completed"
    rows = Subscription.objects.filter(offering_id="PACK-DATA-10G", status="active")
    assert rows.count() == 2
    assert operator.differences() == []


def test_the_main_product_changes_and_the_old_one_ends_when_the_new_begins(
    operator: Operator,
) -> None:
    opened = operator.subscriber("PLAN-128")
    number = opened.subscriber_no
    operator.pass_(3600)
    order = operator.order(opened, change="PLAN-128", to="PLAN-198")
    operator.pass_(60)
    operator.settle()
    assert fresh(order).state == "completed"
    assert products(number) == billed(number) == {"PLAN-198"}
    old = Subscription.objects.get(subscriber__subscriber_no=number, offering_id="PLAN-128")
    new = Subscription.objects.get(subscriber__subscriber_no=number, offering_id="PLAN-198")
    assert (old.status, old.valid_to, new.is_main) == ("terminated", new.valid_from, True)
    assert new.valid_from == operator.now
    assert operator.differences() == []


def test_an_add_on_is_cancelled(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128", "CONTENT-VRBT")
    number = opened.subscriber_no
    order = operator.order(opened, delete="CONTENT-VRBT")
    assert products(number, "pendingTerminate") == {"CONTENT-VRBT"}
    operator.settle()
    assert fresh(order).state == "completed"
    assert products(number) == billed(number) == {"PLAN-128"}
    assert "VRBT" not in Line.objects.get(subscriber_no=number).services
    assert operator.differences() == []


def test_the_end_of_the_main_product_terminates(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128", "CONTENT-VRBT")
    number = opened.subscriber_no
    order = operator.order(opened, delete="PLAN-128")
    assert order.flow == "terminate_subscriber"
    operator.settle()
    assert fresh(order).state == "completed"
    assert Subscriber.objects.get(subscriber_no=number).status == "terminated"
    assert BillingSubscriber.objects.get(subscriber_no=number).status == "terminated"
    assert Line.objects.get(subscriber_no=number).state == "terminated"
    assert products(number, "terminated") == {"PLAN-128", "CONTENT-VRBT"}
    assert [name for name in names(order) if name != "DataAccess"] == [
        *("TerminateRequest", "TerminateResponse", "ProvisioningOrderRequest"),
        *("WorkOrderRequest", "WorkOrderResponse") * 2,
        *("ProvisioningOrderResponse", "SubscriptionOrderRequest", "SubscriptionOrderResponse"),
        "ProvisioningOrderRequest",
        *("WorkOrderRequest", "WorkOrderResponse") * 2,
        "ProvisioningOrderResponse",
    ]
    assert operator.differences() == []
    with pytest.raises(DomainError) as refusal:
        operator.order(opened, add="PACK-DATA-10G")
    assert refusal.value.code == "subscriberEnded"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"add": "CONTENT-IPTV"}, "offeringRequirementMissing"),
        ({"add": "CONTENT-VRBT"}, "productHadAlready"),
        ({"add": "PLAN-198"}, "actionNotOffered"),
        ({"add": "NO-SUCH"}, "offeringNotFound"),
        ({"change": "PLAN-128", "to": "BROADBAND-300"}, "kindsDiffer"),
        ({"change": "PLAN-128", "to": "PREPAID-GO"}, "chargingModeDiffers"),
        ({"change": "PLAN-128", "to": "CONTENT-VIDEO"}, "kindsDiffer"),
    ],
)
def test_what_cannot_be_had_is_refused_and_nothing_moves(
    operator: Operator, wish: dict[str, str], code: str
) -> None:
    opened = operator.subscriber("PLAN-128", "CONTENT-VRBT")
    before = list(Subscription.objects.values_list("subscription_no", "status"))
    with pytest.raises(DomainError) as refusal:
        operator.order(opened, **wish)
    assert refusal.value.code == code
    assert list(Subscription.objects.values_list("subscription_no", "status")) == before
    assert not CustomerOrder.objects.filter(flow="order_product").exists()


def test_orders_for_one_subscriber_go_one_after_the_other(operator: Operator) -> None:
    opened = operator.subscriber("PLAN-128")
    first = operator.order(opened, add="CONTENT-VRBT")
    second = operator.order(opened, add="PACK-DATA-10G")
    third = operator.order(opened, delete="PLAN-128")
    states = [fresh(one).state for one in (first, second, third)]
    assert states == ["inProgress", "pending", "pending"]
    operator.settle()
    assert [fresh(one).state for one in (first, second, third)] == ["completed"] * 3
    assert operator.differences() == []

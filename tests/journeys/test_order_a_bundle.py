"""组合产品: a home's mobile, broadband and television in one order, a leg a subscriber."""

from __future__ import annotations

import pytest

from billing.models import BillingSubscription
from core.errors import DomainError
from customers.models import Subscriber, Subscription
from orders import services
from orders.models import CustomerOrder, WaitingLine
from orders.values import ItemRequest, OrderRequest, Submission
from provisioning.models import Line, PhoneNumber, WorkOrder
from provisioning.services import complete_manual_work
from tests.journeys.conftest import Operator, fresh

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


def order_home(
    operator: Operator, customer: CustomerOrder, mobile: str = "PLAN-128", *more: str
) -> CustomerOrder:
    line = {"msisdn": operator.msisdn(0), "iccid": operator.iccid(0)}
    offerings = [("2", mobile, line), ("3", "BROADBAND-300", {"line": "FTTH-0001"})]
    offerings += [(str(place), code, {}) for place, code in enumerate(more, start=4)]
    legs = [
        ItemRequest(item_id=item, action="add", offering_code=code, characteristics=values)
        for item, code, values in offerings
    ]
    bundle = ItemRequest(
        item_id="1",
        action="add",
        offering_code="HOME-FUSION",
        parts=tuple(leg.item_id for leg in legs),
    )
    return services.submit_order(
        request=OrderRequest(
            customer_no=customer.customer_no, account_no=None, items=(bundle, *legs)
        ),
        submission=Submission(),
        actor=operator.actor,
        at=operator.now,
    )


def install(operator: Operator) -> None:
    """The people at the customer's home do what waits for them."""
    for work in WorkOrder.objects.filter(state="waiting"):
        complete_manual_work(
            work_order_no=work.work_order_no, actor=operator.actor, at=operator.now
        )
    operator.settle()


def test_every_leg_is_a_subscriber_of_its_own_under_one_bundle(operator: Operator) -> None:
    order = order_home(operator, operator.customer(), "PLAN-128", "CONTENT-IPTV")
    operator.settle()
    assert fresh(order).state == "inProgress"  # people are on their way
    install(operator)
    assert fresh(order).state == "completed"
    assert order.flow == "order_product"
    bundle = Subscription.objects.get(offering_id="HOME-FUSION")
    parts = {one.offering_id: one.subscriber.service_kind for one in bundle.parts.all()}
    assert parts == {
        "PLAN-128": "mobile",
        "BROADBAND-300": "broadband",
        "CONTENT-IPTV": "broadband",
    }
    assert bundle.subscriber.service_kind == "mobile"
    assert set(Subscription.objects.values_list("status", flat=True)) == {"active"}
    assert Line.objects.get(service_number="FTTH-0001").state == "active"
    billed = BillingSubscription.objects.filter(parent_no=bundle.subscription_no)
    assert billed.count() == 3
    assert not WaitingLine.objects.exists()
    assert operator.differences() == []


def test_a_bundle_is_cancelled_with_all_its_legs(operator: Operator) -> None:
    order = order_home(operator, operator.customer())
    operator.settle()
    services.cancel_order(
        order_no=order.order_no, reason="不装了", actor=operator.actor, at=operator.now
    )
    operator.settle()
    assert fresh(order).state == "assessingCancellation"  # the installer is asked to finish first
    install(operator)
    install(operator)
    assert fresh(order).state == "cancelled"
    assert set(Subscriber.objects.values_list("status", flat=True)) == {"terminated"}
    assert PhoneNumber.objects.get(msisdn=operator.msisdn(0)).state == "cooling"
    assert operator.differences() == []


def test_the_end_of_the_main_leg_ends_the_bundle_and_the_others_go_on(operator: Operator) -> None:
    order = order_home(operator, operator.customer())
    operator.settle()
    install(operator)
    ended = operator.order(order, delete="PLAN-128")
    operator.settle()
    assert fresh(ended).state == "completed"
    assert Subscription.objects.get(offering_id="HOME-FUSION").status == "terminated"
    assert Subscription.objects.get(offering_id="BROADBAND-300").status == "active"
    assert operator.differences() == []


def test_a_part_gives_way_to_another_part_only(operator: Operator) -> None:
    order = order_home(operator, operator.customer())
    operator.settle()
    install(operator)
    with pytest.raises(DomainError) as refusal:
        operator.order(order, change="PLAN-128", to="PLAN-59")
    assert refusal.value.code == "notPartOfBundle"
    changed = operator.order(order, change="PLAN-128", to="PLAN-198")
    operator.settle()
    assert fresh(changed).state == "completed"
    bundle = Subscription.objects.get(offering_id="HOME-FUSION")
    now = Subscription.objects.get(offering_id="PLAN-198")
    assert (now.status, now.parent) == ("active", bundle)
    held = BillingSubscription.objects.get(subscription_no=now.subscription_no)
    assert held.parent_no == bundle.subscription_no
    assert operator.differences() == []


@pytest.mark.parametrize(
    ("mobile", "more", "code"),
    [
        ("PLAN-59", (), "bundlePartsMiscounted"),
        ("PLAN-128", ("BROADBAND-300",), "bundlePartsMiscounted"),
        ("PLAN-128", ("HOME-FUSION",), "actionNotOffered"),
    ],
)
def test_a_bundle_with_the_wrong_parts_is_refused_and_nothing_is_kept(
    operator: Operator, mobile: str, more: tuple[str, ...], code: str
) -> None:
    customer = operator.customer()
    with pytest.raises(DomainError) as refusal:
        order_home(operator, customer, mobile, *more)
    assert refusal.value.code == code
    assert not Subscriber.objects.exists()
    assert set(PhoneNumber.objects.values_list("state", flat=True)) == {"free"}

"""数据权限 at CRM: what lies outside one's region or unit is on no page, list or export."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from auth_center.actors import Actor, system_actor
from auth_center.values import DataScope, Reach
from core.systems import System
from customers.models import Account, Customer, Subscriber, Subscription
from customers.selectors import CustomerUnknown, ProductUnknown, SubscriberUnknown
from customers.values import NewAccount, NewCustomer
from integration.models import FlowStep
from orders import services
from orders.fallout import Sought, list_causes, list_mendings, sum_up
from orders.models import BulkMending, Cancellation, CustomerOrder
from orders.refusals import OutsideScope
from orders.selectors import list_cancellations
from orders.services.bulk import carry_on
from orders.services.desk import OrderUnknown
from orders.values import ItemRequest, OrderRequest, Submission
from tests.channel import resident_id
from tests.integration.consoles.conftest import AT, make_customer, offering
from tests.signing import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
__all__ = ["offering"]

HERE, NEXT_DOOR, FAR = 11, 12, 13  # the clerk's own counter, another of the city, another city
WHERE = {HERE: ("GZ", "HQ-GZ-1"), NEXT_DOOR: ("GZ", "HQ-GZ-2"), FAR: ("SZ", "HQ-SZ")}
SEES = {"unit": {HERE}, "region": {HERE, NEXT_DOOR}, "all": {HERE, NEXT_DOOR, FAR}}
GRANTS = (
    *("customers.view_customer", "customers.view_account", "customers.view_subscriber"),
    *("customers.view_subscription", "orders.view_customerorder", "orders.view_fallout"),
    *("orders.mend", "orders.cancel_order", "orders.open_account", "orders.open_subscriber"),
    *("orders.order_product", "integration.view_flow", "integration.view_message"),
)
DETAILS = (
    *("customers/CC{0:09d}/", "customers/CC{0:09d}/panel/accounts/"),
    *("customers/CC{0:09d}/panel/subscribers/", "customers/CC{0:09d}/panel/contacts/"),
    *("customers/CC{0:09d}/panel/orders/", "customers/CC{0:09d}/panel/billing/"),
    *("customers/CC{0:09d}/panel/network/", "customers/CC{0:09d}/open-account/"),
    *("customers/CC{0:09d}/open-subscriber/", "flows/FC{0:09d}/", "fallout/FC{0:09d}/"),
    *("fallout/FC{0:09d}/live/", "fallout/FC{0:09d}/free/"),
)
LISTS = (
    *("flows/", "flows.csv", "fallout/", "fallout.csv"),
    *("customers/customer/", "customers/account/", "customers/subscriber/"),
    *("customers/subscription/", "orders/customerorder/", "integration/flowstep/"),
)
TERMS = ("CC{0:09d}", "AC{0:09d}", "SC{0:09d}", "138{0:08d}")


@pytest.fixture(autouse=True)
def three_places(offering) -> None:
    for number, (region, unit) in WHERE.items():
        customer = make_customer(number, offering)
        customer.region, customer.org_unit = region, unit
        customer.save()
        step = {"clock": 1, "at": AT, "source": "portal", "target": "crm", "name": "OpenCustomer"}
        FlowStep.objects.create(flow_no=f"FC{number:09d}", status="done", **step)


def clerk(reach: str, **more: Any) -> Client:
    return signed_in(System.CRM, *GRANTS, data_scope=reach, org_unit="HQ-GZ-1", region="GZ", **more)


def actor(reach: str) -> Actor:
    scope = DataScope(reach=Reach(reach), region="GZ", units=("HQ-GZ-1",))
    return replace(system_actor("2001"), kind="operator", scope=scope)


def told(number: int) -> tuple[str, ...]:
    """What gives a customer away, wherever it stands."""
    return tuple(kind.format(number) for kind in (*TERMS, "FC{0:09d}", "王 小{0}"))


def hears_of(content: str) -> set[int]:
    return {number for number in WHERE if any(word in content for word in told(number))}


@pytest.mark.parametrize("reach", SEES)
@pytest.mark.parametrize("page", DETAILS)
def test_a_page_about_somebody_outside_is_not_there(reach, page):
    browser = clerk(reach)
    for number in WHERE:
        answer = browser.get("/crm/" + page.format(number))
        within = number in SEES[reach]
        assert answer.status_code == (200 if within else 404), number
        assert within or f"王 小{number}" not in answer.content.decode()


@pytest.mark.parametrize("reach", SEES)
@pytest.mark.parametrize("page", LISTS)
def test_a_list_holds_what_is_seen_and_nothing_else(reach, page):
    answer = clerk(reach).get("/crm/" + page)
    assert answer.status_code == 200
    content = b"".join(answer) if answer.streaming else answer.content
    assert hears_of(content.decode()) == SEES[reach]


@pytest.mark.parametrize("reach", ["unit", "region"])
def test_no_search_finds_what_is_outside(reach):
    browser = clerk(reach)
    words = [term.format(FAR) for term in TERMS] + [f"FC{FAR:09d}", resident_id(FAR)]
    for word in words:
        found = browser.post("/crm/find/", {"term": word}, headers={"hx-request": "true"})
        assert f"王 小{FAR}" not in found.content.decode(), word
        assert f"/crm/flows/FC{FAR:09d}" not in found.content.decode(), word
        for page in LISTS[4:9]:
            listed = browser.get("/crm/" + page, {"q": word}).content.decode()
            assert f"王 小{FAR}" not in listed, (page, word)
    by_name = browser.post("/crm/find/", {"term": "王 小"}, headers={"hx-request": "true"})
    assert {n for n in WHERE if f"王 小{n}" in by_name.content.decode()} == SEES[reach]
    for page, name in (("flows/", "number"), ("fallout/", "q")):
        searched = browser.get("/crm/" + page, {name: f"SC{FAR:09d}"}).content.decode()
        assert f"FC{FAR:09d}" not in searched, page


@pytest.mark.parametrize("reach", ["unit", "region"])
@pytest.mark.parametrize("model", [Customer, Account, Subscriber, Subscription, CustomerOrder])
def test_a_row_of_a_table_outside_does_not_open(reach, model):
    key = {CustomerOrder: "order_no", Subscription: "subscription_no"}.get(model)
    way = "" if model is Customer else "customer__"
    where = {key: f"{'PC' if model is Subscription else 'FC'}{FAR:09d}"} if key else {
        f"{way}customer_no": f"CC{FAR:09d}"
    }  # fmt: skip
    row = model.objects.get(**where)
    table = f"crm:{model._meta.app_label}_{model._meta.model_name}_change"
    assert clerk(reach).get(reverse(table, args=[row.pk])).status_code == 302
    assert clerk("all", staff_no="9002").get(reverse(table, args=[row.pk])).status_code == 200


def test_the_order_page_names_no_owner_of_a_subscriber_outside():
    answer = clerk("region").get(reverse("crm:order-product", args=[f"SC{FAR:09d}"]))
    assert answer.status_code == 404
    assert f"CC{FAR:09d}" not in answer.content.decode()


def test_the_queue_counts_only_what_is_seen():
    for reach, seen in SEES.items():
        held = sum_up(actor(reach), at=timezone.now())
        causes = list_causes(actor(reach), Sought(), at=timezone.now())
        assert (held.held, sum(one.count for one in causes)) == (len(seen), len(seen))


@pytest.mark.parametrize("reach", ["unit", "region"])
def test_a_door_refuses_what_is_outside_as_what_does_not_exist(reach):
    at, who, far = timezone.now(), actor(reach), f"FC{FAR:09d}"
    before = CustomerOrder.objects.values_list("order_no", "state")
    stood = set(before)
    with pytest.raises(OrderUnknown):
        services.retry_order(order_no=far, actor=who, at=at)
    with pytest.raises(OrderUnknown):
        services.skip_step(order_no=far, position=1, reason="否", actor=who, at=at)
    with pytest.raises(OrderUnknown):
        services.cancel_order(order_no=far, reason="否", actor=who, at=at)
    new = NewAccount(customer_no=f"CC{FAR:09d}", name="王")
    with pytest.raises(CustomerUnknown):
        services.open_account(new=new, submission=Submission(), actor=who, at=at)
    ends = ItemRequest(item_id="1", action="delete", offering_code="", product_no=f"PC{FAR:09d}")
    adds = ItemRequest(
        item_id="1",
        action="add",
        offering_code="PLAN-T",
        characteristics={"subscriber": f"SC{FAR:09d}"},
    )
    for item, refusal in ((ends, ProductUnknown), (adds, SubscriberUnknown)):
        request = OrderRequest(customer_no="", account_no=None, items=(item,))
        with pytest.raises(refusal):
            services.submit_order(request=request, submission=Submission(), actor=who, at=at)
    assert set(before.all()) == stood


def test_nobody_opens_a_customer_where_he_cannot_see_it():
    new = NewCustomer(name="李", region="SZ", org_unit="HQ-SZ")
    with pytest.raises(OutsideScope):
        services.open_customer(
            new=new, submission=Submission(), actor=actor("region"), at=timezone.now()
        )
    assert not Customer.objects.filter(name="李").exists()


def test_mending_all_of_a_cause_stops_at_ones_own_border(monkeypatch):
    mended = []
    monkeypatch.setattr(
        "orders.services.bulk.retry_order", lambda **deed: mended.append(deed["order_no"])
    )
    mending = services.mend_all(
        cause_code="refused", deed="retry", reason="", actor=actor("unit"), at=timezone.now()
    )
    assert mending.total == 1
    assert not carry_on(mending.pk, clock=timezone.now)
    assert mended == [f"FC{HERE:09d}"]
    theirs = BulkMending.objects.create(
        deed="retry", cause_code="x", last_id=1, total=1, actor_number="7", requested_at=AT
    )
    assert [one.pk for one in list_mendings(actor("unit"))] == [mending.pk]
    assert {one.pk for one in list_mendings(actor("all"))} == {mending.pk, theirs.pk}


def test_cancellations_are_seen_with_their_orders():
    for order in CustomerOrder.objects.all():
        Cancellation.objects.create(
            order=order, reason="客户要求", actor_number="1", requested_at=AT
        )
    for reach, seen in SEES.items():
        shown = {one.order.order_no for one in list_cancellations(actor(reach))}
        assert shown == {f"FC{number:09d}" for number in seen}

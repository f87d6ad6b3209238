"""TMF622 on products that are there: add, modify, delete, bundles; and cancelProductOrder."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from core.systems import System
from customers.models import Subscriber, Subscription
from integration.messages import DONE
from orders.answers import context_of, take_answer
from orders.models import Cancellation, CustomerOrder
from tests.integration.api.conftest import (
    ORDER,
    PRODUCT,
    Channel,
    Statements,
    assert_refused,
    iccid,
    msisdn,
)

CANCEL = "/tmf-api/productOrderingManagement/v4/cancelProductOrder"
pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("goods")]


def answer(order_no: str, *positions: int) -> None:
    """Say for the other systems that they have done their parts."""
    for position in positions:
        order = CustomerOrder.objects.get(order_no=order_no)
        context = context_of(order, System.CRM, timezone.now())
        take_answer(f"{order_no}-{position}", DONE, context)
        context.flush()


@pytest.fixture
def served(api: Channel) -> Any:
    """An opened subscriber's order, closed."""
    order = api.order()
    answer(order["id"], 1, 2)
    return api.get(f"{ORDER}/{order['id']}")


def product_of(order: Any) -> str:
    return str(order["productOrderItem"][0]["product"]["id"])


def subscriber_of(order: Any) -> str:
    told = order["productOrderItem"][0]["product"]["productCharacteristic"]
    return next(str(one["value"]) for one in told if one["name"] == "subscriber")


def customer_of(order: Any) -> str:
    return str(order["relatedParty"][0]["id"])


def add(order: Any, offering: str = "CONTENT-VRBT", **more: Any) -> dict[str, Any]:
    characteristic = [{"name": "subscriber", "value": subscriber_of(order)}]
    item = {
        "id": "1",
        "action": "add",
        "productOffering": {"id": offering},
        "product": {"productCharacteristic": characteristic},
    }
    party = [{"id": customer_of(order), "role": "customer"}]
    return {"relatedParty": party, "productOrderItem": [item]} | more


def change(order: Any, action: str, offering: str = "", product: str = "") -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": "1",
        "action": action,
        "product": {"id": product or product_of(order)},
    }
    if offering:
        item["productOffering"] = {"id": offering}
    party = [{"id": customer_of(order), "role": "customer"}]
    return {"relatedParty": party, "productOrderItem": [item]}


def test_an_add_on_names_its_subscriber_and_becomes_a_product(api: Channel, served: Any) -> None:
    order = api.post(ORDER, add(served, externalId="A-1"))
    assert (order["category"], order["state"]) == ("order_product", "inProgress")
    product = api.get(f"{PRODUCT}/{product_of(order)}")
    assert (product["status"], product["productOffering"]["id"]) == ("created", "CONTENT-VRBT")
    answer(order["id"], 1, 2)
    assert api.get(f"{ORDER}/{order['id']}")["state"] == "completed"
    assert api.get(f"{PRODUCT}/{product_of(order)}")["status"] == "active"
    assert api.post(ORDER, add(served, externalId="A-1"))["id"] == order["id"]
    listed = api.get(f"{PRODUCT}?relatedParty.id={customer_of(served)}")
    assert {one["productOffering"]["id"] for one in listed} == {"PLAN-128", "CONTENT-VRBT"}
    told = {one["name"]: one["value"] for one in listed[0]["productCharacteristic"]}
    assert (told["subscriber"], told["msisdn"]) == (subscriber_of(served), msisdn(0))


def test_a_main_product_is_modified(api: Channel, served: Any) -> None:
    order = api.post(ORDER, change(served, "modify", "PLAN-198"))
    assert order["category"] == "order_product"
    [item] = order["productOrderItem"]
    [relation] = item["product"]["productRelationship"]
    assert relation["relationshipType"] == "replaces"
    assert relation["product"]["id"] == product_of(served)
    answer(order["id"], 1, 2)
    assert api.get(f"{PRODUCT}/{product_of(served)}")["status"] == "terminated"
    new = api.get(f"{PRODUCT}/{item['product']['id']}")
    assert (new["status"], new["productOffering"]["id"]) == ("active", "PLAN-198")


def test_an_add_on_is_deleted(api: Channel, served: Any) -> None:
    added = api.post(ORDER, add(served))
    answer(added["id"], 1, 2)
    order = api.post(ORDER, change(added, "delete"))
    assert product_of(order) == product_of(added)
    assert api.get(f"{PRODUCT}/{product_of(added)}")["status"] == "pendingTerminate"
    answer(order["id"], 1, 2)
    assert api.get(f"{PRODUCT}/{product_of(added)}")["status"] == "terminated"


def test_deleting_the_main_product_terminates_the_subscriber(api: Channel, served: Any) -> None:
    order = api.post(ORDER, change(served, "delete"))
    assert order["category"] == "terminate_subscriber"
    answer(order["id"], 1, 2, 3)
    assert api.get(f"{ORDER}/{order['id']}")["state"] == "completed"
    assert Subscriber.objects.get().status == "terminated"
    assert_refused(api, ORDER, add(served), 409, "subscriberEnded", "productOrderItem")


def home(api: Channel) -> dict[str, Any]:
    customer = api.open_customer()
    line = [{"name": "msisdn", "value": msisdn(5)}, {"name": "iccid", "value": iccid(5)}]
    return {
        "relatedParty": [{"id": customer["id"], "role": "customer"}],
        "productOrderItem": [
            {
                "id": "1",
                "action": "add",
                "productOffering": {"id": "HOME-FUSION"},
                "productOrderItemRelationship": [
                    {"id": "2", "relationshipType": "bundles"},
                    {"id": "3", "relationshipType": "bundles"},
                ],
            },
            {
                "id": "2",
                "action": "add",
                "productOffering": {"id": "PLAN-128"},
                "product": {"productCharacteristic": line},
            },
            {"id": "3", "action": "add", "productOffering": {"id": "BROADBAND-300"}},
        ],
    }


def test_a_bundle_has_an_item_a_leg_under_it(api: Channel) -> None:
    order = api.post(ORDER, home(api))
    items = {one["id"]: one for one in order["productOrderItem"]}
    relations = items["1"]["productOrderItemRelationship"]
    assert [(one["id"], one["relationshipType"]) for one in relations] == [
        ("2", "bundles"),
        ("3", "bundles"),
    ]
    answer(order["id"], 1, 2, 3, 4)
    assert api.get(f"{ORDER}/{order['id']}")["state"] == "completed"
    products = api.get(f"{PRODUCT}?relatedParty.id={customer_of(order)}")
    assert {one["status"] for one in products} == {"active"}
    assert len(products) == 3
    assert len({subscriber_of({"productOrderItem": [one]}) for one in items.values()}) == 2


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (lambda o: add(o, "NO-SUCH"), 400, "offeringNotFound", "productOffering.id"),
        (lambda o: add(o, "CONTENT-IPTV"), 409, "offeringRequirementMissing", "productOffering.id"),
        (lambda o: add(o, "PACK-STUDENT-20G"), 409, "notEligibleSegment", "productOffering.id"),
        (lambda o: add(o, "PLAN-59"), 400, "actionNotOffered", "productOffering.id"),
        (lambda o: change(o, "modify"), 400, "characteristicMissing", "productOffering"),
        (
            lambda o: change(o, "modify", "PREPAID-GO"),
            400,
            "chargingModeDiffers",
            "billingAccount.id",
        ),
        (lambda o: change(o, "delete", product="PC999"), 400, "productUnknown", "product.id"),
        (lambda o: change(o, "noChange", "PLAN-59"), 400, "actionNotOffered", "action"),
        (lambda o: add(o) | {"relatedParty": [{"id": "CC0"}]}, 400, "subscriberOfAnother", None),
    ],
)
def test_what_is_wrong_is_named_in_both_languages_and_nothing_moves(
    api: Channel, served: Any, body: Any, status: int, code: str, field: str | None
) -> None:
    place = field if field in (None, "billingAccount.id") else f"productOrderItem.1.{field}"
    assert_refused(api, ORDER, body(served), status, code, place)


def test_an_unknown_subscriber_is_a_bad_reference(api: Channel, served: Any) -> None:
    body = add(served)
    body["productOrderItem"][0]["product"]["productCharacteristic"][0]["value"] = "SC0"
    assert_refused(api, ORDER, body, 400, "subscriberUnknown")


def test_an_order_is_cancelled_and_its_product_with_it(api: Channel, served: Any) -> None:
    first = api.post(ORDER, add(served))
    waiting = api.post(ORDER, add(served, "PACK-DATA-10G"))
    assert waiting["state"] == "pending"
    body = {"productOrder": {"id": waiting["id"]}, "cancellationReason": "changed my mind"}
    task = api.post(CANCEL, body)
    assert (task["state"], task["productOrder"]["id"]) == ("done", waiting["id"])
    assert task["cancellationReason"] == "changed my mind"
    assert api.get(f"{ORDER}/{waiting['id']}")["state"] == "cancelled"
    assert api.get(f"{PRODUCT}/{product_of(waiting)}")["status"] == "cancelled"
    assert api.post(CANCEL, body)["id"] == task["id"]
    assert Cancellation.objects.count() == 1

    under_way = api.post(CANCEL, {"productOrder": {"id": first["id"]}})
    assert under_way["state"] == "inProgress"
    assert api.get(f"{ORDER}/{first['id']}")["state"] == "assessingCancellation"
    answer(first["id"], 1)
    assert api.get(f"{ORDER}/{first['id']}")["state"] == "pendingCancellation"
    answer(first["id"], 3)
    assert api.get(f"{CANCEL}/{first['id']}")["state"] == "done"
    listed = [first["id"], waiting["id"]]
    assert [one["id"] for one in api.get(f"{CANCEL}?sort=id")] == listed
    assert [one["id"] for one in api.get(f"{CANCEL}?sort=-id&limit=1&offset=1")] == listed[:1]
    assert api.queries(CANCEL) == (2, 0, 0)
    assert Subscription.objects.get(offering_id="CONTENT-VRBT").status == "cancelled"


def test_what_is_done_cannot_be_cancelled(api: Channel, served: Any) -> None:
    body = {"productOrder": {"id": served["id"]}, "cancellationReason": "too late"}
    assert_refused(api, CANCEL, body, 409, "orderClosed")
    assert_refused(api, CANCEL, {"productOrder": {"id": "FC0"}}, 400, "orderUnknown")
    ending = api.post(ORDER, change(served, "delete"))
    answer(ending["id"], 1, 2)
    body = {"productOrder": {"id": ending["id"]}}
    assert_refused(api, CANCEL, body, 409, "pastPointOfNoReturn")


def test_the_statements_of_an_order_do_not_grow_with_what_is_there(
    api: Channel, served: Any
) -> None:
    with Statements() as few:
        first = api.post(ORDER, add(served))
    answer(first["id"], 1, 2)
    for _ in range(3):
        order = api.post(ORDER, add(served, "PACK-DATA-10G"))
        answer(order["id"], 1)
    with Statements() as many:
        api.post(ORDER, add(served, "CONTENT-VIDEO"))
    assert few.counts == many.counts
    assert few.counts == (30, 1, 0)

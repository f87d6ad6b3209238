"""TMF622: what a customer chooses of a product, and what is for owners of another only."""

from __future__ import annotations

from typing import Any

import pytest

from orders.models import OrderItem
from products.models import ClassAttribute, OfferingEligibility, ProductOffering
from tests.integration.api.conftest import ORDER, Channel, assert_refused

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("goods")]
CHARACTERISTIC = "productOrderItem.1.product.productCharacteristic"


@pytest.fixture
def ports(goods: None) -> ClassAttribute:
    """The class of the plan that is ordered lets customers choose a number of ports."""
    return ClassAttribute.objects.create(
        product_class=ProductOffering.objects.get(code="PLAN-128").product_class,
        position=99, name="ports_chosen", label_zh="端口数", label_en="Ports", kind="integer",
        minimum=1, maximum=8, default=2, configurable=True,
    )  # fmt: skip


def order_with(api: Channel, *chosen: tuple[str, Any]) -> dict[str, Any]:
    body = api.body_of_order()
    product = body["productOrderItem"][0]["product"]
    product["productCharacteristic"] += [{"name": name, "value": value} for name, value in chosen]
    return body


def kept(order: Any) -> dict[str, str]:
    told = order["productOrderItem"][0]["product"]["productCharacteristic"]
    return {one["name"]: one["value"] for one in told}


@pytest.mark.usefixtures("ports")
def test_a_choice_is_kept_on_the_item_and_told(api: Channel) -> None:
    order = api.post(ORDER, order_with(api, ("ports_chosen", 4)))
    assert kept(order)["ports_chosen"] == "4"
    assert OrderItem.objects.get().characteristics["ports_chosen"] == "4"


@pytest.mark.usefixtures("ports")
def test_what_is_not_chosen_is_as_offered(api: Channel) -> None:
    order = api.post(ORDER, order_with(api))
    assert kept(order)["ports_chosen"] == "2"


@pytest.mark.usefixtures("ports")
@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("ports_chosen", 9, "characteristicRefused"),
        ("ports_chosen", "many", "characteristicRefused"),
        ("colour", "red", "characteristicUnknown"),
    ],
)
def test_a_choice_that_there_is_not_is_refused(
    api: Channel, name: str, value: Any, code: str
) -> None:
    body = order_with(api, (name, value))
    assert_refused(api, ORDER, body, 400, code, f"{CHARACTERISTIC}.{name}")


def test_a_new_subscriber_owns_nothing(api: Channel) -> None:
    plan = ProductOffering.objects.get(code="PLAN-128")
    OfferingEligibility.objects.create(offering=plan, owns=["PLAN-59"])
    assert_refused(api, ORDER, order_with(api), 409, "notEligibleOwner")

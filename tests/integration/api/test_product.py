"""TMF637: what customers have, found by customer, subscriber and number."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.api.conftest import (
    ADDON,
    ALIASES,
    ORDER,
    PRODUCT,
    Channel,
    NewChannel,
    assert_complete,
    msisdn,
)

pytestmark = [pytest.mark.django_db(databases=ALIASES), pytest.mark.usefixtures("goods")]
ARRAYS = {"productCharacteristic", "relatedParty", "productRelationship"}


def values(product: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in product["productCharacteristic"]}


@pytest.fixture
def lines(api: Channel) -> list[Any]:
    """Two customers: one with a line and an add-on, one with two lines."""
    one, two = api.open_customer(), api.open_customer()
    body = api.body_of_order(one, 0, offering="PLAN-8")
    body["productOrderItem"].append({"id": "2", "action": "add", "productOffering": {"id": ADDON}})
    api.post(ORDER, body)
    api.order(two, 1)
    api.order(two, 2)
    return [one, two]


def test_a_product_tells_its_subscriber_and_number(api: Channel, lines: list[Any]) -> None:
    [product] = api.get(f"{PRODUCT}?msisdn={msisdn(1)}")
    assert product["productOffering"]["id"] == "PLAN-128"
    assert product["status"] == "pendingActive"
    assert (product["isBundle"], product["productSerialNumber"]) == (False, msisdn(1))
    assert values(product)["msisdn"] == msisdn(1)
    assert values(product)["subscriber"].startswith("SC")
    assert product["startDate"].endswith("Z")
    [owner] = product["relatedParty"]
    assert (owner["id"], owner["role"]) == (lines[1]["id"], "customer")
    assert "terminationDate" not in product
    assert api.get(f"{PRODUCT}/{product['id']}") == product


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("relatedParty.id={one}", {"PLAN-8", ADDON}),
        ("relatedParty.id={two}", {"PLAN-128"}),
        ("relatedParty.id={one},{two}", {"PLAN-8", ADDON, "PLAN-128"}),
        ("relatedParty.id={one}&relatedParty.role=customer", {"PLAN-8", ADDON}),
        ("relatedParty.id={one}&relatedParty.role=seller", set()),
        ("relatedParty.id=CC1", set()),
        ("subscriber={subscriber}", {"PLAN-8", ADDON}),
        ("subscriber=SC1", set()),
        ("msisdn={msisdn}", {"PLAN-8", ADDON}),
        ("msisdn={msisdn}&productOffering.id=PLAN-8", {"PLAN-8"}),
        ("msisdn=13000000000", set()),
        ("productSerialNumber={msisdn}", {"PLAN-8", ADDON}),
        ("status=pendingActive", {"PLAN-8", ADDON, "PLAN-128"}),
        ("status=active", set()),
        ("startDate={startDate}", {"PLAN-8", ADDON}),
        ("terminationDate.gt=2000-01-01", set()),
    ],
)
def test_products_are_found_by_what_they_show(
    api: Channel, lines: list[Any], query: str, expected: set[str]
) -> None:
    first = api.get(f"{PRODUCT}?msisdn={msisdn(0)}")[0]
    filled = query.format(
        one=lines[0]["id"], two=lines[1]["id"], msisdn=msisdn(0),
        subscriber=values(first)["subscriber"], startDate=first["startDate"],
    )  # fmt: skip
    assert {row["productOffering"]["id"] for row in api.get(f"{PRODUCT}?{filled}")} == expected


def test_names_come_in_the_language_asked_for(api: Channel, lines: list[Any]) -> None:
    path = f"{PRODUCT}?msisdn={msisdn(1)}"
    [english] = api.get(path)
    [chinese] = api.call("get", path, **{"accept-language": "zh-Hans"}).json()
    assert english["name"].isascii()
    assert not chinese["name"].isascii()


def test_every_row_has_what_the_specification_demands(api: Channel, lines: list[Any]) -> None:
    rows = api.get(PRODUCT)
    assert len(rows) == 4
    assert_complete(rows, "Product", ARRAYS)  # TMF637 demands nothing but what all rows have
    for row in rows:
        assert all({"name", "value"} <= set(one) for one in row["productCharacteristic"])
        assert all({"id", "@referredType"} <= set(one) for one in row["relatedParty"])
        assert "id" in row["productOffering"]


@pytest.mark.parametrize("query", ["status=sold", "limit=-1", "msisdn.near=1", "owner=me"])
def test_a_bad_question_is_refused(api: Channel, query: str) -> None:
    api.get(f"{PRODUCT}?{query}", status=400)


def test_it_is_read_only_and_says_so(api: Channel) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert api.call(method, PRODUCT, {}).status_code == 405
    api.get(f"{PRODUCT}/PC1", status=404)


def test_who_may_not_read_is_told_so(lines: list[Any], new_channel: NewChannel) -> None:
    assert new_channel("orders.write").get(PRODUCT, status=403)["code"] == "permissionDenied"


def test_a_list_costs_the_same_for_three_and_for_thirty(api: Channel) -> None:
    for number in range(3):
        api.order(number=number)
    shown = api.get(PRODUCT)[0]
    paths = (PRODUCT, f"{PRODUCT}?relatedParty.id={shown['relatedParty'][0]['id']}",
             f"{PRODUCT}?msisdn={msisdn(0)}")  # fmt: skip
    assert [api.queries(path) for path in paths] == [(2, 0, 0)] * 3
    for number in range(3, 30):
        api.order(number=number)
    assert len(api.get(PRODUCT)) == 30
    assert [api.queries(path) for path in paths] == [(2, 0, 0)] * 3
    assert api.queries(f"{PRODUCT}/{shown['id']}") == (1, 0, 0)

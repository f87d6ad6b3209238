"""TMF620: catalogue, categories, specifications and prices are read, found, ordered, narrowed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from auth_center.actors import Actor
from products.models import CatalogueOperator, ProductClass, TariffVersion
from tests.integration.products.api import AUTHENTICATION, Caller
from tests.unit.products.example import document, main, offering
from tests.written import import_catalogue

pytestmark = pytest.mark.django_db
PRICE = "productOfferingPrice"


@pytest.fixture
def shop(imported: object, settings: Any) -> Caller:
    settings.TMF_AUTHENTICATION = AUTHENTICATION
    return Caller()


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in found]


def test_every_reference_leads_to_what_it_names(shop: Caller) -> None:
    plan = shop.get("productOffering/PLAN-59")
    for one in (
        *plan["category"],
        plan["productSpecification"],
        *plan["productOfferingPrice"],
        *plan["productOfferingRelationship"],
    ):
        found = shop.get(one["href"].removeprefix("http://testserver"))
        assert (found["id"], found["href"]) == (one["id"], one["href"])


def test_a_price_is_shown_by_its_version(shop: Caller) -> None:
    price = shop.get(f"{PRICE}/T-59-DATA:2")
    assert (price["id"], price["version"], price["@type"]) == (
        "T-59-DATA:2",
        "2",
        "ProductOfferingPrice",
    )
    assert (price["priceType"], price["tariffKind"], price["isBundle"]) == (
        "usage",
        "rating",
        False,
    )
    assert price["price"] == {"unit": "CNY", "value": 3}
    assert price["unitOfMeasure"] == {"amount": 1, "units": "GB"}
    assert "PLAN-59" in ids(price["productOffering"])
    first = shop.get(f"{PRICE}/T-59-DATA:1")
    assert first["validFor"]["endDateTime"] == price["validFor"]["startDateTime"]


@pytest.mark.parametrize("id", ["T-59-DATA", "T-59-DATA:3", "T-59-DATA:02", "T-59-DATA:x", ":1"])
def test_a_price_that_is_not_there_is_not_found(shop: Caller, id: str) -> None:
    shop.get(f"{PRICE}/{id}", 404)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("id=T-59-DATA:2", ["T-59-DATA:2"]),
        ("id=T-59-DATA:2,T-59-DATA:1", ["T-59-DATA:1", "T-59-DATA:2"]),
        ("id.regex=^T-59-DATA", ["T-59-DATA:1", "T-59-DATA:2"]),
        ("productOffering.id=PLAN-59&version=2", ["T-59-DATA:2"]),
        ("version=two", []),
        ("name=Caller identification fee", ["T-CLIP:1"]),
        ("price.value=59&priceType=recurring", ["T-59-RENTAL:1"]),
        ("lifecycleStatus=In design", []),
        ("price.unit=USD", []),
        ("isBundle=true", []),
    ],
)
def test_prices_are_found_by_what_they_show(shop: Caller, query: str, expected: list[str]) -> None:
    assert ids(shop.get(f"{PRICE}?{query}&sort=id")) == expected


def test_every_price_is_in_one_standing_and_of_one_type(shop: Caller) -> None:
    total = TariffVersion.objects.count()
    for name, values in (
        ("lifecycleStatus", ("In design", "Launched", "Retired")),
        ("priceType", ("usage", "recurring", "oneTime", "other")),
    ):
        found = {value: shop.get(f"{PRICE}?{name}={value}&limit=1000") for value in values}
        assert sum(len(rows) for rows in found.values()) == total
        for value, rows in found.items():
            assert {row[name] for row in rows} <= {value}
            assert len(shop.get(f"{PRICE}?{name}.ne={value}&limit=1000")) == total - len(rows)


def test_prices_are_paged_in_order(shop: Caller) -> None:
    answer = shop.call("get", f"{PRICE}?limit=5&fields=name&sort=-id")
    assert answer.headers["X-Total-Count"] == str(TariffVersion.objects.count())
    assert answer.headers["X-Result-Count"] == "5"
    assert 'rel="next"' in answer.headers["Link"]
    rows = answer.json()
    assert all(set(row) == {"id", "href", "name"} for row in rows)
    assert ids(rows) == sorted(ids(rows), reverse=True)


def test_a_category_shows_what_is_in_it(shop: Caller) -> None:
    packs = shop.get("category/DATA-PACK")
    assert (packs["name"], packs["isRoot"], packs["subCategory"]) == ("Data pack", True, [])
    assert packs["lifecycleStatus"] == "Launched"
    assert ids(packs["productOffering"]) == ids(
        shop.get("productOffering?category.id=DATA-PACK&limit=1000")
    )
    assert ids(shop.get("category?productOffering.id=PLAN-59")) == ["MOBILE-PLAN"]
    assert ids(shop.get("category?name=手机套餐")) == ["MOBILE-PLAN"]
    ProductClass.objects.create(code="EMPTY", name_zh="空", name_en="Empty")
    assert ids(shop.get("category?lifecycleStatus=In design")) == ["EMPTY"]
    assert "EMPTY" not in ids(shop.get("category?lifecycleStatus=Launched&sort=-name"))


def test_a_specification_shows_attributes_and_services(shop: Caller) -> None:
    lines = shop.get("productSpecification/BROADBAND")
    assert (lines["productNumber"], lines["isBundle"]) == ("BROADBAND", False)
    assert "BROADBAND-LINE" in ids(lines["serviceSpecification"])
    names = {one["name"] for one in lines["productSpecCharacteristic"]}
    assert names
    for name in names:
        found = shop.get(f"productSpecification?productSpecCharacteristic.name={name}")
        assert "BROADBAND" in ids(found)
    found = shop.get("productSpecification?serviceSpecification.id=BROADBAND-LINE")
    assert ids(found) == ["BROADBAND"]


def test_the_catalogue_changes_its_version_with_what_is_in_it(shop: Caller) -> None:
    assert shop.get("catalog") == []
    CatalogueOperator.objects.create(
        name_zh="三户", name_en="Sanhu", currency="CNY", timezone="Asia/Shanghai"
    )
    [before] = shop.get("catalog")
    assert (before["id"], before["name"], before["catalogType"]) == (
        "CATALOGUE",
        "Sanhu",
        "ProductCatalog",
    )
    assert ids(before["category"]) == ids(shop.get("category"))
    assert before["relatedParty"][0]["role"] == "owner"
    shop.patch("category/BROADBAND", {"name": "Fibre"})
    after = shop.get("catalog/CATALOGUE")
    assert after["version"] != before["version"]
    assert ids(shop.get(f"catalog?version={after['version']}")) == ["CATALOGUE"]
    shop.get("catalog/1", 404)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("channel.id=counter&id=PACK-APP-DAY-1G,PLAN-59", ["PLAN-59"]),
        ("channel.id=app&id=PACK-APP-DAY-1G,PLAN-59", ["PACK-APP-DAY-1G", "PLAN-59"]),
        ("marketSegment.id.ne=student&id=PACK-STUDENT-20G,PLAN-59", []),
        ("marketSegment.id=vip&id=PACK-STUDENT-20G,PLAN-59", ["PLAN-59"]),
        ("productOfferingPrice.id=T-59-DATA:2", ["PLAN-59"]),
        ("productOfferingPrice.id=T-59-DATA:9", []),
        ("productSpecification.id=DATA-PACK&id=PLAN-59", []),
    ],
)
def test_offerings_are_found_by_whom_they_are_open_to(
    shop: Caller, query: str, expected: list[str]
) -> None:
    assert ids(shop.get(f"productOffering?{query}")) == expected


def test_queries_do_not_grow_with_the_catalogue(
    shop: Caller, actor: Actor, at: datetime, django_assert_num_queries: Any
) -> None:
    costs = {PRICE: 3, "category": 3, "productSpecification": 5}
    for resource, cost in costs.items():
        with django_assert_num_queries(cost):
            shop.get(f"{resource}?limit=1000")
    more = [offering(f"PACK-{i}", requires=["PLAN"]) for i in range(30)]
    import_catalogue(document(main("PLAN"), *more), actor=actor, at=at)
    for resource, cost in costs.items():
        with django_assert_num_queries(cost):
            shop.get(f"{resource}?limit=1000")

"""TMF620: a channel drafts offerings, prices, categories and specifications."""

from __future__ import annotations

from typing import Any

import pytest

from products.models import (
    CatalogueOperator,
    CatalogueRelease,
    EntryExtension,
    ProductClass,
    ProductOffering,
    Tariff,
    TariffVersion,
)
from tests.integration.products.api import AUTHENTICATION, READ, Caller, fields

pytestmark = pytest.mark.django_db
PLAN: dict[str, Any] = {
    "id": "PLAN-79",
    "name": "5G Changxing 79",
    "description": "Calls, data and a watch",
    "offeringKind": "main",
    "chargingMode": "postpaid",
    "brand": {"id": "CHANGXING"},
    "category": [{"id": "MOBILE-PLAN"}],
    "validFor": {"startDateTime": "2027-01-01T00:00:00+08:00"},
    "serviceSpecification": [{"id": "MSISDN"}, {"id": "SIM"}, {"id": "VOICE"}],
    "productOfferingPrice": [
        {"id": "T-59-VOICE:1"},
        {
            "name": "79 a month",
            "priceType": "recurring",
            "price": {"taxIncludedAmount": {"value": 79, "unit": "CNY"}},
        },
    ],
    "productOfferingRelationship": [
        {"id": "PLAN-59", "relationshipType": "replaces"},
        {"id": "FUNC-CLIP", "relationshipType": "excludes"},
    ],
    "prodSpecCharValueUse": [
        {
            "name": "network",
            "productSpecCharacteristicValue": [{"value": "5G", "isDefault": True}],
        }
    ],
    "marketSegment": [{"id": "student"}],
    "channel": [{"id": "app"}],
    "agreement": [{"id": "A-1", "name": "Framework"}],
    "@baseType": "Offering",
}


@pytest.fixture
def shop(imported: object, settings: Any) -> Caller:
    settings.TMF_AUTHENTICATION = AUTHENTICATION
    return Caller()


def unchanged(*models: Any) -> list[int]:
    return [model.objects.count() for model in models or ROWS]


ROWS = (CatalogueRelease, ProductOffering, Tariff, TariffVersion, ProductClass, EntryExtension)


# --- offerings -----------------------------------------------------------------------------------
def test_a_new_offering_is_there_in_design_with_all_that_was_said(shop: Caller) -> None:
    answer = shop.call("post", "productOffering", PLAN)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert answer.headers["Location"] == made["href"]
    assert (made["id"], made["lifecycleStatus"], made["isSellable"]) == (
        "PLAN-79",
        "In design",
        False,
    )
    release = CatalogueRelease.objects.get()
    assert made["release"] == {"id": release.release_no, "state": "draft"}
    assert (made["offeringKind"], made["chargingMode"]) == ("main", "postpaid")
    assert made["validFor"] == {"startDateTime": "2026-12-31T16:00:00Z"}
    assert made["brand"]["id"] == "CHANGXING"
    assert made["category"][0]["id"] == made["productSpecification"]["id"] == "MOBILE-PLAN"
    assert [one["id"] for one in made["serviceSpecification"]] == ["MSISDN", "SIM", "VOICE"]
    assert {
        (one["relationshipType"], one["id"]) for one in made["productOfferingRelationship"]
    } == {
        ("replaces", "PLAN-59"),
        ("excludes", "FUNC-CLIP"),
    }
    assert [one["id"] for one in made["marketSegment"]] == ["student"]
    assert [one["id"] for one in made["channel"]] == ["app"]
    assert made["agreement"] == [{"id": "A-1", "name": "Framework"}]
    assert made["@baseType"] == "Offering"
    assert shop.get("productOffering/PLAN-79") == made


def test_a_price_that_is_new_is_drafted_with_its_offering(shop: Caller) -> None:
    made = shop.post("productOffering", PLAN)
    prices = {one["id"]: one for one in made["productOfferingPrice"]}
    assert set(prices) == {"T-59-VOICE:1", "T-PLAN-79:1"}
    fresh = shop.get("productOfferingPrice/T-PLAN-79:1")
    assert (fresh["lifecycleStatus"], fresh["priceType"]) == ("In design", "other")
    assert fresh["price"] == {"value": 79, "unit": "CNY"}
    assert fresh["description"] == "79 a month: 79 CNY"
    assert fresh["release"]["id"] == made["release"]["id"]
    assert [one["id"] for one in fresh["productOffering"]] == ["PLAN-79"]


def test_a_name_alone_is_enough_to_begin_with(shop: Caller) -> None:
    made = shop.post("productOffering", {"name": "Weekend data", "lifecycleStatus": "Active"})
    assert (made["id"], made["lifecycleStatus"]) == ("WEEKEND-DATA", "In design")
    assert made["category"][0]["id"] == "UNCLASSED"
    assert made["brand"]["id"] == "UNBRANDED"
    assert shop.post("productOffering", {"name": "Weekend data"})["id"] == "WEEKEND-DATA-2"
    assert shop.post("productOffering", {"name": "周末流量"})["id"] == "ADDON-OFFERING"


def test_a_bundle_is_made_of_parts(shop: Caller) -> None:
    part = {"group": "lines", "numberRelOfferLowerLimit": 1, "numberRelOfferUpperLimit": 3}
    made = shop.post(
        "productOffering",
        {
            "name": "Two lines",
            "isBundle": True,
            "category": [{"id": "HOME-BUNDLE"}],
            "bundledProductOffering": [
                {"id": "PLAN-128", "bundledProductOfferingOption": part},
                {"id": "PLAN-198", "bundledProductOfferingOption": part},
                {"id": "BROADBAND-300"},
            ],
        },
    )
    options = {
        one["id"]: one["bundledProductOfferingOption"] for one in made["bundledProductOffering"]
    }
    assert made["isBundle"] is True
    assert options["PLAN-198"] == part | {"group": "choice 1"}
    assert options["BROADBAND-300"] == {
        "group": "choice 2",
        "numberRelOfferLowerLimit": 1,
        "numberRelOfferUpperLimit": 1,
    }


def test_what_is_read_can_be_sent_again_under_another_code(shop: Caller) -> None:
    read = shop.get("productOffering/PLAN-59")
    made = shop.post("productOffering", read | {"id": "PLAN-59-COPY"})
    for name in ("productOfferingPrice", "prodSpecCharValueUse", "brand", "chargingMode", "name"):
        assert made[name] == read[name], name


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": [{"id": "NOTHING"}]}, "category"),
        ({"category": [{"id": "MOBILE-PLAN"}, {"id": "BROADBAND"}]}, "category"),
        ({"productSpecification": {"id": "BROADBAND"}}, "productSpecification.id"),
        ({"brand": {"id": "NOBODY"}}, "brand.id"),
        ({"serviceSpecification": [{"id": "TELEPATHY"}]}, "serviceSpecification"),
        ({"productOfferingPrice": [{"id": "T-NOTHING:1"}]}, "productOfferingPrice[0].id"),
        ({"productOfferingPrice": [{}]}, "productOfferingPrice[0]"),
        (
            {"productOfferingRelationship": [{"id": "NO", "relationshipType": "requires"}]},
            "productOfferingRelationship",
        ),
        (
            {"productOfferingRelationship": [{"id": "PLAN-59", "relationshipType": "likes"}]},
            "productOfferingRelationship[0].relationshipType",
        ),
        (
            {
                "prodSpecCharValueUse": [
                    {"name": "network", "productSpecCharacteristicValue": [{"value": "9G"}]}
                ]
            },
            "prodSpecCharValueUse",
        ),
        (
            {
                "prodSpecCharValueUse": [
                    {"name": "colour", "productSpecCharacteristicValue": [{"value": "red"}]}
                ]
            },
            "prodSpecCharValueUse",
        ),
        (
            {
                "validFor": {
                    "startDateTime": "2027-01-01T00:00:00Z",
                    "endDateTime": "2026-01-01T00:00:00Z",
                }
            },
            "validFor.endDateTime",
        ),
        ({"validFor": {"startDateTime": "tomorrow"}}, "validFor.startDateTime"),
        ({"id": "plan 79"}, "id"),
        ({"id": "P" * 41}, "id"),
        ({"isBundle": True}, "isBundle"),
        ({"name": "x" * 201}, "name"),
        ({"description": ""}, "description"),
        ({"chargingMode": "barter"}, "chargingMode"),
        ({"release": {"id": "FC999999999"}}, "release.id"),
    ],
)
def test_bad_input_is_refused_by_the_attribute_and_leaves_no_row(
    shop: Caller, changes: dict[str, Any], field: str
) -> None:
    before = unchanged()
    refusal = shop.post("productOffering", PLAN | changes, 400)
    assert not field or field in fields(refusal), refusal
    assert unchanged() == before


def test_a_code_is_taken_once(shop: Caller) -> None:
    before = unchanged()
    assert shop.post("productOffering", PLAN | {"id": "PLAN-59"}, 409)["code"] == "codeTaken"
    assert unchanged() == before


def test_the_same_request_again_answers_with_the_first(shop: Caller) -> None:
    body = {"name": "Weekend data", "externalId": "X-1"}
    first = shop.post("productOffering", body)
    assert shop.post("productOffering", body)["id"] == first["id"]
    keyed = {"idempotency-key": "K-1"}
    second = shop.post("productOffering", {"name": "Weekend data"}, **keyed)
    assert shop.post("productOffering", {"name": "Weekend data"}, **keyed)["id"] == second["id"]
    assert first["id"] != second["id"]
    before = unchanged()
    other = body | {"description": "other"}
    assert shop.post("productOffering", other, 409)["code"] == "sentWithOtherContent"
    assert unchanged() == before
    assert Caller("another").post("productOffering", body)["id"] != first["id"]


def test_a_draft_is_changed_by_what_a_patch_says(shop: Caller) -> None:
    shop.post("productOffering", PLAN)
    changed = shop.patch(
        "productOffering/PLAN-79",
        {
            "description": None,
            "validFor": {"endDateTime": "2028-01-01T00:00:00Z"},
            "marketSegment": None,
            "agreement": None,
            "attachment": [{"url": "https://example.org/79.pdf"}],
        },
    )
    assert changed["description"] == "5G Changxing 79"
    assert changed["validFor"] == {
        "startDateTime": "2026-12-31T16:00:00Z",
        "endDateTime": "2028-01-01T00:00:00Z",
    }
    assert changed["marketSegment"] == []
    assert [one["id"] for one in changed["channel"]] == ["app"]
    assert "agreement" not in changed
    assert changed["attachment"] == [{"url": "https://example.org/79.pdf"}]
    assert len(changed["productOfferingPrice"]) == 2
    assert shop.get("productOffering/PLAN-79") == changed
    assert CatalogueRelease.objects.count() == 1


def test_a_name_is_changed_in_the_language_of_the_request(shop: Caller) -> None:
    shop.post("productOffering", PLAN)
    Caller(language="zh-Hans").patch("productOffering/PLAN-79", {"name": "5G 畅享 79"})
    assert shop.get("productOffering/PLAN-79")["name"] == "5G Changxing 79"
    assert Caller(language="zh-Hans").get("productOffering/PLAN-79")["name"] == "5G 畅享 79"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"name": "Cheaper"}, 409, "newVersionNeeded"),
        ({"productOfferingPrice": []}, 409, "newVersionNeeded"),
        ({"lifecycleStatus": "In design"}, 409, "arrowNotAllowed"),
        ({"lifecycleStatus": "Obsolete"}, 409, "arrowNotAllowed"),
        ({"lifecycleStatus": "Sold out"}, 400, "invalidValue"),
        ({"id": "OTHER"}, 400, "invalidValue"),
        ({"href": "https://example.org"}, 400, "invalidValue"),
        ({"lastUpdate": "2026-01-01T00:00:00Z"}, 400, "invalidValue"),
        ({"version": "7"}, 400, "invalidValue"),
        ({"lifecycleStatus": "Launched"}, 200, None),
    ],
)
def test_what_was_sold_is_not_changed(
    shop: Caller, changes: dict[str, Any], status: int, code: str | None
) -> None:
    before, read = unchanged(), shop.get("productOffering/PLAN-59")
    assert shop.patch("productOffering/PLAN-59", changes, status).get("code") == code
    assert unchanged() == before
    assert shop.get("productOffering/PLAN-59") == read


def test_what_our_model_lacks_can_be_kept_with_what_was_sold(shop: Caller) -> None:
    kept = shop.patch("productOffering/PLAN-59", {"agreement": [{"id": "A-2"}]})
    assert kept["agreement"] == [{"id": "A-2"}]
    assert CatalogueRelease.objects.count() == 0


def test_what_was_never_sold_is_deleted_with_what_came_along(shop: Caller) -> None:
    before = unchanged()
    shop.post("productOffering", PLAN)
    shop.delete("productOffering/PLAN-79")
    shop.get("productOffering/PLAN-79", 404)
    shop.delete("productOffering/PLAN-79", 404)
    assert unchanged() == before
    assert Tariff.objects.filter(code="T-59-VOICE").exists()
    shop.delete("productOffering/PLAN-59", 409)
    assert ProductOffering.objects.filter(code="PLAN-59").exists()


def test_two_offerings_share_a_draft_and_leave_it_one_by_one(shop: Caller) -> None:
    first = shop.post("productOffering", {"name": "One"})
    second = shop.post("productOffering", {"name": "Two", "release": first["release"]})
    assert second["release"] == first["release"]
    shop.delete("productOffering/ONE")
    assert shop.get("productOffering/TWO")["release"] == first["release"]
    shop.delete("productOffering/TWO")
    assert CatalogueRelease.objects.count() == 0


def test_who_may_only_read_writes_nothing(shop: Caller) -> None:
    before = unchanged()
    reader = {"x-grants": " ".join(READ)}
    shop.post("productOffering", PLAN, 403, **reader)
    shop.patch("productOffering/PLAN-59", {"lifecycleStatus": "Retired"}, 403, **reader)
    shop.patch("productOffering/PLAN-59", {"agreement": []}, 403, **reader)
    shop.post("productOfferingPrice", {"name": "x"}, 403, **reader)
    shop.post("category", {"name": "x"}, 403, **reader)
    shop.post("productSpecification", {"name": "x"}, 403, **reader)
    shop.patch("catalog/CATALOGUE", {"name": "x"}, 403, **reader)
    assert unchanged() == before


# --- prices --------------------------------------------------------------------------------------
def test_a_new_tariff_is_drafted_as_a_price(shop: Caller) -> None:
    made = shop.post(
        "productOfferingPrice",
        {
            "id": "T-79-RENTAL",
            "name": "79 a month",
            "priceType": "recurring",
            "price": {"value": 79, "unit": "CNY"},
            "tax": [{"taxCategory": "VAT", "taxRate": 6}],
        },
    )
    assert (made["id"], made["version"]) == ("T-79-RENTAL:1", "1")
    assert (made["lifecycleStatus"], made["tariffKind"]) == ("In design", "accounting")
    assert made["price"] == {"value": 79.0, "unit": "CNY"}
    assert made["tax"] == [{"taxCategory": "VAT", "taxRate": 6}]
    assert shop.get("productOfferingPrice/T-79-RENTAL:1") == made
    usage = shop.post("productOfferingPrice", {"name": "Calls", "priceType": "usage"})
    assert (usage["id"], usage["priceType"]) == ("T-PRICE:1", "usage")
    changed = shop.patch(
        "productOfferingPrice/T-79-RENTAL:1", {"description": "79 yuan", "price": {"value": 80}}
    )
    assert (changed["description"], changed["price"]["value"]) == ("79 yuan", 80.0)
    assert changed["tax"] == made["tax"]


def test_the_next_version_of_a_tariff_on_sale_is_promised(shop: Caller) -> None:
    answer = shop.call(
        "post",
        "productOfferingPrice",
        {
            "id": "T-59-RENTAL",
            "name": "69 a month",
            "validFor": {"startDateTime": "2027-06-01T00:00:00+08:00"},
            "price": {"value": 69},
        },
    )
    assert answer.status_code == 202, answer.content
    promised = answer.json()
    assert (promised["id"], promised["lifecycleStatus"]) == ("T-59-RENTAL:2", "In design")
    assert promised["validFor"] == {"startDateTime": "2027-05-31T16:00:00Z"}
    assert promised["release"]["state"] == "draft"
    assert promised["price"] == {"value": 69.0, "unit": "CNY"}
    [draft] = CatalogueRelease.objects.all()
    first, second = draft.content["tariffs"][0]["versions"]
    assert first["valid_to"] == second["valid_from"] == "2027-05-31T16:00:00Z"
    assert "endDateTime" not in shop.get("productOfferingPrice/T-59-RENTAL:1")["validFor"]
    shop.post("productOfferingPrice", {"id": "T-59-RENTAL:2", "name": "again"}, 409)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x", "price": {"value": 1, "unit": "USD"}}, 400),
        ({"name": "x", "price": {"value": -1}}, 400),
        ({"name": "x", "price": {"value": "NaN"}}, 400),
        ({"name": "x", "price": 5}, 400),
        ({"name": "x", "priceType": "barter"}, 400),
        ({"name": "x", "chargeGroup": "No Group"}, 400),
        ({"name": "x", "id": "no code"}, 400),
        ({"name": "x", "id": "T-NEW:2"}, 400),
        ({"name": "x", "id": "T-59-RENTAL:7"}, 409),
        (
            {
                "name": "x",
                "id": "T-59-RENTAL",
                "validFor": {"startDateTime": "2001-01-01T00:00:00Z"},
            },
            400,
        ),
    ],
)
def test_a_price_that_cannot_be_is_refused(shop: Caller, body: dict[str, Any], status: int) -> None:
    before = unchanged()
    shop.post("productOfferingPrice", body, status)
    assert unchanged() == before


def test_a_released_price_stays_what_it_is(shop: Caller) -> None:
    refusal = shop.patch("productOfferingPrice/T-59-RENTAL:1", {"name": "x"}, 409)
    assert refusal["code"] == "newVersionNeeded"
    assert shop.patch("productOfferingPrice/T-59-RENTAL:1", {"tax": []})["tax"] == []


# --- categories, specifications, the catalogue ---------------------------------------------------
def test_a_category_is_made_and_named(shop: Caller) -> None:
    made = shop.post("category", {"name": "Smart home", "parentId": "HOME-BUNDLE"})
    assert (made["id"], made["lifecycleStatus"], made["parentId"]) == (
        "SMART-HOME",
        "In design",
        "HOME-BUNDLE",
    )
    Caller(language="zh-Hans").patch("category/SMART-HOME", {"name": "智能家居"})
    assert shop.get("category/SMART-HOME")["name"] == "Smart home"
    assert shop.get("category?name=智能家居")[0]["id"] == "SMART-HOME"
    shop.post("category", {"name": "x", "id": "SMART-HOME"}, 409)
    before = ProductClass.objects.count()
    shop.post("category", {"name": "x", "id": "smart home"}, 400)
    assert ProductClass.objects.count() == before


def test_a_class_keeps_its_attributes_when_it_is_named_as_a_category(shop: Caller) -> None:
    before = shop.get("productSpecification/BROADBAND")["productSpecCharacteristic"]
    assert before
    shop.patch("category/BROADBAND", {"name": "Fibre"})
    assert shop.get("productSpecification/BROADBAND")["productSpecCharacteristic"] == before


def test_a_specification_states_typed_attributes(shop: Caller) -> None:
    characteristics = [
        {
            "name": "downlink_mbps",
            "description": "Speed down",
            "valueType": "integer",
            "configurable": True,
            "productSpecCharacteristicValue": [
                {"valueFrom": 1, "valueTo": 1000, "unitOfMeasure": "Mbit/s"},
                {"value": 300, "isDefault": True},
            ],
        },
        {
            "name": "term",
            "valueType": "integer",
            "productSpecCharacteristicValue": [{"value": 12}, {"value": 24, "isDefault": True}],
        },
        {"name": "static_address", "valueType": "boolean"},
    ]
    made = shop.post(
        "productSpecification", {"name": "Lines", "productSpecCharacteristic": characteristics}
    )
    speed, term, address = made["productSpecCharacteristic"]
    assert speed["productSpecCharacteristicValue"] == [
        {"valueType": "integer", "value": 300, "isDefault": True, "unitOfMeasure": "Mbit/s"},
        {"valueType": "integer", "valueFrom": 1, "valueTo": 1000, "unitOfMeasure": "Mbit/s"},
    ]
    assert (speed["configurable"], speed["description"]) == (True, "Speed down")
    assert [one["value"] for one in term["productSpecCharacteristicValue"]] == [12, 24]
    assert address["valueType"] == "boolean"
    again = shop.patch(
        "productSpecification/LINES",
        {"productSpecCharacteristic": made["productSpecCharacteristic"][:2]},
    )
    assert again["productSpecCharacteristic"] == [speed, term]


@pytest.mark.parametrize(
    "characteristic",
    [
        {"name": "Speed"},
        {"name": "speed", "valueType": "number"},
        {"name": "speed", "productSpecCharacteristicValue": [{"valueFrom": 1}]},
        {
            "name": "speed",
            "valueType": "integer",
            "productSpecCharacteristicValue": [
                {"valueFrom": 1, "valueTo": 10},
                {"value": 11, "isDefault": True},
            ],
        },
        {"name": "speed", "productSpecCharacteristicValue": [{"isDefault": True}]},
    ],
)
def test_an_attribute_that_cannot_be_is_refused(
    shop: Caller, characteristic: dict[str, Any]
) -> None:
    before = unchanged()
    body = {"name": "Lines", "productSpecCharacteristic": [characteristic]}
    shop.post("productSpecification", body, 400)
    assert unchanged() == before


def test_an_attribute_that_offerings_have_cannot_be_taken_from_them(shop: Caller) -> None:
    before = shop.get("productSpecification/BROADBAND")
    shop.patch("productSpecification/BROADBAND", {"productSpecCharacteristic": []}, 400)
    assert shop.get("productSpecification/BROADBAND") == before


def test_the_one_catalogue_is_named_and_has_no_second(shop: Caller) -> None:
    assert shop.get("catalog") == []
    made = shop.post("catalog", {"name": "Sanhu"})
    assert (made["id"], made["name"]) == ("CATALOGUE", "Sanhu")
    Caller(language="zh-Hans").patch("catalog/CATALOGUE", {"name": "三户", "catalogNote": "x"})
    assert shop.get("catalog/CATALOGUE")["name"] == "Sanhu"
    assert shop.get("catalog?name=三户")[0]["catalogNote"] == "x"
    assert shop.post("catalog", {"name": "Second"}, 409)["code"] == "oneCatalogue"
    assert CatalogueOperator.objects.count() == 1

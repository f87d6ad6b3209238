"""TMF620: whatever stands in the place of a value, the answer is a refusal or a result."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.products.api import AUTHENTICATION, Caller

pytestmark = pytest.mark.django_db
ODD: tuple[Any, ...] = (
    None, True, -1.5, 10**18, "\u0000", "x" * 5000, "{0.__class__}",
    [None], [{}], ["x"], {"id": "x", "name": {}}, [{"id": "PLAN-59"}],
    [{"name": "x", "productSpecCharacteristicValue": [{"value": {"a": [1]}, "isDefault": True}]}],
    [{"name": "x", "price": {"taxIncludedAmount": []}}], {"startDateTime": "0001-01-01T00:00:00Z"},
    {"endDateTime": "9999-12-31T23:59:59.999999Z"},
)  # fmt: skip
WORDS = {
    "productOffering": (
        "id", "name", "description", "isBundle", "offeringKind", "chargingMode", "validFor",
        "brand", "category", "productSpecification", "serviceSpecification",
        "productOfferingPrice", "productOfferingRelationship", "bundledProductOffering",
        "prodSpecCharValueUse", "channel", "marketSegment", "place", "release", "externalId",
        "lifecycleStatus", "statusReason", "version", "attachment", "@type",
    ),
    "productOfferingPrice": (
        "id", "name", "description", "priceType", "tariffKind", "chargeGroup", "price", "validFor",
        "release", "externalId", "unitOfMeasure", "percentage",
    ),
    "category": ("id", "name", "parentId", "isRoot", "subCategory", "externalId"),
    "productSpecification": ("id", "name", "productSpecCharacteristic", "brand", "externalId"),
    "catalog": ("name", "category", "relatedParty"),
}  # fmt: skip
THERE = {
    "productOffering": "DRAFTED",
    "productOfferingPrice": "T-DRAFTED:1",
    "category": "BROADBAND",
    "productSpecification": "BROADBAND",
}


@pytest.fixture
def shop(imported: object, settings: Any) -> Caller:
    settings.TMF_AUTHENTICATION = AUTHENTICATION
    return Caller()


@pytest.mark.long
@pytest.mark.parametrize("resource", WORDS)
def test_nothing_odd_breaks_a_create(shop: Caller, resource: str) -> None:
    for word in WORDS[resource]:
        for odd in ODD:
            answer = shop.call("post", resource, {"name": "Odd", word: odd})
            assert answer.status_code in (200, 201, 202, 400, 404, 409), (word, odd, answer.content)


@pytest.mark.long
@pytest.mark.parametrize("resource", THERE)
def test_nothing_odd_breaks_a_change(shop: Caller, resource: str) -> None:
    price = {"name": "x", "id": "T-DRAFTED"}
    shop.post("productOffering", {"name": "Drafted", "productOfferingPrice": [price]})
    path = f"{resource}/{THERE[resource]}"
    for word in WORDS[resource]:
        for odd in ODD:
            answer = shop.call("patch", path, {word: odd})
            assert answer.status_code in (200, 400, 404, 409), (word, odd, answer.content)
            assert shop.get(path)["name"]

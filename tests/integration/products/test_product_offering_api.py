"""TMF620: a channel reads what is on sale, in its language, for a constant number of queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from auth_center.actors import Actor
from products.models import OfferingEligibility, OfferingRelation
from tests.unit.products.example import document, main, offering
from tests.written import import_catalogue

pytestmark = pytest.mark.django_db
CATALOGUE = "/tmf-api/productCatalogManagement/v4"
OFFERINGS = f"{CATALOGUE}/productOffering"
A_PAGE = (
    9  # the count, the offerings, and tariffs, versions, services, attributes, values, relations
)
NOT_SOLD = ["PACK-MMS-20", "PLAN-158-5GA", "PLAN-29-YOUTH", "PLAN-38-4G", "PLAN-88-4G"]
LINES = ["BROADBAND-1000", "BROADBAND-300", "BROADBAND-500"]
FOR_STUDENTS = ["PACK-STUDENT-20G", "PLAN-29-YOUTH", "PLAN-39-CAMPUS", "PROMO-STUDENT"]


def a_channel(request: Any) -> Actor | None:
    if not request.headers.get("Authorization"):
        return None
    granted = request.headers.get("X-Grants", "products.view_offering").split()
    return Actor(kind="channel", number="tests", grants=frozenset(granted), unlimited=True)


@pytest.fixture
def get(imported: object, settings: Any) -> Any:
    settings.TMF_AUTHENTICATION = f"{__name__}.a_channel"
    client = Client(headers={"authorization": "Bearer any", "accept-language": "en"})

    def got(path: str = "", status: int = 200, **headers: str) -> Any:
        answer = client.get(f"{OFFERINGS}{path}", headers=headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    return got


def codes(found: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in found]


def test_a_plan_is_shown_with_all_that_an_order_needs(get: Any) -> None:
    plan = get("/PLAN-59")
    assert plan["href"] == f"http://testserver{OFFERINGS}/PLAN-59"
    assert (plan["@type"], plan["name"]) == ("ProductOffering", "5G Changxing 59")
    assert (plan["lifecycleStatus"], plan["isSellable"], plan["isBundle"]) == (
        "Launched",
        True,
        False,
    )
    assert (plan["offeringKind"], plan["chargingMode"]) == ("main", "postpaid")
    assert plan["validFor"] == {"startDateTime": "2024-12-31T16:00:00Z"}
    assert plan["lastUpdate"] == "2026-11-01T00:00:00Z"
    assert plan["category"] == [
        {
            "id": "MOBILE-PLAN",
            "href": f"http://testserver{CATALOGUE}/category/MOBILE-PLAN",
            "name": "Mobile plan",
            "@referredType": "Category",
        }
    ]
    assert plan["productSpecification"]["id"] == "MOBILE-PLAN"
    assert plan["version"] == "1"
    assert "release" not in plan
    assert plan["brand"]["id"] == "CHANGXING"
    uses = {one["name"]: one for one in plan["prodSpecCharValueUse"]}
    assert [one for one in uses if uses[one]["minCardinality"]] == ["msisdn", "iccid"]
    assert [one["value"] for one in uses["network"]["productSpecCharacteristicValue"]] == ["5G"]
    assert plan["bundledProductOffering"] == []


def test_prices_are_shown_by_version_with_amount_and_unit(get: Any) -> None:
    prices = {
        (one["id"][:-2], one["version"]): one for one in get("/PLAN-59")["productOfferingPrice"]
    }
    assert len(prices) == 6
    rental = prices["T-59-RENTAL", "1"]
    assert rental["price"] == {"taxIncludedAmount": {"unit": "CNY", "value": 59}}
    assert (rental["priceType"], rental["recurringChargePeriod"]) == ("recurring", "month")
    old, new = prices["T-59-DATA", "1"], prices["T-59-DATA", "2"]
    assert old["validFor"]["endDateTime"] == new["validFor"]["startDateTime"]
    assert new["price"]["taxIncludedAmount"]["value"] == 3
    assert new["unitOfMeasure"] == {"amount": 1, "units": "GB"}
    assert new["priceType"] == "usage"
    assert prices["T-59-VOICE", "1"]["price"]["taxIncludedAmount"]["value"] == 0.15
    cap = prices["T-DATA-CAP", "1"]
    assert cap["priceType"] == "other"
    assert "price" not in cap


def test_relations_are_shown_from_both_sides(get: Any) -> None:
    def related(code: str) -> set[tuple[str, str, str | None]]:
        return {
            (one["relationshipType"], one["id"], one.get("role"))
            for one in get(f"/{code}")["productOfferingRelationship"]
        }

    assert related("PLAN-59") == {
        ("replaces", "PLAN-38-4G", None),
        ("excludes", "FUNC-CLIP", None),
    }
    assert ("excludes", "PLAN-59", None) in related("FUNC-CLIP")
    assert ("requires", "PLAN-8", "choice 1") in related("FUNC-CLIP")


def test_whom_it_is_sold_to_over_which_channel_and_where_is_shown(get: Any) -> None:
    student, app, plan = get("/PACK-STUDENT-20G"), get("/PACK-APP-DAY-1G"), get("/PLAN-59")
    assert student["marketSegment"] == [
        {"id": "student", "name": "student", "@referredType": "MarketSegment"}
    ]
    assert app["channel"] == [{"id": "app", "name": "app", "@referredType": "Channel"}]
    OfferingEligibility.objects.filter(offering__code="PACK-APP-DAY-1G").update(regions=["GZ"])
    assert get("/PACK-APP-DAY-1G")["place"] == [
        {"id": "GZ", "name": "GZ", "@referredType": "Place"}
    ]
    assert (plan["marketSegment"], plan["channel"], plan["place"]) == ([], [], [])


def test_a_bundle_shows_its_parts_and_how_many(get: Any) -> None:
    home = get("/HOME-FUSION")
    assert home["isBundle"] is True
    assert "chargingMode" not in home
    parts = {
        one["id"]: one["bundledProductOfferingOption"] for one in home["bundledProductOffering"]
    }
    assert set(parts) == {"PLAN-128", "PLAN-198", "BROADBAND-300", "CONTENT-IPTV"}
    assert parts["PLAN-128"] == {
        "group": "choice 1",
        "numberRelOfferLowerLimit": 1,
        "numberRelOfferUpperLimit": 3,
    }


def test_names_come_in_the_language_asked_for_and_are_found_in_either(get: Any) -> None:
    chinese = get("/FUNC-CLIP", **{"accept-language": "zh-Hans"})
    assert (chinese["name"], get("/FUNC-CLIP")["name"]) == ("来电显示", "Caller Identification")
    for name in ("来电显示", "Caller Identification"):
        assert codes(get(f"?name={name}")) == ["FUNC-CLIP"]
    assert codes(get("?name.regex=^来电显")) == ["FUNC-CLIP"]
    assert "FUNC-CLIP" not in codes(get("?name.ne=来电显示"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lifecycleStatus=Retired", ["PLAN-38-4G", "PLAN-88-4G"]),
        ("lifecycleStatus=In test,Retired", ["PLAN-29-YOUTH", "PLAN-38-4G", "PLAN-88-4G"]),
        ("isBundle=true", ["FAMILY-SHARE", "HOME-FUSION", "HOME-GIGA"]),
        ("isSellable=false", NOT_SOLD),
        ("isSellable.ne=true", NOT_SOLD),
        ("chargingMode=prepaid", ["PREPAID-GO"]),
        ("offeringKind=main&category.id=BROADBAND", LINES),
        ("brand.id=QINGCHUN", FOR_STUDENTS),
        ("productOfferingPrice.id=T-8-VOICE", ["PLAN-8"]),
        ("validFor.startDateTime.lt=2024-01-01", ["PACK-MMS-20", "PLAN-38-4G", "PLAN-88-4G"]),
        ("validFor.endDateTime=2024-12-31T16:00:00Z", ["PLAN-38-4G", "PLAN-88-4G"]),
        ("id=PLAN-8", ["PLAN-8"]),
        ("name=nothing", []),
        ("lastUpdate.gt=2026-11-01T00:00:00Z", []),
    ],
)
def test_filters_find_exactly_what_they_say(get: Any, query: str, expected: list[str]) -> None:
    assert codes(get(f"?{query}")) == expected


def test_fields_and_sorting_narrow_and_order_the_answer(get: Any) -> None:
    first, *_ = get("?fields=lifecycleStatus&sort=-id&limit=2")
    assert set(first) == {"id", "href", "lifecycleStatus"}
    assert first["id"] == "TV-SPORT"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/NOTHING", 404),
        ("?lifecycleStatus=Gone", 400),
        ("?isBundle=maybe", 400),
        ("?colour=red", 400),
        ("?lastUpdate=yesterday", 400),
    ],
)
def test_what_makes_no_sense_is_refused(get: Any, path: str, status: int) -> None:
    refusal = get(path, status)
    assert refusal["@type"] == "Error"


def test_only_who_may_view_reads(get: Any, client: Client) -> None:
    assert client.get(OFFERINGS).status_code == 401
    get("", 403, **{"x-grants": "customers.view_customer"})


def test_queries_do_not_grow_with_the_catalogue(
    get: Any, actor: Actor, at: datetime, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(A_PAGE):
        assert len(get()) == 61
    packs = [offering(f"PACK-{i}", requires=["PLAN"]) for i in range(30)]
    import_catalogue(document(main("PLAN"), *packs), actor=actor, at=at)
    with django_assert_num_queries(A_PAGE):
        assert len(get()) == 92
    assert OfferingRelation.objects.filter(target__code="PLAN").count() == 30
    with django_assert_num_queries(A_PAGE - 1):
        assert get("/PLAN")["productOfferingRelationship"] == []

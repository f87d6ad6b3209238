"""TMF620: an offering goes along its life through both systems, told by two channels."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from auth_center.actors import Actor, system_actor
from billing import releasing
from billing import services as boss
from billing.models import Release
from demo.catalogue import put_on_sale
from integration.settling import settle
from products.models import CatalogueRelease, OfferingVersion, ProductOffering
from products.selectors import content_of_catalogue
from products.services import save_draft
from tests.integration.products.api import AUTHENTICATION, Caller

pytestmark = pytest.mark.django_db(databases="__all__")
PLAN = "productOffering/PLAN-79"
BODY: dict[str, Any] = {
    "id": "PLAN-79",
    "name": "5G Changxing 79",
    "offeringKind": "main",
    "chargingMode": "postpaid",
    "brand": {"id": "CHANGXING"},
    "category": [{"id": "MOBILE-PLAN"}],
    "serviceSpecification": [{"id": "MSISDN"}, {"id": "SIM"}, {"id": "VOICE"}],
    "productOfferingPrice": [
        {"name": "79 a month", "priceType": "recurring", "price": {"value": 79}}
    ],
    "prodSpecCharValueUse": [
        {"name": "network", "productSpecCharacteristicValue": [{"value": "5G"}]}
    ],
}
RULES = {
    "charge": "recurring",
    "amount": 79,
    "when": "advance",
    "proration": {"first": "by_day", "last": "full"},
}
CONFIGURER = Actor(kind="operator", number="3003", grants=frozenset({"*"}))


@pytest.fixture
def shop(demo: Any, settings: Any) -> Caller:
    settings.TMF_AUTHENTICATION = AUTHENTICATION
    put_on_sale(demo, actor=system_actor("tests"), at=datetime(2026, 11, 1, tzinfo=UTC),
                settle=carry)  # fmt: skip
    return Caller("shop")


def carry() -> None:
    """Let the systems talk until all is said."""
    settle(clock=timezone.now)


def configure(release_no: str) -> None:
    """Write the rules that are asked for, in BOSS."""
    deed: dict[str, Any] = {"release_no": release_no, "actor": CONFIGURER, "at": timezone.now()}
    content = Release.objects.get(release_no=release_no).content
    for tariff, version in releasing.each_version(content):
        if version["rules"] is None:
            boss.save_rules(
                **deed, tariff_code=tariff["code"], version=version["version"], rules=RULES
            )
    boss.finish_configuration(**deed)
    carry()


def test_a_plan_goes_from_design_to_the_market_and_leaves_it(shop: Caller) -> None:
    second = Caller("head-office")
    release_no = shop.post("productOffering", BODY)["release"]["id"]
    asked = shop.patch(PLAN, {"lifecycleStatus": "In test"})
    assert (asked["lifecycleStatus"], asked["release"]["state"]) == ("In design", "requested")
    assert shop.patch(PLAN, {"lifecycleStatus": "In test"})["release"]["state"] == "requested"
    carry()
    assert shop.get(PLAN)["release"]["state"] == "accepted"
    assert shop.patch(PLAN, {"name": "Later"}, 409)["code"] == "releaseMovedOn"
    shop.delete(PLAN, 409)
    assert second.patch(PLAN, {"lifecycleStatus": "Launched"}, 409)["code"] == "arrowNotAllowed"
    configure(release_no)
    tested = shop.get(PLAN)
    assert (tested["lifecycleStatus"], tested["release"]["state"]) == ("In test", "configured")
    assert shop.patch(PLAN, {"lifecycleStatus": "Launched"}, 409)["code"] == "samePerson"
    launched = second.patch(PLAN, {"lifecycleStatus": "Launched"})
    assert (launched["lifecycleStatus"], launched["isSellable"]) == ("Launched", True)
    assert "release" not in launched
    assert launched["version"] == "1"
    [price] = launched["productOfferingPrice"]
    assert price["price"]["taxIncludedAmount"] == {"unit": "CNY", "value": 79}
    assert (price["priceType"], price["lifecycleStatus"]) == ("recurring", "Launched")
    assert shop.get(f"productOfferingPrice/{price['id']}")["recurringChargePeriodType"] == "month"
    carry()

    going = shop.patch(PLAN, {"lifecycleStatus": "Retired"})
    assert (going["lifecycleStatus"], going["release"]["state"]) == ("Launched", "requested")
    carry()
    configure_if_asked(going["release"]["id"])
    assert shop.patch(PLAN, {"lifecycleStatus": "Retired"}, 409)["code"] == "samePerson"
    gone = second.patch(PLAN, {"lifecycleStatus": "Retired"})
    assert (gone["lifecycleStatus"], gone["isSellable"], gone["version"]) == ("Retired", False, "2")
    carry()
    last = second.patch(PLAN, {"lifecycleStatus": "Obsolete"})["release"]["id"]
    carry()
    configure_if_asked(last)
    assert shop.patch(PLAN, {"lifecycleStatus": "Obsolete"})["lifecycleStatus"] == "Obsolete"
    assert OfferingVersion.objects.filter(offering__code="PLAN-79").count() == 3
    shop.delete(PLAN, 409)
    assert shop.get("productOffering?lifecycleStatus=Obsolete&id=PLAN-79")


def configure_if_asked(release_no: str) -> None:
    """A release that brings nothing to compute may need nobody."""
    if CatalogueRelease.objects.get(release_no=release_no).status != "configured":
        configure(release_no)


def test_a_release_is_withdrawn_and_begins_anew(shop: Caller) -> None:
    first = shop.post("productOffering", BODY)["release"]["id"]
    shop.patch(PLAN, {"lifecycleStatus": "In test"})
    carry()
    configure(first)
    back = shop.patch(PLAN, {"lifecycleStatus": "In design", "statusReason": "too dear"})
    assert back["lifecycleStatus"] == "In design"
    assert "release" not in back
    carry()
    withdrawn = CatalogueRelease.objects.get(release_no=first)
    assert (withdrawn.status, withdrawn.cause_en) == ("withdrawn", "too dear")
    again = shop.patch(PLAN, {"name": "5G Changxing 75"})
    assert again["release"]["state"] == "draft"
    assert again["release"]["id"] != first
    asked = shop.patch(PLAN, {"lifecycleStatus": "In test"})
    assert asked["release"]["state"] == "requested"
    shop.patch("productOffering/PLAN-79", {"name": "x"}, 409)


def test_what_was_withdrawn_can_be_deleted(shop: Caller) -> None:
    shop.post("productOffering", BODY)
    shop.patch(PLAN, {"lifecycleStatus": "In test"})
    carry()
    configure(shop.get(PLAN)["release"]["id"])
    shop.patch(PLAN, {"lifecycleStatus": "In design"})
    carry()
    shop.delete(PLAN)
    assert not ProductOffering.objects.filter(code="PLAN-79").exists()
    shop.get("productOfferingPrice/T-PLAN-79:1", 404)


def test_a_draft_that_contradicts_itself_is_not_requested(shop: Caller) -> None:
    relation = [{"id": "PLAN-59", "relationshipType": kind} for kind in ("requires", "excludes")]
    shop.post("productOffering", {"name": "Odd", "productOfferingRelationship": relation})
    refusal = shop.patch("productOffering/ODD", {"lifecycleStatus": "In test"}, 400)
    assert {one["field"] for one in refusal["errors"]} == {"productOfferingRelationship"}
    assert shop.get("productOffering/ODD")["release"]["state"] == "draft"


def test_what_a_release_does_otherwise_is_waited_for(shop: Caller) -> None:
    entry = content_of_catalogue(["FUNC-CLIP"])["offerings"][0]
    draft = save_draft(content={"offerings": [entry]}, actor=CONFIGURER, at=timezone.now())
    refusal = shop.patch("productOffering/FUNC-CLIP", {"lifecycleStatus": "Retired"}, 409)
    assert refusal["code"] == "onItsWay"
    assert draft.release_no in refusal["message"]
    assert shop.get("productOffering/FUNC-CLIP")["release"]["state"] == "draft"

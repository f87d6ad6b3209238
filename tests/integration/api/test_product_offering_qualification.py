"""TMF679: what a customer can buy here and now, and why not the rest."""

from __future__ import annotations

from typing import Any

import pytest

from customers.models import Customer
from tests.integration.api.conftest import (
    ALIASES,
    MAIN,
    ORDER,
    Channel,
    NewChannel,
    Statements,
    assert_refused,
)
from tests.integration.api.test_product_changes import answer, customer_of, subscriber_of

BASE = "/tmf-api/productOfferingQualification/v4"
QUERY = f"{BASE}/queryProductOfferingQualification"
CHECK = f"{BASE}/checkProductOfferingQualification"
pytestmark = [pytest.mark.django_db(databases=ALIASES), pytest.mark.usefixtures("goods")]


def about(customer: Any, subscriber: str = "", **more: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"relatedParty": [{"id": customer, "role": "customer"}]}
    if subscriber:
        named = [{"name": "subscriber", "value": subscriber}]
        body["searchCriteria"] = {"product": {"productCharacteristic": named}}
    return body | more


def judged(told: dict[str, Any]) -> dict[str, list[str]]:
    """The codes of the reasons against each offering."""
    items = told["qualifiedProductOfferingItem"]
    for one in items:
        reasons = one["eligibilityUnavailabilityReason"]
        assert (one["qualificationItemResult"] == "qualified") == (not reasons)
        assert all(reason["label"] for reason in reasons)
    return {
        one["productOffering"]["id"]: [
            reason["code"] for reason in one["eligibilityUnavailabilityReason"]
        ]
        for one in items
    }


@pytest.fixture
def served(api: Channel) -> Any:
    order = api.order()
    answer(order["id"], 1, 2)
    return api.get(f"{ORDER}/{order['id']}")


def test_whoever_is_new_may_have_a_plan_and_is_told_why_not_the_rest(api: Channel) -> None:
    customer = api.open_customer()["id"]
    told = api.post(QUERY, about(customer, externalId="Q-1"), 200)
    assert (told["state"], told["externalId"]) == ("done", "Q-1")
    found = judged(told)
    assert found[MAIN] == []
    assert "notEligibleSegment" in found["PACK-STUDENT-20G"]
    assert "notEligibleChannel" in found["PACK-APP-DAY-1G"]
    assert "PLAN-29-YOUTH" not in found  # not in the market
    over_the_app = judged(api.post(QUERY, about(customer, channel={"id": "app"}), 200))
    assert "notEligibleChannel" not in over_the_app["PACK-APP-DAY-1G"]


def test_a_subscriber_is_judged_by_what_he_has(api: Channel, served: Any) -> None:
    body = about(customer_of(served), subscriber_of(served))
    found = judged(api.post(QUERY, body, 200))
    assert found[MAIN] == ["productHadAlready"]
    assert "chargingModeDiffers" in found["PREPAID-GO"]
    assert found["CONTENT-VRBT"] == []
    assert found["FUNC-CLIP"]  # his plan excludes it


def test_it_is_narrowed_and_ordered(api: Channel) -> None:
    customer = api.open_customer()["id"]
    packs = about(customer, searchCriteria={"category": {"id": "DATA-PACK"}})
    found = api.post(QUERY, packs, 200)["qualifiedProductOfferingItem"]
    codes = [one["productOffering"]["id"] for one in found]
    assert codes == sorted(codes)
    assert {one["category"]["id"] for one in found} == {"DATA-PACK"}
    plans = about(
        customer,
        searchCriteria={"category": [{"id": "MOBILE-PLAN"}]},
        provideOnlyAvailable=True,
        provideResultReason=False,
    )
    found = api.post(QUERY, plans, 200)["qualifiedProductOfferingItem"]
    assert {one["qualificationItemResult"] for one in found} == {"qualified"}
    assert not any("eligibilityUnavailabilityReason" in one for one in found)


def test_reasons_come_in_the_language_of_the_request(api: Channel) -> None:
    customer = api.open_customer()["id"]
    body = about(customer, searchCriteria={"productOffering": {"id": "PACK-STUDENT-20G"}})
    labels = {}
    for language in ("en", "zh-Hans"):
        [item] = api.post(QUERY, body, 200, **{"accept-language": language})[
            "qualifiedProductOfferingItem"
        ]
        labels[language] = [one["label"] for one in item["eligibilityUnavailabilityReason"]]
    assert "仅面向客户群" in "".join(labels["zh-Hans"])
    assert "for the segment" in "".join(labels["en"])


def test_offerings_are_checked_one_by_one(api: Channel) -> None:
    customer = api.open_customer()["id"]
    items = [
        {"id": str(number), "productOffering": {"id": code}}
        for number, code in enumerate((MAIN, "PACK-STUDENT-20G"))
    ]
    told = api.post(CHECK, about(customer, productOfferingQualificationItem=items), 200)
    assert told["qualificationResult"] == "unqualified"
    first, second = told["productOfferingQualificationItem"]
    assert (first["id"], first["qualificationItemResult"]) == ("0", "qualified")
    assert second["qualificationItemResult"] == "unqualified"
    one = about(customer, productOfferingQualificationItem=items[:1])
    assert api.post(CHECK, one, 200)["qualificationResult"] == "qualified"


def test_whoever_is_on_the_blacklist_may_have_nothing(api: Channel) -> None:
    customer = api.open_customer()["id"]
    Customer.objects.filter(customer_no=customer).update(blacklisted=True)
    found = judged(api.post(QUERY, about(customer), 200))
    assert all("customerMayNotOrder" in reasons for reasons in found.values())


def test_bad_questions_are_refused(api: Channel, served: Any, new_channel: NewChannel) -> None:
    customer = customer_of(served)
    other = api.open_customer()["id"]
    for body, code in (
        ({"relatedParty": [{"id": "CC999999999"}]}, "customerUnknown"),
        ({"relatedParty": [{"id": customer, "role": "seller"}]}, "missingValue"),
        ({}, "missingValue"),
        (about(other, subscriber_of(served)), "subscriberUnknown"),
        (about(customer, "SC999999999"), "subscriberUnknown"),
        (about(customer, billingAccount={"id": "AC999999999"}), "accountUnknown"),
        (about(customer, searchCriteria={"category": 7}), "invalidValue"),
        (about(customer, channel={}), "missingValue"),
    ):
        assert_refused(api, QUERY, body, 400, code)
    nothing = [{"id": "1", "productOffering": {"id": "NOTHING"}}]
    body = about(customer, productOfferingQualificationItem=nothing)
    field = "productOfferingQualificationItem[0].productOffering.id"
    assert_refused(api, CHECK, body, 400, "invalidValue", field)
    for scope in ("catalogue.read", "customers.read"):
        assert_refused(new_channel(scope), QUERY, about(customer), 403, "permissionDenied")
    api.get(QUERY, status=405)


def test_it_costs_the_same_whatever_is_on_sale(api: Channel, served: Any) -> None:
    body = about(customer_of(served), subscriber_of(served))
    api.post(QUERY, body, 200)
    with Statements() as statements:
        api.post(QUERY, body, 200)
    assert statements.counts == (7, 0, 0), statements.sent

"""What a customer can buy here and now, and why not the rest, judged in one query."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auth_center.actors import Actor
from products.eligibility import Facts
from products.qualifying import Qualification, qualify
from products.selectors import OfferingNotFound
from products.selectors import terms as terms_module
from tests.unit.products.example import bundle, document, main, offering
from tests.written import import_catalogue

pytestmark = pytest.mark.django_db
PERSON = Facts(customer_kind="person", channel="counter")


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms_module, "_snapshot", terms_module._Snapshot(None, {}))


@pytest.fixture
def sold(db: None, actor: Actor, at: datetime) -> None:
    import_catalogue(
        document(
            main("PLAN", excludes=["GAME"]),
            main("PLAN-2"),
            main("PREPAID", charging_mode="prepaid"),
            main("DRAWN", status="in_design"),
            main("PAST", status="retired"),
            offering("LATER", sale={"from": "2027-01-01"}),
            offering("PACK", requires=["PLAN"]),
            offering("ROAM", services=["VOICE"]),
            offering("GAME"),
            offering("APP", eligibility={"channels": ["app"], "minimum_months": 6}),
            offering("LOYAL", eligibility={"owns": ["PAST", "PLAN"]}),
            bundle("HOME", {"any_of": ["PLAN"], "min": 1, "max": 1}),
        ),
        actor=actor,
        at=at,
    )


def judged(found: list[Qualification]) -> dict[str, list[str]]:
    return {one.code: [refusal.code for refusal in one.refusals] for one in found}


@pytest.mark.usefixtures("sold")
def test_a_new_customer_learns_of_every_launched_offering(at: datetime) -> None:
    assert judged(qualify(facts=PERSON, owned=(), at=at, charging_mode="postpaid")) == {
        "APP": ["notEligibleChannel", "notEligibleMonths"],
        "GAME": [],
        "HOME": [],
        "LATER": ["offeringNotOnSale"],
        "LOYAL": ["notEligibleOwner"],
        "PACK": ["offeringRequirementMissing"],
        "PLAN": [],
        "PLAN-2": [],
        "PREPAID": ["chargingModeDiffers"],
        "ROAM": [],
    }


@pytest.mark.usefixtures("sold")
def test_a_subscriber_is_judged_beside_what_he_has(at: datetime) -> None:
    facts = Facts(customer_kind="person", channel="app", months=12)
    found = qualify(facts=facts, owned=["PLAN", "PACK", "ROAM"], at=at)
    assert judged(found) == {
        "APP": [],
        "GAME": ["offeringsExclude"],
        "HOME": [],
        "LATER": ["offeringNotOnSale"],
        "LOYAL": [],
        "PACK": [],
        "PLAN": ["productHadAlready"],
        "PLAN-2": ["offeringRequirementMissing"],  # the pack would be left without its plan
        "PREPAID": ["offeringRequirementMissing"],
        "ROAM": ["productHadAlready"],
    }
    told = {one.code: one for one in found}
    [lost] = told["PLAN-2"].refusals
    assert lost.zh == "产品 PACK（中文） (PACK) 需要先有 PLAN（中文） (PLAN)"
    assert lost.en == "PACK (PACK) requires PLAN (PLAN)"
    [had] = told["ROAM"].refusals
    assert had.en == "The subscriber has ROAM (ROAM) already"
    assert had.zh == "用户已有产品 ROAM（中文） (ROAM), 不能重复订购"
    assert told["APP"].qualified
    assert not told["ROAM"].qualified


@pytest.mark.usefixtures("sold")
def test_owners_of_what_is_retired_are_owners(at: datetime) -> None:
    found = judged(qualify(facts=PERSON, owned=["PAST"], at=at, kinds=["addon"]))
    assert found["LOYAL"] == []
    assert "PLAN" not in found
    assert found["PACK"] == ["offeringRequirementMissing"]


@pytest.mark.usefixtures("sold")
def test_what_nobody_offers_is_not_owned(at: datetime) -> None:
    with pytest.raises(OfferingNotFound):
        qualify(facts=PERSON, owned=["NOTHING"], at=at)


def test_it_is_one_query_for_any_catalogue(
    actor: Actor, at: datetime, django_assert_num_queries: Any
) -> None:
    for count in (5, 60):
        packs = [
            offering(f"PACK-{number}", requires=["PLAN"], eligibility={"channels": ["app"]})
            for number in range(count)
        ]
        import_catalogue(document(main("PLAN"), *packs), actor=actor, at=at)
        qualify(facts=PERSON, owned=["PLAN"], at=at)
        with django_assert_num_queries(1):
            found = qualify(facts=PERSON, owned=["PLAN"], at=at)
        assert len(found) == count + 1


@pytest.mark.usefixtures("sold")
def test_before_its_sale_nothing_can_be_bought() -> None:
    early = datetime(2025, 12, 31, tzinfo=UTC)
    found = judged(qualify(facts=PERSON, owned=(), at=early))
    assert {code for code, refusals in found.items() if not refusals} == set()

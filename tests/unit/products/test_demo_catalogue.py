"""The demo operator sells what an operator of its kind would, and its file proves itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

import products
from products.catalogue import CatalogueDocument, load
from products.relations import check
from products.values import Relation

FILE = Path(products.__file__).parent / "demo" / "catalogue.yaml"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
STATUSES = {"in_design", "in_test", "launched", "retired", "obsolete"}
# Yuan: no fee of an invented operator is far from what real ones ask.
DEAREST = {
    "rental": 300,
    "broadband": 200,
    "tv": 50,
    "content": 50,
    "function": 20,
    "data": 50,
    "voice": 50,
    "sms": 20,
    "mms": 20,
    "roaming": 150,
    "international": 50,
    "installation": 300,
    "penalty": 1000,
}


@pytest.fixture(scope="module")
def demo() -> CatalogueDocument:
    return load(FILE)


@pytest.fixture(scope="module")
def relations(demo: CatalogueDocument) -> list[Relation]:
    return [
        Relation(r.source, r.kind, r.target, r.choice, r.minimum, r.maximum)
        for offering in demo.offerings
        for r in offering.relations
    ]


@pytest.fixture(scope="module")
def rules(demo: CatalogueDocument) -> list[Mapping[str, Any]]:
    """The rules of every version, as they are computed with."""
    return [one.rules for tariff in demo.tariffs for one in tariff.versions if one.rules]


def stated(rules: list[Mapping[str, Any]], *lists: str) -> Iterator[Mapping[str, Any]]:
    """Return all allowances, prices or grants of all rules."""
    return (item for one in rules for name in lists for item in one.get(name, ()))


def test_there_is_enough_to_sell_of_every_kind(demo: CatalogueDocument) -> None:
    launched = [one for one in demo.offerings if one.status == "launched"]
    assert len(launched) >= 44
    assert {one.status for one in demo.offerings} == STATUSES
    assert len({one.brand for one in launched}) == len(demo.brands) >= 5
    assert {one.product_class for one in launched} == {one.code for one in demo.classes}
    assert {one.kind for one in launched} == {"main", "addon", "bundle"}
    assert {one.charging_mode for one in launched if one.kind == "main"} == {"postpaid", "prepaid"}
    assert {one.kind for one in demo.services} == {"resource", "function", "content"}
    assert {one.kind for one in demo.tariffs} == {"rating", "accounting"}
    kinds = {relation.kind for one in demo.offerings for relation in one.relations}
    assert kinds == {"requires", "excludes", "replaces", "part_of"}


def test_everything_has_names_in_both_languages_and_a_model_in_the_real_world(
    demo: CatalogueDocument,
) -> None:
    for section in (demo.brands, demo.classes, demo.services, demo.tariffs, demo.offerings):
        names = Counter(text for one in section for text in (one.name.zh, one.name.en))
        assert [name for name, count in names.items() if count > 1] == []
    for offering in demo.offerings:
        assert len(offering.source) > 20, offering.code
        for text in (offering.name, offering.description):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh), offering.code
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in text.en), offering.code


def test_a_postpaid_mobile_plan_can_be_bought_with_a_number_and_a_sim(
    demo: CatalogueDocument,
) -> None:
    resources = {one.code: one.resource for one in demo.services if one.resource}
    plans = [
        one
        for one in demo.offerings
        if one.charging_mode == "postpaid"
        and one.status == "launched"
        and one.sale_from is not None
        and one.sale_from <= NOW
        and one.sale_to is None
        and {resources.get(code) for code in one.services} >= {"msisdn", "iccid"}
    ]
    assert {"PLAN-8", "PLAN-59", "PLAN-128", "PLAN-198"} <= {one.code for one in plans}


def test_every_service_and_tariff_is_used_and_every_element_told(
    demo: CatalogueDocument,
) -> None:
    used = {code for one in demo.offerings for code in (*one.services, *one.tariffs)}
    assert used == {one.code for one in demo.services} | {one.code for one in demo.tariffs}
    assert {one for service in demo.services for one in service.elements} == {"hlr", "dsmp", "eoms"}


@pytest.mark.parametrize(
    ("owned", "wanted", "refused"),
    [
        ([], ["PACK-DATA-10G"], "offeringRequirementMissing"),
        (["PLAN-59"], ["PACK-DATA-10G"], None),
        (["PLAN-59"], ["PACK-ROAM-HMT-3D"], "offeringRequirementMissing"),
        (["PLAN-59"], ["FUNC-ROAMING", "PACK-ROAM-HMT-3D"], None),
        (["PLAN-8"], ["FUNC-CLIP"], None),
        (["PLAN-8", "FUNC-CLIP"], ["PLAN-59"], "offeringsExclude"),
        ([], ["HOME-FUSION", "PLAN-128", "BROADBAND-300", "CONTENT-IPTV"], None),
        ([], ["HOME-FUSION", "PLAN-128"], "bundlePartsMiscounted"),
        (["PLAN-99"], ["PACK-NIGHT-20G"], None),
        (["PLAN-99"], ["PACK-INTL-60"], "offeringRequirementMissing"),
        (["PLAN-99", "FUNC-INTL-CALL"], ["PACK-INTL-60"], None),
        (["BROADBAND-1000"], ["CONTENT-IPTV", "TV-SPORT", "HOME-FTTR"], None),
        (["BROADBAND-300"], ["HOME-FTTR"], "offeringRequirementMissing"),
        (["PLAN-128", "PROMO-CONTRACT-24"], ["PROMO-LOYALTY"], "offeringsExclude"),
        ([], ["FAMILY-SHARE", "PLAN-169-FAMILY", *["PLAN-SHARE-10"] * 4], None),
        ([], ["FAMILY-SHARE", "PLAN-169-FAMILY", *["PLAN-SHARE-10"] * 5], "bundlePartsMiscounted"),
        ([], ["HOME-GIGA", "PLAN-238", "BROADBAND-1000", "PLAN-SHARE-10", "HOME-FTTR"], None),
    ],
)
def test_its_relations_hold(
    relations: list[Relation], owned: list[str], wanted: list[str], refused: str | None
) -> None:
    found = check(owned, wanted, relations)
    assert {refusal.code for refusal in found} == ({refused} if refused else set())


def test_the_price_of_data_changed_with_a_version(demo: CatalogueDocument) -> None:
    (tariff,) = [one for one in demo.tariffs if one.code == "T-59-DATA"]
    old, new = tariff.versions
    assert old.valid_to == new.valid_from
    assert [version.price and version.price.amount for version in (old, new)] == [5, 3]


def test_some_things_are_for_some_only_by_every_condition(demo: CatalogueDocument) -> None:
    conditions: dict[str, set[str]] = {}
    for offering in demo.offerings:
        for name in ("customer_kinds", "segments", "channels", "regions", "brands", "owns"):
            if offering.eligibility and getattr(offering.eligibility, name):
                conditions.setdefault(name, set()).add(offering.code)
        if offering.eligibility and offering.eligibility.minimum_months:
            conditions.setdefault("minimum_months", set()).add(offering.code)
    assert conditions == {
        "customer_kinds": {
            *("PLAN-19-SENIOR", "PLAN-19-NET", "PLAN-39-CAMPUS", "PLAN-IOT-10"),
            *("PACK-STUDENT-20G", "PROMO-STUDENT"),
        },
        "segments": {"PLAN-39-CAMPUS", "PACK-STUDENT-20G", "PROMO-STUDENT"},
        "channels": {"PLAN-19-NET", "PACK-APP-DAY-1G"},
        "regions": {"PACK-GZ-30G"},
        "brands": {"PACK-LOYALTY-10G"},
        "owns": {"PROMO-UPGRADE-5G"},
        "minimum_months": {"PACK-LOYALTY-10G", "PROMO-LOYALTY"},
    }


def test_classes_tell_their_products_apart_by_attributes(demo: CatalogueDocument) -> None:
    attributes = [one for entry in demo.classes for one in entry.attributes]
    assert {one.kind for one in attributes} == {"integer", "text", "boolean", "choice"}
    assert {one.name for one in attributes if one.configurable} == {
        *("contract_months", "esim", "rooms", "wifi_name")
    }
    speeds = {
        one.code: one.attributes["downlink_mbps"]
        for one in demo.offerings
        if "downlink_mbps" in one.attributes
    }
    assert speeds == {"BROADBAND-300": 300, "BROADBAND-500": 500, "BROADBAND-1000": 1000}


def test_every_way_to_charge_is_used(rules: list[Mapping[str, Any]]) -> None:
    charges = {one["charge"] for one in rules if "charge" in one}
    assert charges == {"recurring", "one_off", "discount", "minimum", "cap", "penalty"}
    usages = {one["usage"] for one in rules if "usage" in one}
    assert usages == {"voice", "sms", "mms", "data", "content"}
    assert {one["declines"] for one in rules if "declines" in one} == {"linear", "none"}
    assert {one["when"] for one in rules if "when" in one} == {"advance", "arrears"}
    assert any(one.get("grants") for one in rules if one.get("charge") == "recurring")
    assert any("provider_share" in one for one in rules)


def test_every_way_to_rate_is_used(rules: list[Mapping[str, Any]]) -> None:
    allowances = list(stated(rules, "allowances"))
    assert {one["shared"] for one in allowances} == {True, False}
    assert {one["first_cycle"] for one in allowances} == {"full", "by_day"}
    assert max(one["rolls_over_cycles"] for one in allowances) == 1
    prices = list(stated(rules, "prices"))
    assert any("tiers" in one for one in prices)
    assert any("provider_share" in one for one in prices)
    assert any(Decimal(one["price"]) and one["per"] == one["step"] > 60 for one in prices)
    everything = [*allowances, *prices, *stated(rules, "grants")]
    zones = {one["zone"] for one in everything}
    assert zones >= {"domestic", "guangzhou", "hmt", "intl_1", "intl_2", "intl_3"}
    assert {one["roaming"] for one in everything if one.get("roaming")} == {"hmt", "international"}
    bands = [one["band"] for one in everything if one["band"]]
    assert any("days" in band for band in bands)
    assert any("from" in band for band in bands)


def test_what_is_asked_is_what_operators_ask(demo: CatalogueDocument) -> None:
    for tariff in demo.tariffs:
        for version in tariff.versions:
            amount = Decimal((version.rules or {}).get("amount") or 0)
            if tariff.kind == "accounting" and version.price is not None:
                assert amount <= DEAREST[tariff.charge_group], tariff.code
            for item in stated([version.rules or {}], "prices"):
                assert 0 < Decimal(item["price"]) <= 10, tariff.code
    plans = {one.code: one for one in demo.offerings if one.code.startswith("PLAN-")}
    fees = {one.code: one.versions[-1].price for one in demo.tariffs}
    for code, plan in plans.items():
        rental = fees[next(one for one in plan.tariffs if one.endswith("-RENTAL"))]
        number = next((part for part in code.split("-") if part.isdigit()), None)
        assert rental is not None
        assert number in (None, str(rental.amount)), code


def test_who_owns_what_is_no_longer_sold_has_something_newer_to_change_to(
    demo: CatalogueDocument,
) -> None:
    launched = {one.code for one in demo.offerings if one.status == "launched"}
    replaced = {
        relation.target: one.code
        for one in demo.offerings
        for relation in one.relations
        if relation.kind == "replaces"
    }
    retired = {one.code for one in demo.offerings if one.status == "retired"}
    assert retired == set(replaced)
    assert set(replaced.values()) <= launched


def test_a_mobile_plan_finds_the_same_packs_whichever_it_is(demo: CatalogueDocument) -> None:
    """A plan that was added is added to the packs, too."""
    plans = {
        one.code
        for one in demo.offerings
        if one.product_class == "MOBILE-PLAN"
        and one.charging_mode == "postpaid"
        and one.status in ("launched", "retired", "in_test")
    }
    for code in ("PACK-DATA-10G", "PACK-NIGHT-20G", "PACK-VOICE-100", "FUNC-ROAMING"):
        (pack,) = [one for one in demo.offerings if one.code == code]
        needed = {one.target for one in pack.relations if one.kind == "requires"}
        assert needed - {"PREPAID-GO"} == plans, code


def test_it_is_read_in_well_under_a_second() -> None:
    began = perf_counter()
    load(FILE)
    assert perf_counter() - began < 3  # 0.2 s, on a machine that has nothing else to do

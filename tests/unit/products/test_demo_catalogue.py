"""The demo operator sells what an operator of its kind would, and its file proves itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

import products
from products.catalogue import CatalogueDocument, boss_half, load, oss_half
from products.relations import check
from products.values import Relation

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo() -> CatalogueDocument:
    return load(Path(products.__file__).parent / "demo" / "catalogue.yaml")


@pytest.fixture(scope="module")
def relations(demo: CatalogueDocument) -> list[Relation]:
    return [
        Relation(r.source, r.kind, r.target, r.choice, r.minimum, r.maximum)
        for offering in demo.offerings
        for r in offering.relations
    ]


def test_there_is_enough_to_sell_of_every_kind(demo: CatalogueDocument) -> None:
    launched = [one for one in demo.offerings if one.status == "launched"]
    assert len(launched) >= 12
    assert {one.kind for one in launched} == {"main", "addon", "bundle"}
    assert {one.charging_mode for one in launched if one.kind == "main"} == {"postpaid", "prepaid"}
    assert {one.kind for one in demo.services} == {"resource", "function", "content"}
    assert {one.kind for one in demo.tariffs} == {"rating", "accounting"}
    kinds = {relation.kind for one in demo.offerings for relation in one.relations}
    assert kinds == {"requires", "excludes", "replaces", "part_of"}


def test_everything_has_names_in_both_languages_and_a_model_in_the_real_world(
    demo: CatalogueDocument,
) -> None:
    for offering in demo.offerings:
        assert offering.source, offering.code
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


def test_every_service_and_tariff_is_used_and_reaches_its_system(demo: CatalogueDocument) -> None:
    used = {code for one in demo.offerings for code in (*one.services, *one.tariffs)}
    assert used == {one.code for one in (*demo.services, *demo.tariffs)}
    elements = {
        command["element"]
        for service in oss_half(demo)["services"]
        for command in service["commands"]
    }
    assert elements == {"hlr", "dsmp", "eoms"}
    assert {one["code"] for one in boss_half(demo)["offerings"]} == {
        one.code for one in demo.offerings
    }


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


def test_a_few_things_are_for_some_only_and_the_rest_for_everybody(
    demo: CatalogueDocument,
) -> None:
    restricted = {one.code for one in demo.offerings if one.eligibility}
    assert restricted == {"PACK-LOYALTY-10G", "PACK-STUDENT-20G", "PACK-APP-DAY-1G"}

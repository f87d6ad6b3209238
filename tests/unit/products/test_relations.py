"""What may be had together, and how a refusal names the pair."""

from __future__ import annotations

from products.relations import OfferingsExclude, PartsMiscounted, RequirementMissing, check
from products.values import Relation

NEEDS_PLAN = [
    Relation("PACK", "requires", "PLAN-A", choice=1),
    Relation("PACK", "requires", "PLAN-B", choice=1),
]
NEEDS_BOTH = [
    Relation("PACK", "requires", "PLAN-A", choice=1),
    Relation("PACK", "requires", "ROAMING", choice=2),
]
NOT_BOTH = [Relation("PACK", "excludes", "OTHER")]
HOME = [
    Relation("PLAN-A", "part_of", "HOME", 1, 1, 2),
    Relation("PLAN-B", "part_of", "HOME", 1, 1, 2),
    Relation("LINE", "part_of", "HOME", 2, 1, 1),
    Relation("TV", "part_of", "HOME", 3, 0, 2),
]


def codes(*refusals: object) -> list[str]:
    return [refusal.code for refusal in refusals]  # type: ignore[attr-defined]


def test_one_of_the_alternatives_is_enough() -> None:
    assert check(["PLAN-B"], ["PACK"], NEEDS_PLAN) == []


def test_what_is_required_may_come_in_the_same_order() -> None:
    assert check([], ["PACK", "PLAN-A"], NEEDS_PLAN) == []


def test_a_missing_requirement_is_refused_naming_both_sides_in_both_languages() -> None:
    names = {"PACK": ("流量包", "Data Pack"), "PLAN-A": ("套餐甲", "Plan A")}
    (refusal,) = check(["X"], ["PACK"], NEEDS_PLAN, names=names)
    assert isinstance(refusal, RequirementMissing)
    assert refusal.code == "offeringRequirementMissing"
    assert refusal.zh == "产品 流量包 (PACK) 需要先有 套餐甲 (PLAN-A) 或 PLAN-B"
    assert refusal.en == "Data Pack (PACK) requires Plan A (PLAN-A) or PLAN-B"
    assert refusal.values["offering"] == "PACK"
    assert refusal.values["others"] == ["PLAN-A", "PLAN-B"]


def test_every_choice_must_be_met() -> None:
    (refusal,) = check(["PLAN-A"], ["PACK"], NEEDS_BOTH)
    assert refusal.values["others"] == ["ROAMING"]


def test_exclusion_holds_whichever_is_had_first() -> None:
    for owned, wanted in (["OTHER"], ["PACK"]), (["PACK"], ["OTHER"]), ([], ["PACK", "OTHER"]):
        (refusal,) = check(owned, wanted, NOT_BOTH)
        assert isinstance(refusal, OfferingsExclude)
        assert {"PACK", "OTHER"} == {refusal.values["offering"], *refusal.values["others"]}
    (refusal,) = check(["PACK"], ["OTHER"], NOT_BOTH)
    assert refusal.en == "OTHER and PACK exclude each other"
    assert refusal.zh == "产品 OTHER 与 PACK 互斥"


def test_what_is_owned_already_is_not_judged_again() -> None:
    assert check(["PACK", "OTHER"], ["X"], [*NEEDS_PLAN, *NOT_BOTH]) == []


def test_what_leaves_in_the_same_order_no_longer_excludes() -> None:
    assert check(["OTHER"], ["PACK"], NOT_BOTH, leaving_codes=["OTHER"]) == []


def test_what_another_requires_cannot_leave_it_behind() -> None:
    owned = ["PLAN-A", "PACK"]
    (refusal,) = check(owned, [], NEEDS_PLAN, leaving_codes=["PLAN-A"])
    assert isinstance(refusal, RequirementMissing)
    assert check(owned, ["PLAN-B"], NEEDS_PLAN, leaving_codes=["PLAN-A"]) == []
    assert check(owned, [], NEEDS_PLAN, leaving_codes=["PLAN-A", "PACK"]) == []


def test_a_bundle_counts_its_parts_over_all_alternatives() -> None:
    assert check([], ["HOME", "PLAN-A", "PLAN-B", "LINE"], HOME) == []
    assert check([], ["HOME", "PLAN-A", "PLAN-A", "LINE", "TV", "TV"], HOME) == []


def test_too_few_or_too_many_parts_are_refused_with_their_count() -> None:
    (refusal,) = check([], ["HOME", "PLAN-A"], HOME)
    assert isinstance(refusal, PartsMiscounted)
    assert refusal.en == "The bundle HOME takes 1 to 1 of LINE, there are 0"
    assert refusal.zh == "组合产品 HOME 需要 1 至 1 个 LINE, 现有 0 个"
    wanted = ["HOME", "PLAN-A", "PLAN-A", "PLAN-B", "LINE"]
    assert codes(*check([], wanted, HOME)) == ["bundlePartsMiscounted"]


def test_parts_without_their_bundle_are_free() -> None:
    assert check([], ["LINE", "LINE", "TV"], HOME) == []


def test_a_relation_told_twice_refuses_once() -> None:
    assert len(check([], ["PACK", "OTHER"], [*NOT_BOTH, *NOT_BOTH])) == 1


def test_all_refusals_come_at_once() -> None:
    refusals = check(["OTHER"], ["PACK"], [*NEEDS_PLAN, *NOT_BOTH])
    assert codes(*refusals) == ["offeringRequirementMissing", "offeringsExclude"]

"""Judging many offerings beside what is owned says the same as judging each of them alone."""

from __future__ import annotations

import random
import time
from typing import Any

from products.relations import Beside, check
from products.values import Relation

CODES = [f"P{number}" for number in range(8)]
Told = list[tuple[str, Any, Any]]


def told(refusals: list[Any]) -> Told:
    return sorted(
        (one.code, one.values["offering"], sorted(one.values["others"])) for one in refusals
    )


def relations(chance: random.Random) -> list[Relation]:
    kinds = ["requires"] * 4 + ["excludes"] * 2 + ["replaces"]
    found = {}
    for _ in range(chance.randrange(14)):
        source, target = chance.sample(CODES, 2)
        relation = Relation(source, chance.choice(kinds), target, chance.randint(1, 2))
        found[relation.kind, frozenset((source, target))] = relation
    return list(found.values())


def concerned(code: str, known: list[Relation]) -> list[Relation]:
    """What an offering's terms hold: what it states, and the exclusions on both sides."""
    return [
        one
        for one in known
        if one.source == code or (one.kind == "excludes" and one.target == code)
    ]


def test_beside_others_each_is_judged_as_alone() -> None:
    chance = random.Random(20260122)
    seen = 0
    for _ in range(3000):
        known = relations(chance)
        owned = chance.sample(CODES, chance.randrange(5))
        leaving = [code for code in owned if chance.random() < 0.3]
        rest = [code for code in CODES if code not in owned]
        wanted = [code for code in rest if chance.random() < 0.2]
        held = [one for code in (*owned, *wanted) for one in concerned(code, known)]
        beside = Beside(owned, wanted, held, leaving_codes=leaving)
        for code in rest:
            alone = check(
                owned,
                [*wanted, code] if code not in wanted else wanted,
                [*held, *concerned(code, known)],
                leaving_codes=leaving,
            )
            about = [
                one
                for one in alone
                if {code, *leaving} & {one.values["offering"], *one.values["others"]}
            ]
            assert told(beside.against(code, concerned(code, known))) == told(about)
            seen += len(about)
    assert seen > 2000  # the draw is not of empty cases


def test_a_popular_offering_does_not_slow_down_the_others() -> None:
    def seconds(count: int) -> float:
        known = [Relation(f"X{number}", "excludes", "PLAN") for number in range(count)]
        beside = Beside(["PLAN"], [], known)
        started = time.process_time()
        for relation in known:
            assert len(beside.against(relation.source, [relation])) == 1
        return time.process_time() - started

    seconds(100)
    few = min(seconds(500) for _ in range(3))
    assert min(seconds(5000) for _ in range(3)) < few * 10 * 4


def test_names_are_looked_up_for_refusals_only() -> None:
    class Names(dict[str, tuple[str, str]]):
        asked: list[str] = []

        def get(self, code: str, default: Any = None) -> Any:
            self.asked.append(code)
            return super().get(code, default)

    names = Names({"PLAN": ("套餐", "Plan"), "PACK": ("包", "Pack")})
    beside = Beside(["PLAN"], [], [], names=names)
    assert beside.against("PACK", [Relation("PACK", "requires", "PLAN")]) == []
    assert names.asked == []
    (refusal,) = beside.against("PACK", [Relation("PACK", "excludes", "PLAN")])
    assert refusal.zh == "产品 包 (PACK) 与 套餐 (PLAN) 互斥"
    assert refusal.en == "Pack (PACK) and Plan (PLAN) exclude each other"

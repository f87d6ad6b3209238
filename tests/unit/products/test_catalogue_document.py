"""A catalogue document is taken whole or refused, every fault at its file and line."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from core.tariff import Price, digest
from products.catalogue import CatalogueRefused, parse
from tests.unit.products.example import (
    Values,
    bundle,
    catalogue,
    document,
    main,
    offering,
    service,
    tariff,
    text,
    version,
    words,
)


def faults(values: Values) -> list[tuple[str, str]]:
    source = text(values)
    with pytest.raises(CatalogueRefused) as refused:
        parse(source, file="example.yaml")
    lines = source.splitlines()
    for problem in refused.value.problems:
        assert problem.file == "example.yaml"
        assert 1 <= problem.line <= len(lines)
        assert problem.zh
    return [(problem.path, problem.en) for problem in refused.value.problems]


def test_a_fault_is_told_with_file_line_and_place_in_both_languages() -> None:
    source = text(catalogue()).replace("code: VOICE", "code: voice")
    line = source.splitlines().index("- code: voice") + 1
    with pytest.raises(CatalogueRefused) as refused:
        parse(source, file="mine.yaml")
    (problem,) = refused.value.problems
    assert (problem.file, problem.line, problem.path) == ("mine.yaml", line, "services[1].code")
    assert f"mine.yaml:{line}: services[1].code: voice is not written as" in refused.value.en
    assert f"mine.yaml:{line}: services[1].code voice 的写法不符合" in refused.value.zh


def test_all_faults_are_told_at_once() -> None:
    values = catalogue(main("PLAN", kind="chief"), main("PLAN-2", surprise=1))
    del values["brands"]
    found = dict(faults(values))
    assert found[""] == "lacks brands"
    assert found["offerings[0].kind"] == "chief is not one of main, addon, bundle"
    assert found["offerings[1].surprise"] == "does not know surprise"


def test_a_code_with_a_line_break_is_refused() -> None:
    assert faults(catalogue(main("PLAN\n")))[0][0] == "offerings[0].code"


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (main("PLAN", charging_mode="maybe"), "offerings[0].charging_mode"),
        ({k: v for k, v in main("PLAN").items() if k != "charging_mode"}, "offerings[0]"),
        (offering("PACK", charging_mode="postpaid"), "offerings[0].charging_mode"),
        (offering("PACK", parts=[]), "offerings[0].parts"),
        (offering("HOME", kind="bundle"), "offerings[0]"),
        ({k: v for k, v in main("PLAN").items() if k != "sale"}, "offerings[0]"),
        (main("PLAN", services=[]), "offerings[0].services"),
        (main("PLAN", services=["VOICE"]), "offerings[0].services"),
        (main("PLAN", services=["MSISDN", "VOICE", "FAX"]), "offerings[0].services[2]"),
        (main("PLAN", tariffs=["FREE"]), "offerings[0].tariffs[0]"),
        (main("PLAN", brand="OTHER"), "offerings[0].brand"),
        (main("PLAN", sale={"from": "2026-02-01", "to": "2026-02-01"}), "offerings[0].sale.to"),
        (main("PLAN", sale={"from": "2026-02-30"}), "offerings[0].sale.from"),
        (main("PLAN", sale={"from": "0001-01-01"}), "offerings[0].sale.from"),
        (main("PLAN", sale={"from": "2025-12-31"}), "offerings[0].tariffs[0]"),
        (main("PLAN", requires=["NOTHING"]), "offerings[0].requires[0]"),
        (main("PLAN", excludes=["PLAN"]), "offerings[0].excludes[0]"),
    ],
)
def test_an_offering_that_makes_no_sense_is_refused_at_the_very_place(
    broken: Values, path: str
) -> None:
    assert path in [place for place, _ in faults(catalogue(broken))]


@pytest.mark.parametrize(
    "broken",
    [
        service("VOICE", kind="resource"),
        service("VOICE", kind="content"),
        service("VOICE", provider="Somebody"),
        service("VOICE", resource="msisdn"),
        service("VOICE", commands=[]),
        service("VOICE", commands=[{"element": "hlr", "command": "explode"}]),
    ],
)
def test_a_service_is_of_one_kind_and_has_a_network_command(broken: Values) -> None:
    number = service("MSISDN", kind="resource", resource="msisdn")
    assert faults(catalogue(services=[number, broken]))[0][0].startswith("services[1]")


def test_a_code_is_used_once() -> None:
    assert faults(catalogue(main("PLAN"), main("PLAN"))) == [
        ("offerings[1].code", "the code PLAN is used twice")
    ]


# --- tariffs -------------------------------------------------------------------------------------
def rated(**rules: Any) -> Values:
    return tariff("RENTAL", version(rules=rules), kind="rating")


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ({"usage": "voice"}, "rules"),
        ({"usage": "voice", "prices": [{"price": 1, "per": "1 GB", "step": "1 s"}]}, "per"),
        ({"usage": "data", "allowances": [{"quantity": "3 messages"}]}, "allowances[0].quantity"),
        ({"usage": "data", "allowances": [{"quantity": "-3 GB"}]}, "quantity"),
        ({"usage": "voice", "prices": [{"price": -1, "per": "1 s", "step": "1 s"}]}, "price"),
        (
            {"usage": "voice", "prices": [{"price": 0.1234567, "per": "1 s", "step": "1 s"}]},
            "price",
        ),
        (
            {
                "usage": "voice",
                "prices": [
                    {
                        "price": 1,
                        "per": "1 s",
                        "step": "1 s",
                        "band": {"from": "07:00", "to": "07:00"},
                    }
                ],
            },
            "band",
        ),
    ],
)
def test_rating_rules_that_cannot_be_computed_are_refused(rules: Values, path: str) -> None:
    found = faults(catalogue(tariffs=[rated(**rules)]))
    assert found[0][0].endswith(path)


@pytest.mark.parametrize(
    "rules",
    [
        {"charge": "recurring", "amount": 30},
        {"charge": "one_off"},
        {"charge": "one_off", "amount": 3, "percent": 10},
        {"charge": "discount", "of": ["rental"], "order": 1},
        {"charge": "discount", "of": ["rental"], "order": 1, "percent": 10, "amount": 1},
        {"charge": "discount", "of": ["rental"], "order": 1, "percent": 101},
        {"charge": "cap", "amount": 600},
        {"charge": "tribute", "amount": 1},
        {"amount": 1},
    ],
)
def test_accounting_rules_that_cannot_be_computed_are_refused(rules: Values) -> None:
    found = faults(catalogue(tariffs=[tariff("RENTAL", version(rules=rules))]))
    assert all(place.startswith("tariffs[0].versions[0].rules") for place, _ in found)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ({}, {"valid_from": "2026-06-01"}, "overlap"),
        ({"valid_to": "2026-07-01"}, {"valid_from": "2026-06-01"}, "overlap"),
        ({"valid_to": "2026-05-01"}, {"valid_from": "2026-06-01"}, "no version is valid"),
        ({"valid_from": "2026-06-01"}, {"valid_from": "2026-01-01"}, "must ascend"),
        ({"version": 3, "valid_to": "2026-06-01"}, {"valid_from": "2026-06-01"}, "must ascend"),
        ({"version": 2, "valid_to": "2026-06-01"}, {"valid_from": "2026-06-01"}, "twice"),
    ],
)
def test_versions_follow_each_other_without_overlap_or_gap(
    first: Values, second: Values, words: str
) -> None:
    versions = [version(1, **first), version(2, **second)]
    found = faults(catalogue(tariffs=[tariff("RENTAL", *versions)]))
    assert words in found[0][1]


def test_a_tariff_must_last_as_long_as_the_offering_is_sold() -> None:
    short = tariff("RENTAL", version(valid_to="2027-01-01"))
    assert faults(catalogue(tariffs=[short])) == [
        ("offerings[0].tariffs[0]", "the tariff RENTAL does not cover the whole sale of PLAN")
    ]
    sold = main("PLAN", sale={"from": "2026-01-01", "to": "2027-01-01"})
    assert document(sold, tariffs=[short]).offerings[0].sale_to


def test_days_begin_in_the_operators_time_zone() -> None:
    found = document(main("PLAN", sale={"from": "2026-03-01"})).offerings[0]
    assert found.sale_from == datetime(2026, 2, 28, 16, tzinfo=UTC)
    found = document(main("PLAN", sale={"from": "2026-03-01T08:00:00Z"})).offerings[0]
    assert found.sale_from == datetime(2026, 3, 1, 8, tzinfo=UTC)


# --- relations -----------------------------------------------------------------------------------
def test_what_requires_itself_around_a_circle_is_refused() -> None:
    found = faults(
        catalogue(
            main("PLAN"),
            offering("A", requires=["PLAN", "B"]),
            offering("B", requires=["C"]),
            offering("C", requires=["A"]),
        )
    )
    assert [place for place, _ in found] == ["offerings[1]", "offerings[2]", "offerings[3]"]
    assert "leads back to itself" in found[0][1]


def test_a_circle_with_another_way_out_is_taken() -> None:
    ways = {"any_of": ["B", "PLAN"]}
    assert document(main("PLAN"), offering("A", requires=[ways]), offering("B", requires=["A"]))


def test_what_is_required_and_excluded_is_refused() -> None:
    found = faults(catalogue(main("PLAN", excludes=["PACK"]), offering("PACK", requires=["PLAN"])))
    assert found == [
        (
            "offerings[1].requires[0]",
            "PACK and PLAN exclude each other, it cannot need it",
        )
    ]


def test_needing_two_that_exclude_each_other_is_refused() -> None:
    found = faults(
        catalogue(
            offering("ONE", excludes=["OTHER"]),
            offering("OTHER"),
            offering("A", requires=["ONE"]),
            offering("B", requires=["A", "OTHER"]),
        )
    )
    assert found == [("offerings[3]", "B needs ONE and OTHER, which exclude each other")]


def test_an_exclusion_is_stated_once() -> None:
    found = faults(catalogue(main("PLAN", excludes=["PACK"]), offering("PACK", excludes=["PLAN"])))
    assert found == [("offerings[1].excludes[0]", "PACK excludes PLAN is stated twice")]


def test_what_nobody_can_buy_is_refused() -> None:
    found = faults(catalogue(main("PLAN", status="retired"), offering("PACK", requires=["PLAN"])))
    assert found == [("offerings[1]", "nobody can buy PACK: what it needs is not launched")]


def test_a_bundle_is_made_of_products_and_counts_them() -> None:
    parts = {"any_of": ["PLAN"], "min": 1, "max": 2}
    assert document(main("PLAN"), bundle("HOME", parts))
    assert faults(catalogue(main("PLAN"), bundle("HOME", {**parts, "min": 3}))) == [
        ("offerings[1].parts[0]", "min is greater than max")
    ]
    nested = bundle("VILLAGE", {"any_of": ["HOME"], "min": 1, "max": 1})
    assert (
        "cannot be part of a bundle"
        in faults(catalogue(main("PLAN"), bundle("HOME", parts), nested))[0][1]
    )


def test_what_excludes_a_distant_requirement_is_refused() -> None:
    found = faults(
        catalogue(
            main("PLAN"),
            offering("A", requires=["PLAN"]),
            offering("B", requires=["A"], excludes=["PLAN"]),
        )
    )
    assert found == [("offerings[2]", "B needs PLAN by what it requires, and excludes it")]


def test_a_long_chain_of_requirements_is_judged_in_good_time() -> None:
    links = [offering(f"P-{i}", requires=[f"P-{i - 1}" if i else "PLAN"]) for i in range(1000)]
    begun = time.monotonic()
    found = faults(catalogue(main("PLAN", excludes=["P-999"]), *links))
    assert found == [("offerings[1000]", "P-999 needs PLAN by what it requires, and excludes it")]
    assert time.monotonic() - begun < 10


# --- eligibility ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("stated", "place", "words"),
    [
        ({}, "", "needs at least 1"),
        ({"age": 18}, ".age", "does not know age"),
        ({"customer_kinds": ["robot"]}, ".customer_kinds[0]", "is not one of person, organisation"),
        ({"segments": []}, ".segments", "needs at least 1"),
        ({"segments": ["student", "student"]}, ".segments", "has an item twice"),
        ({"segments": [" student"]}, ".segments[0]", "is not written as"),
        ({"channels": [7]}, ".channels[0]", "is not of type string"),
        ({"regions": ["G" * 41]}, ".regions[0]", "is longer than 40"),
        ({"brands": ["OTHER"]}, ".brands[0]", "there is no OTHER among the brands"),
        ({"minimum_months": -1}, ".minimum_months", "-1 is too small (limit 1)"),
        ({"minimum_months": 0}, ".minimum_months", "0 is too small (limit 1)"),
        ({"minimum_months": 601}, ".minimum_months", "601 is too large (limit 600)"),
        ({"minimum_months": 1.5}, ".minimum_months", "is not of type integer"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_at_the_very_place(
    stated: Values, place: str, words: str
) -> None:
    found = faults(catalogue(main("PLAN"), offering("PACK", eligibility=stated)))
    assert [path for path, _ in found] == [f"offerings[1].eligibility{place}"]
    assert words in found[0][1]


def test_an_unknown_brand_is_told_at_its_line_in_both_languages() -> None:
    source = text(catalogue(main("PLAN", eligibility={"brands": ["HOUSE", "OTHER"]})))
    line = source.splitlines().index("    - OTHER") + 1
    with pytest.raises(CatalogueRefused) as refused:
        parse(source, file="mine.yaml")
    (problem,) = refused.value.problems
    assert (problem.line, problem.path) == (line, "offerings[0].eligibility.brands[1]")
    assert (problem.zh, problem.en) == (
        "brands 中没有 OTHER",
        "there is no OTHER among the brands",
    )


@pytest.mark.parametrize("stated", [{"brands": ["HOUSE"]}, {"minimum_months": 3}])
def test_a_bundle_knows_no_single_subscriber_whose_brand_and_time_could_count(
    stated: Values,
) -> None:
    parts = {"any_of": ["PLAN"], "min": 1, "max": 2}
    found = faults(catalogue(main("PLAN"), bundle("HOME", parts, eligibility=stated)))
    assert found == [(f"offerings[1].eligibility.{next(iter(stated))}", "is not allowed here")]
    assert document(main("PLAN"), bundle("HOME", parts, eligibility={"segments": ["VIP"]}))


def test_what_only_others_can_have_is_refused_to_be_required() -> None:
    def only(kind: str) -> Values:
        return {"customer_kinds": [kind]}

    offerings = [
        main("PLAN", eligibility=only("person")),
        offering("PACK", requires=["PLAN"]),
        offering("EXTRA", requires=["PACK"], eligibility=only("organisation")),
    ]
    assert faults(catalogue(*offerings)) == [
        (
            "offerings[2].eligibility",
            "nobody is eligible for EXTRA: what it needs is for other customers",
        )
    ]
    ways = {"any_of": ["PACK", "OFFICE"]}
    offerings[2]["requires"] = [ways]
    assert document(*offerings, main("OFFICE", eligibility=only("organisation")))


def test_brands_must_be_those_of_the_main_products_it_requires() -> None:
    brands = [{"code": code, "name": words(code)} for code in ("HOUSE", "OTHER", "EMPTY")]
    mains = main("PLAN"), main("PLAN-2", brand="OTHER")

    def pack(*codes: str) -> Values:
        return offering("PACK", requires=["PLAN"], eligibility={"brands": list(codes)})

    assert faults(catalogue(*mains, pack("OTHER"), brands=brands)) == [
        ("offerings[2].eligibility.brands", "PACK needs PLAN, which is of no such brand")
    ]
    assert faults(catalogue(*mains, pack("HOUSE", "EMPTY"), brands=brands)) == [
        ("offerings[2].eligibility.brands[1]", "the brand EMPTY has no main product")
    ]
    entry = document(*mains, pack("HOUSE", "OTHER"), brands=brands).offerings[2].eligibility
    assert entry is not None
    assert entry.brands == ("HOUSE", "OTHER")
    assert (entry.segments, entry.minimum_months) == ((), 0)


def test_a_file_brings_rules_that_can_be_computed_and_days_of_the_operators_zone() -> None:
    calls = {"usage": "voice", "prices": [{"price": 0.15, "per": "1 min", "step": "6 s"}]}
    [fee] = document(tariffs=[tariff("RENTAL", version(rules=calls), kind="rating")]).tariffs
    [one] = fee.versions
    assert one.valid_from == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert json.loads(json.dumps(one.rules)) == one.rules
    assert one.rules is not None
    assert (one.rules["measure"], one.rules["prices"][0]["per"]) == ("seconds", 60)
    assert (one.price, one.digest) == (Price(Decimal("0.15"), "1 min"), digest(one.rules))


def test_the_same_rules_have_the_same_mark_however_they_are_written() -> None:
    def mark(**price: object) -> str:
        prices = [{"price": 1, "per": "1 min", "step": "1 min"} | price]
        rules = {"usage": "voice", "prices": prices}
        [fee] = document(tariffs=[tariff("RENTAL", version(rules=rules), kind="rating")]).tariffs
        return fee.versions[0].digest

    assert mark() == mark(per="60 s", zone="domestic", minimum=0)
    assert mark() != mark(price=2)


def test_a_service_has_its_commands_in_order_and_the_elements_they_are_for() -> None:
    commands = [
        {"element": "dsmp", "command": "subscribe", "parameters": {"product": "W1"}},
        {"element": "hlr", "command": "enable", "parameters": {"devices": 2}},
        {"element": "dsmp", "command": "enable"},
    ]
    watch = service("WATCH", kind="content", provider="Somebody", commands=commands)
    number = service("MSISDN", kind="resource", resource="msisdn")
    found = {one.code: one for one in document(services=[number, service("VOICE"), watch]).services}
    told = found["WATCH"].commands
    assert told is not None
    assert [(one.element, one.command, one.parameters) for one in told] == [
        ("dsmp", "subscribe", {"product": "W1"}),
        ("hlr", "enable", {"devices": 2}),
        ("dsmp", "enable", {}),
    ]
    assert sorted(found["WATCH"].elements) == ["dsmp", "hlr"]

"""A class's attributes and the values of its offerings are proved, each fault at its place."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from products.catalogue import CatalogueRefused, parse
from tests.unit.products.example import (
    Values,
    bundle,
    catalogue,
    document,
    main,
    offering,
    text,
    words,
)

SPEED = {
    "name": "downlink_mbps",
    "label": {"zh": "下行速率", "en": "Downlink"},
    "type": "integer",
    "unit": "Mbit/s",
    "min": 1,
    "max": 1000,
    "configurable": True,
}
TERM = {
    "name": "term",
    "label": {"zh": "合约期", "en": "Term"},
    "type": "choice",
    "options": [12, 24, "none"],
    "default": 12,
}
GIFT = {"name": "gift", "label": {"zh": "赠品", "en": "Gift"}, "type": "boolean", "default": False}
NOTE = {"name": "note", "label": {"zh": "说明", "en": "Note"}, "type": "text", "default": "无"}


def classes(*attributes: Values) -> list[Values]:
    return [{"code": "PLANS", "name": words("Plans"), "attributes": list(attributes)}]


def with_values(*attributes: Values, **values: Any) -> Values:
    return catalogue(main("PLAN", attributes=values), classes=classes(*attributes))


def problems(values: Values) -> list[tuple[int, str, str, str]]:
    with pytest.raises(CatalogueRefused) as refused:
        parse(text(values), file="example.yaml")
    return [(one.line, one.path, one.zh, one.en) for one in refused.value.problems]


def places(values: Values) -> list[tuple[str, str]]:
    return [(path, en) for _, path, _, en in problems(values)]


def test_attributes_are_read_with_their_kinds() -> None:
    read = document(
        main("PLAN", attributes={"downlink_mbps": 300, "gift": True}),
        main("OTHER", attributes={"downlink_mbps": 1000, "term": "none", "note": "x"}),
        classes=classes(SPEED, TERM, GIFT, NOTE),
    )
    speed, term, gift, note = read.classes[0].attributes
    assert (speed.minimum, speed.maximum, speed.unit) == (1, 1000, "Mbit/s")
    assert (speed.configurable, speed.default) == (True, None)
    assert (term.options, term.default, term.configurable) == ((12, 24, "none"), 12, False)
    assert (gift.default, note.default) == (False, "无")
    assert [dict(one.attributes) for one in read.offerings] == [
        {"downlink_mbps": 300, "gift": True},
        {"downlink_mbps": 1000, "term": "none", "note": "x"},
    ]


def test_a_value_out_of_range_is_told_at_its_line_in_both_languages() -> None:
    values = with_values(SPEED, downlink_mbps=2000)
    line = text(values).splitlines().index("    downlink_mbps: 2000") + 1
    assert problems(values) == [
        (
            line,
            "offerings[0].attributes.downlink_mbps",
            "2000 超出范围: 1 至 1000",
            "2000 is out of range: 1 to 1000",
        )
    ]


@pytest.mark.parametrize(
    ("values", "place", "en"),
    [
        ({"downlink_mbps": 0}, ".downlink_mbps", "0 is out of range: 1 to 1000"),
        ({"downlink_mbps": "fast"}, ".downlink_mbps", "fast is not a whole number"),
        ({"downlink_mbps": True}, ".downlink_mbps", "true is not a whole number"),
        ({}, "", "lacks a value of the attribute downlink_mbps"),
        ({"downlink_mbps": 1, "colour": "red"}, ".colour", "PLANS has no attribute colour"),
        ({"downlink_mbps": 1, "term": 36}, ".term", "36 is not one of 12, 24, none"),
        ({"downlink_mbps": 1, "term": "12"}, ".term", "12 is not one of 12, 24, none"),
        ({"downlink_mbps": 1, "gift": "yes"}, ".gift", "yes is not true or false"),
        ({"downlink_mbps": 1, "note": 5}, ".note", "5 is not a text"),
    ],
)
def test_a_value_that_does_not_fit_its_class_is_refused(
    values: Values, place: str, en: str
) -> None:
    found = places(with_values(SPEED, TERM, GIFT, NOTE, **values))
    assert found == [(f"offerings[0].attributes{place}", en)]


def test_a_value_of_no_kind_at_all_is_refused_by_the_schema() -> None:
    found = places(with_values(SPEED, downlink_mbps=[300]))
    assert [path for path, _ in found] == ["offerings[0].attributes.downlink_mbps"]


@pytest.mark.parametrize(
    ("attribute", "place"),
    [
        ({**SPEED, "min": 5, "max": 4}, ".min"),
        ({**SPEED, "default": 2000}, ".default"),
        ({**SPEED, "options": [1]}, ".options"),
        ({**SPEED, "name": "Speed"}, ".name"),
        ({**GIFT, "type": "speed"}, ".type"),
        ({**SPEED, "surprise": 1}, ".surprise"),
        ({**SPEED, "configurable": "sometimes"}, ".configurable"),
        ({**TERM, "options": []}, ".options"),
        ({**TERM, "options": [12, 12]}, ".options"),
        ({**TERM, "options": [12, "12"]}, ".options[1]"),
        ({**TERM, "default": 13}, ".default"),
        ({**TERM, "min": 1}, ".min"),
        ({**GIFT, "unit": "GB"}, ".unit"),
        ({**GIFT, "default": "no"}, ".default"),
        ({key: value for key, value in TERM.items() if key != "options"}, ""),
        ({key: value for key, value in TERM.items() if key != "label"}, ""),
    ],
)
def test_an_attribute_that_does_not_stand_is_refused(attribute: Values, place: str) -> None:
    found = places(catalogue(offering("PACK"), classes=classes(attribute)))
    assert [path for path, _ in found] == [f"classes[0].attributes[0]{place}"]


def test_an_attribute_is_stated_once() -> None:
    found = places(catalogue(offering("PACK"), classes=classes(GIFT, deepcopy(GIFT))))
    assert found == [("classes[0].attributes[1].name", "PLANS has the attribute gift twice")]


def test_who_owns_another_is_a_condition() -> None:
    assert document(main("PLAN"), offering("PACK", eligibility={"owns": ["PLAN"]})).offerings[
        1
    ].eligibility.owns == ("PLAN",)  # type: ignore[union-attr]
    assert places(catalogue(main("PLAN"), offering("PACK", eligibility={"owns": ["OTHER"]}))) == [
        ("offerings[1].eligibility.owns[0]", "there is no OTHER among the offerings")
    ]
    part = {"any_of": ["PLAN"], "min": 1, "max": 1}
    home = bundle("HOME", part, eligibility={"owns": ["PLAN"]})
    assert places(catalogue(main("PLAN"), home)) == [
        ("offerings[1].eligibility.owns", "is not allowed here")
    ]


def test_nobody_owns_what_was_never_sold() -> None:
    def owners_of(status: str) -> Values:
        return catalogue(
            main("PLAN"),
            main("OLD", status=status),
            offering("PACK", eligibility={"owns": ["OLD"]}),
        )

    for status in ("in_design", "in_test", "obsolete"):
        assert places(owners_of(status)) == [
            ("offerings[2].eligibility.owns", "nobody can buy PACK: nobody owns OLD")
        ]
    for status in ("launched", "retired"):
        assert parse(text(owners_of(status)))
    itself = offering("PACK", eligibility={"owns": ["PACK"]})
    assert places(catalogue(main("PLAN"), itself)) == [
        ("offerings[1].eligibility.owns", "nobody can buy PACK: nobody owns PACK")
    ]


# --- what nobody could buy -----------------------------------------------------------------------
def test_a_subscriber_has_one_main_product() -> None:
    one, other = main("ONE"), main("OTHER")
    assert places(catalogue(one, other, offering("PACK", requires=["ONE", "OTHER"]))) == [
        ("offerings[2].requires[1]", "nobody can buy PACK: it needs several main products at once")
    ]
    assert places(catalogue(one, main("OTHER", requires=["ONE"]))) == [
        ("offerings[1].requires[0]", "nobody can buy OTHER: it needs several main products at once")
    ]
    extra = offering("EXTRA", requires=["PACK", "OTHER"])
    assert places(catalogue(one, other, offering("PACK", requires=["ONE"]), extra)) == [
        ("offerings[3]", "nobody can buy EXTRA: it needs several main products at once")
    ]
    either = offering("PACK", excludes=["THIRD"], requires=[{"any_of": ["ONE", "OTHER"]}])
    assert document(one, other, main("THIRD"), either)


def test_one_account_pays_for_a_bundle() -> None:
    mobile = {"any_of": ["ONE"], "min": 1, "max": 1}
    line = {"any_of": ["OTHER"], "min": 1, "max": 1}
    legs = (main("ONE"), main("OTHER", charging_mode="prepaid"))
    assert places(catalogue(*legs, bundle("HOME", mobile, line))) == [
        (
            "offerings[2].parts",
            "nobody can buy HOME: its parts are charged in different modes",
        )
    ]
    assert document(*legs, bundle("HOME", mobile, {**line, "min": 0}))


def test_nothing_takes_the_place_of_what_it_needs() -> None:
    swap = offering("PACK", requires=["PLAN"], replaces=["PLAN"])
    assert places(catalogue(main("PLAN"), swap)) == [
        ("offerings[1].requires[0]", "PACK replaces PLAN, it cannot need it")
    ]
    first, second = offering("A", replaces=["B"]), offering("B", replaces=["A"])
    assert places(catalogue(main("PLAN"), first, second)) == [
        ("offerings[1].replaces", "what A replaces leads back to itself")
    ]

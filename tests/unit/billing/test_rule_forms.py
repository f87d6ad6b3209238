"""Rules are filled in field by field and come out as people write them; and the other way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.http import QueryDict
from django.utils import translation

from billing.pages.drawn import draw_form, faults_by_name, is_empty, places
from billing.pages.fields import name_of, with_row, without_row
from billing.pages.rule_forms import (
    COMMANDS,
    filled_rules,
    read_rules,
    rules_of,
)
from core.tariff import computable


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    with translation.override("zh-hans"):
        yield


DEMO = Path(__file__).parents[3] / "products/demo/catalogue.yaml"


def nothing_wrong(place: Any, zh: str, en: str) -> None:
    raise AssertionError((place, en))


def typed_of(form: Any, state: Any) -> dict[str, list[str]]:
    """Return what a browser sends of a form as it is shown."""
    typed: dict[str, list[str]] = {}

    def send(fields: Any) -> None:
        for one in fields:
            if one.widget == "rows":
                for row in one.rows:
                    send([*row.fields, *row.folded, *row.below])
            elif one.widget == "group":
                send(one.fields)
            elif one.widget == "quantity":
                typed[f"{one.name}-count"] = [one.state["count"]]
                typed[f"{one.name}-unit"] = [one.state["unit"]]
            elif one.widget == "band":
                typed[f"{one.name}-from"] = [one.state["from"]]
                typed[f"{one.name}-to"] = [one.state["to"]]
                typed[f"{one.name}-days"] = [day.value for day in one.options if day.chosen]
            elif one.widget == "several":
                typed[one.name] = [word.value for word in one.options if word.chosen]
                typed[f"{one.name}-other"] = [one.other]
            elif one.widget == "flag":
                typed.update({one.name: ["on"]} if one.state else {})
            else:
                typed[one.name] = [one.state]

    send(draw_form(form, state, {}, {"groups": ["rental", "voice"]}))
    return typed


def come_back(kind: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    """Return rules after they were shown in the form and sent from there."""
    form, state = filled_rules(kind, rules)
    again = read_rules(kind, typed_of(form, state))
    assert again == (form, state)
    return rules_of(*again, nothing_wrong)


def computed(kind: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    return computable(kind, rules, (), nothing_wrong)


EVERYTHING = [
    ("rating", {
        "usage": "data",
        "allowances": [
            {"quantity": "30 GB", "rolls_over_cycles": 1, "shared": True},
            {"quantity": "500 MB", "zone": "hk_mo_tw", "roaming": "hk",
             "band": {"from": "23:00", "to": "07:00", "days": ["sat", "sun"]},
             "first_cycle": "by_day"},
        ],
        "prices": [
            {"price": 5, "per": "1 GB", "step": "1 KB",
             "tiers": [{"above": "10 GB", "price": 3, "per": "1 GB"},
                       {"above": "50 GB", "price": Decimal("0.5"), "per": "1 GB"}]},
            {"price": Decimal("0.000001"), "per": "10 KB", "step": "1 KB",
             "minimum": Decimal("0.01"), "band": {"days": ["mon"]}},
        ],
    }),
    ("rating", {"usage": "sms", "prices": [{"price": Decimal("0.1"), "per": "1 message",
                                             "step": "1 message"}]}),
    ("rating", {"usage": "content", "prices": [
        {"price": 2, "per": "1 item", "step": "1 item", "provider_share": 50}]}),
    ("rating", {"usage": "voice", "allowances": [{"quantity": "100 min"}]}),
    ("accounting", {"charge": "recurring", "amount": 59, "when": "arrears",
                    "proration": {"first": "free", "last": "full"}, "hold_fee": 5,
                    "provider_share": 40,
                    "grants": [{"usage": "voice", "quantity": "90 s", "lasts": "cycle"}]}),
    ("accounting", {"charge": "one_off", "amount": 0, "grants": [
        {"usage": "data", "quantity": "1 GB", "lasts": "3 days", "zone": "jp"},
        {"usage": "sms", "quantity": "1 message", "lasts": "1 day"}]}),
    ("accounting", {"charge": "discount", "percent": Decimal("12.5"), "of": ["rental", "addon"],
                    "order": 10, "cycles": 12}),
    ("accounting", {"charge": "discount", "amount": 30, "of": ["rental"], "order": 1}),
    ("accounting", {"charge": "minimum", "amount": 100, "of": ["voice", "data"]}),
    ("accounting", {"charge": "cap", "amount": 500, "of": ["data"]}),
    ("accounting", {"charge": "penalty", "amount": 360, "term_cycles": 24,
                    "declines": "none"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "rules"), EVERYTHING)
def test_rules_come_back_as_they_were(kind: str, rules: dict[str, Any]) -> None:
    assert computed(kind, come_back(kind, rules)) == computed(kind, rules)


def test_every_tariff_of_the_demo_comes_back_as_it_was() -> None:
    document = yaml.safe_load(DEMO.read_text())
    versions = [
        (tariff["kind"], version["rules"])
        for tariff in document["tariffs"]
        for version in tariff["versions"]
    ]
    assert len(versions) > 20
    for kind, rules in versions:
        assert computed(kind, come_back(kind, _exact(rules))) == computed(kind, _exact(rules))


def test_an_empty_form_says_what_is_needed_and_where() -> None:
    form, state = filled_rules("rating", {})
    problems: list[Any] = []
    rules_of(form, state, lambda place, zh, en: problems.append((place, zh, en)))
    assert [name_of(place) for place, _, _ in problems] == [
        "prices-0-price", "prices-0-per", "prices-0-step",
    ]  # fmt: skip
    assert is_empty(form, state, ("prices", 0, "per"))
    faults = faults_by_name(form, state, problems)
    [prices] = [one for one in draw_form(form, state, faults, {}) if one.name == "prices"]
    assert prices.rows[0].fields[0].faults == ["请填写"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("prices-0-price", "cheap"), ("prices-0-price", "1e3"), ("prices-0-price", "1_0"),
        ("prices-0-price", "NaN"), ("prices-0-price", "０.5"), ("prices-0-per-count", "1.5"),
        ("prices-0-per-count", "0"), ("prices-0-per-count", "9999999999"),
        ("allowances-0-rolls_over_cycles", "two"), ("prices-0-band-from", "08:00"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_stays_in_its_field_with_the_reason(field: str, text: str) -> None:
    form, state = filled_rules("rating", EVERYTHING[0][1])
    typed = typed_of(form, state) | {field: [text]}
    form, state = read_rules("rating", typed)
    assert typed_of(form, state)[field] == [text]
    problems: list[Any] = []
    rules_of(form, state, lambda place, zh, en: problems.append((place, zh, en)))
    assert [name_of(place) for place, _, _ in problems] == [
        field.removesuffix("-count").removesuffix("-from")
    ]


def test_a_problem_stands_beside_the_field_that_is_nearest_to_its_place() -> None:
    form, state = filled_rules("rating", EVERYTHING[0][1])
    faults = faults_by_name(
        form,
        state,
        [
            (("prices", 0, "tiers", 1, "above"), "须升高", "must ascend"),
            (("prices", 1, "band", "from"), "起止相同", "is empty"),
            (("prices", 9), "没有", "none"),
            (("charge",), "无", "unknown"),
            (("charge",), "无", "unknown"),
        ],
    )
    assert faults == {
        "prices-0-tiers-1-above": ["须升高"],
        "prices-1-band": ["起止相同"],
        "prices": ["没有"],
        "": ["无"],
    }


def test_rows_are_added_and_taken_away_where_they_stand() -> None:
    form, state = filled_rules("rating", EVERYTHING[0][1])
    with_row(form, state, "prices-1-tiers")
    without_row(form, state, "prices-0-tiers-0")
    without_row(form, state, "allowances-0")
    prices = state["prices"]
    assert [len(row["tiers"]) for row in prices] == [1, 1]
    assert prices[0]["tiers"][0]["above"] == {"count": "50", "unit": "GB"}
    assert [row["quantity"]["count"] for row in state["allowances"]] == ["500"]
    before = {name_of(place) for place in places(form, state)}
    for name in ("", "usage", "prices-9-tiers", "prices-0", "prices-0-per", "nothing-1"):
        with_row(form, state, name)
    for name in ("", "prices", "prices-9", "usage-0", "prices-0-tiers-7", "-1"):
        without_row(form, state, name)
    assert {name_of(place) for place in places(form, state)} == before


def test_rows_come_in_order_even_when_numbers_are_missing() -> None:
    typed = QueryDict("usage=voice&allowances-7-quantity-count=2&allowances-3-quantity-count=1")
    _, state = read_rules("rating", dict(typed.lists()))
    assert [row["quantity"]["count"] for row in state["allowances"]] == ["1", "2"]


def test_another_usage_has_its_own_units_and_keeps_the_figures() -> None:
    form, state = filled_rules("rating", EVERYTHING[0][1])
    form, state = read_rules("rating", typed_of(form, state) | {"usage": ["voice"]})
    assert state["prices"][0]["per"] == {"count": "1", "unit": "min"}
    assert state["prices"][0]["price"] == "5"


def test_all_seven_days_are_every_day() -> None:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    typed = {"usage": ["data"], "allowances-0-quantity-count": ["1"],
             "allowances-0-band-days": [*days, "never"]}  # fmt: skip
    form, state = read_rules("rating", typed)
    assert "band" not in rules_of(form, state, nothing_wrong)["allowances"][0]


@pytest.mark.parametrize(
    ("kind", "typed", "places"),
    [
        ("rating", {"usage": ["sms"]}, ["prices"]),
        ("accounting", {"charge": ["discount"], "order": ["1"], "of": ["rental"]}, ["percent"]),
        ("accounting", {"charge": ["discount"], "order": ["1"], "of-other": ["rental, voice"],
                        "percent": ["5"], "amount": ["5"]}, ["amount"]),
        ("rating", {"usage": ["sms"], "prices-0-zone": ["Hong Kong"], "prices-0-price": ["1"],
                    "prices-0-per-count": ["1"], "prices-0-step-count": ["1"]},
         ["prices-0-zone"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_whole_has_a_place_too(kind: Any, typed: Any, places: Any) -> None:
    problems: list[str] = []
    rules_of(*read_rules(kind, typed), lambda place, zh, en: problems.append(name_of(place)))
    assert problems == places


def test_commands_come_back_with_their_types() -> None:
    commands = [
        {"element": "hlr", "command": "enable",
         "parameters": {"service": "VOICE", "devices": 2, "hd": True, "note": "2"}},
        {"element": "dsmp", "command": "subscribe"},
    ]  # fmt: skip
    state = COMMANDS[0].filled(commands)
    typed = typed_of(COMMANDS, {"commands": state})
    again = COMMANDS[0].read(typed, ("commands",))
    assert again == state
    assert COMMANDS[0].value(again, ("commands",), nothing_wrong) == commands


def test_commands_say_what_is_wrong_with_a_parameter() -> None:
    typed = {
        "commands-0-element": ["hlr"], "commands-0-command": ["enable"],
        "commands-0-parameters-0-name": ["a"], "commands-0-parameters-0-type": ["integer"],
        "commands-0-parameters-0-value": ["two"],
        "commands-0-parameters-1-name": ["a"], "commands-0-parameters-1-value": ["x"],
        "commands-0-parameters-2-name": ["b"], "commands-0-parameters-2-type": ["boolean"],
        "commands-0-parameters-2-value": ["perhaps"],
        "commands-0-parameters-3-value": ["x"],
    }  # fmt: skip
    state = COMMANDS[0].read(typed, ("commands",))
    problems: list[str] = []
    COMMANDS[0].value(state, ("commands",), lambda place, zh, en: problems.append(name_of(place)))
    assert problems == [
        "commands-0-parameters-0-value",
        "commands-0-parameters-1-name",
        "commands-0-parameters-2-value",
        "commands-0-parameters-3-name",
    ]
    COMMANDS[0].value([], ("commands",), lambda place, zh, en: problems.append(name_of(place)))
    assert problems[-1] == "commands"


def _exact(value: Any) -> Any:
    """Return what YAML read with exact decimals in place of floating ones."""
    if isinstance(value, dict):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    return Decimal(str(value)) if isinstance(value, float) else value

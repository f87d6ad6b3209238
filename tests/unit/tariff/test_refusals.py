"""Rules that cannot be computed are refused at the exact place, in both languages."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest

from core.tariff import problems
from tests.unit.tariff.rules import Rules, price

RECURRING = {
    "charge": "recurring",
    "amount": 30,
    "when": "advance",
    "proration": {"first": "full", "last": "full"},
}
PENALTY = {"charge": "penalty", "amount": 360, "term_cycles": 24, "declines": "linear"}
CONTENT = {"price": 3, "per": "1 item", "step": "1 item"}


def without(rules: Rules, name: str) -> Rules:
    return {key: value for key, value in rules.items() if key != name}


def priced(**changes: Any) -> Rules:
    return {"usage": "data", "prices": [price(**changes)]}


def free(usage: str = "data", **changes: Any) -> Rules:
    return {"usage": usage, "allowances": [{"quantity": "1 GB", **changes}]}


def granted(**changes: Any) -> Rules:
    grant = {"usage": "data", "quantity": "1 GB", "lasts": "cycle", **changes}
    return {"charge": "one_off", "amount": 1, "grants": [grant]}


def tiers(*tiers: tuple[str, int, str]) -> Rules:
    return priced(tiers=[{"above": a, "price": b, "per": c} for a, b, c in tiers])


@pytest.mark.parametrize(
    ("rules", "place", "en"),
    [
        ({}, "usage", "must be given"),
        ({"usage": "data"}, "", "needs a choice of prices | allowances"),
        ({"usage": "telex", "prices": [price()]}, "usage", "telex is not one of"),
        (priced(colour="red"), "prices.0.colour", "does not know colour"),
        ({"usage": "data", "prices": []}, "prices", "needs at least 1"),
        ({"usage": "data", "prices": [without(price(), "per")]}, "prices.0.per", "must be given"),
        (priced(per="1 min"), "prices.0.per", "data is not measured in min"),
        (priced(step="1 item"), "prices.0.step", "data is not measured in item"),
        (priced(per="0 GB"), "prices.0.per", "is not written as"),
        (priced(per="1 GB\n"), "prices.0.per", "is not written as"),
        (priced(price=-1), "prices.0.price", "too small"),
        (priced(price=10**10), "prices.0.price", "too large"),
        (priced(price="1"), "prices.0.price", "is not of type number"),
        (priced(price=True), "prices.0.price", "is not of type number"),
        (priced(price=Decimal("NaN")), "prices.0.price", "is not of type number"),
        (priced(price=float("inf")), "prices.0.price", "is not of type number"),
        (priced(price=Decimal("0.1234567")), "prices.0.price", "at most 6 decimals"),
        (priced(minimum=Decimal("0.0000001")), "prices.0.minimum", "at most 6 decimals"),
        (priced(zone="Moon"), "prices.0.zone", "is not written as"),
        (priced(roaming=""), "prices.0.roaming", "is not written as"),
        (free(quantity="3 messages"), "allowances.0.quantity", "data is not measured in messages"),
        (free(rolls_over_cycles=13), "allowances.0.rolls_over_cycles", "too large"),
        (free(first_cycle="half"), "allowances.0.first_cycle", "half is not one of"),
        (free(shared="yes"), "allowances.0.shared", "is not of type boolean"),
        (free("content"), "allowances.0.quantity", "content is not measured in GB"),
    ],
)
def test_what_prices_an_event_is_refused_where_it_is_wrong(
    rules: Rules, place: str, en: str
) -> None:
    _refused("rating", rules, place, en)


@pytest.mark.parametrize(
    ("band", "place", "en"),
    [
        ({}, "", "needs a choice of from+to | days"),
        ({"from": "07:00"}, "", "needs"),
        ({"from": "07:00", "days": ["mon"]}, "", "together"),
        ({"from": "07:00", "to": "07:00"}, "", "begins when it ends"),
        ({"from": "07:00", "to": "24:00"}, ".to", "is not written as"),
        ({"days": []}, ".days", "needs at least 1"),
        ({"days": ["mon", "mon"]}, ".days", "has an item twice"),
        ({"days": ["funday"]}, ".days.0", "funday is not one of mon"),
        (
            {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]},
            ".days",
            "has more than 6 items",
        ),
    ],
)
def test_a_band_is_refused_where_it_is_wrong(band: Rules, place: str, en: str) -> None:
    _refused("rating", priced(band=band), f"prices.0.band{place}", en)
    _refused("rating", free(band=band), f"allowances.0.band{place}", en)
    _refused("accounting", granted(band=band), f"grants.0.band{place}", en)


@pytest.mark.parametrize(
    ("rules", "place", "en"),
    [
        (priced(tiers=[]), "prices.0.tiers", "needs at least 1"),
        (priced(tiers=[{"above": "1 GB"}]), "prices.0.tiers.0.price", "must be given"),
        (tiers(("1 min", 1, "1 GB")), "prices.0.tiers.0.above", "data is not measured in min"),
        (tiers(("1 GB", 1, "1 s")), "prices.0.tiers.0.per", "data is not measured in s"),
        (
            tiers(("10 GB", 2, "1 GB"), ("10240 MB", 1, "1 GB")),
            "prices.0.tiers.1.above",
            "tiers must ascend",
        ),
        (
            tiers(("2 GB", 2, "1 GB"), ("3 GB", 1, "1 GB"), ("1 GB", 1, "1 GB")),
            "prices.0.tiers.2.above",
            "tiers must ascend",
        ),
    ],
)
def test_tiers_are_refused_where_they_are_wrong(rules: Rules, place: str, en: str) -> None:
    _refused("rating", rules, place, en)


@pytest.mark.parametrize(
    ("kind", "rules", "place", "en"),
    [
        ("rating", priced(provider_share=50), "prices.0.provider_share", "only usage of content"),
        ("accounting", {**RECURRING, "provider_share": 0}, "provider_share", "too small"),
        ("accounting", {**RECURRING, "provider_share": 101}, "provider_share", "too large"),
        (
            "accounting",
            {**RECURRING, "provider_share": Decimal("33.3333333")},
            "provider_share",
            "at most 6 decimals",
        ),
        ("accounting", {**PENALTY, "provider_share": 5}, "provider_share", "does not belong here"),
    ],
)
def test_a_providers_share_is_refused_where_it_is_wrong(
    kind: str, rules: Rules, place: str, en: str
) -> None:
    _refused(kind, rules, place, en)


def test_content_is_counted_in_items_and_shared_with_its_provider() -> None:
    share = {**CONTENT, "provider_share": Decimal("62.5")}
    assert problems("rating", {"usage": "content", "prices": [share]}) == []


@pytest.mark.parametrize(
    ("rules", "place", "en"),
    [
        ({}, "charge", "must be given"),
        ({"charge": "tribute"}, "charge", "tribute is not one of"),
        (without(RECURRING, "when"), "when", "must be given"),
        ({**RECURRING, "proration": {"first": "full"}}, "proration.last", "must be given"),
        ({**RECURRING, "of": ["data"]}, "of", "does not belong here"),
        ({**RECURRING, "grants": []}, "grants", "needs at least 1"),
        ({"charge": "one_off", "amount": 1, "hold_fee": 1}, "hold_fee", "does not belong here"),
        (granted(lasts="a while"), "grants.0.lasts", "is not written as"),
        (granted(lasts="0 days"), "grants.0.lasts", "is not written as"),
        (granted(usage="voice"), "grants.0.quantity", "voice is not measured in GB"),
        (granted(shared=True), "grants.0.shared", "does not know shared"),
        ({"charge": "discount", "order": 1, "amount": 1}, "of", "must be given"),
        ({"charge": "discount", "order": 1, "of": ["a"]}, "", "needs a choice of percent | amount"),
        (
            {"charge": "discount", "order": 1, "of": ["a"], "percent": 1, "amount": 1},
            "",
            "needs a choice of percent | amount",
        ),
        ({"charge": "cap", "amount": 1, "of": []}, "of", "needs at least 1"),
        (without(PENALTY, "term_cycles"), "term_cycles", "must be given"),
        (without(PENALTY, "declines"), "declines", "must be given"),
        ({**PENALTY, "declines": "slowly"}, "declines", "slowly is not one of"),
        ({**PENALTY, "term_cycles": 0}, "term_cycles", "too small"),
        ({**PENALTY, "amount": Decimal("1.0000001")}, "amount", "at most 6 decimals"),
    ],
)
def test_what_prices_a_period_is_refused_where_it_is_wrong(
    rules: Rules, place: str, en: str
) -> None:
    _refused("accounting", rules, place, en)


@pytest.mark.parametrize("kind", ["rating", "accounting"])
@pytest.mark.parametrize("nonsense", [None, [], "rules", 3, {"surprise": 2}])
def test_what_are_no_rules_at_all_is_refused(kind: str, nonsense: Any) -> None:
    assert problems(kind, nonsense)


def test_everything_that_is_wrong_is_said_at_once_and_once() -> None:
    found = problems("rating", {"usage": "data", "prices": [{"price": -1}, {"price": 1}]})
    places = [problem.path for problem in found]
    assert len(found) == len(set(found)) == 5
    assert ("prices", 0, "per") in places
    assert ("prices", 1, "step") in places
    assert ("prices", 0, "price") in places


def _refused(kind: str, rules: Rules, place: str, en: str) -> None:
    found = problems(kind, rules)
    said = {".".join(map(str, problem.path)): problem for problem in found}
    assert place in said, found
    assert en in said[place].en
    assert re.search(r"[\u4e00-\u9fff]", said[place].zh)

"""What a cycle's use costs by its quantity, at the corners, and drawn for everybody."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from core.tariff import Curve, curve, draw_curves
from tests.unit.tariff.rules import Rules, computed, price, rules


def drawn(kind: str, written: Rules) -> list[Curve]:
    return curve(kind, computed(kind, written))


def corners(kind: str, written: Rules) -> list[tuple[float, float]]:
    (one,) = drawn(kind, written)
    return [(float(used), float(cost)) for used, cost in one.points]


def test_usage_is_free_first_then_rises() -> None:
    written = {
        "usage": "data",
        "allowances": [{"quantity": "20 GB"}, {"quantity": "10 GB", "roaming": "hmt"}],
        "prices": [price(price=3)],
    }
    (one,) = drawn("rating", written)
    assert (one.zh, one.en, one.unit) == ("国内流量", "Domestic data", "GB")
    assert corners("rating", written) == [(0, 0), (20, 0), (30, 30)]


def test_each_tier_is_a_corner() -> None:
    tiers = [
        {"above": "10 GB", "price": 3, "per": "1 GB"},
        {"above": "50 GB", "price": 1, "per": "1 GB"},
    ]
    written = {"usage": "data", "prices": [price(price=5, tiers=tiers)]}
    assert corners("rating", written) == [(0, 0), (10, 50), (50, 170), (75, 195)]


def test_coarse_steps_are_drawn_as_steps() -> None:
    written = {"usage": "data", "prices": [price(price=1, per="1 GB", step="5 GB")]}
    assert corners("rating", written) == [(0, 0), (0, 5), (5, 5), (5, 10), (10, 10)]


def test_a_price_of_its_own_band_has_a_curve_of_its_own() -> None:
    night = {"from": "23:00", "to": "07:00"}
    written = {
        "usage": "voice",
        "allowances": [{"quantity": "100 min", "band": night}],
        "prices": [
            {"price": 1, "per": "1 min", "step": "1 s", "band": night},
            {"price": 2, "per": "1 min", "step": "1 s"},
        ],
    }
    by_night, by_day = drawn("rating", written)
    assert by_night.points == ((0, 0), (100, 0), (150, 50))
    assert by_day.points == ((0, 0), (150, 300))
    assert by_night.zh == "国内通话（每天 23:00 至次日 07:00）"


def test_fees_and_caps_are_levels_and_a_penalty_falls() -> None:
    cap = {"charge": "cap", "amount": 600, "of": ["data"]}
    assert corners("accounting", cap) == [(0, 600), (12, 600)]
    penalty = {"charge": "penalty", "amount": 360, "term_cycles": 24, "declines": "linear"}
    assert corners("accounting", penalty) == [(0, 360), (24, 0)]
    held = penalty | {"declines": "none"}
    assert corners("accounting", held) == [(0, 360), (24, 360), (24, 0)]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("rating", {"usage": "sms", "allowances": [{"quantity": "50 messages"}]}),
        ("accounting", {"charge": "one_off", "amount": 5}),
        ("accounting", {"charge": "discount", "amount": 5, "of": ["data"], "order": 1}),
    ],
)
def test_where_there_is_nothing_to_draw_there_is_no_picture(kind: str, written: Rules) -> None:
    assert drawn(kind, written) == []
    assert draw_curves([], "zh") == ""


@settings(max_examples=100, deadline=None)
@given(rules())
def test_any_rules_have_curves_that_never_turn_back_and_can_be_drawn(
    case: tuple[str, Rules],
) -> None:
    curves = drawn(*case)
    for one in curves:
        assert one.points[0][0] == 0
        assert all(before[0] <= after[0] for before, after in pairwise(one.points))
        if case[0] == "rating":
            assert all(before[1] <= after[1] for before, after in pairwise(one.points))
    for language in ("zh-hans", "en"):
        ElementTree.fromstring(f"<page>{draw_curves(curves, language, 'CNY')}</page>")


def test_a_picture_says_in_words_what_it_shows() -> None:
    written = {"usage": "data", "allowances": [{"quantity": "20 GB"}], "prices": [price(price=3)]}
    curves = drawn("rating", written)
    chinese, english = (draw_curves(curves, language, "CNY") for language in ("zh-hans", "en"))
    assert 'role="img"' in chinese
    assert "<title>费用曲线: 国内流量</title>" in chinese
    assert "<desc>国内流量 (0 GB: 0, 20 GB: 0, 30 GB: 30)</desc>" in chinese
    assert "费用 (元)" in chinese
    assert "<title>Price curve: Domestic data</title>" in english
    assert "Use in a billing cycle (GB)" in english


def test_curves_of_one_unit_share_a_picture_and_differ_by_dashes() -> None:
    points = ((Decimal(0), Decimal(0)), (Decimal(10), Decimal(5)))
    curves = [
        Curve("甲", "<one>", "GB", points),
        Curve("乙", "two", "min", points),
        Curve("丙", "three", "GB", points),
    ]
    picture = draw_curves(curves, "en")
    assert picture.count("<figure") == 2
    assert picture.index("three") < picture.index("two")
    assert picture.count('stroke-dasharray="7 4"') == 2  # the line and its legend
    assert "&lt;one&gt;" in picture
    assert "<one>" not in picture

"""Rules are written back as they were understood, and read again are the same rules."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given, settings

from core.tariff import digest, human, problems
from tests.unit.tariff.rules import Rules, computed, rules


@settings(max_examples=150, deadline=None)
@given(rules())
def test_any_rules_written_back_are_valid_and_mean_the_same(drawn: tuple[str, Rules]) -> None:
    kind, written = drawn
    assert problems(kind, written) == []
    understood = computed(kind, written)
    back = human(kind, understood)
    assert problems(kind, back) == []
    assert computed(kind, back) == understood
    assert digest(computed(kind, back)) == digest(understood)
    assert human(kind, computed(kind, back)) == back


@settings(max_examples=100, deadline=None)
@given(rules())
def test_what_is_written_back_is_plain_and_exact(drawn: tuple[str, Rules]) -> None:
    kind, written = drawn
    _plain(human(kind, computed(kind, written)))


def _plain(value: Any) -> None:
    assert type(value) in (dict, list, str, int, bool, Decimal)
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            _plain(item)


def test_rules_as_a_person_writes_them_come_back_word_for_word() -> None:
    for kind, written in (
        (
            "rating",
            {
                "usage": "voice",
                "allowances": [{"quantity": "600 min", "roaming": "hmt", "shared": True}],
                "prices": [
                    {"price": Decimal("0.10"), "per": "1 h", "step": "6 s"},
                    {
                        "zone": "international",
                        "band": {"from": "23:00", "to": "07:00", "days": ["sat", "sun"]},
                        "price": 3,
                        "per": "1 min",
                        "step": "1 min",
                        "minimum": Decimal("0.05"),
                        "tiers": [{"above": "60 min", "price": 2, "per": "1 min"}],
                    },
                ],
            },
        ),
        (
            "accounting",
            {
                "charge": "recurring",
                "amount": 15,
                "when": "arrears",
                "proration": {"first": "free", "last": "by_day"},
                "hold_fee": 0,
                "provider_share": Decimal("37.5"),
                "grants": [
                    {"usage": "content", "quantity": "2 items", "lasts": "1 day"},
                    {"usage": "sms", "quantity": "1 message", "lasts": "cycle"},
                ],
            },
        ),
        ("accounting", {"charge": "penalty", "amount": 360, "term_cycles": 24, "declines": "none"}),
    ):
        assert human(kind, computed(kind, written)) == written

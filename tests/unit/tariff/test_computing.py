"""What people write becomes whole measures and exact amounts, with nothing left to guess."""

from __future__ import annotations

from decimal import Decimal

from core.tariff import Price, advertised_price, digest, spelled
from tests.unit.tariff.rules import Rules, computed, price


def mark(kind: str, written: Rules) -> str:
    return digest(computed(kind, written))[:12]


def test_rules_that_use_nothing_new_keep_the_mark_they_had() -> None:
    banded = {
        "price": Decimal("0.10"),
        "per": "1 MB",
        "step": "1 KB",
        "band": {"from": "23:00", "to": "07:00"},
    }
    free = {"quantity": "30 GB", "first_cycle": "by_day"}
    usage = {"usage": "data", "allowances": [free], "prices": [banded]}
    assert mark("rating", usage) == "debe151a258b"
    recurring = {
        "charge": "recurring",
        "amount": 30,
        "when": "advance",
        "proration": {"first": "by_day", "last": "full"},
    }
    assert mark("accounting", recurring) == "5da7b18eeb54"
    once = {
        "charge": "one_off",
        "amount": 20,
        "grants": [{"usage": "data", "quantity": "10 GB", "lasts": "3 days"}],
    }
    assert mark("accounting", once) == "0ce9c6b983e8"
    less = {"charge": "discount", "percent": Decimal("12.5"), "of": ["data"], "order": 1}
    assert mark("accounting", less) == "65f7a3c0b01a"
    assert mark("accounting", {"charge": "cap", "amount": 6, "of": ["data"]}) == "5c3c41d609ee"


def test_tiers_roaming_and_days_are_computed() -> None:
    written = price(
        roaming="hmt",
        band={"days": ["sun", "sat"]},
        tiers=[{"above": "10 GB", "price": 3, "per": "1 GB"}],
    )
    (one,) = computed("rating", {"usage": "data", "prices": [written]})["prices"]
    assert one == {
        "zone": "domestic",
        "roaming": "hmt",
        "band": {"from": "00:00", "to": "00:00", "days": ["sat", "sun"]},
        "price": "0.5",
        "per": 1024**3,
        "step": 1024**2,
        "minimum": "0",
        "tiers": [{"above": 10 * 1024**3, "price": "3", "per": 1024**3}],
    }


def test_content_is_computed_by_the_item() -> None:
    written = {"price": 3, "per": "1 item", "step": "1 item", "provider_share": 70}
    rules = computed("rating", {"usage": "content", "prices": [written]})
    assert rules["measure"] == "items"
    assert rules["prices"][0]["provider_share"] == "70"
    assert advertised_price("rating", rules) == Price(Decimal(3), "1 item")


def test_a_recurring_fee_may_grant_usage_and_pay_a_provider() -> None:
    written = {
        "charge": "recurring",
        "amount": 15,
        "when": "advance",
        "proration": {"first": "full", "last": "full"},
        "provider_share": Decimal("37.5"),
        "grants": [{"usage": "data", "quantity": "30 GB", "zone": "directed", "lasts": "cycle"}],
    }
    rules = computed("accounting", written)
    assert rules["provider_share"] == "37.5"
    assert rules["grants"] == [
        {
            "usage": "data",
            "measure": "bytes",
            "quantity": 30 * 1024**3,
            "zone": "directed",
            "band": None,
            "lasts_days": None,
        }
    ]
    assert advertised_price("accounting", rules) == Price(Decimal(15), "cycle")


def test_a_penalty_is_nothing_to_advertise() -> None:
    written = {"charge": "penalty", "amount": 360, "term_cycles": 24, "declines": "linear"}
    rules = computed("accounting", written)
    assert rules == {**written, "amount": "360"}
    assert advertised_price("accounting", rules) is None


def test_a_quantity_is_spelled_in_its_largest_whole_unit() -> None:
    assert spelled("bytes", 1024**3) == "1 GB"
    assert spelled("bytes", 1536 * 1024**2) == "1536 MB"
    assert spelled("seconds", 90) == "90 s"
    assert spelled("seconds", 7200) == "2 h"
    assert (spelled("messages", 1), spelled("items", 5)) == ("1 message", "5 items")

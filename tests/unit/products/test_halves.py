"""What BOSS and provisioning receive of a catalogue is complete, exact and plain JSON."""

from __future__ import annotations

import json

from products.catalogue import boss_half, oss_half
from tests.unit.products.example import document, main, service, tariff, version

CALLS = tariff(
    "CALLS",
    version(
        rules={
            "usage": "voice",
            "allowances": [{"quantity": "100 min", "shared": True}],
            "prices": [{"price": 0.15, "per": "1 min", "step": "6 s"}],
        }
    ),
    kind="rating",
    charge_group="voice",
)
SURFING = tariff(
    "SURFING",
    version(
        rules={
            "usage": "data",
            "prices": [
                {
                    "price": 5,
                    "per": "1 GB",
                    "step": "1 KB",
                    "band": {"from": "23:00", "to": "07:00"},
                    "zone": "roaming_hmt",
                }
            ],
        }
    ),
    kind="rating",
    charge_group="data",
)


def test_boss_gets_rules_it_can_compute_with_and_nothing_left_to_guess() -> None:
    half = boss_half(document(main("PLAN", tariffs=["CALLS", "SURFING"]), tariffs=[CALLS, SURFING]))
    assert json.loads(json.dumps(half)) == half
    assert (half["currency"], half["timezone"]) == ("CNY", "Asia/Shanghai")
    calls, surfing = half["tariffs"]
    assert calls["versions"][0]["valid_from"] == "2025-12-31T16:00:00Z"
    assert calls["versions"][0]["valid_to"] is None
    assert calls["versions"][0]["rules"] == {
        "usage": "voice",
        "measure": "seconds",
        "allowances": [
            {
                "quantity": 6000,
                "zone": "domestic",
                "band": None,
                "first_cycle": "full",
                "rolls_over_cycles": 0,
                "shared": True,
            }
        ],
        "prices": [
            {
                "zone": "domestic",
                "band": None,
                "price": "0.15",
                "per": 60,
                "step": 6,
                "minimum": "0",
            }
        ],
    }
    assert surfing["versions"][0]["rules"]["prices"] == [
        {
            "zone": "roaming_hmt",
            "band": {"from": "23:00", "to": "07:00"},
            "price": "5",
            "per": 1024**3,
            "step": 1024,
            "minimum": "0",
        }
    ]
    (plan,) = half["offerings"]
    assert plan == {
        "code": "PLAN",
        "kind": "main",
        "name": {"zh": "PLAN（中文）", "en": "PLAN"},
        "charging_mode": "postpaid",
        "services": ["MSISDN", "VOICE"],
        "tariffs": ["CALLS", "SURFING"],
        "parts": [],
    }


def test_boss_gets_accounting_rules_by_what_they_charge() -> None:
    once = {
        "charge": "one_off",
        "amount": 20,
        "grants": [{"usage": "data", "quantity": "10 GB", "lasts": "3 days"}],
    }
    less = {"charge": "discount", "percent": 12.5, "of": ["rental"], "order": 1}
    half = boss_half(
        document(
            main("PLAN"),
            tariffs=[
                tariff("RENTAL"),
                tariff("ONCE", version(rules=once)),
                tariff("LESS", version(rules=less)),
            ],
        )
    )
    rules = [one["versions"][0]["rules"] for one in half["tariffs"]]
    assert rules[0]["amount"] == "30"
    assert rules[1]["grants"] == [
        {
            "usage": "data",
            "measure": "bytes",
            "quantity": 10 * 1024**3,
            "zone": "domestic",
            "band": None,
            "lasts_days": 3,
        }
    ]
    assert (rules[2]["percent"], rules[2]["amount"], rules[2]["cycles"]) == ("12.5", None, None)


def test_the_same_rules_have_the_same_digest_however_they_are_written() -> None:
    def digest(**price: object) -> str:
        rules = {
            "usage": "voice",
            "prices": [{"price": 1, "per": "1 min", "step": "1 min"} | price],
        }
        half = boss_half(document(tariffs=[tariff("RENTAL", version(rules=rules), kind="rating")]))
        return str(half["tariffs"][0]["versions"][0]["digest"])

    assert digest() == digest(per="60 s", zone="domestic", minimum=0)
    assert digest() != digest(price=2)


def test_provisioning_gets_each_service_with_its_commands() -> None:
    watch = service(
        "WATCH",
        kind="content",
        provider="Somebody",
        commands=[
            {"element": "dsmp", "command": "subscribe", "parameters": {"product": "W1"}},
            {"element": "hlr", "command": "enable", "parameters": {"devices": 2}},
        ],
    )
    number = service("MSISDN", kind="resource", resource="msisdn")
    half = oss_half(document(services=[number, service("VOICE"), watch]))
    assert json.loads(json.dumps(half)) == half
    assert [one["code"] for one in half["services"]] == ["MSISDN", "VOICE", "WATCH"]
    assert half["services"][0]["resource"] == "msisdn"
    assert half["services"][2]["resource"] is None
    assert half["services"][2]["commands"] == [
        {"element": "dsmp", "command": "subscribe", "parameters": {"product": "W1"}},
        {"element": "hlr", "command": "enable", "parameters": {"devices": 2}},
    ]

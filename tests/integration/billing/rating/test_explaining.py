"""A price is explained in words, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from billing.rating import explain, rate_batch
from tests.integration.billing.rating.world import AT, World, last_events

pytestmark = pytest.mark.django_db(databases=["boss"])
TEN = datetime(2026, 3, 5, 2, tzinfo=UTC)


def test_every_step_of_the_arithmetic_is_said() -> None:
    world = World()
    world.tariff(
        "D",
        {
            "usage": "data",
            "allowances": [{"quantity": "1 KB"}],
            "prices": [
                {
                    "price": 5,
                    "per": "1 GB",
                    "step": "1 KB",
                    "tiers": [{"above": "1 GB", "price": 3, "per": "1 GB"}],
                }
            ],
        },
    )
    world.subscriber("wang")
    world.buy("wang", "D")
    uses = [
        {"usage": "data", "at": TEN, "quantity": 900 * 1024**2 + 1024},
        {"usage": "data", "at": TEN.replace(hour=3), "quantity": 300 * 1024**2 + 5},
    ]
    rate_batch(world.batch(uses).pk, at=AT)

    first, second = last_events()

    assert "".join(zh for zh, _ in explain(first)) == (
        "2026-03-05 10:00:00 起流量 921,601 KB。"
        "其中 1 KB 来自免费量: 「资费 D」（版本 1），2026-03-01 起的账期。"
        "其余按「资费 D」（版本 1）计价: 国内流量 5 元/GB。"
        "900 MB × 5 元/GB = 4.394531 元。"
    )
    assert " ".join(en for _, en in explain(second)) == (
        "314,572,805 bytes of data, from 2026-03-05 11:00:00. "
        "It is priced by “Tariff D” (version 1): domestic data, 5 yuan per GB. "
        "314,572,805 bytes, rounded up to steps of 1 KB: 307,201 KB. "
        "900 MB were charged in this billing cycle before. "
        "124 MB × 5 yuan per GB = 0.605469 yuan. "
        "180,225 KB × 3 yuan per GB = 0.515628 yuan. "
        "It costs 1.121097 yuan."
    )


def test_a_price_that_changed_says_what_it_was_before() -> None:
    world = World()
    rules = {
        "usage": "voice",
        "allowances": [{"quantity": "1 min"}],
        "prices": [
            {
                "price": Decimal("0.15"),
                "per": "1 min",
                "step": "1 min",
                "minimum": Decimal("0.4"),
            }
        ],
    }
    world.tariff("V", rules)
    world.subscriber("wang")
    world.buy("wang", "V")
    rate_batch(world.batch([{"key": "B", "at": TEN, "quantity": 60}]).pk, at=AT)
    rate_batch(world.batch([{"at": TEN.replace(hour=1), "quantity": 60}]).pk, at=AT)

    zh, en = zip(*explain(last_events()[0])[-3:], strict=True)

    assert zh == (
        "每次最低 0.4 元。",
        "费用 0.40 元。",
        "因迟到或更正的话单重新批价: 此前 0.00 元，差额 0.40 元。",
    )
    assert en[-1] == (
        "Priced again because of late or corrected records: 0.00 yuan before, 0.40 yuan more."
    )


def test_what_was_taken_back_says_so() -> None:
    world = World()
    world.tariff("V", {"usage": "voice", "prices": [{"price": 1, "per": "1 min", "step": "1 min"}]})
    world.subscriber("wang")
    world.buy("wang", "V")
    rate_batch(world.batch([{"key": "A", "at": TEN, "quantity": 60}]).pk, at=AT)
    correction = {"key": "A", "revision": 1, "at": TEN, "quantity": 0}
    rate_batch(world.batch([correction]).pk, at=AT)

    undone, nothing = last_events()

    assert explain(undone) == [
        (
            "话单已更正或另行计价，退回原来的 1.00 元。",
            "The record was corrected or is priced otherwise: 1.00 yuan are taken back.",
        )
    ]
    assert explain(nothing) == [("没有用量，不收费。", "Nothing was used, nothing is charged.")]

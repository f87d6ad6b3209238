"""A tariff's rules are said as a shop says them, in Chinese and in English."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings

from core.tariff import words
from tests.unit.tariff.rules import Rules, computed, price, rules

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")


def said(kind: str, written: Rules, currency: str = "CNY") -> list[tuple[str, str]]:
    return words(kind, computed(kind, written), currency)


@settings(max_examples=150, deadline=None)
@given(rules())
def test_any_rules_are_said_in_both_languages(drawn: tuple[str, Rules]) -> None:
    kind, written = drawn
    sentences = said(kind, written)
    assert sentences
    if kind == "rating":
        each = len(written.get("allowances", [])) + (len(written.get("prices", [])) or 1)
        assert len(sentences) == each
    for zh, en in sentences:
        assert CHINESE.search(zh)
        assert not CHINESE.search(en)
        assert (zh[-1], en[-1]) == ("。", ".")
        assert "  " not in zh + en
        assert "None" not in zh + en


def test_free_usage_and_what_follows_it() -> None:
    written = {
        "usage": "data",
        "allowances": [
            {
                "quantity": "30 GB",
                "first_cycle": "by_day",
                "rolls_over_cycles": 1,
                "shared": True,
            }
        ],
        "prices": [price(price=3, step="1 KB")],
    }
    assert said("rating", written) == [
        (
            "每个账期免费国内流量 30 GB，首个账期按天数折算，"
            "未用完的可结转 1 个账期，群组成员可共享。",
            "30 GB of domestic data free in every billing cycle, by the day in the first one, "
            "what is left kept for 1 more, shared with the members of a group.",
        ),
        (
            "免费量用完后，国内流量 3 元/GB，不足 1 KB 按 1 KB 计。",
            "Beyond what is free, domestic data costs 3 yuan per GB, rounded up to steps of 1 KB.",
        ),
    ]


def test_free_usage_alone_leaves_the_rest_to_others() -> None:
    assert said("rating", {"usage": "sms", "allowances": [{"quantity": "50 messages"}]}) == [
        ("每个账期免费国内短信 50 条。", "50 domestic text messages free in every billing cycle."),
        ("免费量以外的用量由其他资费计价。", "What goes beyond is priced by another tariff."),
    ]


def test_a_price_by_night_and_one_at_other_times() -> None:
    night = price(price=1, band={"from": "23:00", "to": "07:00"})
    ends = [zh.split("，")[0] for zh, _ in said("rating", {"usage": "data", "prices": [night]})]
    assert ends == ["国内流量（每天 23:00 至次日 07:00）1 元/GB"]
    both = said("rating", {"usage": "data", "prices": [night, price(price=5)]})
    assert both[1][0].startswith("其余时间国内流量 5 元/GB")
    assert both[1][1].startswith("At other times domestic data costs 5 yuan per GB")


@pytest.mark.parametrize(
    ("band", "zh", "en"),
    [
        ({"from": "08:00", "to": "18:00"}, "（每天 08:00 至 18:00）", " from 08:00 to 18:00"),
        ({"days": ["sun", "sat"]}, "（每周六、周日全天）", " on Saturday and Sunday"),
        (
            {"from": "22:00", "to": "06:00", "days": ["fri", "mon", "sat"]},
            "（每周一、周五、周六 22:00 至次日 06:00）",
            " on Monday, Friday and Saturday from 22:00 to 06:00",
        ),
    ],
)
def test_a_band_is_said_by_days_and_hours(band: Rules, zh: str, en: str) -> None:
    ((said_zh, said_en),) = said("rating", {"usage": "data", "prices": [price(band=band)]})
    assert said_zh.startswith(f"国内流量{zh}0.5 元/GB")
    assert said_en.startswith(f"Domestic data{en} costs 0.5 yuan per GB")


@pytest.mark.parametrize(
    ("place", "zh", "en"),
    [
        ({"zone": "hmt"}, "港澳台通话", "Hong Kong, Macau and Taiwan calls"),
        ({"zone": "intl_2"}, "国际 2 区通话", "International zone 2 calls"),
        ({"zone": "moon_base"}, "moon base 通话", "Moon base calls"),
        ({"zone": "roaming_hmt"}, "港澳台漫游通话", "Calls while roaming in Hong Kong"),
        ({"roaming": "international"}, "国际漫游通话", "Calls while roaming abroad"),
        (
            {"roaming": "asia", "zone": "international"},
            "亚洲漫游通话（目的地: 国际）",
            "Calls while roaming in Asia (to international)",
        ),
    ],
)
def test_where_and_whereto_are_said(place: Rules, zh: str, en: str) -> None:
    written = {"price": 1, "per": "1 min", "step": "6 s", **place}
    ((said_zh, said_en),) = said("rating", {"usage": "voice", "prices": [written]})
    assert said_zh.startswith(zh)
    assert said_en.startswith(en)


def test_tiers_a_least_charge_and_a_providers_share() -> None:
    written = {
        "price": 3,
        "per": "1 item",
        "step": "1 item",
        "minimum": Decimal("0.50"),
        "tiers": [{"above": "10 items", "price": 2, "per": "1 item"}],
        "provider_share": 70,
    }
    assert said("rating", {"usage": "content", "prices": [written]}) == [
        (
            "内容 3 元/次，每次最低 0.50 元；一个账期内计费用量超过 10 次的部分 2 元/次；"
            "其中 70% 归内容提供方。",
            "Content costs 3 yuan per item, at least 0.50 yuan each time; what is charged beyond "
            "10 items in a billing cycle costs 2 yuan per item; "
            "70% of it is the content provider's.",
        )
    ]


def test_a_recurring_fee_is_said_with_all_that_comes_with_it() -> None:
    written = {
        "charge": "recurring",
        "amount": 1500,
        "when": "advance",
        "proration": {"first": "by_day", "last": "full"},
        "hold_fee": 5,
        "provider_share": 50,
        "grants": [{"usage": "voice", "quantity": "100 min", "lasts": "30 days"}],
    }
    assert said("accounting", written, "USD") == [
        (
            "每个账期 1,500 USD，账期开始时收取；首个账期按天数收取，最后一个账期收取全额。",
            "1,500 USD every billing cycle, charged at its beginning; "
            "the first one by the day, the last one in full.",
        ),
        (
            "申请停机期间每个账期改收 5 USD。",
            "5 USD a cycle instead while suspended on request.",
        ),
        (
            "每次收费赠送国内通话 100 分钟，30 天内有效。",
            "Gives 100 minutes of domestic calls with each charge, valid for 30 days.",
        ),
        ("其中 50% 归内容提供方。", "50% of it is the content provider's."),
    ]


@pytest.mark.parametrize(
    ("written", "zh", "en"),
    [
        (
            {"charge": "one_off", "amount": 20},
            "一次性收取 20 元。",
            "20 yuan, once.",
        ),
        (
            {"charge": "discount", "percent": 20, "of": ["rental", "data"], "order": 2},
            "月租费、流量费优惠 20%；有多项优惠时排第 2 位计算。",
            "20% off rental and data charges; number 2 in the order of discounts.",
        ),
        (
            {"charge": "discount", "amount": 10, "of": ["tv"], "order": 1, "cycles": 12},
            "电视费每个账期减 10 元，为期 12 个账期；有多项优惠时排第 1 位计算。",
            "10 yuan off TV charges every billing cycle, for 12 billing cycles; "
            "number 1 in the order of discounts.",
        ),
        (
            {"charge": "minimum", "amount": 50, "of": ["voice"]},
            "通话费每个账期不足 50 元的，按 50 元收取。",
            "Call charges of a billing cycle come to at least 50 yuan.",
        ),
        (
            {"charge": "cap", "amount": 600, "of": ["data"]},
            "流量费每个账期最多 600 元。",
            "Data charges of a billing cycle are at most 600 yuan.",
        ),
        (
            {"charge": "penalty", "amount": 720, "term_cycles": 24, "declines": "linear"},
            "合约期 24 个账期，提前解约按剩余账期收违约金: 全期 720 元，每剩一个账期约 30 元。",
            "Leaving before 24 billing cycles are over costs 720 yuan by the part of the term "
            "that is left, about 30 yuan for each cycle.",
        ),
        (
            {"charge": "penalty", "amount": 300, "term_cycles": 12, "declines": "none"},
            "合约期 12 个账期，提前解约收违约金 300 元。",
            "Leaving before 12 billing cycles are over costs 300 yuan.",
        ),
    ],
)
def test_each_charge_has_its_sentence(written: Rules, zh: str, en: str) -> None:
    assert said("accounting", written) == [(zh, en)]

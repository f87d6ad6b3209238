"""Who may have an offering, and how a refusal says what is needed and what there is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Conflict
from products.eligibility import Facts, NotEligible, check_eligibility, months_in_network
from products.values import EVERYBODY, BrandTerms, Eligibility, OfferingName, OfferingTerms

YOUTH = BrandTerms("QINGCHUN", "青春卡", "Youth Card")
FREELY = BrandTerms("SUIXIN", "随心卡", "Freely")
PLAN, PACK = OfferingName("PLAN", "套餐", "Plan"), OfferingName("PACK-1", "旧包", "Old Pack")
FACTS = Facts(
    customer_kind="person",
    segment="student",
    channel="app",
    region="GZ",
    brand=YOUTH,
    months=12,
    owned=frozenset({"PLAN"}),
)
NOBODY_KNOWN = Facts(customer_kind="organisation")


def terms(**stated: Any) -> OfferingTerms:
    return OfferingTerms(
        code="PACK",
        kind="addon",
        charging_mode="",
        product_class="DATA-PACK",
        name_zh="流量包",
        name_en="Data Pack",
        status="launched",
        on_sale=True,
        tariffs=(),
        services=(),
        relations=(),
        brand=YOUTH,
        eligibility=Eligibility(**stated),
    )


def test_what_says_nothing_is_for_everybody() -> None:
    assert terms().eligibility == EVERYBODY
    assert check_eligibility(terms(), FACTS) == []
    assert check_eligibility(terms(), NOBODY_KNOWN) == []


@pytest.mark.parametrize(
    ("stated", "other", "code", "zh", "en"),
    [
        (
            {"customer_kinds": ("person",)},
            {"customer_kind": "organisation"},
            "notEligibleCustomerKind",
            "产品 流量包 (PACK) 仅面向个人客户, 该客户为单位客户",
            "Data Pack (PACK) is for persons only, not for organisations",
        ),
        (
            {"segments": ("VIP", "student")},
            {"segment": ""},
            "notEligibleSegment",
            "产品 流量包 (PACK) 仅面向客户群 VIP 或 student, 该客户的客户群为 无",
            "Data Pack (PACK) is for the segment VIP or student only, the customer's is none",
        ),
        (
            {"channels": ("app",)},
            {"channel": "counter"},
            "notEligibleChannel",
            "产品 流量包 (PACK) 仅在渠道 app 办理, 当前渠道为 counter",
            "Data Pack (PACK) is sold over the channel app only, this one is counter",
        ),
        (
            {"regions": ("GZ", "SZ")},
            {"region": "BJ"},
            "notEligibleRegion",
            "产品 流量包 (PACK) 仅在区域 GZ 或 SZ 办理, 该客户的区域为 BJ",
            "Data Pack (PACK) is sold in the region GZ or SZ only, the customer's is BJ",
        ),
        (
            {"brands": (YOUTH,)},
            {"brand": FREELY},
            "notEligibleBrand",
            "产品 流量包 (PACK) 仅面向品牌 青春卡 的用户, 该用户的品牌为 随心卡",
            "Data Pack (PACK) is for subscribers of the brand Youth Card only, "
            "this one's is Freely",
        ),
        (
            {"minimum_months": 12},
            {"months": 11},
            "notEligibleMonths",
            "产品 流量包 (PACK) 需要在网满 12 个月, 该用户在网 11 个月",
            "Data Pack (PACK) needs 12 months in the network, the subscriber has 11",
        ),
        (
            {"owns": (PACK, PLAN)},
            {"owned": frozenset({"OTHER"})},
            "notEligibleOwner",
            "产品 流量包 (PACK) 仅面向已订购 旧包 (PACK-1) 或 套餐 (PLAN) 的用户",
            "Data Pack (PACK) is only for subscribers who have Old Pack (PACK-1) or Plan (PLAN) "
            "already",
        ),
    ],
)
def test_each_condition_holds_and_its_refusal_tells_both_sides_in_both_languages(
    stated: dict[str, Any], other: dict[str, Any], code: str, zh: str, en: str
) -> None:
    assert check_eligibility(terms(**stated), FACTS) == []
    (refusal,) = check_eligibility(terms(**stated), replace(FACTS, **other))
    assert isinstance(refusal, NotEligible)
    assert isinstance(refusal, Conflict)
    assert (refusal.code, refusal.zh, refusal.en) == (code, zh, en)
    assert refusal.values["offering"] == "PACK"


def test_a_subscriber_without_a_main_product_is_of_no_brand() -> None:
    (refusal,) = check_eligibility(terms(brands=(YOUTH, FREELY)), replace(FACTS, brand=None))
    assert refusal.en == (
        "Data Pack (PACK) is for subscribers of the brand Youth Card or Freely only, "
        "this one's is none"
    )


def test_a_brand_is_the_same_under_another_name() -> None:
    renamed = replace(FACTS, brand=BrandTerms("QINGCHUN", "新青年", "New Youth"))
    assert check_eligibility(terms(brands=(YOUTH,)), renamed) == []


def test_all_refusals_come_at_once() -> None:
    everything = terms(
        customer_kinds=("person",),
        segments=("student",),
        channels=("app",),
        regions=("GZ",),
        brands=(YOUTH,),
        minimum_months=1,
        owns=(PLAN,),
    )
    assert check_eligibility(everything, FACTS) == []
    assert [refusal.code for refusal in check_eligibility(everything, NOBODY_KNOWN)] == [
        "notEligibleCustomerKind",
        "notEligibleSegment",
        "notEligibleChannel",
        "notEligibleRegion",
        "notEligibleBrand",
        "notEligibleMonths",
        "notEligibleOwner",
    ]


@pytest.mark.parametrize(
    ("since", "at", "months"),
    [
        ("2025-11-22T02:00", "2026-11-21T15:59", 11),
        ("2025-11-22T02:00", "2026-11-21T16:00", 12),  # the 22nd has begun in Shanghai
        ("2025-11-21T16:00", "2026-11-21T15:59", 11),
        ("2026-01-31T02:00", "2026-02-27T02:00", 0),
        ("2026-01-31T02:00", "2026-02-28T02:00", 1),
        ("2026-11-22T02:00", "2026-11-22T02:00", 0),
        ("2026-11-22T02:00", "2026-10-01T02:00", 0),
    ],
)
def test_months_in_the_network_are_whole_and_counted_in_the_operators_days(
    since: str, at: str, months: int
) -> None:
    first, last = (datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (since, at))
    assert months_in_network(first, last) == months

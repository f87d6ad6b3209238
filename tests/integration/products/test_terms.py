"""An order learns all it needs of its offerings at once, for one small query, and never stale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from products import selectors
from products.eligibility import Facts, check_eligibility
from products.models import OfferingEligibility, OfferingRelation, ProductOffering
from products.relations import check
from products.selectors import (
    OfferingNotFound,
    OfferingNotOnSale,
    offering_terms,
    terms_on_sale,
)
from products.selectors import terms as terms_module
from products.values import EVERYBODY, BrandTerms, Eligibility, ServiceTerms, TariffTerms
from tests.unit.products.example import document, main, offering
from tests.written import import_catalogue

pytestmark = pytest.mark.django_db

# the mark before, after and at the door; offerings, brands, services, tariffs ×2, relations,
# eligibility, attributes ×2
COLD = 12
MIDNIGHT = datetime(2026, 6, 30, 16, tzinfo=UTC)  # the first moment of July in Shanghai


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms_module, "_snapshot", terms_module._Snapshot(None, {}))


def test_it_is_one_query_however_many_offerings_are_asked_for(
    imported: object, at: datetime, django_assert_num_queries: Any
) -> None:
    codes = list(ProductOffering.objects.values_list("code", flat=True))
    offering_terms(codes, at)
    for asked in (codes[:1], codes):
        with django_assert_num_queries(1):
            offering_terms(asked, at)


def test_loading_takes_the_same_queries_for_any_catalogue(
    actor: Any, at: datetime, django_assert_num_queries: Any
) -> None:
    for count in (1, 50):
        packs = [offering(f"PACK-{i}", requires=["PLAN"]) for i in range(count)]
        import_catalogue(document(main("PLAN"), *packs), actor=actor, at=at)
        with django_assert_num_queries(COLD):
            offering_terms(["PLAN"], at)


def test_terms_hold_what_an_order_needs(imported: object, at: datetime) -> None:
    terms = terms_on_sale(["PLAN-8", "FUNC-CLIP"], at)
    plan, clip = terms["PLAN-8"], terms["FUNC-CLIP"]
    assert (plan.kind, plan.charging_mode, plan.on_sale) == ("main", "postpaid", True)
    assert plan.resources == ("msisdn", "iccid")
    assert plan.tariffs[0] == TariffTerms("T-8-RENTAL", "accounting", 1)
    assert plan.services[0] == ServiceTerms("MSISDN", "resource", ("hlr",), "msisdn")
    assert (clip.kind, clip.charging_mode, clip.resources) == ("addon", "", ())
    assert (plan.name_zh, clip.name_en) == ("畅行保号 8 元套餐", "Caller Identification")


def test_the_relations_of_all_concerned_suffice_to_refuse(imported: object, at: datetime) -> None:
    def refusals(owned: list[str], wanted: list[str]) -> list[str]:
        terms = offering_terms([*owned, *wanted], at)
        relations = [relation for one in terms.values() for relation in one.relations]
        return [refusal.code for refusal in check(owned, wanted, relations)]

    assert refusals(["PLAN-59"], ["FUNC-CLIP"]) == [
        "offeringRequirementMissing",
        "offeringsExclude",
    ]
    assert refusals(["FUNC-CLIP", "PLAN-8"], ["PLAN-59"]) == ["offeringsExclude"]
    assert refusals([], ["HOME-FUSION", "PLAN-198"]) == ["bundlePartsMiscounted"]
    assert refusals(["PLAN-59"], ["PACK-DATA-10G", "FUNC-ROAMING"]) == []


def test_a_popular_product_is_not_burdened_with_who_requires_it(
    imported: object, at: datetime
) -> None:
    plan = offering_terms(["PLAN-59"], at)["PLAN-59"]
    assert {relation.kind for relation in plan.relations} == {"excludes", "replaces"}
    assert OfferingRelation.objects.filter(target__code="PLAN-59", kind="requires").count() > 5


def test_terms_say_of_which_brand_it_is_and_who_may_have_it(imported: object, at: datetime) -> None:
    codes = ["PLAN-59", "PACK-LOYALTY-10G", "PACK-STUDENT-20G", "PACK-APP-DAY-1G"]
    plan, loyalty, student, app = offering_terms(codes, at).values()
    assert plan.brand == BrandTerms("CHANGXING", "畅行", "Changxing")
    assert (plan.brand.name_zh, plan.brand.name_en) == ("畅行", "Changxing")
    assert plan.eligibility == EVERYBODY
    youth = BrandTerms("QINGCHUN", "青春卡", "Youth Card")
    assert loyalty.eligibility == Eligibility(brands=(plan.brand, youth), minimum_months=12)
    assert student.eligibility == Eligibility(customer_kinds=("person",), segments=("student",))
    assert app.eligibility == Eligibility(channels=("app",))

    facts = Facts(customer_kind="person", segment="VIP", channel="counter", brand=plan.brand)
    found = [one.en for terms in (loyalty, student, app) for one in check_eligibility(terms, facts)]
    assert found == [
        "Loyalty Pack 10 GB (PACK-LOYALTY-10G) needs 12 months in the network, "
        "the subscriber has 0",
        "Campus Pack 20 GB (PACK-STUDENT-20G) is for the segment student only, "
        "the customer's is VIP",
        "App Day Pack 1 GB (PACK-APP-DAY-1G) is sold over the channel app only, "
        "this one is counter",
    ]


def test_another_eligibility_is_seen_at_once(imported: object, at: datetime) -> None:
    assert offering_terms(["PACK-APP-DAY-1G"], at)["PACK-APP-DAY-1G"].eligibility.channels
    OfferingEligibility.objects.filter(offering__code="PACK-APP-DAY-1G").delete()
    assert offering_terms(["PACK-APP-DAY-1G"], at)["PACK-APP-DAY-1G"].eligibility == EVERYBODY


def test_the_version_in_effect_is_taken_to_the_moment(imported: object) -> None:
    def version(at: datetime) -> int | None:
        tariffs = offering_terms(["PLAN-59"], at)["PLAN-59"].tariffs
        return next(one.version for one in tariffs if one.code == "T-59-DATA")

    assert version(MIDNIGHT - timedelta(microseconds=1)) == 1
    assert version(MIDNIGHT) == 2
    assert version(datetime(2020, 1, 1, tzinfo=UTC)) is None


def test_a_sale_begins_at_its_first_moment_and_is_over_at_its_end(imported: object) -> None:
    begin, end = MIDNIGHT, MIDNIGHT + timedelta(days=1)
    ProductOffering.objects.filter(code="PLAN-59").update(sale_from=begin, sale_to=end)
    tick = timedelta(microseconds=1)
    for moment, sold in (
        (begin - tick, False),
        (begin, True),
        (end - tick, True),
        (end, False),
    ):
        assert offering_terms(["PLAN-59"], moment)["PLAN-59"].on_sale is sold
        on_sale = selectors.list_on_sale(moment).filter(code="PLAN-59")
        assert on_sale.exists() is sold


@pytest.mark.parametrize("code", ["PLAN-38-4G", "PLAN-29-YOUTH"])
def test_what_is_not_on_sale_is_known_but_not_sold(
    imported: object, at: datetime, code: str
) -> None:
    assert offering_terms([code], at)[code].on_sale is False
    with pytest.raises(OfferingNotOnSale) as refusal:
        terms_on_sale(["PLAN-59", code], at)
    assert code in refusal.value.zh
    assert code in refusal.value.en


def test_an_offering_without_a_price_in_effect_is_not_sold(imported: object) -> None:
    before_its_tariffs = datetime(2024, 12, 31, tzinfo=UTC)
    ProductOffering.objects.filter(code="PLAN-59").update(sale_from=before_its_tariffs)
    assert offering_terms(["PLAN-59"], before_its_tariffs)["PLAN-59"].on_sale
    with pytest.raises(OfferingNotOnSale):
        terms_on_sale(["PLAN-59"], before_its_tariffs)


def test_a_code_that_does_not_exist_is_named(imported: object, at: datetime) -> None:
    with pytest.raises(OfferingNotFound) as refusal:
        offering_terms(["PLAN-59", "PLAN-60"], at)
    assert refusal.value.values == {"offering": "PLAN-60"}
    assert selectors.find_offering("PLAN-60") is None
    with pytest.raises(OfferingNotFound):
        selectors.get_offering("PLAN-60")


def test_a_change_is_seen_at_once_whoever_makes_it(imported: object, at: datetime) -> None:
    assert offering_terms(["PLAN-59"], at)["PLAN-59"].on_sale
    ProductOffering.objects.filter(code="PLAN-59").update(status="retired")
    assert not offering_terms(["PLAN-59"], at)["PLAN-59"].on_sale
    OfferingRelation.objects.filter(source__code="FUNC-CLIP").delete()
    assert offering_terms(["FUNC-CLIP"], at)["FUNC-CLIP"].relations == ()


def test_what_was_never_committed_is_not_remembered(imported: object, at: datetime) -> None:
    with transaction.atomic():
        ProductOffering.objects.filter(code="PLAN-59").update(status="retired")
        assert not offering_terms(["PLAN-59"], at)["PLAN-59"].on_sale
        transaction.set_rollback(True)
    assert offering_terms(["PLAN-59"], at)["PLAN-59"].on_sale
    # another change brings the revision to the same number, not to the same mark
    ProductOffering.objects.filter(code="PLAN-8").update(source="elsewhere")
    assert offering_terms(["PLAN-59"], at)["PLAN-59"].on_sale

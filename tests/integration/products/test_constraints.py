"""The database itself keeps the catalogue's rules, whoever writes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from products.models import (
    Brand,
    CatalogueRevision,
    OfferingEligibility,
    OfferingRelation,
    OfferingService,
    OfferingTariff,
    ProductClass,
    ProductOffering,
    Service,
    Tariff,
    TariffVersion,
)

pytestmark = pytest.mark.django_db
JANUARY, JUNE, JULY = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 6, 7))


def refuses(constraint: str, model: Any, **values: Any) -> None:
    count = model.objects.count()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.create(**values)
    assert model.objects.count() == count


@pytest.fixture
def shop() -> dict[str, Any]:
    return {
        "brand": Brand.objects.create(code="HOUSE", name_zh="家", name_en="House"),
        "product_class": ProductClass.objects.create(code="P", name_zh="品", name_en="P"),
    }


@pytest.fixture
def fields(shop: dict[str, Any]) -> dict[str, Any]:
    texts = {"name_zh": "名", "name_en": "Name", "description_zh": "述", "description_en": "About"}
    return {**shop, **texts, "kind": "addon", "created_at": JANUARY, "changed_at": JANUARY}


@pytest.fixture
def offerings(fields: dict[str, Any]) -> list[ProductOffering]:
    return [ProductOffering.objects.create(code=code, **fields) for code in ("A", "B", "C", "D")]


@pytest.fixture
def tariff() -> Tariff:
    return Tariff.objects.create(
        code="T", kind="accounting", charge_group="rental", name_zh="费", name_en="Fee"
    )


VERSION = {"description_zh": "述", "description_en": "About"}
SERVICE = {"code": "S", "name_zh": "名", "name_en": "Name", "elements": ["hlr"]}


def test_versions_of_a_tariff_never_overlap(tariff: Tariff) -> None:
    TariffVersion.objects.create(
        tariff=tariff, version=1, valid_from=JANUARY, valid_to=JULY, **VERSION
    )
    for start, end in ((JUNE, None), (JANUARY, JUNE), (JUNE, JULY)):
        values = {"tariff": tariff, "version": 2, "valid_from": start, "valid_to": end}
        refuses("tariff_version_no_overlap", TariffVersion, **values, **VERSION)
    TariffVersion.objects.create(tariff=tariff, version=2, valid_from=JULY, **VERSION)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("tariff_version_period", {"valid_to": JANUARY}),
        ("tariff_version_counts_from_1", {"version": 0}),
        ("tariff_version_price_whole", {"price_amount": 5}),
        ("tariff_version_price_whole", {"price_currency": "CNY", "price_per": "cycle"}),
        (
            "tariff_version_price_whole",
            {"price_amount": -1, "price_currency": "CNY", "price_per": "cycle"},
        ),
        ("tariff_version_is_described", {"description_en": ""}),
        ("tariff_version_rules_digest", {"rules_digest": "abc"}),
    ],
)
def test_a_tariff_version_is_whole(tariff: Tariff, constraint: str, values: dict[str, Any]) -> None:
    given = {"tariff": tariff, "version": 1, "valid_from": JANUARY, **VERSION, **values}
    refuses(constraint, TariffVersion, **given)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("offering_code_form", {"code": "plan"}),
        ("offering_code_form", {"code": "PLAN\n"}),
        ("offering_has_names", {"name_zh": ""}),
        ("offering_kind_known", {"kind": "toy"}),
        ("offering_main_has_a_charging_mode", {"kind": "main"}),
        ("offering_main_has_a_charging_mode", {"charging_mode": "postpaid"}),
        ("offering_status_known", {"status": "gone", "sale_from": JANUARY}),
        ("offering_sold_since", {"status": "launched"}),
        ("offering_sale_period", {"sale_from": JULY, "sale_to": JULY}),
        ("offering_sale_period", {"sale_to": JULY}),
    ],
)
def test_an_offering_is_whole(
    fields: dict[str, Any], constraint: str, values: dict[str, Any]
) -> None:
    refuses(constraint, ProductOffering, **{"code": "X", **fields, **values})


def test_a_code_is_given_once(offerings: list[ProductOffering], fields: dict[str, Any]) -> None:
    refuses("code", ProductOffering, code="A", **fields)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("service_resource_names_one", {"kind": "resource"}),
        ("service_resource_names_one", {"kind": "function", "resource": "msisdn"}),
        ("service_content_has_a_provider", {"kind": "content"}),
        ("service_content_has_a_provider", {"kind": "function", "provider": "Somebody"}),
        (
            "service_has_an_element",
            {"kind": "function", "elements": [], "commands_digest": "a" * 64},
        ),
        ("service_kind_known", {"kind": "magic"}),
        ("service_commands_digest", {"kind": "function", "commands_digest": "abc"}),
    ],
)
def test_a_service_is_of_one_kind(constraint: str, values: dict[str, Any]) -> None:
    refuses(constraint, Service, **{**SERVICE, **values})


def test_relations_do_not_contradict_each_other(offerings: list[ProductOffering]) -> None:
    a, b, c, _ = offerings
    OfferingRelation.objects.create(source=a, target=b, kind="excludes")
    OfferingRelation.objects.create(source=a, target=c, kind="requires")
    refuses("offering_excludes_a_pair_once", OfferingRelation, source=b, target=a, kind="excludes")
    for source, target, kind in ((a, b, "requires"), (b, a, "requires"), (c, a, "excludes")):
        refuses(
            "offering_never_needs_what_it_excludes",
            OfferingRelation,
            source=source,
            target=target,
            kind=kind,
        )
    refuses("offering_relation_to_another", OfferingRelation, source=a, target=a, kind="replaces")
    refuses("offering_relation_once", OfferingRelation, source=a, target=c, kind="requires")
    OfferingRelation.objects.create(source=b, target=a, kind="replaces")


def test_the_parts_of_a_bundle_are_counted(offerings: list[ProductOffering]) -> None:
    a, b, c, home = offerings
    part = {"target": home, "kind": "part_of"}
    for counts in (
        {},
        {"minimum": 1},
        {"maximum": 1},
        {"minimum": 2, "maximum": 1},
        {"minimum": 0, "maximum": 0},
    ):
        refuses("offering_parts_are_counted", OfferingRelation, source=a, **part, **counts)
    refuses(
        "offering_parts_are_counted",
        OfferingRelation,
        source=a,
        target=b,
        kind="requires",
        minimum=1,
        maximum=1,
    )
    OfferingRelation.objects.create(source=a, **part, choice=1, minimum=1, maximum=2)
    for counts in ({"minimum": 0, "maximum": 2}, {"minimum": 1, "maximum": 3}):
        refuses(
            "offering_part_choice_has_one", OfferingRelation, source=b, **part, choice=1, **counts
        )
    OfferingRelation.objects.create(source=b, **part, choice=1, minimum=1, maximum=2)
    OfferingRelation.objects.create(source=c, **part, choice=2, minimum=0, maximum=1)


def test_a_service_and_a_tariff_belong_to_an_offering_once(
    offerings: list[ProductOffering], tariff: Tariff
) -> None:
    service = Service.objects.create(**SERVICE, kind="function")
    OfferingService.objects.create(offering=offerings[0], service=service, position=0)
    OfferingTariff.objects.create(offering=offerings[0], tariff=tariff, position=0)
    twice = {"offering": offerings[0], "position": 1}
    refuses("offering_service_once", OfferingService, **twice, service=service)
    refuses("offering_tariff_once", OfferingTariff, **twice, tariff=tariff)


def test_who_may_have_an_offering_is_said_once_and_restricts_somebody(
    offerings: list[ProductOffering],
) -> None:
    offering = offerings[0]
    refuses("eligibility_restricts_somebody", OfferingEligibility, offering=offering)
    refuses(
        "eligibility_customer_kinds_known",
        OfferingEligibility,
        offering=offering,
        customer_kinds=["person", "robot"],
    )
    below_zero = {"segments": ["student"], "minimum_months": -1}
    refuses("minimum_months", OfferingEligibility, offering=offering, **below_zero)
    OfferingEligibility.objects.create(offering=offering, segments=["student"])
    refuses("offering_id", OfferingEligibility, offering=offering, minimum_months=1)


def test_there_is_one_revision_and_every_write_moves_it(
    offerings: list[ProductOffering], tariff: Tariff
) -> None:
    refuses("catalogue_revision_is_one_row", CatalogueRevision, id=2, number=1, mark=_mark())
    marks = [_mark()]
    for write in (
        lambda: Brand.objects.update(name_zh="新"),
        lambda: ProductClass.objects.update(name_zh="新"),
        lambda: Tariff.objects.update(name_zh="新"),
        lambda: TariffVersion.objects.create(
            tariff=tariff, version=1, valid_from=JANUARY, **VERSION
        ),
        lambda: Service.objects.create(**SERVICE, kind="function"),
        lambda: ProductOffering.objects.filter(code="D").delete(),
        lambda: OfferingTariff.objects.create(offering=offerings[0], tariff=tariff, position=0),
        lambda: OfferingService.objects.create(
            offering=offerings[0], service=Service.objects.get(), position=0
        ),
        lambda: OfferingRelation.objects.create(
            source=offerings[0], target=offerings[1], kind="excludes"
        ),
        lambda: OfferingEligibility.objects.create(offering=offerings[0], minimum_months=1),
        lambda: OfferingEligibility.objects.update(minimum_months=2),
        lambda: OfferingEligibility.objects.all().delete(),
    ):
        write()
        marks.append(_mark())
    assert len(set(marks)) == len(marks)


def _mark() -> Any:
    return CatalogueRevision.objects.values_list("mark", flat=True).get()

"""Attributes and their values are written with the catalogue, and the database keeps them fit."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from auth_center.actors import Actor
from products.catalogue import CatalogueRefused
from products.models import (
    Brand,
    CatalogueRevision,
    ClassAttribute,
    OfferingAttribute,
    OfferingEligibility,
    ProductClass,
    ProductOffering,
)
from products.selectors import content_of_catalogue, offering_terms
from products.values import AttributeTerms, OfferingName
from tests.unit.products.example import Values, document, main, offering, words
from tests.written import import_catalogue

pytestmark = pytest.mark.django_db
JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
SPEED = {
    "name": "speed", "label": {"zh": "速率", "en": "Speed"}, "type": "integer", "unit": "Mbit/s",
    "min": 1, "max": 1000, "default": 100, "configurable": True,
}  # fmt: skip
TERM = {
    "name": "term", "label": {"zh": "合约期", "en": "Term"}, "type": "choice",
    "options": [12, 24, "none"],
}  # fmt: skip


def classes(*attributes: Values) -> list[Values]:
    return [
        {
            "code": "PLANS",
            "name": words("Plans"),
            "attributes": [deepcopy(one) for one in attributes],
        }
    ]


def values() -> dict[tuple[str, str], Any]:
    rows = OfferingAttribute.objects.values_list("offering__code", "attribute__name", "value")
    return {(code, name): value for code, name, value in rows}


@pytest.fixture
def take(actor: Actor, at: datetime) -> Any:
    def take(*offerings: Values, **changes: Any) -> Any:
        return import_catalogue(document(*offerings, **changes), actor=actor, at=at)

    return take


def test_attributes_are_written_changed_and_removed_with_the_file(take: Any) -> None:
    first = main("PLAN", attributes={"speed": 300, "term": "none"})
    done = take(first, main("OTHER", attributes={"term": 12}), classes=classes(SPEED, TERM))
    assert (done.created["classattribute"], done.created["offeringattribute"]) == (2, 3)
    assert values() == {("PLAN", "speed"): 300, ("PLAN", "term"): "none", ("OTHER", "term"): 12}
    speed, term = ClassAttribute.objects.all()
    assert (speed.minimum, speed.maximum, speed.unit, speed.default) == (1, 1000, "Mbit/s", 100)
    assert (speed.kind, speed.configurable, term.options) == ("integer", True, [12, 24, "none"])

    again = take(first, main("OTHER", attributes={"term": 12}), classes=classes(SPEED, TERM))
    assert again.nothing_changed

    faster = {**SPEED, "max": 2000}
    other = main("OTHER", attributes={"speed": 2000})
    done = take(main("PLAN", attributes={"speed": 300}), other, classes=classes(faster))
    assert values() == {("PLAN", "speed"): 300, ("OTHER", "speed"): 2000}
    assert done.removed["classattribute"] == 1
    assert ClassAttribute.objects.get().maximum == 2000


def test_another_class_brings_other_attributes(take: Any) -> None:
    two = [*classes(SPEED), {"code": "PACKS", "name": words("Packs"), "attributes": [TERM]}]
    take(main("PLAN"), offering("PACK", attributes={"speed": 5}), classes=two)
    moved = offering("PACK", **{"class": "PACKS", "attributes": {"term": 24}})
    take(main("PLAN"), moved, classes=two)
    assert values() == {("PACK", "term"): 24}
    connection.check_constraints()


def test_the_kind_of_an_attribute_does_not_change(take: Any) -> None:
    take(main("PLAN"), offering("PACK"), classes=classes(SPEED))
    text = {**{k: v for k, v in SPEED.items() if k in ("name", "label")}, "type": "text"}
    with pytest.raises(CatalogueRefused) as refused:
        take(main("PLAN"), offering("PACK"), classes=classes({**text, "default": "fast"}))
    (problem,) = refused.value.problems
    assert problem.path == "classes[0].attributes[0].type"
    assert problem.en == "the type of the attribute speed of PLANS cannot change (it is integer)"
    assert problem.zh == "PLANS 的属性 speed 的类型不能改变 (现为 integer)"
    assert ClassAttribute.objects.get().kind == "integer"


def test_what_is_written_reads_back_in_the_files_shape(take: Any) -> None:
    plan = main("PLAN", attributes={"speed": 300, "term": "none"})
    pack = offering("PACK", attributes={"term": 12}, eligibility={"owns": ["PLAN"]})
    take(plan, pack, classes=classes(SPEED, TERM))
    content = content_of_catalogue()
    assert content["classes"] == classes(SPEED, TERM)
    first, second = content["offerings"]
    assert first["attributes"] == {"speed": 300, "term": "none"}
    assert second["attributes"] == {"term": 12}
    assert second["eligibility"] == {"owns": ["PLAN"]}


def test_terms_carry_what_customers_choose_and_whose_owners_may(take: Any, at: datetime) -> None:
    take(
        main("PLAN", attributes={"term": 12}),
        offering("PACK", attributes={"speed": 5, "term": 24}, eligibility={"owns": ["PLAN"]}),
        classes=classes(SPEED, TERM),
    )
    terms = offering_terms(["PLAN", "PACK"], at)
    speed = AttributeTerms(
        name="speed", label_zh="速率", label_en="Speed", kind="integer", unit="Mbit/s", minimum=1,
        maximum=1000, offered=100,
    )  # fmt: skip
    assert terms["PLAN"].attributes == (speed,)
    assert [one.offered for one in terms["PACK"].attributes] == [5]
    assert terms["PACK"].eligibility.owns == (OfferingName("PLAN", "", ""),)
    [owned] = terms["PACK"].eligibility.owns
    assert (owned.name_zh, owned.name_en) == ("PLAN（中文）", "PLAN")


# --- what the database keeps ---------------------------------------------------------------------
@pytest.fixture
def product_class() -> ProductClass:
    return ProductClass.objects.create(code="P", name_zh="品", name_en="P")


@pytest.fixture
def pack(product_class: ProductClass) -> ProductOffering:
    return ProductOffering.objects.create(
        code="PACK", kind="addon", name_zh="包", name_en="Pack", description_zh="述",
        description_en="About", product_class=product_class, created_at=JANUARY, changed_at=JANUARY,
        brand=Brand.objects.create(code="HOUSE", name_zh="家", name_en="House"),
    )  # fmt: skip


NAMED = {"position": 0, "name": "speed", "label_zh": "速", "label_en": "Speed", "kind": "integer"}


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("class_attribute_name_form", {"name": "Speed"}),
        ("class_attribute_has_labels", {"label_en": ""}),
        ("class_attribute_kind_known", {"kind": "speed"}),
        ("class_attribute_integer_is_bounded", {"kind": "text", "minimum": 1}),
        ("class_attribute_bounds", {"minimum": 2, "maximum": 1}),
        ("class_attribute_choice_has_options", {"kind": "choice"}),
        ("class_attribute_choice_has_options", {"options": [1]}),
        ("class_attribute_default_fits", {"default": "fast"}),
        ("class_attribute_default_fits", {"default": 1.5}),
        ("class_attribute_default_fits", {"default": 5, "maximum": 4}),
        ("class_attribute_default_fits", {"kind": "boolean", "default": 1}),
        ("class_attribute_default_fits", {"kind": "text", "default": True}),
        ("class_attribute_default_fits", {"kind": "choice", "options": [12], "default": "12"}),
    ],
)
def test_an_attribute_stands(
    product_class: ProductClass, constraint: str, changes: dict[str, Any]
) -> None:
    fields = {"product_class": product_class, **NAMED, **changes}
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ClassAttribute.objects.create(**fields)
    assert not ClassAttribute.objects.exists()


def test_a_value_fits_its_attribute_whoever_writes(
    product_class: ProductClass, pack: ProductOffering
) -> None:
    speed = ClassAttribute.objects.create(product_class=product_class, **NAMED, maximum=10)
    other = ProductClass.objects.create(code="Q", name_zh="品", name_en="Q")
    strange = ClassAttribute.objects.create(product_class=other, **NAMED)
    for attribute, value in ((speed, 11), (speed, "5"), (strange, 5)):
        with refused():
            OfferingAttribute.objects.create(offering=pack, attribute=attribute, value=value)
    kept = OfferingAttribute.objects.create(offering=pack, attribute=speed, value=10)
    connection.check_constraints()
    with refused():
        ClassAttribute.objects.filter(pk=speed.pk).update(maximum=9)
    with refused():
        ProductOffering.objects.update(product_class=other)
    with pytest.raises(IntegrityError, match="offering_attribute_once"), transaction.atomic():
        OfferingAttribute.objects.create(offering=pack, attribute=speed, value=1)
    with transaction.atomic():  # judged at the end: both change together
        ClassAttribute.objects.filter(pk=speed.pk).update(maximum=9)
        OfferingAttribute.objects.filter(pk=kept.pk).update(value=9)
        connection.check_constraints()


class refused:  # noqa: N801 - reads as a sentence after "with"
    """Expects the values to be found unfit, at the latest at the transaction's end."""

    def __enter__(self) -> None:
        self._atomic = transaction.atomic()
        self._atomic.__enter__()

    def __exit__(self, *error: Any) -> None:
        with pytest.raises(IntegrityError, match="offering_attribute_fits"):
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")
        self._atomic.__exit__(IntegrityError, IntegrityError(), None)
        connection.cursor().execute("SET CONSTRAINTS ALL DEFERRED")


def test_every_write_moves_the_revision(product_class: ProductClass, pack: ProductOffering) -> None:
    marks = [_mark()]
    speed = ClassAttribute.objects.create(product_class=product_class, **NAMED)
    marks.append(_mark())
    for write in (
        lambda: OfferingAttribute.objects.create(offering=pack, attribute=speed, value=1),
        lambda: OfferingAttribute.objects.update(value=2),
        lambda: ClassAttribute.objects.update(unit="Mbit/s"),
        lambda: OfferingEligibility.objects.create(offering=pack, owns=["PLAN"]),
        lambda: ClassAttribute.objects.all().delete(),
    ):
        write()
        marks.append(_mark())
    assert len(set(marks)) == len(marks)
    assert not OfferingAttribute.objects.exists()


def _mark() -> Any:
    return CatalogueRevision.objects.values_list("mark", flat=True).get()

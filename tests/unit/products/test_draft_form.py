"""A draft's form and its content are turned into each other without loss."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

import products
from products.catalogue.content import SECTIONS, Content, content_of
from products.catalogue.reader import read
from products.pages.draft_form import (
    OWN_DESIGN,
    DraftForm,
    Ground,
    OfferingForm,
    PartForm,
    ServiceForm,
    TariffForm,
    VersionForm,
    field_at,
    form_of_content,
    form_of_data,
    form_of_entry,
    instant_of,
    shown_moment,
    troubles_of,
    typed,
    words_of,
)
from products.pages.draft_form import (
    content_of as content_of_form,
)

DEMO = Path(products.__file__).parent / "demo" / "catalogue.yaml"
ZONE = ZoneInfo("Asia/Shanghai")
NOTHING: Content = {section: [] for section in SECTIONS}


@pytest.fixture(scope="module")
def demo() -> Content:
    return content_of(read(DEMO.read_bytes(), file="catalogue.yaml"))


def ground(saved: Content | None = None, catalogue: Content | None = None) -> Ground:
    return Ground(saved=saved or NOTHING, catalogue=catalogue or NOTHING, zone=ZONE)


def said(troubles: Iterable[Any]) -> dict[str, str]:
    return {one.field: one.en for one in troubles}


def sent(**fields: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        values = value if isinstance(value, list) else [value]
        data.setlist(name, [*data.getlist(name), *values])
    return data


def a_version(begins: str, zh: str, en: str) -> VersionForm:
    return VersionForm(valid_from=begins, description_zh=zh, description_en=en)


def a_plan(**more: Any) -> OfferingForm:
    values: dict[str, Any] = {
        "code": "PLAN-99", "kind": "main", "charging_mode": "postpaid",
        "product_class": "MOBILE-PLAN", "brand": "CHANGXING",
        "name_zh": "畅行 99", "name_en": "Changxing 99",
        "description_zh": "每月 99 元", "description_en": "99 a month",
        "sale_from": "2027-01-01", "services": ["MSISDN", "SIM"], "tariffs": ["T-STD-SMS"],
        **more,
    }  # fmt: skip
    return OfferingForm(**values)


def test_every_offering_of_the_demo_comes_back_as_it_was(demo):
    for place, entry in enumerate(demo["offerings"]):
        standing = ground(saved={**NOTHING, "offerings": demo["offerings"]}, catalogue=demo)
        form = form_of_content(standing, title="t", place=place)
        content, _ = content_of_form(form, standing)
        assert content["offerings"][place] == entry


def test_a_new_plan_with_a_new_tariff_and_a_new_service_becomes_entries():
    form = DraftForm(
        title="New plan",
        offering=a_plan(requires=[["A", "B"], ["C"]], segments="student, 教师；consumer"),
        tariffs=[
            TariffForm(
                code="T-99", charge_group="rental", name_zh="月租", name_en="Rental",
                versions=[a_version("2027-01-01", "一", "one")],
            )
        ],
        services=[
            ServiceForm(code="GAME", kind="content", name_zh="游", name_en="Game", provider="G")
        ],
    )  # fmt: skip
    content, places = content_of_form(form, ground())
    assert content["offerings"] == [
        {
            "code": "PLAN-99", "kind": "main", "charging_mode": "postpaid",
            "class": "MOBILE-PLAN", "brand": "CHANGXING",
            "name": {"zh": "畅行 99", "en": "Changxing 99"},
            "description": {"zh": "每月 99 元", "en": "99 a month"},
            "source": OWN_DESIGN, "status": "launched", "sale": {"from": "2027-01-01"},
            "services": ["MSISDN", "SIM", "GAME"], "tariffs": ["T-STD-SMS", "T-99"],
            "requires": [{"any_of": ["A", "B"]}, "C"],
            "eligibility": {"segments": ["student", "教师", "consumer"]},
        }
    ]  # fmt: skip
    assert content["tariffs"] == [
        {
            "code": "T-99", "kind": "accounting", "charge_group": "rental",
            "name": {"zh": "月租", "en": "Rental"},
            "versions": [
                {"version": 1, "valid_from": "2027-01-01", "description": {"zh": "一", "en": "one"}}
            ],
        }
    ]  # fmt: skip
    assert content["services"] == [
        {"code": "GAME", "kind": "content", "name": {"zh": "游", "en": "Game"}, "provider": "G"}
    ]
    assert field_at("offerings[0].requires[1]", places) == "requires.1"
    assert field_at("offerings[0].requires[0].any_of[1]", places) == "requires.0"
    assert field_at("offerings[0].name.en", places) == "name_en"
    assert field_at("offerings[0].eligibility.brands[0]", places) == "brands"
    assert field_at("offerings[0]", places) == "code"
    assert field_at("tariffs[0].versions[0].description.en", places) == (
        "tariff.0.version.0.description_en"
    )
    assert field_at("services[0].provider", places) == "service.0.provider"
    assert field_at("brands[0].code", places) == ""
    again = form_of_content(ground(saved=content), title="New plan", place=0)
    assert content_of_form(again, ground(saved=content))[0] == content


def test_a_row_that_does_not_belong_here_stays_out_of_the_offering():
    form = DraftForm(
        offering=a_plan(tariffs=["T-9"]),
        tariffs=[TariffForm(code="T-9", here=False, versions=[VersionForm()])],
    )
    content, _ = content_of_form(form, ground())
    assert content["offerings"][0]["tariffs"] == []


def test_a_new_version_ends_the_one_before_and_leaves_the_rest_of_the_tariff_alone(demo):
    tariff = next(one for one in demo["tariffs"] if one["code"] == "T-59-RENTAL")
    standing = ground(catalogue=demo)
    form = DraftForm(
        tariffs=[
            TariffForm(
                fresh=False, code="T-59-RENTAL", kind="rating", name_en="ignored",
                versions=[a_version("2027-03-01", "新", "new")],
            )
        ]
    )  # fmt: skip
    content, places = content_of_form(form, standing)
    [entry] = content["tariffs"]
    *fixed, fresh = entry["versions"]
    assert entry | {"versions": tariff["versions"]} == tariff
    assert fixed == [*tariff["versions"][:-1], {**tariff["versions"][-1], "valid_to": "2027-03-01"}]
    assert fresh == {
        "version": tariff["versions"][-1]["version"] + 1,
        "valid_from": "2027-03-01",
        "description": {"zh": "新", "en": "new"},
    }
    number = len(fixed)
    assert field_at(f"tariffs[0].versions[{number}].valid_from", places) == (
        "tariff.0.version.0.valid_from"
    )
    assert "valid_to" not in tariff["versions"][-1]
    assert said(troubles_of(form, standing, {"tariffs": {"T-59-RENTAL"}})) == {}
    assert content["offerings"] == []


def test_a_version_that_begins_before_the_last_is_said_beside_it(demo):
    form = DraftForm(
        tariffs=[
            TariffForm(
                fresh=False,
                code="T-59-RENTAL",
                versions=[a_version("2020-01-01", "新", "n")],
            )
        ]
    )  # fmt: skip
    assert said(troubles_of(form, ground(catalogue=demo), {})) == {
        "tariff.0.version.0.valid_from": "It must begin after the version before it"
    }


def test_attributes_are_typed_as_their_class_defines_them():
    class_entry = {
        "code": "MOBILE-PLAN",
        "name": {"zh": "套餐", "en": "Plans"},
        "attributes": [
            {"name": "speed", "type": "integer", "min": 1, "max": 10},
            {"name": "esim", "type": "boolean"},
            {"name": "months", "type": "choice", "options": [12, 24]},
            {"name": "note", "type": "text"},
        ],
    }
    standing = ground(catalogue={**NOTHING, "classes": [class_entry]})
    texts = {"speed": "300", "esim": "yes", "months": "24", "note": "5", "of_another_class": "1"}
    form = DraftForm(offering=a_plan(attributes=texts))
    content, places = content_of_form(form, standing)
    assert content["offerings"][0]["attributes"] == {
        "speed": 300, "esim": True, "months": 24, "note": "5",
    }  # fmt: skip
    assert field_at("offerings[0].attributes.speed", places) == "attribute.speed"
    assert field_at("offerings[0].attributes", places) == "product_class"
    assert typed("many", {"type": "integer"}) == "many"
    assert typed("36", {"type": "choice", "options": [12, 24]}) == "36"
    assert typed("no", {"type": "boolean"}) is False


def test_what_is_sent_stands_in_the_form():
    form = form_of_data(
        sent(
            title=" New ", place="1", fresh="1", kind="bundle", code=" plan-1 ",
            **{
                "code.there": "1", "name_zh": "甲", "attribute": ["speed"],
                "attribute.speed": "100", "services": ["A", "A", ""], "requires": ["0", "7"],
                "requires.0": ["X", "Y"], "part": ["3"], "part.3": ["M"], "part.3.minimum": "1",
                "part.3.maximum": "2", "tariff": ["5"], "tariff.5.fresh": "1",
                "tariff.5.code": "t-1", "tariff.5.here": "1", "tariff.5.version": ["0"],
                "tariff.5.version.0.valid_from": "2027-01-01",
                "service": ["1"], "service.1.code": "s", "service.1.kind": "function",
            },
        )
    )  # fmt: skip
    assert form.title == "New"
    assert form.place == 1
    assert form.offering is not None
    assert form.offering.code == "PLAN-1"
    assert form.offering.fresh
    assert form.offering.attributes == {"speed": "100"}
    assert form.offering.services == ["A"]
    assert form.offering.requires == [["X", "Y"], []]
    assert form.offering.parts == [PartForm(any_of=["M"], minimum="1", maximum="2")]
    assert [(one.code, one.here, len(one.versions)) for one in form.tariffs] == [("T-1", True, 1)]
    assert [(one.code, one.fresh) for one in form.services] == [("S", False)]
    assert form_of_data(sent()).offering is None


def test_what_is_missing_is_said_beside_each_field():
    empty = DraftForm(
        offering=OfferingForm(kind="bundle", requires=[[]], minimum_months="two"),
        tariffs=[
            TariffForm(kind="", versions=[VersionForm()]),
            TariffForm(fresh=False, code="T-1"),
        ],
        services=[ServiceForm(kind="content"), ServiceForm(kind="resource", code="x")],
    )
    troubles = said(troubles_of(empty, ground(), {}))
    assert set(troubles) == {
        "code", "name_zh", "name_en", "description_zh", "description_en", "product_class", "brand",
        "sale_from", "minimum_months", "requires.0", "part",
        "tariff.0.code", "tariff.0.name_zh", "tariff.0.name_en", "tariff.0.kind",
        "tariff.0.charge_group", "tariff.0.version.0.valid_from",
        "tariff.0.version.0.description_zh", "tariff.0.version.0.description_en", "tariff.1.code",
        "service.0.code", "service.0.name_zh", "service.0.name_en", "service.0.provider",
        "service.1.code", "service.1.name_zh", "service.1.name_en", "service.1.resource",
    }  # fmt: skip
    assert said(troubles_of(DraftForm(), ground(), {})) == {"": "There is nothing in this draft"}


def test_a_code_in_use_is_free_only_for_whoever_changes_that_product():
    taken = {"offerings": {"PLAN-99"}}
    fresh = DraftForm(offering=a_plan())
    assert said(troubles_of(fresh, ground(), taken)) == {
        "code": "The code PLAN-99 is in use already, choose another"
    }
    another_version = DraftForm(offering=a_plan(fresh=False))
    assert troubles_of(another_version, ground(), taken) == []
    saved = content_of_form(fresh, ground())[0]
    assert troubles_of(fresh, ground(saved=saved), taken) == []
    second = DraftForm(offering=a_plan(), place=1)
    assert "code" in said(troubles_of(second, ground(saved=saved), {}))


def test_a_sale_that_ends_before_it_begins_and_a_bundle_s_numbers_are_refused():
    form = DraftForm(
        offering=a_plan(
            sale_to="2026-12-31", kind="bundle", parts=[PartForm(any_of=["A"], minimum="one")]
        )
    )
    assert said(troubles_of(form, ground(), {})) == {
        "sale_to": "It ends before it has begun",
        "part.0.minimum": "Please give a whole number",
    }
    odd = DraftForm(offering=a_plan(sale_from="2027-02-30"))
    assert said(troubles_of(odd, ground(), {})) == {"sale_from": "There is no such day"}


def test_a_day_is_a_day_of_the_operator_and_an_instant_keeps_its_spelling():
    assert shown_moment("2026-01-01", ZONE) == "2026-01-01"
    assert shown_moment("2025-12-31T16:00:00Z", ZONE) == "2026-01-01"
    assert shown_moment("2026-01-01T10:30:00+08:00", ZONE) == "2026-01-01T10:30"
    assert shown_moment(None, ZONE) == ""
    assert shown_moment("soon", ZONE) == "soon"
    assert instant_of("2026-01-01", ZONE) == instant_of("2025-12-31T16:00:00Z", ZONE)
    entry = {
        "code": "A", "name": {}, "description": {},
        "sale": {"from": "2025-12-31T16:00:00Z", "to": "2027-01-01T10:30:00+08:00"},
    }  # fmt: skip
    standing = ground(saved={**NOTHING, "offerings": [entry]})
    form = form_of_content(standing, title="", place=0)
    assert form.offering is not None
    assert content_of_form(form, standing)[0]["offerings"][0]["sale"] == entry["sale"]
    form.offering.sale_to = "2027-02-01T08:00"
    assert content_of_form(form, standing)[0]["offerings"][0]["sale"]["to"] == (
        "2027-02-01T08:00:00+08:00"
    )


def test_a_template_lends_everything_but_its_code(demo):
    entry = next(one for one in demo["offerings"] if one["code"] == "PLAN-59")
    standing = ground(catalogue=demo)
    form = form_of_entry(standing, {**entry, "code": ""}, title="", place=0, fresh=True)
    assert form.offering is not None
    assert form.offering.fresh
    assert form.offering.code == ""
    assert form.offering.name_en == entry["name"]["en"]
    assert form.offering.tariffs == entry["tariffs"]


def test_words_are_typed_with_any_comma():
    assert words_of(" a, b、c；b,\n d ") == ["a", "b", "c", "d"]
    assert words_of("") == []

"""What the draft's form shows: its fields with their words, what stands in them, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.words import said
from products.catalogue.content import Entry
from products.pages import words
from products.pages.draft_form import (
    DraftForm,
    Ground,
    OfferingForm,
    PartForm,
    ServiceForm,
    TariffForm,
    VersionForm,
    shown_moment,
)
from products.states import ChargingMode, OfferingKind, OfferingStatus, ServiceKind, TariffKind

Options = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: its words, what stands in it, and what is wrong with it."""

    name: str
    label: str
    value: str = ""
    kind: str = "text"
    options: Options = ()
    hint: str = ""
    needed: bool = False
    most: int = 200
    minimum: str = ""
    maximum: str = ""
    fixed: bool = False
    only: str = ""  # kinds of offering it is for; all when empty
    troubles: Sequence[str] = ()

    @property
    def id(self) -> str:
        """The element's id."""
        return "f-" + self.name.replace(".", "-")

    @property
    def attribute(self) -> str:
        """The name of the class's attribute that it holds."""
        return self.name.removeprefix("attribute.")

    @property
    def described(self) -> str:
        """The ids of what says more about it."""
        parts = [f"{self.id}-error"] if self.troubles else []
        return " ".join([*parts, f"{self.id}-hint"] if self.hint else parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """Something chosen: its code, its name, and what else is to be known."""

    code: str
    name: str = ""
    note: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picker:
    """A field in which several things are chosen by finding them."""

    name: str
    label: str
    kind: str
    chosen: Sequence[Chip] = ()
    hint: str = ""
    troubles: Sequence[str] = ()
    versions: bool = False

    @property
    def id(self) -> str:
        """The element's id."""
        return "p-" + self.name.replace(".", "-")


@dataclass(slots=True)
class Sheet:
    """The form's fields, each with its troubles; ``names`` are names by kind and code."""

    troubles: Mapping[str, Sequence[str]]
    names: Mapping[tuple[str, str], Chip] = field(default_factory=dict)

    def field(self, name: str, label: tuple[str, str], value: str = "", **more: Any) -> Field:
        """Return a field with what is wrong with it."""
        return Field(
            name=name,
            label=said(*label),
            value=value,
            troubles=self.troubles.get(name, ()),
            **more,
        )

    def picker(
        self, name: str, label: tuple[str, str], kind: str, codes: Iterable[str], **more: Any
    ) -> Picker:
        """Return a picker with what was chosen."""
        chosen = [self.names.get((kind, code), Chip(code=code)) for code in codes]
        return Picker(
            name=name,
            label=said(*label),
            kind=kind,
            chosen=chosen,
            troubles=self.troubles.get(name, ()),
            **more,
        )

    # -- an offering -------------------------------------------------------------------------

    def basics(self, form: OfferingForm, ground: Ground) -> list[Field]:
        """Return what an offering is."""
        known = not form.fresh
        return [
            self.field(
                "code", ("产品编码", "Code"), form.code, needed=True, most=40, fixed=known,
                kind="code",
                hint="" if known else said("如 PLAN-99, 发布后不能改", "Such as PLAN-99; it stays"),
            ),
            self.field(
                "kind", ("产品类型", "Kind"), form.kind, kind="select", needed=True,
                options=_labels(OfferingKind), fixed=known,
            ),
            self.field(
                "charging_mode", ("付费方式", "Charging mode"), form.charging_mode, kind="select",
                options=_labels(ChargingMode), only="main", fixed=known and form.kind == "main",
            ),
            self.field(
                "product_class", ("产品大类", "Class"), form.product_class, kind="class",
                needed=True, options=_named(_both(ground, "classes")),
            ),
            self.field(
                "brand", ("品牌", "Brand"), form.brand, kind="select", needed=True,
                options=_named(_both(ground, "brands")),
            ),
        ]  # fmt: skip

    def called(self, form: OfferingForm) -> list[Field]:
        """Return how it is called and described, in both languages side by side."""
        return [
            self.field("name_zh", ("中文名称", "Name in Chinese"), form.name_zh, needed=True),
            self.field("name_en", ("英文名称", "Name in English"), form.name_en, needed=True),
            self.field(
                "description_zh", ("中文说明", "Description in Chinese"), form.description_zh,
                kind="area", needed=True, most=2000,
            ),
            self.field(
                "description_en", ("英文说明", "Description in English"), form.description_en,
                kind="area", needed=True, most=2000,
            ),
        ]  # fmt: skip

    def sale(self, form: OfferingForm) -> list[Field]:
        """Return when it is sold, and what it follows."""
        return [
            self.field(
                "sale_from", ("销售开始", "On sale from"), form.sale_from,
                kind=moment_kind(form.sale_from), needed=True,
            ),
            self.field(
                "sale_to", ("销售结束", "On sale until"), form.sale_to,
                kind=moment_kind(form.sale_to),
                hint=said("当天起不再销售; 留空不限", "Not sold from that day on; empty: no end"),
            ),
            self.field(
                "source", ("参照来源", "Modelled on"), form.source, most=500,
                hint=said("参照的现网产品; 留空为自主设计", "The real plan; empty: our own design"),
            ),
        ]  # fmt: skip

    def attributes(self, form: OfferingForm, ground: Ground) -> list[Field]:
        """Return the class's attributes, each as its definition types it."""
        return [
            self.attribute(one, form.attributes.get(one["name"], ""))
            for one in ground.definitions(form.product_class)
        ]

    def attribute(self, definition: Entry, value: str) -> Field:
        """Return the field of one attribute."""
        kind, label = definition.get("type", "text"), definition.get("label", {})
        unit = f" ({definition['unit']})" if definition.get("unit") else ""
        least, most = definition.get("min"), definition.get("max")
        default = definition.get("default")
        hints = []
        if kind == "integer" and (least is not None or most is not None):
            hints.append(f"{'' if least is None else least} – {'' if most is None else most}")
        if definition.get("configurable"):
            hints.append(said("客户订购时可选", "The customer chooses it when ordering"))
        if default is not None:
            shown = _yes_no(default) if isinstance(default, bool) else default
            hints.append(said(f"留空为 {shown}", f"Empty: {shown}"))
        options: list[tuple[str, str]] = []
        if kind == "boolean":
            options = [("yes", _yes_no(True)), ("no", _yes_no(False))]
        elif kind == "choice":
            options = [(str(one), str(one)) for one in definition.get("options", [])]
        name = definition["name"]
        return self.field(
            f"attribute.{name}",
            (label.get("zh", name) + unit, label.get("en", name) + unit),
            value,
            kind={"integer": "number", "text": "text"}.get(kind, "select"),
            options=[("", "–"), *options] if options else (),
            minimum="" if least is None else str(least),
            maximum="" if most is None else str(most),
            needed=default is None,
            hint=said("; ", "; ").join(hints),
        )

    def requires(self, row: str, codes: Iterable[str]) -> Picker:
        """Return a row of what is required: one of these."""
        label = ("需要其中之一", "One of these is required")
        return self.picker(f"requires.{row}", label, "offering", codes)

    def part(self, row: str, form: PartForm) -> dict[str, Any]:
        """Return a place in a bundle."""
        return {
            "row": row,
            "picker": self.picker(
                f"part.{row}", ("可选产品", "Any of these"), "offering", form.any_of
            ),
            "fields": [
                self.field(
                    f"part.{row}.minimum", ("至少", "At least"), form.minimum,
                    kind="number", minimum="0", maximum="99", needed=True,
                ),
                self.field(
                    f"part.{row}.maximum", ("至多", "At most"), form.maximum,
                    kind="number", minimum="1", maximum="99", needed=True,
                ),
            ],
        }  # fmt: skip

    def eligibility(self, form: OfferingForm) -> list[Field]:
        """Return the words that say who may have it."""
        commas = said("多个词用逗号隔开; 留空不限", "Words with commas between; empty: everybody")
        known = ", ".join(f"{code} {said(*both)}" for code, both in words.SEGMENTS.items())
        return [
            self.field(
                "segments", ("客户群", "Segments"), form.segments, most=400,
                hint=said(f"如 {known}", f"Such as {known}"),
            ),
            self.field("channels", ("销售渠道", "Channels"), form.channels, most=400, hint=commas),
            self.field("regions", ("地区", "Regions"), form.regions, most=400, hint=commas),
            self.field(
                "minimum_months", ("至少在网 (月)", "Months in the network, at least"),
                form.minimum_months, kind="number", minimum="1", maximum="600", only="main addon",
            ),
        ]  # fmt: skip

    # -- tariffs and services -----------------------------------------------------------------

    def tariff(self, row: str, form: TariffForm, ground: Ground) -> dict[str, Any]:
        """Return a tariff of the draft."""
        name = f"tariff.{row}"
        fields = [
            self.field(
                f"{name}.code", ("资费编码", "Tariff code"), form.code, kind="code", needed=True,
                most=40,
            ),
            self.field(
                f"{name}.kind", ("资费类型", "Kind"), form.kind, kind="select",
                options=_labels(TariffKind),
            ),
            self.field(
                f"{name}.charge_group", ("费用组", "Charge group"), form.charge_group, needed=True,
                most=20, kind="group",
            ),
            self.field(
                f"{name}.name_zh", ("中文名称", "Name in Chinese"), form.name_zh, needed=True
            ),
            self.field(
                f"{name}.name_en", ("英文名称", "Name in English"), form.name_en, needed=True
            ),
        ]  # fmt: skip
        fixed = ground.fixed_versions(form.code) if not form.fresh else []
        called = ground.sold("tariffs", form.code).get("name", {}) if not form.fresh else {}
        return {
            "row": row,
            "name": name,
            "form": form,
            "heading": said(called.get("zh", ""), called.get("en", "")),
            "fields": fields,
            "troubles": self.troubles.get(f"{name}.code", ()),
            "fixed": [_fixed(one, ground) for one in fixed],
            "versions": [
                self.version(name, str(j), one, len(fixed) + j + 1, fresh=form.fresh)
                for j, one in enumerate(form.versions)
            ],
        }

    def version(
        self, name: str, row: str, form: VersionForm, number: int, *, fresh: bool
    ) -> dict[str, Any]:
        """Return a version of a tariff that is to come."""
        where = f"{name}.version.{row}"
        return {
            "row": row,
            "name": f"{name}.version",
            "number": number or "",
            "fields": [
                self.field(
                    f"{where}.valid_from", ("生效日期", "Valid from"), form.valid_from,
                    kind=moment_kind(form.valid_from), needed=fresh,
                    hint=said("不会早于发布时刻", "Never before it is launched")
                    if fresh
                    else said(
                        "留空则发布时生效; 不会早于发布时刻",
                        "Empty: when it is launched; never before that",
                    ),
                ),
                self.field(
                    f"{where}.description_zh", ("中文说明", "Description in Chinese"),
                    form.description_zh, kind="area", needed=True, most=2000,
                ),
                self.field(
                    f"{where}.description_en", ("英文说明", "Description in English"),
                    form.description_en, kind="area", needed=True, most=2000,
                ),
            ],
        }  # fmt: skip

    def service(self, row: str, form: ServiceForm) -> dict[str, Any]:
        """Return a service of the draft."""
        name = f"service.{row}"
        kinds = ("function", "content") if form.kind != "resource" else ("resource",)
        return {
            "row": row,
            "name": name,
            "form": form,
            "heading": said(form.name_zh, form.name_en),
            "fields": [
                self.field(
                    f"{name}.code", ("服务编码", "Service code"), form.code, kind="code",
                    needed=True, most=40, fixed=not form.fresh,
                ),
                self.field(
                    f"{name}.kind", ("服务类型", "Kind"), form.kind, kind="service-kind",
                    options=_labels(ServiceKind, *kinds), fixed=not form.fresh,
                ),
                self.field(
                    f"{name}.name_zh", ("中文名称", "Name in Chinese"), form.name_zh, needed=True
                ),
                self.field(
                    f"{name}.name_en", ("英文名称", "Name in English"), form.name_en, needed=True
                ),
                self.field(
                    f"{name}.provider", ("服务提供商", "Provider"), form.provider, only="content",
                    hint=said("内容服务的提供商", "Who delivers the content"),
                ),
            ],
        }  # fmt: skip


def parts_shown(sheet: Sheet, form: DraftForm, ground: Ground) -> dict[str, Any]:
    """Return everything the form's template shows."""
    shown: dict[str, Any] = {
        "form": form,
        "tariffs": [sheet.tariff(str(i), one, ground) for i, one in enumerate(form.tariffs)],
        "services": [sheet.service(str(i), one) for i, one in enumerate(form.services)],
        "new_tariff": sheet.tariff("__row__", TariffForm(versions=[VersionForm()]), ground),
        "new_service": sheet.service("__row__", ServiceForm()),
        "new_version": sheet.version("__name__", "__version__", VersionForm(), 0, fresh=False),
        "version_finder": Picker(
            name="version", kind="tariff", versions=True,
            label=said("给现有资费增加新版本", "Add a new version to an existing tariff"),
        ),
    }  # fmt: skip
    if form.ending is not None:
        shown["ending"] = sheet.field(
            "ending.status", ("发布后的状态", "Status once released"), form.ending.status,
            kind="select", options=_labels(OfferingStatus, "retired", "obsolete"),
        )  # fmt: skip
    if form.offering is None:
        return shown
    offering = form.offering
    rows: list[TariffForm | ServiceForm] = [*form.tariffs, *form.services]
    own = {row.code for row in rows if row.fresh and row.here}
    return shown | {
        "offering": offering,
        "basics": sheet.basics(offering, ground),
        "called": sheet.called(offering),
        "sale": sheet.sale(offering),
        "wanted": offering.status,
        "attributes": sheet.attributes(offering, ground),
        "tariff_picker": sheet.picker(
            "tariffs", ("选用现有资费", "Existing tariffs"), "tariff",
            [code for code in offering.tariffs if code not in own], versions=True,
        ),
        "service_picker": sheet.picker(
            "services", ("选用现有服务", "Existing services"), "service",
            [code for code in offering.services if code not in own],
        ),
        "requires": [
            {"row": str(i), "picker": sheet.requires(str(i), codes)}
            for i, codes in enumerate(offering.requires)
        ],
        "new_requires": {"row": "__row__", "picker": sheet.requires("__row__", ())},
        "pickers": [
            sheet.picker("excludes", ("互斥产品", "Excludes"), "offering", offering.excludes),
            sheet.picker("replaces", ("替代产品", "Replaces"), "offering", offering.replaces),
        ],
        "parts": [sheet.part(str(i), one) for i, one in enumerate(offering.parts)],
        "part_troubles": sheet.troubles.get("part", ()),
        "new_part": sheet.part("__row__", PartForm()),
        "eligibility": sheet.eligibility(offering),
        "eligible_kinds": [
            (code, said(*both), code in offering.customer_kinds)
            for code, both in words.CUSTOMER_KINDS.items()
        ],
        "kind_troubles": sheet.troubles.get("customer_kinds", ()),
        "eligible_brands": [
            (code, name, code in offering.brands) for code, name in _named(_both(ground, "brands"))
        ],
        "brand_troubles": sheet.troubles.get("brands", ()),
        "owns": sheet.picker(
            "owns", ("已订购其中之一", "Owns one of these"), "offering", offering.owns
        ),
    }  # fmt: skip


def moment_kind(text: str) -> str:
    """Return the kind of field that shows a day, or a day with its minute."""
    return "datetime-local" if "T" in text else "date"


def _labels(choices: Any, *only: str) -> Options:
    return [(one, words.label(choices, one)) for one in choices.values if not only or one in only]


def _both(ground: Ground, section: str) -> list[Entry]:
    entries = {one["code"]: one for one in ground.catalogue.get(section, [])}
    entries |= {one["code"]: one for one in ground.saved.get(section, [])}
    return list(entries.values())


def _named(entries: Iterable[Entry]) -> list[tuple[str, str]]:
    found = [(one["code"], said(one["name"]["zh"], one["name"]["en"])) for one in entries]
    return [("", said("请选择", "Please choose")), *found]


def _yes_no(value: bool) -> str:
    return said("是", "Yes") if value else said("否", "No")


def _fixed(version: Entry, ground: Ground) -> dict[str, Any]:
    return {
        "number": version["version"],
        "from": shown_moment(version["valid_from"], ground.zone).replace("T", " "),
        "to": shown_moment(version.get("valid_to"), ground.zone).replace("T", " "),
        "words": said(version["description"]["zh"], version["description"]["en"]),
    }

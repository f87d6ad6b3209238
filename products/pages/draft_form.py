"""A draft's form and its content, turned into each other without loss.

The form edits one offering of a draft at a time, and all its tariffs and services. ``DraftForm``
is what stands in the form, as text; ``content_of`` makes the draft's content of it, and notes
beside which field each place of the content was typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.utils.timezone import localtime

from products.catalogue.content import SECTIONS, Content, Entry

CODE = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*")
GROUP = re.compile(r"[a-z][a-z0-9_]*")
MOST_OF_A_CODE = 40
MOST_ROWS = 50
OWN_DESIGN = "自主设计 Own design"
SEPARATORS = re.compile(r"[,，、;；\n]+")
ENDED = ("retired", "obsolete")


class Data(Protocol):
    """What was sent: a form's fields by name."""

    def get(self, key: str, default: str) -> Any:
        """Return the last value of a field."""

    def getlist(self, key: str) -> list[str]:
        """Return all values of a field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong in a field, in both languages."""

    field: str
    zh: str
    en: str


@dataclass(slots=True, kw_only=True)
class PartForm:
    """A place in a bundle: so many of these together."""

    any_of: list[str] = field(default_factory=list)
    minimum: str = "1"
    maximum: str = "1"


@dataclass(slots=True, kw_only=True)
class OfferingForm:
    """An offering as it is filled in; ``fresh`` one has a code that nobody uses yet."""

    fresh: bool = True
    code: str = ""
    kind: str = "main"
    charging_mode: str = "postpaid"
    product_class: str = ""
    brand: str = ""
    name_zh: str = ""
    name_en: str = ""
    description_zh: str = ""
    description_en: str = ""
    source: str = ""
    status: str = "launched"
    sale_from: str = ""
    sale_to: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    services: list[str] = field(default_factory=list)
    tariffs: list[str] = field(default_factory=list)
    requires: list[list[str]] = field(default_factory=list)
    excludes: list[str] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    parts: list[PartForm] = field(default_factory=list)
    customer_kinds: list[str] = field(default_factory=list)
    segments: str = ""
    channels: str = ""
    regions: str = ""
    brands: list[str] = field(default_factory=list)
    minimum_months: str = ""
    owns: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class VersionForm:
    """A tariff's version that has not been released yet, as it is filled in."""

    valid_from: str = ""
    description_zh: str = ""
    description_en: str = ""


@dataclass(slots=True, kw_only=True)
class TariffForm:
    """A tariff of the draft: a fresh one whole, of one that is there its new versions alone.

    ``here``: the offering that is edited is sold with it.
    """

    fresh: bool = True
    code: str = ""
    kind: str = "accounting"
    charge_group: str = ""
    name_zh: str = ""
    name_en: str = ""
    here: bool = True
    versions: list[VersionForm] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ServiceForm:
    """A service of the draft."""

    fresh: bool = True
    code: str = ""
    kind: str = "function"
    name_zh: str = ""
    name_en: str = ""
    resource: str = ""
    provider: str = ""
    here: bool = True


@dataclass(slots=True, kw_only=True)
class EndingForm:
    """An offering that is no longer sold after the release: all of it stays but its status."""

    code: str
    status: str = "retired"


@dataclass(slots=True, kw_only=True)
class DraftForm:
    """What stands in the form; without an ``offering`` it is about tariffs and services alone.

    ``place`` is where the offering, or the one that ends, stands among those of the draft.
    """

    title: str = ""
    place: int = 0
    offering: OfferingForm | None = None
    ending: EndingForm | None = None
    tariffs: list[TariffForm] = field(default_factory=list)
    services: list[ServiceForm] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a form stands on: the draft as it was saved, the catalogue, and the operator's zone.

    ``catalogue`` holds at least the classes, and the tariffs, services and offerings of the form.
    """

    saved: Content
    catalogue: Content
    zone: ZoneInfo

    def entry(self, section: str, code: str) -> Entry:
        """Return an entry as the draft has it, or else the catalogue; empty if neither does."""
        for content in (self.saved, self.catalogue):
            for entry in content.get(section, []):
                if entry["code"] == code:
                    return entry
        return {}

    def sold(self, section: str, code: str) -> Entry:
        """Return an entry as the catalogue has it; empty if it has none."""
        found = (one for one in self.catalogue.get(section, []) if one["code"] == code)
        return next(found, {})

    def definitions(self, product_class: str) -> list[Entry]:
        """Return what the attributes of a class are."""
        return list(self.entry("classes", product_class).get("attributes", []))

    def fixed_versions(self, code: str) -> list[Entry]:
        """Return the versions of a tariff that were released: nobody changes them."""
        return list(self.sold("tariffs", code).get("versions", []))


# -- from what was sent ------------------------------------------------------------------------


def form_of_data(data: Data) -> DraftForm:
    """Return the form that was sent; what is missing is empty, what is too much is left out."""
    return DraftForm(
        title=_text(data, "title"),
        place=_whole(_text(data, "place"), 0),
        offering=_offering_of_data(data) if _text(data, "code.there") else None,
        ending=_ending_of_data(data) if _text(data, "ending") else None,
        tariffs=[_tariff_of_data(data, row) for row in _rows(data, "tariff")],
        services=[_service_of_data(data, row) for row in _rows(data, "service")],
    )


def _offering_of_data(data: Data) -> OfferingForm:
    form = OfferingForm(fresh=_text(data, "fresh") == "1")
    for name in TEXTS:
        setattr(form, name, _text(data, name))
    for name in LISTS:
        setattr(form, name, _codes(data, name))
    form.code = form.code.upper()
    form.attributes = {
        name: _text(data, f"attribute.{name}")
        for name in list(dict.fromkeys(data.getlist("attribute")))[:MOST_ROWS]
    }
    form.requires = [_codes(data, f"requires.{row}") for row in _rows(data, "requires")]
    form.parts = [
        PartForm(
            any_of=_codes(data, f"part.{row}"),
            minimum=_text(data, f"part.{row}.minimum"),
            maximum=_text(data, f"part.{row}.maximum"),
        )
        for row in _rows(data, "part")
    ]
    return form


def _ending_of_data(data: Data) -> EndingForm:
    status = _text(data, "ending.status")
    code = _text(data, "ending")[:MOST_OF_A_CODE]
    return EndingForm(code=code, status=status if status in ENDED else ENDED[0])


TEXTS = (
    *("code", "kind", "charging_mode", "product_class", "brand", "name_zh", "name_en"),
    *("description_zh", "description_en", "source", "status", "sale_from", "sale_to"),
    *("segments", "channels", "regions", "minimum_months"),
)
LISTS = ("services", "tariffs", "excludes", "replaces", "customer_kinds", "brands", "owns")


def _tariff_of_data(data: Data, row: str) -> TariffForm:
    name = f"tariff.{row}"
    fresh = _text(data, f"{name}.fresh") == "1"
    at_once = "" if fresh else localtime().strftime("%Y-%m-%dT%H:%M")
    return TariffForm(
        fresh=fresh,
        code=_text(data, f"{name}.code").upper(),
        kind=_text(data, f"{name}.kind"),
        charge_group=_text(data, f"{name}.charge_group"),
        name_zh=_text(data, f"{name}.name_zh"),
        name_en=_text(data, f"{name}.name_en"),
        here=_text(data, f"{name}.here") == "1",
        versions=[
            VersionForm(
                # a next version without a day begins when it is launched: now is before that
                valid_from=_text(data, f"{name}.version.{version}.valid_from") or at_once,
                description_zh=_text(data, f"{name}.version.{version}.description_zh"),
                description_en=_text(data, f"{name}.version.{version}.description_en"),
            )
            for version in _rows(data, f"{name}.version")
        ],
    )


def _service_of_data(data: Data, row: str) -> ServiceForm:
    name = f"service.{row}"
    texts = ("kind", "name_zh", "name_en", "resource", "provider")
    return ServiceForm(
        fresh=_text(data, f"{name}.fresh") == "1",
        code=_text(data, f"{name}.code").upper(),
        here=_text(data, f"{name}.here") == "1",
        **{one: _text(data, f"{name}.{one}") for one in texts},
    )


def _text(data: Data, name: str) -> str:
    return str(data.get(name, "")).replace("\x00", "").replace("\r\n", "\n").strip()[:4000]


def _codes(data: Data, name: str) -> list[str]:
    found = (text.strip()[:MOST_OF_A_CODE] for text in data.getlist(name))
    return [text for text in dict.fromkeys(found) if text]


def _rows(data: Data, name: str) -> list[str]:
    return list(dict.fromkeys(row[:MOST_OF_A_CODE] for row in data.getlist(name)))[:MOST_ROWS]


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 4 else otherwise


# -- from a content ----------------------------------------------------------------------------


def form_of_content(ground: Ground, *, title: str, place: int | None = None) -> DraftForm:
    """Return the form of a saved draft, with its offering at ``place`` (none: without one)."""
    offerings = ground.saved.get("offerings", [])
    entry = offerings[place] if place is not None and place < len(offerings) else None
    return form_of_entry(ground, entry, title=title, place=place or 0)


def form_of_entry(
    ground: Ground, entry: Entry | None, *, title: str, place: int, fresh: bool = False
) -> DraftForm:
    """Return the form that edits ``entry`` beside the draft's tariffs and services."""
    offering, ending = None, None
    if entry is not None and entry.get("status") in ENDED:
        ending = EndingForm(code=entry["code"], status=entry["status"])
    elif entry is not None:
        offering = offering_form(entry, ground.zone, fresh=fresh)
    tariffs = [_tariff_form(one, ground) for one in ground.saved.get("tariffs", [])]
    services = [_service_form(one, ground) for one in ground.saved.get("services", [])]
    for tariff in tariffs:
        tariff.here = offering is not None and tariff.code in offering.tariffs
    for service in services:
        service.here = offering is not None and service.code in offering.services
    return DraftForm(
        title=title,
        place=place,
        offering=offering,
        ending=ending,
        tariffs=tariffs,
        services=services,
    )


def offering_form(entry: Entry, zone: ZoneInfo, *, fresh: bool = False) -> OfferingForm:
    """Return an offering's entry as it stands in the form."""
    words, prose = entry.get("name", {}), entry.get("description", {})
    sale, who = entry.get("sale", {}), entry.get("eligibility", {})
    return OfferingForm(
        fresh=fresh,
        code=entry.get("code", ""),
        kind=entry.get("kind", "main"),
        charging_mode=entry.get("charging_mode", "postpaid"),
        product_class=entry.get("class", ""),
        brand=entry.get("brand", ""),
        name_zh=words.get("zh", ""),
        name_en=words.get("en", ""),
        description_zh=prose.get("zh", ""),
        description_en=prose.get("en", ""),
        source=entry.get("source", ""),
        status=entry.get("status", "launched"),
        sale_from=shown_moment(sale.get("from"), zone),
        sale_to=shown_moment(sale.get("to"), zone),
        attributes={name: _shown(value) for name, value in entry.get("attributes", {}).items()},
        services=list(entry.get("services", [])),
        tariffs=list(entry.get("tariffs", [])),
        requires=[
            [one] if isinstance(one, str) else list(one["any_of"])
            for one in entry.get("requires", [])
        ],
        excludes=list(entry.get("excludes", [])),
        replaces=list(entry.get("replaces", [])),
        parts=[
            PartForm(any_of=list(p["any_of"]), minimum=str(p["min"]), maximum=str(p["max"]))
            for p in entry.get("parts", [])
        ],
        customer_kinds=list(who.get("customer_kinds", [])),
        segments=", ".join(who.get("segments", [])),
        channels=", ".join(who.get("channels", [])),
        regions=", ".join(who.get("regions", [])),
        brands=list(who.get("brands", [])),
        minimum_months=str(who.get("minimum_months", "")),
        owns=list(who.get("owns", [])),
    )


def _tariff_form(entry: Entry, ground: Ground) -> TariffForm:
    fixed = {version["version"] for version in ground.fixed_versions(entry["code"])}
    return TariffForm(
        fresh=not ground.sold("tariffs", entry["code"]),
        code=entry["code"],
        kind=entry["kind"],
        charge_group=entry["charge_group"],
        name_zh=entry["name"]["zh"],
        name_en=entry["name"]["en"],
        versions=[
            VersionForm(
                valid_from=shown_moment(version["valid_from"], ground.zone),
                description_zh=version["description"]["zh"],
                description_en=version["description"]["en"],
            )
            for version in entry["versions"]
            if version["version"] not in fixed
        ],
    )


def _service_form(entry: Entry, ground: Ground) -> ServiceForm:
    return ServiceForm(
        fresh=not ground.sold("services", entry["code"]),
        code=entry["code"],
        kind=entry["kind"],
        name_zh=entry["name"]["zh"],
        name_en=entry["name"]["en"],
        resource=entry.get("resource", ""),
        provider=entry.get("provider", ""),
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def shown_moment(text: str | None, zone: ZoneInfo) -> str:
    """Return an instant of a content as a field shows it: its day, or day and minute."""
    if not text:
        return ""
    moment = instant_of(text, zone)
    if moment is None:
        return text
    local = moment.astimezone(zone)
    if local.time() == time():
        return f"{local:%Y-%m-%d}"
    return f"{local:%Y-%m-%dT%H:%M}"


def instant_of(text: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant that a day or an instant names; none for what is no such thing."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


# -- to a content ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Places:
    """Beside which field each place of the content stands."""

    fields: dict[str, str] = field(default_factory=dict)

    def note(self, path: str, **names: str) -> None:
        for key, name in names.items():
            self.fields[f"{path}.{key}" if path else key] = name


def content_of(form: DraftForm, ground: Ground) -> tuple[Content, dict[str, str]]:
    """Return the draft's content, and the form's field by each place ("offerings[0].code")."""
    places = _Places()
    content: Content = {name: list(ground.saved.get(name, [])) for name in SECTIONS}
    content["tariffs"] = [
        _tariff_entry(row, i, ground, places) for i, row in enumerate(form.tariffs)
    ]
    content["services"] = [
        _service_entry(row, i, ground, places) for i, row in enumerate(form.services)
    ]
    place = min(form.place, len(content["offerings"]))
    if form.offering is not None:
        entry = _offering_entry(form, form.offering, place, ground, places)
        content["offerings"][place : place + 1] = [entry]
    elif form.ending is not None:
        entry = {**ground.entry("offerings", form.ending.code), "status": form.ending.status}
        content["offerings"][place : place + 1] = [entry]
        places.note("", **{f"offerings[{place}]": "ending.status"})
    return content, places.fields


def field_at(path: str, places: Mapping[str, str]) -> str:
    """Return the field in which the place ``path`` was typed, or that holds it; none: empty."""
    while path:
        if path in places:
            return places[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return ""


def _offering_entry(
    draft: DraftForm, form: OfferingForm, place: int, ground: Ground, places: _Places
) -> Entry:
    saved = ground.saved.get("offerings", [])
    start = saved[place] if place < len(saved) else ground.entry("offerings", form.code)
    path = f"offerings[{place}]"
    places.note("", **{path: "code"})
    places.note(path, **{name: name for name in ("code", "kind", "charging_mode", "brand")})
    places.note(path, source="source", status="status", **{"class": "product_class"})
    places.note(path, **{"name": "name_zh", "name.zh": "name_zh", "name.en": "name_en"})
    places.note(path, **{"sale": "sale_from", "sale.from": "sale_from", "sale.to": "sale_to"})
    places.note(path, description="description_zh", services="services", tariffs="tariffs")
    places.note(path, **{"description.zh": "description_zh", "description.en": "description_en"})
    entry: Entry = {"code": form.code, "kind": form.kind}
    if form.kind == "main":
        entry["charging_mode"] = form.charging_mode
    entry |= {
        "class": form.product_class,
        "brand": form.brand,
        "name": {"zh": form.name_zh, "en": form.name_en},
        "description": {"zh": form.description_zh, "en": form.description_en},
        "source": form.source or OWN_DESIGN,
        "status": form.status,
    }
    stated = start.get("sale", {})
    sale = {
        "from": _moment(form.sale_from, stated.get("from"), ground.zone),
        "to": _moment(form.sale_to, stated.get("to"), ground.zone),
    }
    _state(entry, "sale", {key: value for key, value in sale.items() if value})
    entry["services"] = _with_own(form.services, draft.services)
    entry["tariffs"] = _with_own(form.tariffs, draft.tariffs)
    _state(entry, "attributes", _attributes(form, ground, path, places))
    _state(entry, "requires", _requires(form, path, places))
    _state(entry, "excludes", list(form.excludes))
    _state(entry, "replaces", list(form.replaces))
    places.note(path, excludes="excludes", replaces="replaces", requires="requires", parts="part")
    if form.kind == "bundle":
        _state(entry, "parts", _parts(form, path, places))
    _state(entry, "eligibility", _eligibility(form, path, places))
    kept = {key: value for key, value in start.items() if key not in OFFERING_KEYS}
    return entry | kept


OFFERING_KEYS = (
    *("code", "kind", "charging_mode", "class", "brand", "name", "description", "source"),
    *("status", "sale", "services", "tariffs", "attributes", "requires", "excludes"),
    *("replaces", "parts", "eligibility"),
)


def _state(entry: Entry, name: str, value: Any) -> None:
    if value:
        entry[name] = value


def _with_own(chosen: Sequence[str], rows: Iterable[TariffForm | ServiceForm]) -> list[str]:
    """Return what was chosen with the rows of the draft that belong here."""
    rows = list(rows)
    apart = {row.code for row in rows if not row.here}
    own = [row.code for row in rows if row.here and row.code]
    return list(dict.fromkeys([code for code in chosen if code not in apart] + own))


def _attributes(form: OfferingForm, ground: Ground, path: str, places: _Places) -> dict[str, Any]:
    places.note(path, attributes="product_class")
    values: dict[str, Any] = {}
    for definition in ground.definitions(form.product_class):
        name = definition["name"]
        places.note(f"{path}.attributes", **{name: f"attribute.{name}"})
        text = form.attributes.get(name, "")
        if text:
            values[name] = typed(text, definition)
    return values


def typed(text: str, definition: Mapping[str, Any]) -> str | int | bool:
    """Return what was typed as the attribute wants it; what does not fit stays as it is."""
    kind = definition.get("type")
    if kind == "boolean" and text in ("yes", "no"):
        return text == "yes"
    if kind == "choice":
        return next((one for one in definition.get("options", []) if str(one) == text), text)
    if kind == "integer":
        return _number(text)
    return text


def _number(text: str) -> str | int:
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else text


def _requires(form: OfferingForm, path: str, places: _Places) -> list[Any]:
    rows: list[Any] = []
    for i, codes in enumerate(form.requires):
        if codes:
            places.note(path, **{f"requires[{len(rows)}]": f"requires.{i}"})
            rows.append(codes[0] if len(codes) == 1 else {"any_of": codes})
    return rows


def _parts(form: OfferingForm, path: str, places: _Places) -> list[Entry]:
    rows: list[Entry] = []
    for i, part in enumerate(form.parts):
        where, name = f"parts[{len(rows)}]", f"part.{i}"
        places.note(path, **{where: name, f"{where}.min": f"{name}.minimum"})
        places.note(path, **{f"{where}.max": f"{name}.maximum"})
        rows.append(
            {"any_of": part.any_of, "min": _number(part.minimum), "max": _number(part.maximum)}
        )
    return rows


def _eligibility(form: OfferingForm, path: str, places: _Places) -> Entry:
    names = (
        *("customer_kinds", "segments", "channels", "regions", "brands", "minimum_months", "owns"),
    )
    places.note(f"{path}.eligibility", **{name: name for name in names})
    places.note(path, eligibility="customer_kinds")
    months = _number(form.minimum_months) if form.minimum_months else 0
    found = {
        "customer_kinds": list(form.customer_kinds),
        "segments": words_of(form.segments),
        "channels": words_of(form.channels),
        "regions": words_of(form.regions),
        "brands": list(form.brands),
        "minimum_months": months,
        "owns": list(form.owns),
    }
    return {name: value for name, value in found.items() if value}


def words_of(text: str) -> list[str]:
    """Return the words that were typed one after the other, with commas between them."""
    words = (word.strip() for word in SEPARATORS.split(text))
    return list(dict.fromkeys(word for word in words if word))


def _tariff_entry(form: TariffForm, i: int, ground: Ground, places: _Places) -> Entry:
    path, name = f"tariffs[{i}]", f"tariff.{i}"
    places.note("", **{path: f"{name}.code"})
    places.note(path, code=f"{name}.code", kind=f"{name}.kind")
    places.note(path, charge_group=f"{name}.charge_group", name=f"{name}.name_zh")
    places.note(path, **{"name.zh": f"{name}.name_zh", "name.en": f"{name}.name_en"})
    start = ground.sold("tariffs", form.code) if not form.fresh else {}
    saved = ground.entry("tariffs", form.code)
    fixed = [dict(version) for version in start.get("versions", [])]
    first = max((version["version"] for version in fixed), default=0) + 1
    before = {version["version"]: version for version in saved.get("versions", [])}
    fresh = [
        _version_entry(row, first + j, before.get(first + j, {}), ground.zone)
        for j, row in enumerate(form.versions)
    ]
    for j in range(len(fixed) + len(fresh)):
        where, field_name = f"versions[{j}]", f"{name}.version.{max(j - len(fixed), 0)}"
        places.note(path, **{where: f"{field_name}.valid_from"})
        places.note(f"{path}.{where}", description=f"{field_name}.description_zh")
        for language in ("zh", "en"):
            at = f"description.{language}"
            places.note(f"{path}.{where}", **{at: f"{field_name}.description_{language}"})
    places.note(path, versions=f"{name}.version.0.valid_from")
    versions = _each_ends_where_the_next_begins([*fixed, *fresh], len(fixed), ground.zone)
    entry = dict(start) if start else {
        "code": form.code,
        "kind": form.kind,
        "charge_group": form.charge_group,
        "name": {"zh": form.name_zh, "en": form.name_en},
    }  # fmt: skip
    return entry | {"versions": versions}


def _version_entry(form: VersionForm, number: int, before: Entry, zone: ZoneInfo) -> Entry:
    entry: Entry = {
        "version": number,
        "valid_from": _moment(form.valid_from, before.get("valid_from"), zone),
        "description": {"zh": form.description_zh, "en": form.description_en},
    }
    _state(entry, "valid_to", before.get("valid_to"))
    return entry


def _each_ends_where_the_next_begins(
    versions: list[Entry], fixed: int, zone: ZoneInfo
) -> list[Entry]:
    """Let the version before a new one end with its beginning; what ended before stays ended."""
    for j in range(max(fixed - 1, 0), len(versions) - 1):
        earlier, later = versions[j], versions[j + 1]
        begins = instant_of(later["valid_from"], zone)
        ends = instant_of(earlier.get("valid_to") or "", zone)
        if begins is not None and (ends is None or ends != begins):
            earlier["valid_to"] = later["valid_from"]
    if len(versions) > fixed:
        versions[-1].pop("valid_to", None)
    return versions


def _service_entry(form: ServiceForm, i: int, ground: Ground, places: _Places) -> Entry:
    path, name = f"services[{i}]", f"service.{i}"
    places.note("", **{path: f"{name}.code"})
    places.note(path, code=f"{name}.code", kind=f"{name}.kind", name=f"{name}.name_zh")
    places.note(path, provider=f"{name}.provider", resource=f"{name}.resource")
    places.note(path, **{"name.zh": f"{name}.name_zh", "name.en": f"{name}.name_en"})
    entry: Entry = {
        "code": form.code,
        "kind": form.kind,
        "name": {"zh": form.name_zh, "en": form.name_en},
    }
    if form.kind == "resource":
        entry["resource"] = form.resource
    if form.kind == "content":
        entry["provider"] = form.provider
    return entry


def _moment(text: str, before: str | None, zone: ZoneInfo) -> str:
    """Return what was typed as a content writes it; the same instant keeps its spelling."""
    moment = instant_of(text, zone) if text else None
    if moment is None:
        return text
    if before and shown_moment(before, zone) == text:
        return before
    return text if len(text) == len("2026-01-01") else moment.isoformat()


# -- what can be seen to be wrong at once --------------------------------------------------------


def troubles_of(form: DraftForm, ground: Ground, taken: Mapping[str, set[str]]) -> list[Trouble]:
    """Return what is left out or cannot be meant; ``taken`` are codes in use, by section."""
    found = _Troubles()
    if form.offering is not None:
        found.offering(form.offering, form, ground, taken.get("offerings", set()))
    if form.ending is not None and not ground.entry("offerings", form.ending.code):
        found.say("ending.status", "没有这一产品", "There is no such offering")
    for i, tariff in enumerate(form.tariffs):
        found.tariff(tariff, f"tariff.{i}", ground, taken.get("tariffs", set()))
    for i, service in enumerate(form.services):
        found.service(service, f"service.{i}", ground, taken.get("services", set()))
    for rows, name in ((form.tariffs, "tariff"), (form.services, "service")):
        codes = [row.code for row in rows]
        for i, code in enumerate(codes):
            if code and code in codes[:i]:
                found.say(f"{name}.{i}.code", "编码重复", "This code stands here twice")
    parts = (form.offering, form.ending, *form.tariffs, *form.services)
    if not any(part is not None for part in parts):
        found.say("", "草稿是空的", "There is nothing in this draft")
    return found.found


class _Troubles:
    def __init__(self) -> None:
        self.found: list[Trouble] = []

    def say(self, field: str, zh: str, en: str) -> None:
        self.found.append(Trouble(field=field, zh=zh, en=en))

    def needed(self, form: Any, *names: str, prefix: str = "") -> None:
        for name in names:
            if not getattr(form, name):
                self.say(prefix + name, "请填写", "Please fill this in")

    def code(self, code: str, field: str, fresh: bool, taken: set[str]) -> None:
        if not code:
            self.say(field, "请填写", "Please fill this in")
        elif not CODE.fullmatch(code) or len(code) > MOST_OF_A_CODE:
            self.say(
                field,
                "编码由大写字母和数字组成, 以连字符分组, 如 PLAN-99",
                "A code is of capitals and digits, in groups joined by hyphens: PLAN-99",
            )
        elif fresh and code in taken:
            self.say(
                field,
                f"编码 {code} 已被使用, 请另取一个",
                f"The code {code} is in use already, choose another",
            )

    def moment(self, text: str, field: str, zone: ZoneInfo, *, needed: bool) -> datetime | None:
        if not text:
            if needed:
                self.say(field, "请填写日期", "Please give a day")
            return None
        moment = instant_of(text, zone)
        if moment is None or moment.year < 1980 or moment.year > 2200:
            self.say(field, "没有这样的日期", "There is no such day")
            return None
        return moment

    def offering(
        self, form: OfferingForm, draft: DraftForm, ground: Ground, taken: set[str]
    ) -> None:
        saved = ground.saved.get("offerings", [])
        others = [one["code"] for i, one in enumerate(saved) if i != draft.place]
        before = saved[draft.place]["code"] if draft.place < len(saved) else ""
        self.code(form.code, "code", form.fresh and form.code != before, taken)
        if form.code in others:
            self.say("code", "草稿中已有这一产品", "It stands in this draft already")
        self.needed(form, "name_zh", "name_en", "description_zh", "description_en")
        self.needed(form, "product_class", "brand")
        if form.kind not in ("main", "addon", "bundle"):
            self.say("kind", "请选择", "Please choose")
        if form.kind == "main" and form.charging_mode not in ("postpaid", "prepaid"):
            self.say("charging_mode", "请选择", "Please choose")
        begins = self.moment(form.sale_from, "sale_from", ground.zone, needed=True)
        ends = self.moment(form.sale_to, "sale_to", ground.zone, needed=False)
        if begins and ends and ends <= begins:
            self.say("sale_to", "结束不晚于开始", "It ends before it has begun")
        if form.minimum_months and not form.minimum_months.isdecimal():
            self.say("minimum_months", "请填写整数", "Please give a whole number")
        for name in ("segments", "channels", "regions"):
            if any(len(word) > MOST_OF_A_CODE for word in words_of(getattr(form, name))):
                self.say(name, "每个词不超过 40 字", "A word has at most 40 letters")
        if form.kind == "main" and not _with_own(form.services, draft.services):
            self.say("services", "请至少选择一项服务", "Choose at least one service")
        self._relations(form)

    def _relations(self, form: OfferingForm) -> None:
        for i, codes in enumerate(form.requires):
            if not codes:
                self.say(f"requires.{i}", "请选择产品或移除此行", "Choose one or remove the row")
        if form.kind != "bundle":
            return
        if not form.parts:
            self.say("part", "组合产品需要组成部分", "A bundle needs parts")
        for i, part in enumerate(form.parts):
            if not part.any_of:
                self.say(f"part.{i}", "请选择产品或移除此行", "Choose one or remove the row")
            for name in ("minimum", "maximum"):
                if not getattr(part, name).isdecimal():
                    self.say(f"part.{i}.{name}", "请填写整数", "Please give a whole number")

    def tariff(self, form: TariffForm, name: str, ground: Ground, taken: set[str]) -> None:
        if form.fresh:
            known = {one["code"] for one in ground.saved.get("tariffs", [])}
            self.code(form.code, f"{name}.code", form.code not in known, taken)
            self.needed(form, "name_zh", "name_en", prefix=f"{name}.")
            if form.kind not in ("rating", "accounting"):
                self.say(f"{name}.kind", "请选择", "Please choose")
            if not GROUP.fullmatch(form.charge_group):
                self.say(
                    f"{name}.charge_group",
                    "费用组由小写字母、数字和下划线组成, 如 rental",
                    "A charge group is of small letters, digits and underscores: rental",
                )
        if not form.versions:
            self.say(f"{name}.code", "请添加一个版本", "Please add a version")
        last: datetime | None = None
        fixed = ground.fixed_versions(form.code) if not form.fresh else []
        if fixed:
            last = instant_of(fixed[-1]["valid_from"], ground.zone)
        for j, version in enumerate(form.versions):
            where = f"{name}.version.{j}."
            self.needed(version, "description_zh", "description_en", prefix=where)
            begins = self.moment(version.valid_from, f"{where}valid_from", ground.zone, needed=True)
            if begins is not None and last is not None and begins <= last:
                self.say(
                    f"{where}valid_from",
                    "须晚于前一版本的生效时间",
                    "It must begin after the version before it",
                )
            last = begins or last

    def service(self, form: ServiceForm, name: str, ground: Ground, taken: set[str]) -> None:
        known = {one["code"] for one in ground.saved.get("services", [])}
        self.code(form.code, f"{name}.code", form.fresh and form.code not in known, taken)
        self.needed(form, "name_zh", "name_en", prefix=f"{name}.")
        if form.kind == "content" and not form.provider:
            self.say(f"{name}.provider", "请填写服务提供商", "Please name the provider")
        if form.kind == "resource" and not form.resource:
            self.say(f"{name}.resource", "请填写", "Please fill this in")

"""Turns what channels send into entries of a draft, in the catalogue's own shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET, UnsetType

from core.tmf.context import Context
from core.tmf.errors import InvalidValue
from products import drafting
from products.api import bodies
from products.api.prices import read_price_id
from products.catalogue.content import SECTIONS, Content, Entry
from products.drafting import Said
from products.models import Brand, ProductClass, ProductOffering, Service, Tariff
from products.states import OfferingKind, OfferingStatus, TariffKind

UNCLASSED = {"code": "UNCLASSED", "name": {"zh": "未分类", "en": "Not classed"}}
UNBRANDED = {"code": "UNBRANDED", "name": {"zh": "无品牌", "en": "No brand"}}
_S = OfferingStatus
FACETS = {"channel": "channels", "market_segment": "segments", "place": "regions"}
CHARGE_GROUPS = {"recurring": "rental", "oneTime": "one_off", "usage": "usage"}


@dataclass
class Drafted:
    """An offering's entry and what it brings along, and what was said of each new price."""

    entry: Entry
    brought: dict[str, list[Entry]] = field(default_factory=dict)
    prices: dict[str, Said] = field(default_factory=dict)

    @property
    def content(self) -> Content:
        return {
            section: [*self.brought.get(section, []), *self._own(section)] for section in SECTIONS
        }

    def _own(self, section: str) -> list[Entry]:
        return [self.entry] if section == "offerings" else []


def new_offering(body: bodies.NewOffering, context: Context, client: str) -> Drafted:
    """Return the entry of a new offering; what it does not say is as little as can be."""
    kind = _kind_of(body)
    names = {"zh": body.name, "en": body.name}
    code = body.id or drafting.new_code(ProductOffering, body.name, f"{kind.upper()}-OFFERING")
    entry: Entry = {"code": code, "kind": kind}
    if kind == OfferingKind.MAIN:
        entry["charging_mode"] = body.charging_mode or "postpaid"
    entry |= {
        "class": UNCLASSED["code"],
        "brand": UNBRANDED["code"],
        "name": names,
        "description": dict(names),
        "source": f"TMF620, {client}",
        "status": _S.LAUNCHED.value,
        "sale": {"from": instant(context.at)},
        "services": [],
        "tariffs": [],
    }
    drafted = Drafted(entry)
    _apply(drafted, body, context)
    for key, model, section, spare in (
        ("class", ProductClass, "classes", UNCLASSED),
        ("brand", Brand, "brands", UNBRANDED),
    ):
        if entry[key] == spare["code"] and not model.objects.filter(code=spare["code"]).exists():
            drafted.brought.setdefault(section, []).append(dict(spare))
    return drafted


def changed_offering(entry: Entry, body: bodies.ChangedOffering, context: Context) -> Drafted:
    """Return the entry with what a PATCH changes of it."""
    drafted = Drafted(dict(entry))
    if isinstance(body.name, str):
        drafted.entry["name"] = entry["name"] | {context.language: body.name}
    kind = _kind_of(body, entry["kind"])
    if kind != entry["kind"]:
        drafted.entry["kind"] = kind
        drafted.entry.pop("charging_mode", None)
        if kind == OfferingKind.MAIN:
            drafted.entry["charging_mode"] = "postpaid"
    _apply(drafted, body, context)
    return drafted


def instant(at: datetime) -> str:
    """Spell an instant as entries do, to the second; one out of all reason is judged later."""
    if not 1 < at.year < 9999:  # no other zone has it
        return f"{at.year:04d}-01-01"
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _kind_of(body: bodies.OfferingWords, present: str | None = None) -> str:
    said = body.offering_kind
    bundled = bool(body.bundled_product_offering) or body.is_bundle is True
    if said is UNSET and bundled:
        said = "bundle"
    if said is UNSET and isinstance(body.charging_mode, str) and present is None:
        said = "main"
    kind = present or "addon" if isinstance(said, UnsetType) else said
    if body.is_bundle is not UNSET and body.is_bundle != (kind == OfferingKind.BUNDLE):
        raise InvalidValue("isBundle", f"与类型 {kind} 不符", f"the offering is of the kind {kind}")
    return kind


def _apply(drafted: Drafted, body: bodies.OfferingWords, context: Context) -> None:
    entry = drafted.entry
    if body.description is None:
        entry["description"] = dict(entry["name"])
    elif isinstance(body.description, str):
        both = "zh" not in entry["description"] or isinstance(body, bodies.NewOffering)
        one = {context.language: body.description}
        entry["description"] = (
            {"zh": body.description, "en": body.description} if both else entry["description"] | one
        )
    if isinstance(body.charging_mode, str):
        entry["charging_mode"] = body.charging_mode
    elif body.charging_mode is None:
        entry.pop("charging_mode", None)
    if isinstance(body.brand, bodies.Reference):
        entry["brand"] = body.brand.id
    _apply_class(entry, body)
    _apply_sale(entry, body.valid_for, context)
    _apply_eligibility(entry, body)
    _apply_relations(entry, body.product_offering_relationship)
    _apply_parts(entry, body.bundled_product_offering)
    if body.service_specification is not UNSET:
        entry["services"] = list(dict.fromkeys(one.id for one in body.service_specification or ()))
    if body.product_offering_price is not UNSET:
        _apply_prices(drafted, body.product_offering_price or [], context)
    if body.prod_spec_char_value_use is not UNSET:
        _apply_values(entry, body.prod_spec_char_value_use or [])


def _apply_class(entry: Entry, body: bodies.OfferingWords) -> None:
    named = [] if isinstance(body.category, UnsetType) else [one.id for one in body.category]
    if len(set(named)) > 1:
        raise InvalidValue("category", "只能有一个类别", "one category is expected")
    if isinstance(body.product_specification, bodies.Reference):
        if named and named[0] != body.product_specification.id:
            raise InvalidValue(
                "productSpecification.id",
                f"与类别 {named[0]} 不符",
                f"it is that of the category, {named[0]}",
            )
        named = [body.product_specification.id]
    if named:
        entry["class"] = named[0]


def _apply_sale(entry: Entry, period: bodies.Period | UnsetType | None, context: Context) -> None:
    if isinstance(period, UnsetType):
        return
    sale = dict(entry.get("sale", {}))
    first = period.start_date_time if period else None
    last = period.end_date_time if period else None
    if isinstance(first, datetime):
        sale["from"] = instant(first)
    elif first is None or "from" not in sale:
        sale["from"] = instant(context.at)
    if isinstance(last, datetime):
        sale["to"] = instant(last)
    elif last is None:
        sale.pop("to", None)
    entry["sale"] = sale


def _apply_eligibility(entry: Entry, body: bodies.OfferingWords) -> None:
    stated = dict(entry.get("eligibility", {}))
    for name, facet in FACETS.items():
        said = getattr(body, name)
        if said is UNSET:
            continue
        stated[facet] = list(dict.fromkeys(one.id for one in said or ()))
        if not stated[facet]:
            del stated[facet]
    entry.pop("eligibility", None)
    if stated:
        entry["eligibility"] = stated


def _apply_relations(entry: Entry, said: list[bodies.RelationshipBody] | UnsetType | None) -> None:
    if isinstance(said, UnsetType):
        return
    for kind in ("requires", "excludes", "replaces"):
        entry.pop(kind, None)
    choices: dict[str, list[str]] = {}
    for number, one in enumerate(said or ()):
        if one.relationship_type == "requires":
            codes = choices.setdefault(one.role or f"#{number}", [])
        else:
            codes = entry.setdefault(one.relationship_type, [])
        if one.id not in codes:
            codes.append(one.id)
    if choices:
        entry["requires"] = [
            codes[0] if len(codes) == 1 else {"any_of": codes} for codes in choices.values()
        ]


def _apply_parts(entry: Entry, said: list[bodies.PartBody] | UnsetType | None) -> None:
    if isinstance(said, UnsetType):
        return
    entry.pop("parts", None)
    groups: dict[str, dict[str, Any]] = {}
    for number, one in enumerate(said or ()):
        option = one.bundled_product_offering_option or bodies.PartOption()
        stated = {
            "min": option.number_rel_offer_lower_limit,
            "max": option.number_rel_offer_upper_limit,
        }
        part = groups.setdefault(option.group or f"#{number}", {"any_of": [], **stated})
        if stated != {"min": part["min"], "max": part["max"]}:
            raise InvalidValue(
                f"bundledProductOffering[{number}].bundledProductOfferingOption",
                "同组的上下限应相同",
                "the parts of one group have the same limits",
            )
        if one.id not in part["any_of"]:
            part["any_of"].append(one.id)
    if groups:
        entry["parts"] = list(groups.values())


def _apply_values(entry: Entry, said: list[bodies.UseBody]) -> None:
    resources = set(
        Service.objects.filter(code__in=entry["services"]).values_list("resource", flat=True)
    )
    values: dict[str, Any] = {}
    for number, use in enumerate(said):
        if use.name in resources:
            continue  # chosen in the order, not stated by the offering
        given = [one for one in use.product_spec_characteristic_value if one.value is not UNSET]
        chosen = [one for one in given if one.is_default] or given
        if len(chosen) > 1:
            raise InvalidValue(
                f"prodSpecCharValueUse[{number}].productSpecCharacteristicValue",
                "应有一个默认值",
                "one of the values is to be the default",
            )
        if chosen:
            values[use.name] = chosen[0].value
    entry.pop("attributes", None)
    if values:
        entry["attributes"] = values


def _apply_prices(drafted: Drafted, said: list[bodies.PriceInOffering], context: Context) -> None:
    """Name the tariffs the prices belong to, and draft those that are new."""
    entry = drafted.entry
    codes: list[str] = []
    fresh: list[str] = []
    named = [_tariff_code(one.id) for one in said if one.id]
    known = set(Tariff.objects.filter(code__in=named).values_list("code", flat=True))
    for number, one in enumerate(said):
        code = _tariff_code(one.id) if one.id else ""
        if code in known:
            codes.append(code)
            continue
        if one.name is None:
            field = f"productOfferingPrice[{number}]"
            raise InvalidValue(
                f"{field}.id" if one.id else field,
                "没有这样的价格" if one.id else "需要 id 或 name",
                "there is no such price" if one.id else "an id or a name is expected",
            )
        code = code or drafting.new_code(Tariff, "", f"T-{entry['code']}", fresh)
        if code not in fresh:
            fresh.append(code)
            raw = _raw_price(context.raw, number)
            tariff = tariff_entry(
                code, one, raw.get("tariffKind"), entry["sale"]["from"], _amount_in_words(raw)
            )
            drafted.brought.setdefault("tariffs", []).append(tariff)
            drafted.prices[f"{code}:1"] = Said(extension=_beyond(raw))
        codes.append(code)
    entry["tariffs"] = list(dict.fromkeys(codes))


def _tariff_code(id: str) -> str:
    named = read_price_id(id)
    return named[0] if named else id


def _raw_price(raw: Mapping[str, Any], number: int) -> dict[str, Any]:
    prices = raw.get("productOfferingPrice") or []
    return prices[number] if isinstance(prices[number], dict) else {}


_READ = frozenset(
    {"id", "href", "name", "description", "priceType", "chargeGroup", "validFor", "version",
     "lifecycleStatus", "lastUpdate", "release", "externalId"}
)  # fmt: skip


def _beyond(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a price in an offering says beyond our model, as the price itself shows it."""
    kept = {name: value for name, value in raw.items() if name not in _READ}
    price = kept.get("price")
    if isinstance(price, dict) and isinstance(price.get("taxIncludedAmount"), dict):
        kept["price"] = price["taxIncludedAmount"]
    return kept


def _amount_in_words(raw: Mapping[str, Any]) -> str:
    price = _beyond(raw).get("price")
    if isinstance(price, dict) and isinstance(price.get("value"), int | float):
        return f"{price['value']} {price.get('unit', '')}".strip()
    return ""


def tariff_entry(
    code: str,
    said: bodies.PriceInOffering | bodies.NewPrice,
    kind: Any,
    since: str,
    asked: str,
) -> Entry:
    """Return a new tariff with its first version; BOSS's people read in it what is asked for."""
    name = said.name or code
    rated = kind == TariffKind.RATING or said.price_type == "usage"
    group = said.charge_group or CHARGE_GROUPS.get(said.price_type or "", "other")
    return {
        "code": code,
        "kind": (TariffKind.RATING if rated else TariffKind.ACCOUNTING).value,
        "charge_group": group,
        "name": {"zh": name, "en": name},
        "versions": [version_entry(1, said, since, asked)],
    }


def version_entry(
    number: int, said: bodies.PriceInOffering | bodies.NewPrice, since: str, asked: str
) -> Entry:
    """Return a version of a tariff; without a description its name and amount say what is asked."""
    text = said.description or f"{said.name}: {asked}" if asked else said.description or said.name
    period = said.valid_for
    first = period.start_date_time if period else None
    last = period.end_date_time if period else None
    entry: Entry = {
        "version": number,
        "valid_from": instant(first) if isinstance(first, datetime) else since,
    }
    if isinstance(last, datetime):
        entry["valid_to"] = instant(last)
    return entry | {"description": {"zh": text, "en": text}}


def changed_period(entry: Entry, period: bodies.Period | UnsetType) -> None:
    """Change when a version is valid."""
    if isinstance(period, UnsetType):
        return
    if isinstance(period.start_date_time, datetime):
        entry["valid_from"] = instant(period.start_date_time)
    if isinstance(period.end_date_time, datetime):
        entry["valid_to"] = instant(period.end_date_time)
    elif period.end_date_time is None:
        entry.pop("valid_to", None)

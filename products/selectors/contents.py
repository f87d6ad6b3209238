"""The catalogue as entries in the file's own shape, without the rules and commands BOSS holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from core.tariff import Price
from products.catalogue.building import Configured
from products.catalogue.content import Content, Entry
from products.models import (
    Brand,
    CatalogueOperator,
    ClassAttribute,
    OfferingAttribute,
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
from products.states import RelationKind

NO_OPERATOR = {
    "name": {"zh": "运营商", "en": "Operator"},
    "currency": "CNY",
    "timezone": settings.TIME_ZONE,
}
_ELIGIBLE = (
    "customer_kinds", "segments", "channels", "regions", "brands", "minimum_months", "owns",
)  # fmt: skip


def operator_section() -> dict[str, Any]:
    """Return whose catalogue it is, in the file's shape."""
    row = CatalogueOperator.objects.first()
    if row is None:
        return NO_OPERATOR
    return {
        "name": {"zh": row.name_zh, "en": row.name_en},
        "currency": row.currency,
        "timezone": row.timezone,
    }


def content_of_catalogue(codes: Iterable[str] | None = None) -> Content:
    """Return the present entries: all, or the offerings of these codes with what they name.

    In a constant number of statements. An offering that nobody has released yet is there too.
    """
    zone = ZoneInfo(operator_section()["timezone"])
    offerings = _offerings(zone, None if codes is None else list(codes))
    if codes is None:
        services, tariffs = Q(), Q()
    else:
        services = Q(code__in={code for one in offerings for code in one["services"]})
        tariffs = Q(code__in={code for one in offerings for code in one["tariffs"]})
    return {
        "brands": [_named(row) for row in Brand.objects.order_by("id")],
        "classes": [_class(row) for row in _classes()],
        "services": [_service(row) for row in Service.objects.filter(services).order_by("id")],
        "tariffs": _tariffs(Tariff.objects.filter(tariffs).order_by("id"), zone),
        "offerings": offerings,
    }


def tariffs_of_catalogue(codes: Iterable[str]) -> list[Entry]:
    """Return the entries of the tariffs of these codes, with all their versions."""
    zone = ZoneInfo(operator_section()["timezone"])
    return _tariffs(Tariff.objects.filter(code__in=list(codes)).order_by("id"), zone)


def configured_of_catalogue() -> Configured:
    """Return the marks of the rules and commands that BOSS holds for the present catalogue."""
    versions = {
        (code, version): (
            digest,
            None if amount is None else Price(amount, per),
        )
        for code, version, digest, amount, per in TariffVersion.objects.values_list(
            "tariff__code", "version", "rules_digest", "price_amount", "price_per"
        )
        if digest
    }
    services = {
        code: (digest, tuple(elements))
        for code, digest, elements in Service.objects.values_list(
            "code", "commands_digest", "elements"
        )
        if digest
    }
    return Configured(versions=versions, services=services)


def _named(row: Any) -> Entry:
    return {"code": row.code, "name": {"zh": row.name_zh, "en": row.name_en}}


def _classes() -> Any:
    return ProductClass.objects.order_by("id").prefetch_related("attributes")


def _class(row: ProductClass) -> Entry:
    attributes = [_attribute(one) for one in row.attributes.all()]
    return _named(row) | ({"attributes": attributes} if attributes else {})


def _attribute(row: ClassAttribute) -> Entry:
    entry: Entry = {
        "name": row.name,
        "label": {"zh": row.label_zh, "en": row.label_en},
        "type": row.kind,
    }
    stated = {
        "unit": row.unit or None,
        "min": row.minimum,
        "max": row.maximum,
        "options": row.options or None,
        "default": row.default,
        "configurable": row.configurable or None,
    }
    return entry | {name: value for name, value in stated.items() if value is not None}


def _service(row: Service) -> Entry:
    entry = {"code": row.code, "kind": row.kind, "name": {"zh": row.name_zh, "en": row.name_en}}
    return entry | {key: value for key in ("resource", "provider") if (value := getattr(row, key))}


def _tariffs(rows: Any, zone: ZoneInfo) -> list[Entry]:
    tariffs = list(rows)
    versions: dict[int, list[Entry]] = defaultdict(list)
    for row in TariffVersion.objects.filter(tariff__in=tariffs).order_by("version"):
        entry: Entry = {"version": row.version, "valid_from": _instant(row.valid_from, zone)}
        if row.valid_to is not None:
            entry["valid_to"] = _instant(row.valid_to, zone)
        entry["description"] = {"zh": row.description_zh, "en": row.description_en}
        versions[row.tariff_id].append(entry)
    return [
        {
            "code": row.code,
            "kind": row.kind,
            "charge_group": row.charge_group,
            "name": {"zh": row.name_zh, "en": row.name_en},
            "versions": versions[row.pk],
        }
        for row in tariffs
    ]


def _offerings(zone: ZoneInfo, codes: list[str] | None) -> list[Entry]:
    rows = ProductOffering.objects.order_by("id").select_related("product_class", "brand")
    if codes is not None:
        rows = rows.filter(code__in=codes)
    found = list(rows)
    keys = None if codes is None else [row.pk for row in found]
    services = _links(OfferingService, "service__code", keys)
    tariffs = _links(OfferingTariff, "tariff__code", keys)
    relations = _relations(keys)
    eligibility = _eligibility(keys)
    attributes = _attributes(keys)
    return [
        {
            **_basics(row, zone),
            "services": services[row.pk],
            "tariffs": tariffs[row.pk],
            **attributes.get(row.pk, {}),
            **relations[row.pk],
            **eligibility.get(row.pk, {}),
        }
        for row in found
    ]


def _basics(row: ProductOffering, zone: ZoneInfo) -> Entry:
    entry: Entry = {"code": row.code, "kind": row.kind}
    if row.charging_mode:
        entry["charging_mode"] = row.charging_mode
    entry |= {
        "class": row.product_class.code,
        "brand": row.brand.code,
        "name": {"zh": row.name_zh, "en": row.name_en},
        "description": {"zh": row.description_zh, "en": row.description_en},
        "source": row.source,
        "status": row.status,
    }
    if row.sale_from is not None:
        entry["sale"] = {"from": _instant(row.sale_from, zone)}
        if row.sale_to is not None:
            entry["sale"]["to"] = _instant(row.sale_to, zone)
    return entry


def _links(model: Any, other: str, keys: list[int] | None) -> dict[int, list[str]]:
    rows = model.objects.order_by("offering", "position")
    if keys is not None:
        rows = rows.filter(offering__in=keys)
    links: dict[int, list[str]] = defaultdict(list)
    for offering, code in rows.values_list("offering_id", other):
        links[offering].append(code)
    return links


def _relations(keys: list[int] | None) -> dict[int, Entry]:
    rows = OfferingRelation.objects.order_by("choice", "id")
    if keys is not None:
        rows = rows.filter(Q(source__in=keys) | Q(target__in=keys))
    choices: dict[tuple[int, str, int], list[Any]] = defaultdict(list)
    stated = rows.values_list(
        "source_id", "source__code", "kind", "target_id", "target__code", "choice", "minimum",
        "maximum",
    )  # fmt: skip
    for source, source_code, kind, target, target_code, choice, minimum, maximum in stated:
        if kind == RelationKind.PART_OF:
            choices[target, kind, choice].append((source_code, minimum, maximum))
        else:
            choices[source, kind, choice].append((target_code, None, None))
    entries: dict[int, Entry] = defaultdict(dict)
    for (offering, kind, _), others in choices.items():
        entries[offering].setdefault(_SECTION[kind], []).extend(_stated(kind, others))
    return entries


_SECTION: dict[str, str] = {
    RelationKind.REQUIRES: "requires",
    RelationKind.EXCLUDES: "excludes",
    RelationKind.REPLACES: "replaces",
    RelationKind.PART_OF: "parts",
}


def _stated(kind: str, others: list[Any]) -> Iterator[Any]:
    codes = [code for code, _, _ in others]
    if kind == RelationKind.PART_OF:
        _, minimum, maximum = others[0]
        yield {"any_of": codes, "min": minimum, "max": maximum}
    elif kind == RelationKind.REQUIRES and len(codes) > 1:
        yield {"any_of": codes}
    else:
        yield from codes


def _attributes(keys: list[int] | None) -> dict[int, Entry]:
    rows = OfferingAttribute.objects.order_by("attribute__position")
    if keys is not None:
        rows = rows.filter(offering__in=keys)
    entries: dict[int, Entry] = {}
    for offering, name, value in rows.values_list("offering_id", "attribute__name", "value"):
        entries.setdefault(offering, {"attributes": {}})["attributes"][name] = value
    return entries


def _eligibility(keys: list[int] | None) -> dict[int, Entry]:
    rows = OfferingEligibility.objects.all()
    if keys is not None:
        rows = rows.filter(offering__in=keys)
    return {
        row.offering_id: {
            "eligibility": {name: value for name in _ELIGIBLE if (value := getattr(row, name))}
        }
        for row in rows
    }


def _instant(at: datetime, zone: ZoneInfo) -> str:
    """Return a day where it is one's first moment in the operator's zone, else the instant."""
    local = at.astimezone(zone)
    if local.time() == datetime.min.time():
        return local.date().isoformat()
    return at.isoformat().replace("+00:00", "Z") if at.microsecond == 0 else _to_the_second(at)


def _to_the_second(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat().replace("+00:00", "Z")

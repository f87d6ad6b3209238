"""TMF620 productOfferingPrice: the versions of tariffs, each a price."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db.models import CharField, F, OuterRef, Prefetch, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from auth_center.actors import Actor
from core.errors import NotFound
from core.tmf import (
    Answer,
    Choice,
    Constant,
    Context,
    Create,
    Instant,
    Links,
    Number,
    Patch,
    Resource,
    Text,
    register,
)
from core.tmf.errors import InvalidValue
from core.tmf.extension import known_names
from core.tmf.text import has_control_character
from products import drafting, selectors
from products.api import bodies, entries, prices, shapes, words
from products.api.refusing import told_by_attribute
from products.catalogue.content import Entry
from products.models import OfferingTariff, Tariff, TariffVersion
from products.permissions import EDIT_DRAFT, VIEW_OFFERING
from products.states import EntryKind, TariffKind

STANDINGS = ("In design", "Launched", "Retired")
RECURRING, ONCE = Q(price_per="cycle"), Q(price_per="once")
USAGE = Q(tariff__kind=TariffKind.RATING)
KINDS = {
    "usage": USAGE,
    "recurring": RECURRING & ~USAGE,
    "oneTime": ONCE & ~USAGE,
    "other": ~USAGE & ~RECURRING & ~ONCE,
}


def _tariff_name(operator: str, values: list[Any]) -> Q:
    def under_tariff(one: Any) -> Any:
        if isinstance(one, Q):
            moved = Q(*map(under_tariff, one.children), _connector=one.connector)
            return ~moved if one.negated else moved
        return (f"tariff__{one[0]}", one[1])

    moved: Q = under_tariff(words.either_name(operator, values))
    return moved


def _of_type(operator: str, values: list[Any]) -> Q:
    found = Q(pk__in=())
    for value in values:
        found |= KINDS[value]
    return found if operator == "eq" else ~found


def _whole_version(operator: str, values: list[Any]) -> Q:
    numbers = [int(value) for value in values if value.isascii() and value.isdigit()][:100]
    numbers = [number for number in numbers if number < 2**31]
    found = Q(version__in=numbers)
    return found if operator == "eq" else ~found


class _Version(Text):
    operators = frozenset({"eq", "ne"})


KNOWN = known_names(bodies.ChangedPrice)


def draft_price(actor: Actor, body: bodies.NewPrice, context: Context) -> str | Answer:
    """Draft a tariff, or the next version of one; 202 where it is only seen once launched."""
    extension = dict(context.extension)
    if body.price is not None:
        extension["price"] = _asked(body.price)
    asked = f"{body.price.value} {body.price.unit or ''}".strip() if body.price else ""
    with told_by_attribute():
        entry, version = _entry(body, context, asked)
        code, number = drafting.draft_price(
            entry=entry,
            version=version,
            said=drafting.Said(
                extension=extension,
                external_id=context.external_id or "",
                fingerprint=context.fingerprint,
            ),
            release_no=body.release.id if body.release else "",
            actor=actor,
            at=context.at,
        )
    if TariffVersion.objects.filter(tariff__code=code, version=number).exists():
        return prices.price_id(code, number)
    return Answer(_promised(code, number, extension), status=202)


def _entry(body: bodies.NewPrice, context: Context, asked: str) -> tuple[Entry, int]:
    """Return the tariff with its new version, and which that is."""
    since = entries.instant(context.at)
    named = prices.read_price_id(body.id) if body.id else None
    code = named[0] if named else body.id or drafting.new_code(Tariff, "", "T-PRICE")
    if not Tariff.objects.filter(code=code).exists():
        if named and named[1] != 1:
            raise InvalidValue("id", "第一个版本为 1", "the first version is 1")
        kind = context.raw.get("tariffKind")
        return entries.tariff_entry(code, body, kind, since, asked), 1
    entry = drafting.present_tariff(code)
    *_, last = entry["versions"]
    number = named[1] if named else last["version"] + 1
    if number != last["version"] + 1:
        raise drafting.CodeTaken(number=prices.price_id(code, number), field="id")
    version = entries.version_entry(number, body, since, asked)
    closed = last | {"valid_to": version["valid_from"]}
    return entry | {"versions": [*entry["versions"][:-1], closed, version]}, number


def _asked(price: bodies.Amount) -> dict[str, Any]:
    """Return the price asked for, as it is kept until rules say it; raise where it is no money."""
    currency = selectors.operator_section()["currency"]
    if price.unit not in (None, currency):
        raise InvalidValue("price.unit", f"应为 {currency}", f"{currency} is expected")
    if not (price.value.is_finite() and 0 <= price.value <= 10**9):
        raise InvalidValue("price.value", "应为 0 至 10 亿", "0 to 1,000,000,000 is expected")
    return {"unit": currency, "value": float(price.value)}


def _promised(code: str, number: int, extension: dict[str, Any]) -> TariffVersion:
    """Return a version of a tariff on sale that is drafted only, as it will be."""
    release = drafting.release_of(EntryKind.TARIFF, code)
    stated = drafting.present_tariff(code)["versions"]
    entry = next(one for one in stated if one["version"] == number)
    row = TariffVersion(
        tariff=Tariff.objects.get(code=code),
        version=number,
        valid_from=prices.read_instant(entry["valid_from"]) or timezone.now(),
        valid_to=prices.read_instant(entry.get("valid_to")),
        description_zh=entry["description"]["zh"],
        description_en=entry["description"]["en"],
    )
    found = {"id": release.release_no, "state": release.status} if release else None
    extra = {"price_id": prices.price_id(code, number), "extension": extension, "release": found}
    for name, value in extra.items():
        setattr(row, name, value)
    return row


def change_price(actor: Actor, row: Any, body: bodies.ChangedPrice, context: Context) -> str:
    """Change a price that was not released yet."""
    extension = dict(context.extension)
    extension.pop("price", None)
    if isinstance(body.price, bodies.Amount):
        extension["price"] = _asked(body.price)
    elif body.price is not None and "price" in row.extension:
        extension["price"] = row.extension["price"]
    code, number, entry = row.tariff.code, row.version, None
    if set(context.raw) & KNOWN:
        entry = dict(drafting.present_tariff(code))
        if isinstance(body.name, str):
            entry["name"] = entry["name"] | {context.language: body.name}
        entry["versions"] = [
            _changed(one, body, context) if one["version"] == number else one
            for one in entry["versions"]
        ]
    with told_by_attribute():
        drafting.change_price(
            code=code,
            version=number,
            entry=entry,
            extension=extension,
            actor=actor,
            at=context.at,
        )
    return str(row.price_id)


def _changed(version: Entry, body: bodies.ChangedPrice, context: Context) -> Entry:
    changed = dict(version)
    if isinstance(body.description, str):
        changed["description"] = version["description"] | {context.language: body.description}
    entries.changed_period(changed, body.valid_for)
    return changed


@register
class ProductOfferingPriceResource(Resource):
    """Prices; one is told apart by its tariff's code and version ("T-59-DATA:2")."""

    name = "productOfferingPrice"
    type = "ProductOfferingPrice"
    base = words.BASE
    system = "crm"
    about = "资费版本: what a tariff costs during a period; owners keep the version they bought."
    key = "price_id"
    read_permission = VIEW_OFFERING
    representation = shapes.ProductOfferingPrice
    extension = "extension"
    arrays = ("productOffering",)
    filters = {
        "name": Text(_tariff_name),
        "version": _Version(_whole_version),
        "lifecycleStatus": Choice(prices.in_standing, STANDINGS),
        "priceType": Choice(_of_type, KINDS.keys()),
        "tariffKind": Choice("tariff__kind", TariffKind),
        "chargeGroup": Text("tariff__charge_group"),
        "price.value": Number("price_amount"),
        "price.unit": Text("price_currency"),
        "isBundle": Constant("false"),
        "validFor.startDateTime": Instant("valid_from"),
        "validFor.endDateTime": Instant("valid_to"),
        "productOffering.id": Text("tariff__offerings__code", many=True),
    }
    sortable = {
        "id": "price_id",
        "name": "tariff__name_zh",
        "version": "version",
        "validFor.startDateTime": "valid_from",
    }
    ordering = ("tariff__code", "version")
    fixed = frozenset(
        {"lastUpdate", "lifecycleStatus", "version", "release", "externalId", "productOffering",
         "priceType", "tariffKind", "chargeGroup", "isBundle"}
    )  # fmt: skip
    create = Create(bodies.NewPrice, permission=EDIT_DRAFT, call=draft_price)
    patch = Patch(bodies.ChangedPrice, permission=EDIT_DRAFT, call=change_price)

    def queryset(self, actor: Any) -> QuerySet[TariffVersion]:
        id = Concat(
            "tariff__code", Value(":"), Cast("version", CharField()), output_field=CharField()
        )
        kept = Concat(
            OuterRef("tariff__code"),
            Value(":"),
            Cast(OuterRef("version"), CharField()),
            output_field=CharField(),
        )
        rows = (
            TariffVersion.objects.select_related("tariff")
            .annotate(price_id=id, tariff_code=F("tariff__code"))
            .prefetch_related(
                Prefetch(
                    "tariff__offering_links",
                    OfferingTariff.objects.select_related("offering").order_by("offering__code"),
                )
            )
        )
        extended = words.with_extension(rows, EntryKind.TARIFF, kept)
        return words.with_release(extended, EntryKind.TARIFF, "tariff__code")

    def find(self, actor: Any, id: str) -> TariffVersion:
        """Find by the code's and the version's own index."""
        named = None if has_control_character(id) else prices.read_price_id(id)
        if named is None:
            raise NotFound()
        code, version = named
        row: TariffVersion | None = (
            self.queryset(actor).filter(tariff__code=code, version=version).first()
        )
        if row is None:
            raise NotFound()
        return row

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        kind = prices.price_type(row.tariff, row)
        shown = shapes.ProductOfferingPrice(
            id=row.price_id,
            href=links.href_under(self.path, row.price_id),
            name=words.spoken(row.tariff, "name", links),
            description=words.spoken(row, "description", links),
            version=str(row.version),
            lifecycle_status=prices.standing_of(row, timezone.now()),
            valid_for=words.period(row.valid_from, row.valid_to),
            price_type=kind,
            is_bundle=False,
            tariff_kind=row.tariff.kind,
            charge_group=row.tariff.charge_group,
            price=prices.amount_of(row),
            unit_of_measure=prices.quantity_of(row),
            recurring_charge_period_type="month" if kind == "recurring" else None,
            recurring_charge_period_length=1 if kind == "recurring" else None,
            product_offering=[
                words.reference(
                    link.offering, "ProductOffering", links, f"{self.base}productOffering"
                )
                for link in row.tariff.offering_links.all()
            ],
            release=words.release_of(row),
            type=self.type,
        )
        document: dict[str, Any] = msgspec.to_builtins(shown, builtin_types=(datetime, Decimal))
        return document

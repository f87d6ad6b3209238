"""TMF620 productOffering: what is sold, read by channels."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db.models import Prefetch, Q

from core.tmf import Boolean, Choice, Instant, Links, Resource, Text, register
from products import selectors
from products.api import shapes
from products.models import (
    OfferingQuerySet,
    OfferingRelation,
    OfferingService,
    OfferingTariff,
    ProductOffering,
    TariffVersion,
)
from products.permissions import VIEW_OFFERING
from products.states import ChargingMode, OfferingKind, OfferingStatus, RelationKind, TariffKind

LIFECYCLE = {
    "In design": OfferingStatus.IN_DESIGN.value,
    "In test": OfferingStatus.IN_TEST.value,
    "Launched": OfferingStatus.LAUNCHED.value,
    "Retired": OfferingStatus.RETIRED.value,
    "Obsolete": OfferingStatus.OBSOLETE.value,
}
SPOKEN = {status: word for word, status in LIFECYCLE.items()}
LAUNCHED = Q(status=OfferingStatus.LAUNCHED)
BUNDLE = Q(kind=OfferingKind.BUNDLE)


def _either_name(operator: str, values: list[Any]) -> Q:
    lookup = {"eq": "in", "ne": "in"}.get(operator)
    found = Q()
    for column in ("name_zh", "name_en"):
        if lookup:
            found |= Q(**{f"{column}__in": values})
        else:
            for value in values:
                found |= Q(**{f"{column}__{operator}": value})
    return ~found if operator == "ne" else found


def _is(condition: Q) -> Any:
    def lookup(operator: str, values: list[Any]) -> Q:
        wanted = {value == (operator == "eq") for value in values}
        if wanted == {True}:
            return condition
        return ~condition if wanted == {False} else Q()

    return lookup


@register
class ProductOfferingResource(Resource):
    """What is sold; names come in the language asked for, and are found in either."""

    name = "productOffering"
    type = "ProductOffering"
    base = "/tmf-api/productCatalogManagement/v4/"
    system = "crm"
    about = "产品: what is sold, with prices, relations and the characteristics an order must give."
    key = "code"
    read_permission = VIEW_OFFERING
    representation = shapes.ProductOffering
    arrays = (
        "category",
        "productOfferingPrice",
        "productOfferingRelationship",
        "bundledProductOffering",
        "prodSpecCharValueUse",
        "marketSegment",
        "channel",
        "place",
    )
    filters = {
        "name": Text(_either_name),
        "lifecycleStatus": Choice("status", LIFECYCLE),
        "isBundle": Boolean(_is(BUNDLE)),
        "isSellable": Boolean(_is(LAUNCHED)),
        "offeringKind": Choice("kind", OfferingKind),
        "chargingMode": Choice("charging_mode", ChargingMode),
        "category.id": Text("product_class__code"),
        "brand.id": Text("brand__code"),
        "lastUpdate": Instant("changed_at"),
        "validFor.startDateTime": Instant("sale_from"),
        "validFor.endDateTime": Instant("sale_to"),
        "productOfferingPrice.id": Text("tariffs__code", many=True),
    }
    sortable = {
        "id": "code",
        "name": "name_zh",
        "lastUpdate": "changed_at",
        "lifecycleStatus": "status",
    }
    ordering = ("code",)

    def queryset(self, actor: Any) -> OfferingQuerySet:
        counterparts = OfferingRelation.objects.filter(
            kind__in=[RelationKind.EXCLUDES, RelationKind.PART_OF]
        )
        offerings: OfferingQuerySet = (
            selectors.list_offerings()
            .select_related("product_class", "brand", "eligibility")
            .prefetch_related(
                Prefetch("tariff_links", OfferingTariff.objects.select_related("tariff")),
                Prefetch(
                    "tariff_links__tariff__versions", TariffVersion.objects.order_by("version")
                ),
                Prefetch("service_links", OfferingService.objects.select_related("service")),
                Prefetch(
                    "relations",
                    OfferingRelation.objects.select_related("target").order_by("choice", "id"),
                ),
                Prefetch(
                    "related_from", counterparts.select_related("source").order_by("choice", "id")
                ),
            )
        )
        return offerings

    def represent(self, row: ProductOffering, links: Links) -> dict[str, Any]:
        shown = shapes.ProductOffering(
            id=row.code,
            href=links.href_under(self.path, row.code),
            name=_spoken(row, "name", links),
            description=_spoken(row, "description", links),
            lifecycle_status=SPOKEN[row.status],
            last_update=row.changed_at,
            is_bundle=row.kind == OfferingKind.BUNDLE,
            is_sellable=row.status == OfferingStatus.LAUNCHED,
            valid_for=_period(row.sale_from, row.sale_to),
            offering_kind=row.kind,
            brand=_reference(row.brand, "Brand", links),
            charging_mode=row.charging_mode or None,
            category=[_reference(row.product_class, "Category", links)],
            product_offering_price=[
                _price(link, version, links)
                for link in row.tariff_links.all()
                for version in link.tariff.versions.all()
            ],
            product_offering_relationship=list(self._relationships(row, links)),
            bundled_product_offering=[
                self._part(relation, links)
                for relation in row.related_from.all()
                if relation.kind == RelationKind.PART_OF
            ],
            prod_spec_char_value_use=[
                shapes.CharacteristicUse(
                    name=link.service.resource,
                    description=_spoken(link.service, "name", links),
                    value_type="string",
                    min_cardinality=1,
                    max_cardinality=1,
                )
                for link in row.service_links.all()
                if link.service.resource
            ],
            market_segment=_words(row, "segments", "MarketSegment"),
            channel=_words(row, "channels", "Channel"),
            place=_words(row, "regions", "Place"),
            type=self.type,
        )
        document: dict[str, Any] = msgspec.to_builtins(shown, builtin_types=(datetime, Decimal))
        return document

    def _relationships(self, row: ProductOffering, links: Links) -> Any:
        for relation in row.relations.all():
            if relation.kind != RelationKind.PART_OF:
                choice = relation.kind == RelationKind.REQUIRES
                yield self._relationship(relation, relation.target, links, choice=choice)
        for relation in row.related_from.all():
            if relation.kind == RelationKind.EXCLUDES:
                yield self._relationship(relation, relation.source, links)

    def _relationship(
        self, relation: OfferingRelation, other: ProductOffering, links: Links, choice: bool = False
    ) -> shapes.ProductOfferingRelationship:
        return shapes.ProductOfferingRelationship(
            id=other.code,
            href=links.href_under(self.path, other.code),
            name=_spoken(other, "name", links),
            relationship_type=relation.kind,
            role=f"choice {relation.choice}" if choice else None,
        )

    def _part(self, relation: OfferingRelation, links: Links) -> shapes.BundledProductOffering:
        part = relation.source
        return shapes.BundledProductOffering(
            id=part.code,
            href=links.href_under(self.path, part.code),
            name=_spoken(part, "name", links),
            lifecycle_status=SPOKEN[part.status],
            bundled_product_offering_option=shapes.BundledProductOfferingOption(
                group=f"choice {relation.choice}",
                number_rel_offer_lower_limit=relation.minimum or 0,
                number_rel_offer_upper_limit=relation.maximum or 0,
            ),
        )


def _spoken(row: Any, name: str, links: Links) -> str:
    return str(getattr(row, f"{name}_{links.language}"))


def _period(first: datetime | None, last: datetime | None) -> shapes.Period:
    return shapes.Period(start_date_time=first, end_date_time=last)


def _reference(row: Any, kind: str, links: Links) -> shapes.EntityReference:
    return shapes.EntityReference(id=row.code, name=_spoken(row, "name", links), referred_type=kind)


def _words(row: ProductOffering, name: str, kind: str) -> list[shapes.EntityReference]:
    words = getattr(row.eligibility, name) if hasattr(row, "eligibility") else ()
    return [shapes.EntityReference(id=word, name=word, referred_type=kind) for word in words]


def _price(
    link: OfferingTariff, version: TariffVersion, links: Links
) -> shapes.ProductOfferingPrice:
    tariff, per = link.tariff, version.price_per
    if tariff.kind == TariffKind.RATING:
        price_type = "usage"
    else:
        price_type = {"cycle": "recurring", "once": "oneTime"}.get(per, "other")
    amount, _, units = per.partition(" ")
    return shapes.ProductOfferingPrice(
        id=tariff.code,
        name=_spoken(tariff, "name", links),
        description=_spoken(version, "description", links),
        version=str(version.version),
        valid_for=_period(version.valid_from, version.valid_to),
        price_type=price_type,
        price=None
        if version.price_amount is None
        else shapes.ProductPriceValue(
            tax_included_amount=shapes.PriceValue(
                unit=version.price_currency,
                value=Decimal(f"{version.price_amount.normalize():f}"),
            )
        ),
        unit_of_measure=shapes.Quantity(amount=int(amount), units=units) if units else None,
        recurring_charge_period="month" if price_type == "recurring" else None,
        recurring_charge_period_length=1 if price_type == "recurring" else None,
        type="ProductOfferingPrice",
    )

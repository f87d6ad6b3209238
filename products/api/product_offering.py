"""TMF620 productOffering: what is sold, read by channels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from auth_center.actors import Actor
from core.tmf import (
    Boolean,
    Choice,
    Context,
    Create,
    Delete,
    Instant,
    Links,
    Patch,
    Resource,
    Text,
    register,
)
from core.tmf.extension import known_names
from products import drafting, selectors
from products.api import bodies, entries, shapes, words
from products.api.characteristics import uses_of
from products.api.prices import price_reference
from products.api.refusing import told_by_attribute
from products.models import (
    OfferingAttribute,
    OfferingRelation,
    OfferingService,
    OfferingTariff,
    OfferingVersion,
    ProductOffering,
    TariffVersion,
)
from products.permissions import EDIT_DRAFT, VIEW_OFFERING
from products.states import (
    ChargingMode,
    EntryKind,
    OfferingKind,
    OfferingStatus,
    RelationKind,
)

LAUNCHED = Q(status=OfferingStatus.LAUNCHED)
BUNDLE = Q(kind=OfferingKind.BUNDLE)


def _is(condition: Q) -> Any:
    def lookup(operator: str, values: list[Any]) -> Q:
        wanted = {value == (operator == "eq") for value in values}
        if wanted == {True}:
            return condition
        return ~condition if wanted == {False} else Q()

    return lookup


def _priced_by(operator: str, values: list[Any]) -> Q:
    """Find by a tariff's code, or by one of its versions ("T-1:2")."""
    if operator == "regex":
        return Q(tariffs__code__regex=values[0])
    found = Q()
    for value in values:
        code, _, version = value.partition(":")
        if operator != "eq":
            found |= Q(**{f"tariffs__code__{operator}": code})
        elif not version:
            found |= Q(tariffs__code=code)
        elif version.isascii() and version.isdigit() and len(version) <= 4:
            found |= Q(tariffs__code=code, tariffs__versions__version=int(version))
    return found or Q(pk__in=())


def _open_to(name: str) -> Any:
    """Find what is sold to, over or in it: what names none is open to all."""

    def lookup(operator: str, values: list[Any]) -> Q:
        stated = f"eligibility__{name}"
        if operator not in ("eq", "ne"):
            found = Q()
            for value in values:
                found |= Q(**{f"{stated}__{operator}": [value]})
            return found
        open_to = (
            Q(eligibility=None)
            | Q(**{f"{stated}__len": 0})
            | Q(**{f"{stated}__overlap": list(values)})
        )
        return open_to if operator == "eq" else ~open_to

    return lookup


def draft_offering(actor: Actor, body: bodies.NewOffering, context: Context) -> str:
    """Draft a new offering; it can be seen, and not bought."""
    with told_by_attribute():
        drafted = entries.new_offering(body, context, actor.number)
        return drafting.draft_offering(
            content=drafted.content,
            said=drafting.Said(
                extension=context.extension,
                external_id=context.external_id or "",
                fingerprint=context.fingerprint,
            ),
            prices=drafted.prices,
            release_no=body.release.id if body.release else "",
            actor=actor,
            at=context.at,
        )


def change_offering(
    actor: Actor, row: ProductOffering, body: bodies.ChangedOffering, context: Context
) -> str:
    """Change what is drafted, then take the step of its life that is asked for."""
    moves = {"lifecycleStatus", "statusReason"}
    with told_by_attribute(), transaction.atomic():
        if set(context.raw) - moves:
            drafted = None
            if set(context.raw) & KNOWN:
                present = drafting.present_offering(row.code)
                drafted = entries.changed_offering(present, body, context)
            drafting.change_offering(
                code=row.code,
                content=drafted.content if drafted else None,
                extension=context.extension,
                prices=drafted.prices if drafted else {},
                actor=actor,
                at=context.at,
            )
        if isinstance(body.lifecycle_status, str):
            drafting.move_offering(
                code=row.code,
                target=words.LIFECYCLE[body.lifecycle_status],
                reason=body.status_reason or "lifecycleStatus: In design",
                actor=actor,
                at=context.at,
            )
    return row.code


def drop_offering(actor: Actor, row: ProductOffering, context: Context) -> None:
    """Delete an offering that was never sold."""
    with told_by_attribute():
        drafting.drop_offering(code=row.code, actor=actor, at=context.at)


KNOWN = known_names(bodies.ChangedOffering) - {"lifecycleStatus", "statusReason"}


@register
class ProductOfferingResource(Resource):
    """What is sold; names come in the language asked for, and are found in either."""

    name = "productOffering"
    type = "ProductOffering"
    base = words.BASE
    system = "crm"
    about = "产品: what is sold, with prices, relations and the characteristics an order must give."
    key = "code"
    read_permission = VIEW_OFFERING
    extension = "extension"
    representation = shapes.ProductOffering
    arrays = (
        "category",
        "productOfferingPrice",
        "productOfferingRelationship",
        "bundledProductOffering",
        "serviceSpecification",
        "prodSpecCharValueUse",
        "marketSegment",
        "channel",
        "place",
    )
    filters = {
        "name": Text(words.either_name),
        "lifecycleStatus": Choice("status", words.LIFECYCLE),
        "isBundle": Boolean(_is(BUNDLE)),
        "isSellable": Boolean(_is(LAUNCHED)),
        "offeringKind": Choice("kind", OfferingKind),
        "chargingMode": Choice("charging_mode", ChargingMode),
        "category.id": Text("product_class__code"),
        "productSpecification.id": Text("product_class__code"),
        "brand.id": Text("brand__code"),
        "lastUpdate": Instant("changed_at"),
        "validFor.startDateTime": Instant("sale_from"),
        "validFor.endDateTime": Instant("sale_to"),
        "productOfferingPrice.id": Text(_priced_by, many=True),
        "channel.id": Text(_open_to("channels")),
        "marketSegment.id": Text(_open_to("segments")),
        "place.id": Text(_open_to("regions")),
    }
    sortable = {
        "id": "code",
        "name": "name_zh",
        "lastUpdate": "changed_at",
        "lifecycleStatus": "status",
        "validFor.startDateTime": "sale_from",
        "category.id": "product_class__code",
    }
    ordering = ("code",)
    fixed = frozenset({"lastUpdate", "isSellable", "version", "release", "externalId"})
    create = Create(bodies.NewOffering, permission=EDIT_DRAFT, call=draft_offering)
    patch = Patch(bodies.ChangedOffering, permission=VIEW_OFFERING, call=change_offering)
    delete = Delete(permission=EDIT_DRAFT, call=drop_offering)

    def queryset(self, actor: Any) -> QuerySet[ProductOffering]:
        counterparts = OfferingRelation.objects.filter(
            kind__in=[RelationKind.EXCLUDES, RelationKind.PART_OF]
        )
        versions = OfferingVersion.objects.filter(offering=OuterRef("pk")).order_by("-version")
        offerings = (
            selectors.list_offerings()
            .select_related("product_class", "brand", "eligibility")
            .annotate(current_version=Subquery(versions.values("version")[:1]))
            .prefetch_related(
                Prefetch("tariff_links", OfferingTariff.objects.select_related("tariff")),
                Prefetch(
                    "tariff_links__tariff__versions", TariffVersion.objects.order_by("version")
                ),
                Prefetch("service_links", OfferingService.objects.select_related("service")),
                "product_class__attributes",
                Prefetch("attribute_values", OfferingAttribute.objects.select_related("attribute")),
                Prefetch(
                    "relations",
                    OfferingRelation.objects.select_related("target").order_by("choice", "id"),
                ),
                Prefetch(
                    "related_from", counterparts.select_related("source").order_by("choice", "id")
                ),
            )
        )
        return words.with_release(
            words.with_extension(offerings, EntryKind.OFFERING), EntryKind.OFFERING
        )

    def represent(self, row: ProductOffering, links: Links) -> dict[str, Any]:
        shown = shapes.ProductOffering(
            id=row.code,
            href=links.href_under(self.path, row.code),
            name=words.spoken(row, "name", links),
            description=words.spoken(row, "description", links),
            version=str(getattr(row, "current_version", None) or 1),
            lifecycle_status=words.SPOKEN[row.status],
            last_update=row.changed_at,
            is_bundle=row.kind == OfferingKind.BUNDLE,
            is_sellable=row.status == OfferingStatus.LAUNCHED,
            valid_for=words.period(row.sale_from, row.sale_to),
            offering_kind=row.kind,
            brand=words.reference(row.brand, "Brand", links),
            product_specification=words.reference(
                row.product_class, "ProductSpecification", links, f"{self.base}productSpecification"
            ),
            release=words.release_of(row),
            charging_mode=row.charging_mode or None,
            category=[
                words.reference(row.product_class, "Category", links, f"{self.base}category")
            ],
            product_offering_price=[
                price_reference(link.tariff, version, links)
                for link in row.tariff_links.all()
                for version in link.tariff.versions.all()
            ],
            product_offering_relationship=list(self._relationships(row, links)),
            bundled_product_offering=[
                self._part(relation, links)
                for relation in row.related_from.all()
                if relation.kind == RelationKind.PART_OF
            ],
            service_specification=[
                words.reference(link.service, "ServiceSpecification", links)
                for link in row.service_links.all()
            ],
            prod_spec_char_value_use=list(uses_of(row, links)),
            market_segment=_words(row, "segments", "MarketSegment"),
            channel=_words(row, "channels", "Channel"),
            place=_words(row, "regions", "Place"),
            type=self.type,
        )
        document: dict[str, Any] = msgspec.to_builtins(shown, builtin_types=(datetime, Decimal))
        return document

    def _relationships(
        self, row: ProductOffering, links: Links
    ) -> Iterator[shapes.ProductOfferingRelationship]:
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
            name=words.spoken(other, "name", links),
            relationship_type=relation.kind,
            role=f"choice {relation.choice}" if choice else None,
        )

    def _part(self, relation: OfferingRelation, links: Links) -> shapes.BundledProductOffering:
        part = relation.source
        return shapes.BundledProductOffering(
            id=part.code,
            href=links.href_under(self.path, part.code),
            name=words.spoken(part, "name", links),
            lifecycle_status=words.SPOKEN[part.status],
            bundled_product_offering_option=shapes.BundledProductOfferingOption(
                group=f"choice {relation.choice}",
                number_rel_offer_lower_limit=relation.minimum or 0,
                number_rel_offer_upper_limit=relation.maximum or 0,
            ),
        )


def _words(row: ProductOffering, name: str, kind: str) -> list[shapes.EntityReference]:
    words = getattr(row.eligibility, name) if hasattr(row, "eligibility") else ()
    return [shapes.EntityReference(id=word, name=word, referred_type=kind) for word in words]

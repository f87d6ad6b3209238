"""TMF620 productSpecification: the classes of products, by what their offerings are made of."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import Prefetch, QuerySet

from auth_center.actors import Actor
from core.tmf import (
    Choice,
    Constant,
    Context,
    Create,
    Links,
    Patch,
    Resource,
    Text,
    register,
)
from products import drafting
from products.api import bodies, shapes, words
from products.api.characteristics import attribute_entry, characteristic_of
from products.api.classes import list_classes
from products.api.refusing import told_by_attribute
from products.catalogue.content import Entry
from products.models import OfferingService, ProductClass
from products.permissions import EDIT_DRAFT, VIEW_OFFERING


def make_specification(actor: Actor, body: bodies.NewSpecification, context: Context) -> str:
    """Make a class of products with its attributes."""
    code = body.id or drafting.new_code(ProductClass, body.name, "SPECIFICATION")
    entry: Entry = {"code": code, "name": {"zh": body.name, "en": body.name}}
    if body.product_spec_characteristic:
        entry["attributes"] = [
            attribute_entry(one, number, {}, context.language)
            for number, one in enumerate(body.product_spec_characteristic)
        ]
    with told_by_attribute():
        return drafting.make_class(
            entry=entry,
            said=drafting.Said(
                extension=context.extension,
                external_id=context.external_id or "",
                fingerprint=context.fingerprint,
            ),
            actor=actor,
            at=context.at,
        )


def change_specification(
    actor: Actor, row: ProductClass, body: bodies.ChangedSpecification, context: Context
) -> str:
    """Change a class's name or its attributes."""
    entry: Entry | None = None
    said = body.product_spec_characteristic
    if isinstance(body.name, str) or not isinstance(said, msgspec.UnsetType):
        entry = drafting.present_class(row.code)
        if isinstance(body.name, str):
            entry["name"] = entry["name"] | {context.language: body.name}
        if not isinstance(said, msgspec.UnsetType):
            labels = {one["name"]: one["label"] for one in entry.pop("attributes", [])}
            if said:
                entry["attributes"] = [
                    attribute_entry(one, number, labels.get(one.name, {}), context.language)
                    for number, one in enumerate(said)
                ]
    with told_by_attribute():
        drafting.change_class(
            code=row.code,
            entry=entry,
            extension=context.extension,
            actor=actor,
            at=context.at,
        )
    return row.code


@register
class ProductSpecificationResource(Resource):
    """Specifications, one a class: its typed attributes, and every service its offerings bring."""

    name = "productSpecification"
    type = "ProductSpecification"
    base = words.BASE
    system = "crm"
    about = "产品规格: the attributes and services of a class of products."
    key = "code"
    read_permission = VIEW_OFFERING
    representation = shapes.ProductSpecification
    extension = "extension"
    arrays = ("productSpecCharacteristic", "serviceSpecification")
    filters = {
        "name": Text(words.either_name),
        "productNumber": Text("code"),
        "lifecycleStatus": Choice("standing", words.LIFECYCLE),
        "isBundle": Constant("false"),
        "productSpecCharacteristic.name": Text("attributes__name", many=True),
        "serviceSpecification.id": Text("offerings__services__code", many=True),
    }
    sortable = {"id": "code", "name": "name_zh", "productNumber": "code"}
    ordering = ("id",)
    fixed = frozenset(
        {"lastUpdate", "lifecycleStatus", "version", "productNumber", "isBundle",
         "serviceSpecification"}
    )  # fmt: skip
    create = Create(bodies.NewSpecification, permission=EDIT_DRAFT, call=make_specification)
    patch = Patch(bodies.ChangedSpecification, permission=EDIT_DRAFT, call=change_specification)

    def queryset(self, actor: Any) -> QuerySet[ProductClass]:
        links = OfferingService.objects.select_related("service").order_by("service__code")
        return list_classes("attributes", "offerings", Prefetch("offerings__service_links", links))

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        services = {
            link.service.code: link.service
            for offering in row.offerings.all()
            for link in offering.service_links.all()
        }
        shown = shapes.ProductSpecification(
            id=row.code,
            href=links.href_under(self.path, row.code),
            name=words.spoken(row, "name", links),
            product_number=row.code,
            version="1",
            lifecycle_status=words.SPOKEN[row.standing],
            is_bundle=False,
            product_spec_characteristic=[
                characteristic_of(attribute, links) for attribute in row.attributes.all()
            ],
            service_specification=[
                words.reference(services[code], "ServiceSpecification", links)
                for code in sorted(services)
            ],
            type=self.type,
        )
        document: dict[str, Any] = msgspec.to_builtins(shown)
        return document

"""TMF620 category: the classes of products, by what is in them."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import QuerySet

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
from products.api.classes import list_classes, with_offerings
from products.api.refusing import told_by_attribute
from products.models import ProductClass
from products.permissions import EDIT_DRAFT, VIEW_OFFERING


def make_category(actor: Actor, body: bodies.NewCategory, context: Context) -> str:
    """Make a class of products that has no attributes."""
    code = body.id or drafting.new_code(ProductClass, body.name, "CATEGORY")
    with told_by_attribute():
        return drafting.make_class(
            entry={"code": code, "name": {"zh": body.name, "en": body.name}},
            said=drafting.Said(
                extension=context.extension,
                external_id=context.external_id or "",
                fingerprint=context.fingerprint,
            ),
            actor=actor,
            at=context.at,
        )


def change_category(
    actor: Actor, row: ProductClass, body: bodies.ChangedCategory, context: Context
) -> str:
    """Name a class otherwise, in the request's language."""
    entry = None
    if isinstance(body.name, str):
        entry = drafting.present_class(row.code)
        entry = entry | {"name": entry["name"] | {context.language: body.name}}
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
class CategoryResource(Resource):
    """Categories; all stand side by side, a category's id is the class's code."""

    name = "category"
    type = "Category"
    base = words.BASE
    system = "crm"
    about = "产品大类: mobile plans, data packs, broadband, with what is in them."
    key = "code"
    read_permission = VIEW_OFFERING
    representation = shapes.Category
    extension = "extension"
    arrays = ("productOffering", "subCategory")
    filters = {
        "name": Text(words.either_name),
        "lifecycleStatus": Choice("standing", words.LIFECYCLE),
        "isRoot": Constant("true"),
        "productOffering.id": Text("offerings__code", many=True),
    }
    sortable = {"id": "code", "name": "name_zh"}
    ordering = ("id",)
    fixed = frozenset({"lastUpdate", "lifecycleStatus", "version", "isRoot", "productOffering"})
    create = Create(bodies.NewCategory, permission=EDIT_DRAFT, call=make_category)
    patch = Patch(bodies.ChangedCategory, permission=EDIT_DRAFT, call=change_category)

    def queryset(self, actor: Any) -> QuerySet[ProductClass]:
        return list_classes(with_offerings())

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        shown = shapes.Category(
            id=row.code,
            href=links.href_under(self.path, row.code),
            name=words.spoken(row, "name", links),
            version="1",
            lifecycle_status=words.SPOKEN[row.standing],
            is_root=True,
            product_offering=[
                words.reference(one, "ProductOffering", links, f"{self.base}productOffering")
                for one in row.offerings.all()
            ],
            type=self.type,
        )
        document: dict[str, Any] = msgspec.to_builtins(shown)
        return document

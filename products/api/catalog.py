"""TMF620 catalog: the operator's one catalogue."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import CharField, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from auth_center.actors import Actor
from core.errors import Conflict
from core.tmf import Constant, Context, Create, Links, Patch, Resource, Text, register
from products import drafting
from products.api import bodies, shapes, words
from products.models import CatalogueOperator, CatalogueRevision, ProductClass
from products.permissions import EDIT_DRAFT, VIEW_OFFERING
from products.states import EntryKind

ID = "CATALOGUE"


class OneCatalogue(Conflict):
    """An operator has one catalogue; categories tell its parts apart."""

    code = "oneCatalogue"
    zh = "已有产品目录 {id}, 一个运营商只有一个产品目录"
    en = "There is the catalogue {id}: an operator has one, its parts are categories"


def name_first(actor: Actor, body: bodies.NamedCatalogue, context: Context) -> str:
    """Name the catalogue where nobody has yet; there is no second one."""
    if CatalogueOperator.objects.exists():
        raise OneCatalogue(id=ID)
    return rename(actor, None, bodies.RenamedCatalogue(name=body.name), context)


def rename(actor: Actor, row: Any, body: bodies.RenamedCatalogue, context: Context) -> str:
    """Name the catalogue in the request's language."""
    drafting.name_catalogue(
        code=ID,
        language=context.language,
        name=body.name if isinstance(body.name, str) else None,
        extension=context.extension,
        actor=actor,
        at=context.at,
    )
    return ID


@register
class CatalogResource(Resource):
    """The catalogue, one and the same for all: named after the operator."""

    name = "catalog"
    type = "Catalog"
    base = words.BASE
    system = "crm"
    about = "产品目录: all that the operator sells, with its categories."
    key = "code"
    read_permission = VIEW_OFFERING
    representation = shapes.Catalog
    extension = "extension"
    arrays = ("category", "relatedParty")
    filters = {
        "name": Text(words.either_name),
        "catalogType": Constant("ProductCatalog"),
        "lifecycleStatus": Constant("Launched"),
        "version": Text("revision"),
    }
    sortable = {"id": "id", "name": "name_zh"}
    ordering = ("id",)
    fixed = frozenset({"lastUpdate", "lifecycleStatus", "version", "catalogType", "category",
                       "relatedParty"})  # fmt: skip
    create = Create(bodies.NamedCatalogue, permission=EDIT_DRAFT, call=name_first)
    patch = Patch(bodies.RenamedCatalogue, permission=EDIT_DRAFT, call=rename)

    def queryset(self, actor: Any) -> QuerySet[CatalogueOperator]:
        revision = Cast(Subquery(CatalogueRevision.objects.values("number")[:1]), CharField())
        rows = CatalogueOperator.objects.annotate(code=Value(ID, CharField()), revision=revision)
        return words.with_extension(rows, EntryKind.CATALOGUE, Value(ID))

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        name = words.spoken(row, "name", links)
        classes = ProductClass.objects.order_by("id")
        shown = shapes.Catalog(
            id=ID,
            href=links.href_under(self.path, ID),
            name=name,
            catalog_type="ProductCatalog",
            version=row.revision or "0",
            lifecycle_status="Launched",
            category=[
                words.reference(one, "Category", links, f"{self.base}category") for one in classes
            ],
            related_party=[
                shapes.OwnParty(
                    id="operator", name=name, role="owner", referred_type="Organization"
                )
            ],
            type=self.type,
        )
        document: dict[str, Any] = msgspec.to_builtins(shown)
        return document

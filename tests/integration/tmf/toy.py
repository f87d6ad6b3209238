"""A resource that exists for these tests alone: boxes and what is in them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from core.errors import Conflict, NotFound, PermissionDenied, Unavailable
from core.tmf import (
    Answer,
    Ask,
    Body,
    Boolean,
    Choice,
    Constant,
    Context,
    Create,
    Delete,
    Endpoint,
    Identifier,
    Instant,
    Integer,
    Links,
    Name,
    Number,
    Page,
    Patch,
    RelatedParty,
    Resource,
    Text,
)


class Box(models.Model):
    """It borrows an installed app's label: without one Django sees no way back from its things."""

    box_no = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=200)
    status = models.CharField(max_length=20, default="free")
    size = models.IntegerField(default=1)
    weight = models.IntegerField(null=True)
    price = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal("1.50"))
    hidden = models.BooleanField(default=False)
    party = models.JSONField(default=dict)
    extension = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "contenttypes"
        db_table = "toy_box"

    def __str__(self) -> str:
        return self.box_no


class Thing(models.Model):
    box = models.ForeignKey(Box, on_delete=models.CASCADE, related_name="things")
    label = models.CharField(max_length=20)

    class Meta:
        app_label = "contenttypes"
        db_table = "toy_thing"

    def __str__(self) -> str:
        return self.label


class ToyActor:
    """An actor with the permissions its token names."""

    kind = "channel"
    unlimited = False

    def __init__(self, number: str, grants: frozenset[str]) -> None:
        self.number = number
        self.grants = grants


def authenticate(request: HttpRequest) -> ToyActor | None:
    """The token is the grants: "Bearer all" or "Bearer read"."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or token not in ("all", "read"):
        return None
    return ToyActor(f"client-{token}", frozenset({token}))


def require(actor: ToyActor, permission: str) -> None:
    if permission != "toy.read" and "all" not in actor.grants:
        raise PermissionDenied(permission=permission)


class BoxTaken(Conflict):
    code = "boxTaken"
    zh = "箱号 {number} 已存在"
    en = "Box {number} exists"


class OpenBox(Body):
    name: Name
    party: RelatedParty
    size: Annotated[int, msgspec.Meta(ge=1, le=10**6)] = 1
    external_id: Identifier | None = None


class ChangeBox(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    size: int | msgspec.UnsetType = msgspec.UNSET
    weight: int | msgspec.UnsetType | None = msgspec.UNSET
    party: RelatedParty | msgspec.UnsetType = msgspec.UNSET


heard: list[Context] = []


def open_box(actor: ToyActor, body: OpenBox, context: Context) -> Any:
    heard.append(context)
    if body.name == "broken":
        raise RuntimeError("a bug")
    if body.name == "down":
        raise Unavailable()
    number = context.external_id or f"B{Box.objects.count() + 1:04}"
    if Box.objects.filter(box_no=number).exists():
        if body.name == "again":
            return Answer(number, status=200)
        raise BoxTaken(number=number, field="externalId")
    box = Box.objects.create(
        box_no=number,
        name=body.name,
        size=body.size,
        party={"id": body.party.id, "role": body.party.role},
        hidden=body.name == "unseen",
        extension=context.extension,
        created_at=context.at,
    )
    if body.name == "later":
        return Answer(box, status=202)
    return box if body.name == "row" else box.box_no


def change_box(actor: ToyActor, row: Box, body: ChangeBox, context: Context) -> Box:
    heard.append(context)
    for name in ("name", "size", "weight"):
        value = getattr(body, name)
        if value is not msgspec.UNSET:
            setattr(row, name, value)
    row.extension = context.extension
    row.save()
    return row


def remove_box(actor: ToyActor, row: Box, context: Context) -> None:
    row.delete()


class BoxResource(Resource):
    name = "box"
    type = "Box"
    base = "/tmf-api/toyManagement/v4/"
    key = "box_no"
    read_permission = "toy.read"
    extension = "extension"
    arrays = ("note",)
    fixed = frozenset({"status", "createdAt"})
    filters = {
        "name": Text("name"),
        "status": Choice("status", {"free": "free", "gone": ("sold", "lost")}),
        "size": Integer("size"),
        "weight": Integer("weight"),
        "price": Number("price"),
        "hidden": Boolean("hidden"),
        "createdAt": Instant("created_at"),
        "party.id": Text("party__id"),
        "party.role": Constant("owner"),
        "thing.label": Text("things__label", many=True),
    }
    sortable = {
        "id": "box_no",
        "name": "name",
        "size": "size",
        "weight": "weight",
        "createdAt": "created_at",
    }

    create = Create(OpenBox, permission="toy.open", call=open_box, prefers=True)
    patch = Patch(ChangeBox, permission="toy.change", call=change_box)
    delete = Delete(permission="toy.remove", call=remove_box)

    def queryset(self, actor: ToyActor) -> QuerySet[Box]:
        return Box.objects.filter(hidden=False).prefetch_related("things")

    def represent(self, row: Box, links: Links) -> dict[str, Any]:
        return {
            "name": row.name,
            "status": row.status,
            "size": row.size,
            "weight": row.weight,
            "price": row.price,
            "party": row.party,
            "createdAt": row.created_at,
            "thing": [links.reference("thing", one.label) for one in row.things.all()],
            "neighbour": links.reference("box", "next", name="Next"),
        }


class FlatBoxes(Resource):
    """The same rows, read only and from columns."""

    name = "flatBox"
    type = "FlatBox"
    base = "/tmf-api/toyManagement/v4/"
    key = "box_no"
    columns = ("box_no", "name")
    ordering = ("-name",)
    default_limit = 2
    max_limit = 3

    def queryset(self, actor: ToyActor) -> QuerySet[Box]:
        return Box.objects.all()

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        return {"name": row.name}


class NumberedBoxes(FlatBoxes):
    """Rows whose key is a number."""

    name = "numberedBox"
    key = "id"
    columns = ()


class PlainBoxes(Resource):
    """A plain list over a queryset."""

    plain = True
    name = "boxes"
    base = "/api/v1/"
    key = "box_no"
    filters = {"name": Text("name")}

    def queryset(self, actor: ToyActor) -> QuerySet[Box]:
        return Box.objects.all()

    def represent(self, row: Box, links: Links) -> dict[str, Any]:
        return {"no": row.box_no}


class ShowStory(Endpoint):
    """Reads one thing that is no row."""

    path = "/api/v1/boxes/{no}/story"
    permission = "toy.read"
    parameters = {"chapter": Integer()}

    def get(self, actor: ToyActor, ask: Ask) -> dict[str, Any]:
        if ask.path["no"] == "none":
            raise NotFound()
        return {"no": ask.path["no"], "chapter": ask.values.get("chapter"), "weird": 1}


class TellBody(Body):
    word: Name


class ListWords(Endpoint):
    """Lists what is no table."""

    path = "/api/v1/words"
    paged = True
    parameters = {"initial": Choice(words=("a", "b"))}
    post = Create(
        TellBody, permission="toy.tell", call=lambda actor, body, context: {"said": body.word}
    )

    def get(self, actor: ToyActor, ask: Ask) -> Page:
        words = [f"{ask.values.get('initial', 'a')}{number}" for number in range(10)]
        shown = words[ask.offset : ask.offset + ask.limit]
        return Page([{"word": word, "length": len(word)} for word in shown], len(words))


TOYS = (BoxResource, FlatBoxes, NumberedBoxes, PlainBoxes, ShowStory, ListWords)

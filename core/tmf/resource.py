"""What an API module declares: a resource over a queryset, or a plain endpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from urllib.parse import unquote

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from core.errors import NotFound
from core.tmf.context import Context
from core.tmf.errors import InvalidValue
from core.tmf.extension import known_names, merge
from core.tmf.filters import NOTHING, Filter, Lookup, RowNumber, Text
from core.tmf.links import Links
from core.tmf.query import Condition
from core.tmf.text import has_control_character

B = TypeVar("B", bound=msgspec.Struct)
Shape = type[msgspec.Struct]  # named here: inside Resource, "type" is a TMF word


class Actor(Protocol):
    """Who asks; the layer itself only needs a number to count requests by."""

    @property
    def number(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a create or a change: the row, or the key under which to read it again.

    ``preferred`` says whether what the client preferred was done (``Preference-Applied``).
    """

    row: Any
    status: int | None = None
    preferred: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an endpoint's rows, and how many there are in all."""

    rows: list[Any]
    total: int


@dataclass(frozen=True)
class Create(Generic[B]):
    """POST: ``call(actor, body, context)`` makes the thing and returns row, key or ``Answer``.

    ``prefers`` says that the wish to wait or not to wait (``Prefer``) is heard.
    """

    body: type[B]
    permission: str | None
    call: Callable[[Any, B, Context], Any]
    prefers: bool = False
    about: str = ""


@dataclass(frozen=True)
class Patch(Generic[B]):
    """PATCH: ``call(actor, row, body, context)`` changes the row; returns as ``Create`` does."""

    body: type[B]
    permission: str | None
    call: Callable[[Any, Any, B, Context], Any]
    about: str = ""


@dataclass(frozen=True)
class Delete:
    """DELETE: ``call(actor, row, context)`` removes the row."""

    permission: str | None
    call: Callable[[Any, Any, Context], None]
    about: str = ""


class Resource:
    """One TMF resource; a subclass states what is its own. See README.md beside this file."""

    name: ClassVar[str]
    type: ClassVar[str]
    base: ClassVar[str]
    system: ClassVar[str | None] = None
    plain: ClassVar[bool] = False
    about: ClassVar[str] = ""

    key: ClassVar[str] = "pk"
    read_permission: ClassVar[str | None] = None
    filters: ClassVar[Mapping[str, Filter]] = {}
    sortable: ClassVar[Mapping[str, str]] = {}
    ordering: ClassVar[tuple[str, ...]] = ()
    columns: ClassVar[tuple[str, ...]] = ()
    extension: ClassVar[str | None] = None
    arrays: ClassVar[tuple[str, ...]] = ()
    fixed: ClassVar[frozenset[str]] = frozenset()
    default_limit: ClassVar[int] = 100
    max_limit: ClassVar[int] = 1000
    representation: ClassVar[Shape | None] = None

    create: ClassVar[Create[Any] | None] = None
    patch: ClassVar[Patch[Any] | None] = None
    delete: ClassVar[Delete | None] = None

    def queryset(self, actor: Any) -> QuerySet[Any]:
        """Return the rows that ``actor`` may see, with what ``represent`` reads of them."""
        raise NotImplementedError

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        """Return the row's attributes; id, href, @type and the extension are added to it."""
        raise NotImplementedError

    def narrow(self, rows: QuerySet[Any], conditions: list[Condition]) -> QuerySet[Any]:
        """Return the rows that meet all ``conditions``."""
        for one in conditions:
            try:
                rows = one.filter.apply(rows, one.operator, one.values)
            except (ValueError, TypeError, OverflowError, ValidationError):
                raise InvalidValue(one.name, "格式不正确", "it is not of the right form") from None
        return rows

    # -- what the declaration implies ----------------------------------------------------------

    @property
    def path(self) -> str:
        """The collection's path, without a trailing slash."""
        return f"{self.base.rstrip('/')}/{self.name}"

    @cached_property
    def all_filters(self) -> dict[str, Filter]:
        """The declared filters and those every resource has."""
        implied: dict[str, Filter] = {}
        if not self.plain:
            id = RowNumber(self.key) if self.key == "pk" else Text(self.key)
            implied = {"id": id, "href": _Href(self), "@type": _TypeIs(self)}
        return {**implied, **self.filters}

    @cached_property
    def unpatchable(self) -> frozenset[str]:
        """The attributes that are ours to set."""
        return self.fixed | {"id", "href"}

    @cached_property
    def _completed_inside(self) -> frozenset[str]:
        shapes = [action.body for action in (self.create, self.patch) if action is not None]
        return frozenset().union(*(known_names(shape) for shape in shapes))

    def rows(self, actor: Any) -> QuerySet[Any]:
        """Return what ``represent`` takes: model instances, or named tuples of ``columns``."""
        rows = self.queryset(actor)
        if not self.columns:
            return rows
        needed = {self.key, rows.model._meta.pk.attname, *self.sortable.values()}
        needed |= {path.removeprefix("-") for path in self.ordering}
        return rows.values_list(*self.columns, *sorted(needed - {*self.columns}), named=True)

    def find(self, actor: Any, id: str) -> Any:
        """Return the row with this id; raises ``NotFound``."""
        if not id or len(id) > 200 or has_control_character(id):
            raise NotFound()
        try:
            found = self.rows(actor).filter(**{self.key: id})
        except (ValueError, OverflowError, ValidationError):  # the key is no text column
            raise NotFound() from None
        for row in found[:1]:
            return row
        raise NotFound()

    def id_of(self, row: Any) -> str:
        """Return the row's TMF id."""
        return str(getattr(row, self.key))

    def document(self, row: Any, links: Links) -> dict[str, Any]:
        """Return the complete representation of ``row``."""
        said = self.represent(row, links)
        if self.plain:
            return said
        id = self.id_of(row)
        document: dict[str, Any] = {"id": id, "href": links.href_under(self.path, id)}
        document.update((name, value) for name, value in said.items() if value is not None)
        for name in self.arrays:
            document.setdefault(name, [])
        if self.extension:
            document = merge(document, getattr(row, self.extension), self._completed_inside)
        document.setdefault("@type", self.type)
        return document


class _Href(Text):
    """The address of a row as it is printed; only the end of it tells rows apart."""

    operators = frozenset({"eq", "ne"})

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource.key)
        self.resource = resource

    def value(self, text: str) -> Any:
        before, _, id = super().value(text).rpartition("/")
        return unquote(id) if before.endswith(self.resource.path) else None

    def condition(self, operator: str, values: list[Any], lookup: Lookup) -> Q:
        ours = [value for value in values if value is not None]
        if ours:
            return super().condition(operator, ours, lookup)
        return NOTHING if operator == "eq" else Q()


class _TypeIs(Text):
    """The row's @type: ours, or the sub-type that a client sent and the extension keeps."""

    operators = frozenset({"eq", "ne"})

    def __init__(self, resource: Resource) -> None:
        super().__init__("")
        self.resource = resource

    def condition(self, operator: str, values: list[Any], lookup: Lookup) -> Q:
        ours = self.resource.type in values
        extension = self.resource.extension
        if extension is None:
            return Q() if ours == (operator == "eq") else NOTHING
        sent = Q(**{f"{extension}__has_key": "@type"})
        named = Q(**{f"{extension}__@type__in": values})
        meets = sent & (named if operator == "eq" else ~named)
        return meets | ~sent if ours == (operator == "eq") else meets


@dataclass(frozen=True)
class Ask:
    """A request to a plain endpoint: the path's parts, the query's values, the page asked for."""

    path: dict[str, str]
    values: dict[str, Any]
    limit: int
    offset: int
    context: Context


class Endpoint:
    """A path of its own that answers with plain JSON: no TMF shape, the same manners."""

    path: ClassVar[str]
    system: ClassVar[str | None] = None
    permission: ClassVar[str | None] = None
    about: ClassVar[str] = ""
    tag: ClassVar[str] = ""
    parameters: ClassVar[Mapping[str, Filter]] = {}
    paged: ClassVar[bool] = False
    default_limit: ClassVar[int] = 100
    max_limit: ClassVar[int] = 1000
    representation: ClassVar[Shape | None] = None
    post: ClassVar[Create[Any] | None] = None

    def get(self, actor: Any, ask: Ask) -> Any:
        """Return the answer: a dict, a list, or a ``Page`` where ``paged``."""
        raise NotFound()


Declaration = Resource | Endpoint

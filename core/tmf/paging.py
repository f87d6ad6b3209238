"""One page of a list: limit and offset outside, keyset underneath.

The links we hand out carry a signed cursor (the sort values of the row at the page's edge), so
that following them costs the same on every page; a client that jumps by offset alone is served,
too, from whichever end is nearer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q, QuerySet

from core.tmf.errors import InvalidValue
from core.tmf.query import ListQuery

SALT = "core.tmf.cursor"
DEEP = 1000
_COMPARABLE = (
    models.IntegerField,
    models.CharField,
    models.TextField,
    models.DateField,
    models.DecimalField,
    models.UUIDField,
)


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list as (ORM path, descending) pairs, one of which is unique."""

    terms: tuple[tuple[str, bool], ...]

    @classmethod
    def of(
        cls,
        model: type[models.Model],
        sort: list[tuple[str, bool]],
        sortable: Mapping[str, str],
        default: tuple[str, ...],
    ) -> Order:
        """Return the order asked for, else the default; the primary key breaks ties."""
        key = model._meta.pk.name
        terms = [(sortable[name], descending) for name, descending in sort]
        if not terms:
            terms = [(name.removeprefix("-"), name.startswith("-")) for name in default]
        terms = [(key if path == "pk" else path, descending) for path, descending in terms]
        if not any(_tells_rows_apart(model, path) for path, _ in terms):
            terms.append((key, terms[-1][1] if terms else False))
        return cls(tuple(terms))

    def names(self, *, backwards: bool = False) -> list[str]:
        """Return the arguments of ``order_by``."""
        return [f"-{path}" if descending != backwards else path for path, descending in self.terms]

    def fields(self, model: type[models.Model]) -> list[Any] | None:
        """Return the fields of the terms where a keyset can stand on them, else None."""
        fields = []
        for path, _ in self.terms:
            try:
                field = model._meta.get_field(path)
            except FieldDoesNotExist:
                return None
            if not isinstance(field, _COMPARABLE) or field.null:
                return None
            fields.append(field)
        return fields

    def beyond(self, values: list[Any], *, backwards: bool) -> Q:
        """Return the condition for the rows after (or before) the one with these values."""
        condition = Q()
        for (path, descending), value in reversed(list(zip(self.terms, values, strict=True))):
            side = "lt" if descending != backwards else "gt"
            strictly = Q(**{f"{path}__{side}": value})
            condition = strictly | (Q(**{path: value}) & condition) if condition else strictly
        path, descending = self.terms[0]
        side = "lte" if descending != backwards else "gte"
        return Q(**{f"{path}__{side}": values[0]}) & condition


def _tells_rows_apart(model: type[models.Model], path: str) -> bool:
    """Tell whether no two rows have the same value at ``path``."""
    try:
        field = model._meta.get_field(path)
    except FieldDoesNotExist:
        return False
    return isinstance(field, models.Field) and field.unique and not field.null


@dataclass(frozen=True, slots=True)
class ListPage:
    """The rows of one page, how many there are in all, and the cursors at its edges."""

    rows: list[Any]
    total: int
    limit: int
    offset: int
    before: str | None = None
    after: str | None = None


def page_of(rows: QuerySet[Any], query: ListQuery, order: Order, limit: int) -> ListPage:
    """Return the page that ``query`` asks for: one count and one read, however deep it lies."""
    total = rows.count()
    fields = order.fields(rows.model)
    if query.cursor is not None:
        found = _by_cursor(rows, query.cursor, order, fields, limit)
    elif limit == 0 or query.offset >= total:
        found = []
    elif query.offset > DEEP and query.offset > total // 2:
        start = max(total - query.offset - limit, 0)
        end = total - query.offset
        found = list(rows.order_by(*order.names(backwards=True))[start:end])[::-1]
    else:
        found = list(rows.order_by(*order.names())[query.offset : query.offset + limit])
    before = after = None
    if found and fields and total > len(found):
        before = _cursor("<", found[0], order, fields)
        after = _cursor(">", found[-1], order, fields)
    return ListPage(found, total, limit, query.offset, before, after)


def _by_cursor(
    rows: QuerySet[Any], cursor: str, order: Order, fields: list[Any] | None, limit: int
) -> list[Any]:
    try:
        side, names, values = signing.loads(cursor, salt=SALT)
        if names != order.names() or fields is None:
            raise ValueError("the cursor belongs to another order")
        edge = [field.to_python(value) for field, value in zip(fields, values, strict=True)]
    except (signing.BadSignature, ValueError, TypeError, ValidationError):
        raise InvalidValue("cursor", "不是本列表给出的游标", "not a cursor of this list") from None
    backwards = side == "<"
    beyond = rows.filter(order.beyond(edge, backwards=backwards))
    found = list(beyond.order_by(*order.names(backwards=backwards))[:limit])
    return found[::-1] if backwards else found


def _cursor(side: str, row: Any, order: Order, fields: list[Any]) -> str:
    values = [_plain(getattr(row, field.attname)) for field in fields]
    return signing.dumps([side, order.names(), values], salt=SALT)


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, UUID)) else value


def list_headers(page: ListPage, address: str, query_string: str) -> dict[str, str]:
    """Return X-Total-Count, X-Result-Count and, where not all rows are shown, Link."""
    headers = {"X-Total-Count": str(page.total), "X-Result-Count": str(len(page.rows))}
    if page.total > len(page.rows) and page.limit:
        kept = "&".join(
            quote(piece.encode("latin-1", "replace"), safe="%+=;,:@.*!'()-_~/")
            for piece in query_string.split("&")
            if piece and piece.partition("=")[0] not in ("limit", "offset", "cursor")
        )
        start = f"{address}?{kept}&" if kept else f"{address}?"
        headers["Link"] = ", ".join(
            f'<{start}limit={page.limit}&offset={offset}{cursor}>; rel="{rel}"'
            for rel, offset, cursor in _neighbours(page)
        )
    return headers


def _neighbours(page: ListPage) -> list[tuple[str, int, str]]:
    """Return (relation, offset, cursor parameter) of the pages that exist."""
    end = page.offset + len(page.rows)
    left = page.total - page.offset
    last = (
        page.offset + (left - 1) // page.limit * page.limit
        if left > 0
        else (page.total - 1) // page.limit * page.limit
    )
    found = [("first", 0, "")]
    if page.offset > 0:
        previous = max(min(page.offset, page.total) - page.limit, 0)
        cursor = f"&cursor={page.before}" if page.before and previous else ""
        found.append(("prev", previous, cursor))
    if page.rows and end < page.total:
        found.append(("next", end, f"&cursor={page.after}" if page.after else ""))
    found.append(("last", last, ""))
    return found

"""Parameters: filters, pages, order, attribute selection, headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from core.tmf.filters import Filter
from core.tmf.resource import Create, Resource

Document = dict[str, Any]
TEXT: Document = {"type": "string"}
NATURAL: Document = {"type": "integer", "minimum": 0}
_ATTRIBUTES = r"^[@A-Za-z_][\w@\-]*(\.[@A-Za-z_][\w@\-]*){0,9}(,[@A-Za-z_][\w@\-]*){0,9}$"


def list_parameters(resource: Resource) -> list[Document]:
    """Return all that may be asked of a list."""
    return [
        *filter_parameters(resource.all_filters),
        *_sort(resource),
        fields_parameter(),
        *page_parameters(),
    ]


def filter_parameters(filters: Mapping[str, Filter]) -> Iterator[Document]:
    """Return one parameter a filter; its operators are named in the description."""
    for name, one in filters.items():
        operators = ", ".join(f".{word}" for word in sorted(one.operators - {"eq"}))
        about = f"{one.about} Several values mean any of them; operators {operators}.".strip()
        schema = {"type": "array", "items": dict(one.schema), "minItems": 1, "maxItems": 100}
        yield {**query(name, schema, about), "style": "form", "explode": False}


def _sort(resource: Resource) -> Iterator[Document]:
    if resource.sortable:
        word = f"-?({'|'.join(re.escape(name) for name in resource.sortable)})"
        schema = {"type": "string", "pattern": f"^{word}(,{word})*$"}
        yield query("sort", schema, "a,-b; a minus sorts downwards")


def fields_parameter() -> Document:
    """Return the attribute selection."""
    schema = {"type": "string", "pattern": _ATTRIBUTES, "maxLength": 500}
    return query("fields", schema, "Attributes to return, a,b.c; id and href always come")


def page_parameters() -> list[Document]:
    """Return limit and offset."""
    return [
        query("limit", NATURAL, "Rows a page"),
        query("offset", NATURAL, "Rows to leave out before the page"),
    ]


def write_headers(action: Create[Any]) -> list[Document]:
    """Return the headers a create hears."""
    headers = [
        _header(
            "Idempotency-Key",
            {"type": "string", "pattern": "^[!-~]([ -~]{0,198}[!-~])?$"},
            "Makes the request repeatable, like externalId in the body",
        )
    ]
    if action.prefers:
        headers.append(_header("Prefer", TEXT, "wait=N (at most 30 seconds), respond-async"))
    return headers


def query(name: str, schema: Document, about: str) -> Document:
    """Return a parameter of the query string."""
    return {"name": name, "in": "query", "schema": schema, "description": about}


def part(name: str) -> Document:
    """Return a parameter of the path."""
    return {"name": name, "in": "path", "required": True, "schema": {**TEXT, "minLength": 1}}


def _header(name: str, schema: Document, about: str) -> Document:
    return {"name": name, "in": "header", "schema": schema, "description": about}

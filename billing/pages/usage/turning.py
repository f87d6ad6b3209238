"""Turning the pages of lists that may be of any length: from a mark on, never by counting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)
ROWS = 30
CHUNK = 500


def turned(found: QuerySet[M], request: HttpRequest) -> tuple[list[M], str, str]:
    """Return a page's rows, newest first, and the marks of the newer and the older ones."""
    before, after = _mark(request, "before"), _mark(request, "after")
    if after is not None:
        rows = list(found.filter(pk__gt=after).order_by("pk")[: ROWS + 1])
        more, rows = len(rows) > ROWS, rows[:ROWS][::-1]
        return rows, str(rows[0].pk) if more and rows else "", str(rows[-1].pk) if rows else ""
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: ROWS + 1])
    more, rows = len(rows) > ROWS, rows[:ROWS]
    newer = str(rows[0].pk) if before is not None and rows else ""
    return rows, newer, str(rows[-1].pk) if more else ""


def each(found: QuerySet[M], *, most: int) -> Iterator[M]:
    """Yield the newest rows, a few at a time."""
    last: Any = None
    for _ in range(most // CHUNK):
        rows = found if last is None else found.filter(pk__lt=last)
        chunk = list(rows.order_by("-pk")[:CHUNK])
        yield from chunk
        if len(chunk) < CHUNK:
            return
        last = chunk[-1].pk


def text(request: HttpRequest, name: str, longest: int = 80) -> str:
    """Return what somebody asks for, without what no column holds."""
    return request.GET.get(name, "").replace("\x00", "").strip()[:longest]


def _mark(request: HttpRequest, name: str) -> int | None:
    said = request.GET.get(name, "")
    return int(said) if said.isdecimal() and said.isascii() and len(said) <= 18 else None

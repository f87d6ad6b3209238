"""Turning the pages of a long list by marks: no page costs more than the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Turned(Generic[M]):
    """A page's rows, newest first, and where the newer and the older ones follow."""

    rows: list[M]
    newer: str
    older: str


def turned(
    rows: QuerySet[M], request: HttpRequest, asked: dict[str, str], *, size: int
) -> Turned[M]:
    """Return the page of ``rows`` that the address asks for; ``asked`` is what it looks for."""
    before, after = mark_of(request, "before"), mark_of(request, "after")
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        more, found = len(found) > size, found[:size][::-1]
        newer, older = (found[0].pk if more and found else None), _last(found)
    else:
        rows = rows if before is None else rows.filter(pk__lt=before)
        found = list(rows.order_by("-pk")[: size + 1])
        more, found = len(found) > size, found[:size]
        newer, older = (found[0].pk if before and found else None), _last(found) if more else None
    return Turned(
        found,
        address(asked, after=newer) if newer else "",
        address(asked, before=older) if older else "",
    )


def address(asked: dict[str, str], **more: Any) -> str:
    """Return the question part of an address."""
    held = {name: text for name, text in {**asked, **more}.items() if text not in ("", None)}
    return "?" + urlencode(held)


def asked_of(request: HttpRequest, *names: str) -> dict[str, str]:
    """Return what stands in the fields, as it was typed."""
    return {name: request.GET.get(name, "").replace("\x00", "").strip()[:80] for name in names}


def mark_of(request: HttpRequest, name: str) -> int | None:
    """Return the mark of that name, a whole number; None for anything else."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 18 else None


def day_of(text: str, *, after: bool = False) -> datetime | None:
    """Return when a day begins at the operator's place, or when it is over."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    if day is None or not 1971 <= day.year <= 9000:
        return None
    begins = datetime(day.year, day.month, day.day) + timedelta(days=after)  # noqa: DTZ001
    return timezone.make_aware(begins)


def _last(rows: list[M]) -> Any:
    return rows[-1].pk if rows else None

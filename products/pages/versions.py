"""The versions of an offering on a time line, and what differs between two of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from auth_center.actors import Actor
from core.words import said
from products.catalogue.content import Content as Entries
from products.catalogue.difference import differences
from products.models import OfferingVersion, ProductOffering
from products.pages.links import address_of
from products.pages.timeline_drawing import Span, draw_timeline
from products.pages.words import instant, period
from products.selectors import content_of_catalogue

Content = dict[str, Any]


def fill(actor: Actor, offering: ProductOffering, query: QueryDict, at: datetime) -> Content:
    """Show the versions, newest first, and compare ``?from=`` with ``?to=``."""
    versions = list(OfferingVersion.objects.filter(offering=offering).order_by("valid_from"))
    by_number = {str(one.version): one for one in versions}
    newer = by_number.get(query.get("to", "")) or (versions[-1] if versions else None)
    before = versions[versions.index(newer) - 1] if newer and newer != versions[0] else None
    older = by_number.get(query.get("from", "")) or before
    return {
        "rows": [_row(actor, one, at) for one in reversed(versions)],
        "line": draw_timeline([_span(one, at) for one in versions], at) if versions else None,
        "older": older,
        "newer": newer,
        "changes": _changes(offering, older, newer) if older and newer and older != newer else [],
        "comparable": len(versions) > 1,
    }


def standing(begin: datetime, end: datetime | None, at: datetime) -> str:
    """Return how a period stands to ``at``: past, now or coming."""
    if at < begin:
        return "coming"
    return "past" if end is not None and end <= at else "now"


def _row(actor: Actor, one: OfferingVersion, at: datetime) -> Content:
    return {
        "version": one.version,
        "period": period(one.valid_from, one.valid_to),
        "standing": standing(one.valid_from, one.valid_to, at),
        "release_no": one.release_no,
        "release": address_of(actor, "catalogue_release", one.release_no),
    }


def _span(one: OfferingVersion, at: datetime) -> Span:
    return Span(
        label=said(f"版本 {one.version}", f"Version {one.version}"),
        short=str(one.version),
        begin=one.valid_from,
        end=one.valid_to,
        begin_words=instant(one.valid_from),
        standing=standing(one.valid_from, one.valid_to, at),
        address="?" + urlencode({"tab": "versions", "to": str(one.version)}),
    )


def _changes(
    offering: ProductOffering, older: OfferingVersion, newer: OfferingVersion
) -> list[dict[str, str]]:
    """Return what differs, each thing with how it was and how it is."""
    known = content_of_catalogue([offering.code])
    found = differences(_content(older), _content(newer), known=known)
    return [
        {
            "label": said(line.label_zh, line.label_en),
            "before": said(line.before_zh, line.before_en),
            "after": said(line.after_zh, line.after_en),
        }
        for change in found
        for line in change.lines
    ]


def _content(version: OfferingVersion) -> Entries:
    return {
        "brands": [], "classes": [], "services": [], "tariffs": [],
        "offerings": [version.content],
    }  # fmt: skip

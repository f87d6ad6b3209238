"""The releases that concern an offering, a tariff or a service: under way, and those there were."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import QueryDict

from auth_center.actors import Actor
from core.words import said
from products.models import CatalogueRelease, ProductOffering
from products.pages.links import address_of
from products.pages.words import label, moment, release_tone
from products.states import RELEASE_OPEN, ReleaseStatus

MOST_SHOWN = 50
MOST_NAMED = 4
Content = dict[str, Any]


def fill(actor: Actor, offering: ProductOffering, query: QueryDict, at: datetime) -> Content:
    """Show the releases that changed an offering, its tariffs or its services; newest first."""
    own = f"offering:{offering.code}"
    codes = [
        own,
        *(f"tariff:{code}" for code in offering.tariffs.values_list("code", flat=True)),
        *(f"service:{code}" for code in offering.services.values_list("code", flat=True)),
    ]
    rows = _releases(codes)[: MOST_SHOWN + 1]
    return {
        "rows": [_row(actor, row, own, codes) for row in rows[:MOST_SHOWN]],
        "more": len(rows) > MOST_SHOWN,
        "releases": address_of(actor, "catalogue_releases"),
    }


def under_way(actor: Actor, code: str) -> list[Content]:
    """Return the drafts and open releases that change an entry, "offering:PLAN-1"."""
    rows = _releases([code], status__in=[ReleaseStatus.DRAFT, *RELEASE_OPEN])
    return [_row(actor, row, code, [code]) for row in rows]


def _releases(codes: Iterable[str], **narrowed: Any) -> list[CatalogueRelease]:
    rows = CatalogueRelease.objects.filter(codes__overlap=list(codes), **narrowed)
    rows = rows.defer("content", "before", "configured", "findings")
    return list(rows.order_by("-created_at", "-id")[: MOST_SHOWN + 1])


def _row(actor: Actor, row: CatalogueRelease, own: str, codes: list[str]) -> Content:
    others = sorted(set(codes) & set(row.codes) - {own})
    return {
        "number": row.release_no,
        "address": address_of(actor, "catalogue_release", row.release_no),
        "title": row.title,
        "status": label(ReleaseStatus, row.status),
        "tone": release_tone(row.status),
        "created_by": row.created_by,
        "created": moment(row.created_at),
        "requested_by": row.requested_by,
        "approved_by": row.approved_by,
        "closed": moment(row.closed_at),
        "cause": said(row.cause_zh, row.cause_en),
        "itself": own in row.codes,
        "others": [one.partition(":")[2] for one in others[:MOST_NAMED]],
        "more": max(len(others) - MOST_NAMED, 0),
        "size": len(row.codes),
    }

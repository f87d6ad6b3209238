"""Which offerings use a tariff or bring a service."""

from __future__ import annotations

from typing import Any

from auth_center.actors import Actor
from core.words import said
from products.models import ProductOffering
from products.pages.links import address_of
from products.pages.words import label, status_tone
from products.states import OfferingKind, OfferingStatus

MOST_SHOWN = 100


def offerings_using(actor: Actor, **links: Any) -> dict[str, Any]:
    """Return the offerings with that link in the order of their codes, the first of them shown."""
    offerings = ProductOffering.objects.filter(**links).order_by("code")
    rows = list(offerings[:MOST_SHOWN])
    number = offerings.count() if len(rows) == MOST_SHOWN else len(rows)
    return {
        "number": number,
        "more": number - len(rows),
        "rows": [
            {
                "code": row.code,
                "name": said(row.name_zh, row.name_en),
                "address": address_of(actor, "catalogue_product", row.code),
                "kind": label(OfferingKind, row.kind),
                "status": label(OfferingStatus, row.status),
                "tone": status_tone(row.status),
            }
            for row in rows
        ],
    }

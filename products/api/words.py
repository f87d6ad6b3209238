"""What the resources of TMF620 have in common: words, periods, references, what is kept beside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import CharField, F, JSONField, Model, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, JSONObject

from core.tmf import Links
from products.api import shapes
from products.models import CatalogueRelease, EntryExtension
from products.states import RELEASE_OPEN, EntryKind, OfferingStatus, ReleaseStatus

BASE = "/tmf-api/productCatalogManagement/v4/"
LIFECYCLE = {
    "In design": OfferingStatus.IN_DESIGN.value,
    "In test": OfferingStatus.IN_TEST.value,
    "Launched": OfferingStatus.LAUNCHED.value,
    "Retired": OfferingStatus.RETIRED.value,
    "Obsolete": OfferingStatus.OBSOLETE.value,
}
SPOKEN = {status: word for word, status in LIFECYCLE.items()}
NOT_CLOSED = (ReleaseStatus.DRAFT, *RELEASE_OPEN)


def spoken(row: Any, name: str, links: Links) -> str:
    """Return a text of the row in the reader's language."""
    return str(getattr(row, f"{name}_{links.language}"))


def period(first: datetime | None, last: datetime | None) -> shapes.Period:
    """Return a period whose absent ends are open."""
    return shapes.Period(start_date_time=first, end_date_time=last)


def reference(row: Any, kind: str, links: Links, path: str = "") -> shapes.EntityReference:
    """Return a reference to ``row``, with its address where it has one."""
    return shapes.EntityReference(
        id=row.code,
        href=links.href_under(path, row.code) if path else None,
        name=spoken(row, "name", links),
        referred_type=kind,
    )


def either_name(operator: str, values: list[Any]) -> Q:
    """Find by the name in either language."""
    lookup = {"eq": "in", "ne": "in"}.get(operator)
    found = Q()
    for column in ("name_zh", "name_en"):
        if lookup:
            found |= Q(**{f"{column}__in": values})
        else:
            for value in values:
                found |= Q(**{f"{column}__{operator}": value})
    return ~found if operator == "ne" else found


def with_extension(rows: QuerySet[Any], kind: EntryKind, code: Any = None) -> QuerySet[Any]:
    """Add what channels said of each row beyond our model."""
    kept = EntryExtension.objects.filter(kind=kind, code=OuterRef("code") if code is None else code)
    extended: QuerySet[Any] = rows.annotate(
        extension=Coalesce(
            Subquery(kept.values("content")[:1]), Value({}, JSONField()), output_field=JSONField()
        )
    )
    return extended


def with_release(rows: QuerySet[Any], kind: str, code: str = "code") -> QuerySet[Any]:
    """Add the release that each row is in and that is not closed, as its number and status."""
    name = Concat(Value(f"{kind}:"), OuterRef(code), output_field=CharField())
    releases = CatalogueRelease.objects.filter(status__in=NOT_CLOSED, codes__contains=[name])
    found = releases.order_by("-id").annotate(
        shown=JSONObject(id=F("release_no"), state=F("status"))
    )
    placed: QuerySet[Any] = rows.annotate(
        release=Subquery(found.values("shown")[:1], output_field=JSONField())
    )
    return placed


def release_of(row: Model) -> shapes.ReleaseReference | None:
    """Return the reference to the release that ``with_release`` found."""
    found = getattr(row, "release", None)
    return shapes.ReleaseReference(id=found["id"], state=found["state"]) if found else None

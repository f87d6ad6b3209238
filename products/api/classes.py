"""Classes of products as categories and as specifications show them."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Prefetch, QuerySet, Value, When

from products.api import words
from products.models import ProductClass, ProductOffering
from products.states import EntryKind, OfferingStatus

_S = OfferingStatus
_FURTHEST = (_S.LAUNCHED, _S.RETIRED, _S.OBSOLETE, _S.IN_TEST)


def list_classes(*prefetches: Any) -> QuerySet[ProductClass]:
    """Return every class with its standing: as far in the market as its offerings are."""
    within = ProductOffering.objects.filter(product_class=OuterRef("pk"))
    standing = Case(
        *(When(Exists(within.filter(status=status)), then=Value(status)) for status in _FURTHEST),
        default=Value(_S.IN_DESIGN),
        output_field=CharField(),
    )
    rows = ProductClass.objects.annotate(standing=standing).prefetch_related(*prefetches)
    return words.with_extension(rows, EntryKind.CLASS)


def with_offerings() -> Prefetch[Any]:
    """Return what reads each class's offerings, by their codes."""
    return Prefetch("offerings", ProductOffering.objects.order_by("code"))

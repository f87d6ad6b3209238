"""Reading offerings one by one and as lists."""

from __future__ import annotations

from datetime import datetime

from core.errors import NotFound
from products.models import OfferingQuerySet, ProductOffering


class OfferingNotFound(NotFound):
    """No offering has this code."""

    code = "offeringNotFound"
    zh = "产品不存在: {offering}"
    en = "There is no offering {offering}"


def get_offering(code: str) -> ProductOffering:
    """Return the offering of that code; raise ``OfferingNotFound``."""
    offering = find_offering(code)
    if offering is None:
        raise OfferingNotFound(offering=code)
    return offering


def find_offering(code: str) -> ProductOffering | None:
    """Return the offering of that code, if there is one."""
    found: ProductOffering | None = (
        ProductOffering.objects.select_related("product_class", "brand").filter(code=code).first()
    )
    return found


def list_offerings() -> OfferingQuerySet:
    """Return every offering in order of its code."""
    offerings: OfferingQuerySet = ProductOffering.objects.order_by("code")
    return offerings


def list_on_sale(at: datetime) -> OfferingQuerySet:
    """Return what can be bought at ``at``, in order of its code."""
    return list_offerings().on_sale(at)

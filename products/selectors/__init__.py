"""The front door for reads of the catalogue."""

from __future__ import annotations

from products.selectors.offerings import (
    OfferingNotFound,
    find_offering,
    get_offering,
    list_offerings,
    list_on_sale,
)
from products.selectors.terms import OfferingNotOnSale, any_bundle, offering_terms, terms_on_sale

__all__ = [
    "OfferingNotFound",
    "OfferingNotOnSale",
    "any_bundle",
    "find_offering",
    "get_offering",
    "list_offerings",
    "list_on_sale",
    "offering_terms",
    "terms_on_sale",
]

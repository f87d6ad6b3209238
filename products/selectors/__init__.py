"""The front door for reads of the catalogue."""

from __future__ import annotations

from products.selectors.contents import (
    configured_of_catalogue,
    content_of_catalogue,
    operator_section,
    tariffs_of_catalogue,
)
from products.selectors.offerings import (
    OfferingNotFound,
    find_offering,
    get_offering,
    list_offerings,
    list_on_sale,
)
from products.selectors.releases import ReleaseNotFound, get_release, list_releases
from products.selectors.terms import (
    CatalogueAt,
    OfferingNotOnSale,
    any_bundle,
    can_be_bought,
    catalogue_at,
    offering_terms,
    terms_on_sale,
)

__all__ = [
    "CatalogueAt",
    "OfferingNotFound",
    "OfferingNotOnSale",
    "ReleaseNotFound",
    "any_bundle",
    "can_be_bought",
    "catalogue_at",
    "configured_of_catalogue",
    "content_of_catalogue",
    "find_offering",
    "get_offering",
    "get_release",
    "list_offerings",
    "list_on_sale",
    "list_releases",
    "offering_terms",
    "operator_section",
    "tariffs_of_catalogue",
    "terms_on_sale",
]

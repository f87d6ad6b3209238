"""What TM Forum's v4 specifications make mandatory, for the resources that we publish."""

from __future__ import annotations

from typing import NamedTuple


class Specified(NamedTuple):
    """A resource as its specification has it: where, what type, which attributes always."""

    api: str
    base: str
    type: str
    mandatory: frozenset[str]


def _specified(api: str, base: str, type: str, *mandatory: str) -> Specified:
    return Specified(api, f"/tmf-api/{base}/v4/", type, frozenset(mandatory))


SPECIFIED = {
    "customer": _specified("TMF629", "customerManagement", "Customer", "engagedParty", "name"),
    "billingAccount": _specified(
        "TMF666", "accountManagement", "BillingAccount", "name", "relatedParty"
    ),
    "productOrder": _specified(
        "TMF622", "productOrderingManagement", "ProductOrder", "productOrderItem"
    ),
    "product": _specified("TMF637", "productInventory", "Product"),
    "resource": _specified("TMF639", "resourceInventoryManagement", "Resource"),
    "catalog": _specified("TMF620", "productCatalogManagement", "Catalog", "name"),
    "category": _specified("TMF620", "productCatalogManagement", "Category", "name"),
    "productOffering": _specified("TMF620", "productCatalogManagement", "ProductOffering", "name"),
    "productOfferingPrice": _specified(
        "TMF620", "productCatalogManagement", "ProductOfferingPrice", "name"
    ),
    "productSpecification": _specified(
        "TMF620", "productCatalogManagement", "ProductSpecification", "name"
    ),
    "permission": _specified(
        "TMF672", "rolesAndPermissionsManagement", "Permission", "user", "validFor"
    ),
    "userRole": _specified("TMF672", "rolesAndPermissionsManagement", "UserRole"),
}

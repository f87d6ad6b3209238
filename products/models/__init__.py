"""The catalogue as CRM sells it; BOSS holds the computable tariffs, provisioning the commands."""

from products.models.eligibility import OfferingEligibility
from products.models.naming import Brand, ProductClass
from products.models.offerings import (
    OfferingQuerySet,
    OfferingService,
    OfferingStatusChange,
    OfferingTariff,
    ProductOffering,
)
from products.models.relations import OfferingRelation
from products.models.releases import CatalogueRelease, CatalogueRevision
from products.models.services import Service
from products.models.tariffs import Tariff, TariffVersion

__all__ = [
    "Brand",
    "CatalogueRelease",
    "CatalogueRevision",
    "OfferingEligibility",
    "OfferingQuerySet",
    "OfferingRelation",
    "OfferingService",
    "OfferingStatusChange",
    "OfferingTariff",
    "ProductClass",
    "ProductOffering",
    "Service",
    "Tariff",
    "TariffVersion",
]

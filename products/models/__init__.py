"""The catalogue as CRM sells it; BOSS holds the computable tariffs, provisioning the commands."""

from products.models.attributes import ClassAttribute, OfferingAttribute
from products.models.eligibility import OfferingEligibility
from products.models.extensions import EntryExtension
from products.models.naming import Brand, ProductClass
from products.models.offerings import (
    OfferingQuerySet,
    OfferingService,
    OfferingStatusChange,
    OfferingTariff,
    OfferingVersion,
    ProductOffering,
)
from products.models.relations import OfferingRelation
from products.models.releases import (
    CatalogueOperator,
    CatalogueRelease,
    CatalogueRevision,
    ReleaseStep,
)
from products.models.services import Service
from products.models.tariffs import Tariff, TariffVersion
from products.models.uploads import CatalogueUpload

__all__ = [
    "Brand",
    "CatalogueOperator",
    "CatalogueRelease",
    "CatalogueRevision",
    "CatalogueUpload",
    "ClassAttribute",
    "EntryExtension",
    "OfferingAttribute",
    "OfferingEligibility",
    "OfferingQuerySet",
    "OfferingRelation",
    "OfferingService",
    "OfferingStatusChange",
    "OfferingTariff",
    "OfferingVersion",
    "ProductClass",
    "ProductOffering",
    "ReleaseStep",
    "Service",
    "Tariff",
    "TariffVersion",
]

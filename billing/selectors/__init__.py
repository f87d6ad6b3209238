"""Reading what BOSS holds."""

from billing.selectors.arrears import Debt, find_debt
from billing.selectors.catalogue import (
    ReleaseNotFound,
    get_release,
    list_catalogue_rows,
    list_releases,
    list_tariff_versions,
    picture_release,
)
from billing.selectors.reconciliation import PartyKindUnknown, list_party_rows
from billing.selectors.standing import get_standing

__all__ = [
    "Debt",
    "PartyKindUnknown",
    "ReleaseNotFound",
    "find_debt",
    "get_release",
    "get_standing",
    "list_catalogue_rows",
    "list_party_rows",
    "list_releases",
    "list_tariff_versions",
    "picture_release",
]

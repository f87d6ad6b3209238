"""Reading what BOSS holds."""

from billing.selectors.arrears import Debt, find_debt
from billing.selectors.catalogue import list_tariff_versions
from billing.selectors.reconciliation import PartyKindUnknown, list_party_rows
from billing.selectors.standing import get_standing

__all__ = [
    "Debt",
    "PartyKindUnknown",
    "find_debt",
    "get_standing",
    "list_party_rows",
    "list_tariff_versions",
]

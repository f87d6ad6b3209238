"""What BOSS holds: the three parties as billed, and the catalogue as computed."""

from billing.models.catalogue import BillingOffering, BillingTariff, Release
from billing.models.parties import BillingAccount, BillingCustomer
from billing.models.subscribers import BillingSubscriber, BillingSubscription, PaymentRelation

__all__ = [
    "BillingAccount",
    "BillingCustomer",
    "BillingOffering",
    "BillingSubscriber",
    "BillingSubscription",
    "BillingTariff",
    "PaymentRelation",
    "Release",
]

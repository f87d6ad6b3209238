"""What BOSS holds: the three parties as billed, and the catalogue as computed."""

from billing.models.catalogue import (
    BillingOffering,
    BillingService,
    BillingTariff,
    Release,
    ReleaseDeed,
)
from billing.models.parties import BillingAccount, BillingCustomer
from billing.models.subscribers import BillingSubscriber, BillingSubscription, PaymentRelation

__all__ = [
    "BillingAccount",
    "BillingCustomer",
    "BillingOffering",
    "BillingService",
    "BillingSubscriber",
    "BillingSubscription",
    "BillingTariff",
    "PaymentRelation",
    "Release",
    "ReleaseDeed",
]

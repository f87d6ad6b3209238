"""Which cycle comes next: they are billed one after the other."""

from __future__ import annotations

from datetime import date

from django.db.models import Max

from billing.models import BillingCycle
from billing.states import CycleState


def next_to_bill() -> dict[int, date]:
    """Return, by billing day, the first day of the cycle that follows the one billed last."""
    billed = BillingCycle.objects.filter(state=CycleState.BILLED).order_by()
    return dict(billed.values_list("billing_day").annotate(Max("ends_on")))

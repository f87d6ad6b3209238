"""Cycles as rows: usage and charges belong to one, and a bill run closes it."""

from __future__ import annotations

from datetime import datetime

from billing.calendar import Month, month_of, months_from
from billing.models import BillingCycle
from billing.states import CycleState


def cycle_at(billing_day: int, at: datetime) -> BillingCycle:
    """Return the cycle of ``billing_day`` that holds ``at``, made if it is new."""
    return cycle_of(billing_day, month_of(billing_day, at))


def next_cycle(cycle: BillingCycle) -> BillingCycle:
    """Return the cycle after ``cycle``, made if it is new."""
    months = months_from(cycle.billing_day, cycle.starts_at)
    next(months)
    return cycle_of(cycle.billing_day, next(months))


def cycle_of(billing_day: int, month: Month) -> BillingCycle:
    """Return the row of a cycle, made if it is new; made by two at once it is one.

    One before a cycle that is closed is made as a closed one: no run would come by for it.
    """
    known = {"billing_day": billing_day, "starts_on": month.starts_on}
    found = BillingCycle.objects.filter(**known).first()
    if found is None:
        later = BillingCycle.objects.filter(
            billing_day=billing_day, starts_on__gt=month.starts_on
        ).exclude(state=CycleState.OPEN)
        BillingCycle.objects.bulk_create(
            [
                BillingCycle(
                    **known,
                    ends_on=month.ends_on,
                    starts_at=month.starts_at,
                    ends_at=month.ends_at,
                    state=CycleState.CLOSED if later.exists() else CycleState.OPEN,
                )
            ],
            ignore_conflicts=True,
        )
        found = BillingCycle.objects.get(**known)
    return found

"""预付费用 that waited for money are asked for again once there is some."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from billing.models import PrepaidFee


def wake_fees(accounts: Collection[int], *, at: datetime) -> None:
    """Let the open fees of accounts (ids) whose balances got more be taken in the next round.

    It waits for nobody: a fee that is being worked on comes again by itself.
    """
    waiting = PrepaidFee.objects.filter(
        account_id__in=accounts, price__gt=F("paid"), next_at__gt=at
    )
    fees = list(
        waiting.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
    )
    if fees:
        PrepaidFee.objects.filter(pk__in=fees).update(next_at=at)

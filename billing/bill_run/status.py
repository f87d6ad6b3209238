"""停机时段: what fees need to know of a subscriber's suspensions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F
from django.db.models.functions import Greatest

from billing.models import StatusPeriod


def keep_status_period(subscriber_id: int, reasons: Sequence[str], *, at: datetime) -> None:
    """Note that from ``at`` on a subscriber is suspended for ``reasons``, or for none of them.

    To be told in the transaction that changes the reasons; told twice it changes nothing.
    """
    held = StatusPeriod.objects.filter(subscriber_id=subscriber_id, valid_to=None)
    wanted = sorted(reasons)
    current = held.first()
    if current is not None and sorted(current.reasons) == wanted:
        return
    held.update(valid_to=Greatest(F("valid_from"), at))
    if wanted:
        StatusPeriod.objects.create(
            subscriber_id=subscriber_id,
            reasons=wanted,
            valid_from=at if current is None else max(at, current.valid_from),
        )

"""What customers who are not there use: each what its sample does, written in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connections

from billing.calendar import Month
from billing.models import UsageBatch
from billing.simulator.pretending import Pretended
from billing.simulator.samples import events_of
from billing.states import BatchState, UsageSource
from core.systems import System


def write_usage(
    customers: Sequence[Pretended], months: Sequence[Month], *, at: datetime
) -> UsageBatch:
    """Let them use in each month what their sample uses in one."""
    batch = UsageBatch.objects.create(
        source=UsageSource.FILE, name="simulation", state=BatchState.LOADED, received_at=at
    )
    told = {one.sample.code: one.sample for one in customers}
    used = [
        (code, str(month.starts_on), number, event)
        for code, sample in told.items()
        for month in months
        for number, event in enumerate(events_of(sample, month))
    ]
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            _USE,
            {
                "batch": batch.pk,
                "samples": [code for code, _, _, _ in used],
                "months": [month for _, month, _, _ in used],
                "numbers": [number for _, _, number, _ in used],
                **{
                    name: [getattr(event, name) for _, _, _, event in used]
                    for name in ("usage", "started_at", "quantity", "zone", "roaming")
                },
                "places": [one.place for one in customers],
                "subscribers": [one.subscriber_id for one in customers],
                "like": [one.sample.code for one in customers],
            },
        )
    return batch


# What a sample uses is told once, and used by everybody who uses like it.
_USE = """
INSERT INTO billing_usagerecord (
    key, revision, batch_id, line_no, usage, subscriber_id, service_number, started_at, quantity,
    zone, roaming, peer, provider)
SELECT 'simulated/' || c.place || '/' || e.month || '/' || e.number, 0, %(batch)s, e.number,
       e.usage, c.subscriber_id, c.place::text, e.started_at, e.quantity, e.zone, e.roaming, '', ''
FROM unnest(%(places)s::bigint[], %(subscribers)s::bigint[], %(like)s::text[])
     AS c (place, subscriber_id, sample)
JOIN unnest(%(samples)s::text[], %(months)s::text[], %(numbers)s::int[], %(usage)s::text[],
            %(started_at)s::timestamptz[], %(quantity)s::bigint[], %(zone)s::text[],
            %(roaming)s::text[])
     AS e (sample, month, number, usage, started_at, quantity, zone, roaming) USING (sample)
ORDER BY c.place, e.month, e.number
"""

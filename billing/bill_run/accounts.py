"""The accounts of a billing day in ranges of ids: what a partition is made of."""

from __future__ import annotations

from typing import Any

from django.db import connections

from billing.bill_run.reckoning import HIGHEST
from core.systems import System

# the first account of each partition
_FIRSTS = """
SELECT id FROM (
    SELECT id, row_number() OVER (ORDER BY id) - 1 AS place
    FROM billing_billingaccount WHERE billing_day = %s
) AS counted
WHERE place %% %s = 0 ORDER BY id
"""


def account_ranges(billing_day: int, size: int) -> list[dict[str, Any]]:
    """Return half-open ranges of ids that hold ``size`` accounts each, the last one open-ended."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_FIRSTS, [billing_day, max(size, 1)])
        firsts = [row[0] for row in cursor.fetchall()]
    ends = [*firsts[1:], HIGHEST]
    return [{"from": first, "to": end} for first, end in zip(firsts, ends, strict=True)]

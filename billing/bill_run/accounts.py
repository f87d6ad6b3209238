"""The accounts of a billing day in ranges of ids: what a partition is made of."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.db import connections

from billing.bill_run.reckoning import HIGHEST
from core.systems import System

# The first account of each partition and how much there is to do: an account counts one, and one
# for each payment relation that it has.
_FIRSTS = """
WITH weighed AS (
    SELECT a.id, 1 + coalesce(r.relations, 0) AS weight
    FROM billing_billingaccount a
    LEFT JOIN (SELECT account_id, count(*) AS relations
               FROM billing_paymentrelation GROUP BY account_id) AS r ON r.account_id = a.id
    WHERE a.billing_day = %(day)s
), placed AS (
    SELECT id, weight, (sum(weight) OVER (ORDER BY id) - weight) / %(weight)s AS place
    FROM weighed
)
SELECT min(id), sum(weight) FROM placed GROUP BY floor(place) ORDER BY 1
"""


def account_ranges(billing_day: int, size: int) -> list[dict[str, Any]]:
    """Return half-open ranges of ids, the last one open-ended, those with most to do first.

    A range holds about ``size`` accounts with a subscriber each; one that pays for very many ends
    its range, and as that range begins first, nobody waits for it in the end.
    """
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_FIRSTS, {"day": billing_day, "weight": 2 * max(size, 1)})
        rows = cursor.fetchall()
    firsts = [first for first, _ in rows]
    ranges = zip(pairwise([*firsts, HIGHEST]), (weight for _, weight in rows), strict=True)
    heaviest_first = sorted(ranges, key=lambda one: -one[1])
    return [{"from": first, "to": end} for (first, end), _ in heaviest_first]

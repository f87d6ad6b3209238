"""The cycles that a set of usage falls into, and those it is charged in, held open meanwhile."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from billing.calendar import months_from
from billing.cycles import cycle_of
from billing.states import CycleState

DAYS = """
SELECT payer.billing_day, min(used.started_at), max(used.started_at)
FROM rating_set AS used JOIN rating_payer AS payer
  ON payer.subscriber_id = used.subscriber_id
 AND used.started_at >= payer.valid_from AND used.started_at < payer.valid_to
GROUP BY payer.billing_day
"""
HOLD = """
SELECT starts_at, ends_at FROM billing_billingcycle
WHERE billing_day = %s AND state = 'open' AND ends_at > %s ORDER BY id FOR SHARE
"""


def open_months(cursor: Any) -> None:
    """See that the set's cycles are there and that each has an open one; none closes meanwhile."""
    cursor.execute(DAYS)
    for billing_day, earliest, latest in cursor.fetchall():
        hold_open(cursor, billing_day, earliest, latest)


def hold_open(cursor: Any, billing_day: int, earliest: datetime, latest: datetime) -> None:
    """Make the cycles of a billing day from one instant to another, and the next that is open.

    Their rows are held ``FOR SHARE``: a bill run that wants to close one waits.
    """
    cursor.execute(HOLD, [billing_day, earliest])
    if any(starts_at <= earliest and latest < ends_at for starts_at, ends_at in cursor.fetchall()):
        return  # nearly always: all of it in one cycle, which is there and open
    for month in months_from(billing_day, earliest):
        cycle = cycle_of(billing_day, month)
        if month.ends_at > latest:
            cursor.execute(HOLD, [billing_day, earliest])
            cursor.fetchall()
            cycle.refresh_from_db(fields=["state"])
            if cycle.state == CycleState.OPEN:
                return

"""欠费: what bills past their due date leave unpaid, kept on each account for arrears checks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connections

from billing.calendar import operator_zone
from billing.payments.write_off import open_bills
from core.systems import System


def refresh_overdue(accounts: Iterable[int] | None, *, at: datetime) -> int:
    """Reckon ``overdue_amount`` anew; of these accounts, or (None) of all whose may have changed.

    A bill is overdue from the day after it was due, in the operator's calendar; a disputed one is
    not. Returns how many accounts changed.
    """
    today = at.astimezone(operator_zone()).date()
    wanted = None if accounts is None else sorted(set(accounts))
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_REFRESH, {"accounts": wanted, "today": today})
        return int(cursor.rowcount)


_REFRESH = f"""
WITH payer AS (
    SELECT id AS account_id, currency FROM billing_billingaccount
    WHERE id = ANY(%(accounts)s::bigint[])
    UNION  -- all: who owed until now, and whose bills came due
    SELECT id, currency FROM billing_billingaccount
    WHERE %(accounts)s::bigint[] IS NULL AND overdue_amount > 0
    UNION
    SELECT a.id, a.currency
    FROM billing_bill b
    LEFT JOIN billing_bill whole ON whole.id = b.consolidated_into_id
    JOIN billing_billingaccount a ON a.id = coalesce(whole.account_id, b.account_id)
    WHERE %(accounts)s::bigint[] IS NULL
      AND b.state = 'issued' AND b.open_amount > 0 AND b.due_on < %(today)s
),
bill AS ({open_bills()}),
owed AS (
    SELECT account_id, coalesce(sum(open_amount), 0) AS amount
    FROM payer
    LEFT JOIN (SELECT account_id, open_amount FROM bill WHERE due_on < %(today)s AND NOT disputed)
         AS late USING (account_id)
    GROUP BY account_id
)
UPDATE billing_billingaccount a SET overdue_amount = round(owed.amount, 2)
FROM owed
WHERE a.id = owed.account_id AND a.overdue_amount <> round(owed.amount, 2)
"""  # noqa: S608

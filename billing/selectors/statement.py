"""流水: every movement of money of an account, with what it owed and held after each.

What the ledger says and nothing else: an entry moves what the account owes (its postings on
receivables) and what it holds (on balances), and the sums of both run on from the first entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connections

from billing.ledger.chart import Ledger
from billing.models import BillingAccount
from core.systems import System


class Movement(NamedTuple):
    """An entry as the account sees it: what it added to what is owed and held, and the sums."""

    id: int
    kind: str
    source_kind: str
    source_no: str
    posted_at: datetime
    currency: str
    reason: str
    actor_kind: str
    actor_number: str
    owed: Decimal
    held: Decimal
    owed_after: Decimal
    held_after: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What of an account's movements is looked for; the sums run on over all of them."""

    kinds: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def anything(self) -> bool:
        """Whether it narrows at all."""
        return bool(self.kinds or self.since or self.until)


def list_movements(
    account: BillingAccount, looked: Looked, *, before: int | None = None, most: int
) -> list[Movement]:
    """Return an account's movements, the newest first, those that came before ``before``."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_MOVEMENTS, _values(account, looked, before, most))
        return [Movement(*row) for row in cursor.fetchall()]


def _values(
    account: BillingAccount, looked: Looked, before: int | None, most: int
) -> dict[str, Any]:
    balances: Sequence[int] = [
        int(one) for one in (Ledger.CASH_BALANCE, Ledger.GIFT_BALANCE, Ledger.DEDICATED_BALANCE)
    ]
    return {
        "account": account.pk,
        "receivable": int(Ledger.RECEIVABLE),
        "balances": balances,
        "kinds": list(looked.kinds),
        "since": looked.since,
        "until": looked.until,
        "before": before,
        "most": most,
    }


# An account's entries are those that name it, those of others that moved one of its books, and
# those by which another account paid its bills.
_MOVEMENTS = """
WITH entry AS (
    SELECT id FROM billing_journalentry WHERE account_id = %(account)s
    UNION
    SELECT p.entry_id FROM billing_balancebook k
    JOIN billing_posting p ON p.book_id = k.id AND p.book_id >= 0
    WHERE k.account_id = %(account)s
    UNION
    SELECT p.entry_id FROM billing_bill b
    JOIN billing_posting p ON p.bill_id = b.id AND p.bill_id >= 0
    WHERE b.account_id = %(account)s AND b.consolidated_into_id IS NOT NULL
),
moved AS (
    SELECT e.id, e.currency,
           coalesce(sum(p.amount) FILTER (WHERE p.ledger_id = %(receivable)s), 0) AS owed,
           -coalesce(sum(p.amount) FILTER (WHERE p.ledger_id = ANY(%(balances)s::int[])), 0) AS held
    FROM entry
    JOIN billing_journalentry e USING (id)
    JOIN billing_posting p ON p.entry_id = e.id AND p.account_id = %(account)s
    GROUP BY e.id
),
running AS (
    SELECT id, owed, held, sum(owed) OVER upto AS owed_after, sum(held) OVER upto AS held_after
    FROM moved WINDOW upto AS (PARTITION BY currency ORDER BY id)
)
SELECT e.id, e.kind, e.source_kind, e.source_no, e.posted_at, e.currency, e.reason, e.actor_kind,
       e.actor_number, r.owed, r.held, r.owed_after, r.held_after
FROM running r JOIN billing_journalentry e USING (id)
WHERE (cardinality(%(kinds)s::text[]) = 0 OR e.kind = ANY(%(kinds)s::text[]))
  AND (%(since)s::timestamptz IS NULL OR e.posted_at >= %(since)s)
  AND (%(until)s::timestamptz IS NULL OR e.posted_at < %(until)s)
  AND (%(before)s::bigint IS NULL OR e.id < %(before)s)
ORDER BY e.id DESC
LIMIT %(most)s
"""

"""余额销账: balances pay open bills, of one account or of a whole bill run."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connections, transaction

from auth_center.actors import Actor
from billing.ledger.chart import Ledger
from billing.ledger.posting import open_period
from billing.payments.overdue import refresh_overdue
from billing.payments.parties import lock_accounts
from billing.payments.write_off import PLAN, order_values
from billing.states import EntryKind
from core.systems import System


def settle_bills(*, accounts: Collection[int], actor: Actor, at: datetime) -> int:
    """Let balances pay what these accounts (ids) owe; return how many write-offs that were.

    Books pay in their order: priority, then the earliest expiry. A dedicated book pays its charge
    groups only; a gift that pays is no revenue, so as much revenue goes back against promotion.
    What reservations hold stays untouched, and so do disputed bills. Set-based: a statement for
    the first book of every account, another for the second, and so on. A second call finds
    nothing to do. Raises ``PeriodClosed``.
    """
    written = 0
    with transaction.atomic(using=System.BOSS.alias):
        lock_accounts(accounts)
        values = {
            **order_values(spare_disputed=True),
            "accounts": sorted(set(accounts)),
            "receivable": int(Ledger.RECEIVABLE),
            "revenue": int(Ledger.REVENUE),
            "promotion": int(Ledger.PROMOTION),
            "kind": EntryKind.WRITE_OFF.value,
            "at": at,
            "actor_kind": actor.kind,
            "actor_number": actor.number,
        }
        with connections[System.BOSS.alias].cursor() as cursor:
            cursor.execute(_LOCK_BOOKS, values)
            ranks = max((row[0] for row in cursor.fetchall()), default=0)
            for rank in range(1, ranks + 1):
                cursor.execute(_SETTLE, {**values, "rank": rank, "period": open_period(at)})
                written += cursor.fetchone()[0]
        if written:
            refresh_overdue(accounts, at=at)
    return written


_USABLE = """
    closed_at IS NULL AND valid_from <= %(at)s AND (expires_at IS NULL OR expires_at > %(at)s)
"""
_LOCK_BOOKS = f"""
    WITH locked AS (
        SELECT id, account_id, currency FROM billing_balancebook
        WHERE account_id = ANY(%(accounts)s) AND {_USABLE} ORDER BY id FOR NO KEY UPDATE
    )
    SELECT coalesce(max(books), 0)
    FROM (SELECT count(*) AS books FROM locked GROUP BY account_id, currency) AS each_account
"""  # noqa: S608
_SETTLE = f"""
WITH ranked AS (
    SELECT id, book_no, account_id, currency, kind, charge_groups, amount - reserved AS amount,
           row_number() OVER (PARTITION BY account_id, currency
                              ORDER BY priority, expires_at NULLS LAST, id) AS place
    FROM billing_balancebook WHERE account_id = ANY(%(accounts)s) AND {_USABLE}
),
pot AS MATERIALIZED (
    SELECT id AS pot_id, book_no, account_id, currency, kind, amount, charge_groups AS groups,
           nextval(pg_get_serial_sequence('billing_journalentry', 'id')) AS entry_id
    FROM ranked WHERE place = %(rank)s AND amount > 0
),
{PLAN},
used AS MATERIALIZED (  -- what each book pays; kind and number are only its pot's
    SELECT pot_id, entry_id, any_value(account_id) AS account_id, any_value(currency) AS currency,
           max(book_no) AS book_no, max(kind) AS kind, sum(paid) AS amount
    FROM (SELECT pot_id, entry_id, account_id, currency, book_no, kind, 0 AS paid FROM pot
          UNION ALL
          SELECT pot_id, entry_id, account_id, currency, NULL, NULL, amount FROM planned) AS moved
    GROUP BY pot_id, entry_id
    HAVING sum(paid) > 0
),
entry AS (
    INSERT INTO billing_journalentry
        (id, kind, source_kind, source_no, account_id, period_id, posted_at, currency, reason,
         actor_kind, actor_number)
    SELECT entry_id, %(kind)s, 'book', book_no || '/' || entry_id, account_id, %(period)s, %(at)s,
           currency, '', %(actor_kind)s, %(actor_number)s
    FROM used
),
allocated AS (
    INSERT INTO billing_allocation (bill_id, charge_group, book_id, amount, entry_id, allocated_at)
    SELECT bill_id, charge_group, pot_id, amount, entry_id, %(at)s
    FROM planned
    ORDER BY pot_id, bill_id
),
taken AS (
    UPDATE billing_balancebook b SET amount = b.amount - used.amount
    FROM used WHERE b.id = used.pot_id
),
posted AS (
    INSERT INTO billing_posting
        (entry_id, ledger_id, amount, currency, account_id, book_id, bill_id)
    SELECT entry_id,
           CASE kind WHEN 'cash' THEN {int(Ledger.CASH_BALANCE)}
                     WHEN 'gift' THEN {int(Ledger.GIFT_BALANCE)}
                     ELSE {int(Ledger.DEDICATED_BALANCE)} END,
           amount, currency, account_id, pot_id, NULL::bigint
    FROM used
    UNION ALL
    SELECT entry_id, %(receivable)s, -sum(amount), currency, owner_id, NULL, bill_id
    FROM planned GROUP BY entry_id, currency, owner_id, bill_id
    UNION ALL
    SELECT entry_id, side.ledger_id, side.sign * amount, currency, account_id, NULL, NULL
    FROM used
    CROSS JOIN (VALUES (%(revenue)s, 1), (%(promotion)s, -1)) AS side (ledger_id, sign)
    WHERE kind = 'gift'
)
SELECT count(*) FROM used
"""  # noqa: S608

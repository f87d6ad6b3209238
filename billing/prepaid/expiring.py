"""余额失效: what is left in a book when its time is over, taken out by an entry."""

from __future__ import annotations

from datetime import datetime

from django.db import connections, transaction

from auth_center.actors import Actor
from billing.ledger.chart import Ledger
from billing.ledger.posting import open_period
from core.systems import System

A_STEP = 1000


def expire_books(*, actor: Actor, at: datetime, limit: int = A_STEP) -> int:
    """Empty and close books whose time is over; return how many.

    A gift's rest goes back against what it had cost us, a dedicated book's is forfeited. What a
    reservation holds stays until that has ended: the book waits for it. Set-based. Raises
    ``PeriodClosed``.
    """
    with (
        transaction.atomic(using=System.BOSS.alias),
        connections[System.BOSS.alias].cursor() as cursor,
    ):
        cursor.execute(
            _EXPIRE,
            {
                "at": at,
                "limit": limit,
                "period": open_period(at),
                "gift": int(Ledger.GIFT_BALANCE),
                "dedicated": int(Ledger.DEDICATED_BALANCE),
                "promotion": int(Ledger.PROMOTION),
                "forfeited": int(Ledger.FORFEITED),
                "actor_kind": actor.kind,
                "actor_number": actor.number,
            },
        )
        return int(cursor.fetchone()[0])


_EXPIRE = """
WITH book AS MATERIALIZED (
    SELECT id, book_no, account_id, currency, kind, reserved, amount - reserved AS rest,
           nextval(pg_get_serial_sequence('billing_journalentry', 'id')) AS entry_id
    FROM (
        SELECT * FROM billing_balancebook
        WHERE expires_at <= %(at)s AND closed_at IS NULL AND (amount > reserved OR reserved = 0)
        ORDER BY id LIMIT %(limit)s FOR NO KEY UPDATE
    ) AS ended
),
entry AS (
    INSERT INTO billing_journalentry
        (id, kind, source_kind, source_no, account_id, period_id, posted_at, currency, reason,
         actor_kind, actor_number)
    SELECT entry_id, 'expiry', 'book', book_no || '/' || entry_id, account_id, %(period)s, %(at)s,
           currency, '', %(actor_kind)s, %(actor_number)s
    FROM book WHERE rest > 0
),
posted AS (
    INSERT INTO billing_posting (entry_id, ledger_id, amount, currency, account_id, book_id)
    SELECT entry_id, side.ledger_id, side.sign * rest, currency, account_id, side.book_id
    FROM book
    CROSS JOIN LATERAL (VALUES
        (CASE kind WHEN 'gift' THEN %(gift)s ELSE %(dedicated)s END, 1, id),
        (CASE kind WHEN 'gift' THEN %(promotion)s ELSE %(forfeited)s END, -1, NULL)
    ) AS side (ledger_id, sign, book_id)
    WHERE rest > 0
),
emptied AS (
    UPDATE billing_balancebook AS b
    SET amount = book.reserved, reserved = book.reserved,
        closed_at = CASE WHEN book.reserved = 0 THEN %(at)s::timestamptz END
    FROM book WHERE b.id = book.id
)
SELECT count(*) FROM book
"""

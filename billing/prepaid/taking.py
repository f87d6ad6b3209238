"""Fees of prepaid accounts are taken from their balances, many accounts at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connections, transaction

from auth_center.actors import Actor
from billing.ledger.posting import open_period
from billing.models import BalanceCharge
from billing.prepaid.statements import FEES, rows_of, statement
from core.systems import System

A_STEP = 1000
AGAIN = timedelta(minutes=5)  # a balance that was too low is asked again

# One fee of an account at a time: what the first leaves is what the second may take.
_NEXT = """
SELECT id, cycle_id FROM billing_prepaidfee
WHERE id IN (
    SELECT DISTINCT ON (account_id) id
    FROM (
        SELECT id, account_id, next_at FROM billing_prepaidfee
        WHERE price > paid AND next_at <= %(at)s ORDER BY next_at LIMIT %(limit)s
    ) AS waiting
    ORDER BY account_id, next_at, id
)
AND price > paid AND next_at <= %(at)s
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""
# Once its cycle is closed a fee is the bill's.
_OPEN = """
SELECT id FROM billing_billingcycle WHERE id = ANY(%(cycles)s) AND state = 'open'
ORDER BY id FOR SHARE
"""
_KEEP = """
UPDATE billing_prepaidfee AS fee
SET paid = fee.paid + made.price,
    gift = fee.gift + round(made.price * made.gift / nullif(made.amount, 0), 6)
FROM (
    SELECT charge.fee_id, charge.price, charge.amount,
           (SELECT coalesce(sum((part ->> 1)::numeric), 0)
            FROM jsonb_array_elements(charge.parts) AS part
            JOIN billing_balancebook AS book ON book.id = (part ->> 0)::bigint
            WHERE book.kind = 'gift') AS gift
    FROM billing_balancecharge AS charge WHERE charge.id = ANY(%(charges)s)
) AS made
WHERE fee.id = made.fee_id
"""
_LATER = "UPDATE billing_prepaidfee SET next_at = %(then)s WHERE id = ANY(%(fees)s)"


def take_fees(*, actor: Actor, at: datetime, limit: int = A_STEP) -> int:
    """Take fees that are due from balances, each all of it or nothing; return how many were asked.

    What a balance does not pay is asked for again ``AGAIN`` later. Several workers at once each
    take others. Raises ``PeriodClosed``.
    """
    with transaction.atomic(using=System.BOSS.alias):
        open_period(at)
        with connections[System.BOSS.alias].cursor() as cursor:
            cursor.execute(_NEXT, {"at": at, "limit": limit})
            asked = cursor.fetchall()
            cursor.execute(_OPEN, {"cycles": sorted({cycle_id for _, cycle_id in asked})})
            there = {row[0] for row in cursor.fetchall()}
        fees = [fee_id for fee_id, cycle_id in asked if cycle_id in there]
        made = _charged(fees, actor, at) if fees else []
        paid = {one.fee_id for one in made}
        with connections[System.BOSS.alias].cursor() as cursor:
            cursor.execute(_KEEP, {"charges": [one.pk for one in made]})
            left = [fee_id for fee_id in fees if fee_id not in paid]
            cursor.execute(_LATER, {"then": at + AGAIN, "fees": left})
            over = [fee_id for fee_id, cycle_id in asked if cycle_id not in there]
            cursor.execute(_LATER, {"then": None, "fees": over})
    return len(asked)


def _charged(fees: list[int], actor: Actor, at: datetime) -> list[BalanceCharge]:
    values = {
        "fees": fees,
        "from_holds": False,
        "final": True,
        "extension": None,
        "at": at,
        "actor_kind": actor.kind,
        "actor_number": actor.number,
    }
    return rows_of(BalanceCharge, statement("charge", FEES), values)

"""Reservations end: released by whoever made them, or by the clock."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connections, transaction

from auth_center.actors import Actor
from auth_center.permissions import require
from billing import permissions
from billing.models import Reservation
from billing.prepaid.reserving import ReservationEnded, reservation_of
from billing.states import ReservationState
from core.systems import System

A_STEP = 1000

_OVERDUE = """
SELECT id FROM billing_reservation
WHERE state = 'open' AND expires_at <= %(at)s
ORDER BY expires_at LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
"""
# The rows are held by the caller; books are locked in the order of their numbers.
_END = """
WITH freed AS MATERIALIZED (
    SELECT (hold ->> 0)::bigint AS book_id, sum((hold ->> 1)::numeric) AS amount
    FROM billing_reservation, jsonb_array_elements(holds) AS hold
    WHERE id = ANY(%(reservations)s)
    GROUP BY 1
),
locked AS MATERIALIZED (
    SELECT id, amount, reserved FROM billing_balancebook
    WHERE id IN (SELECT book_id FROM freed)
    ORDER BY id FOR NO KEY UPDATE
),
emptied AS (
    UPDATE billing_balancebook AS b
    SET amount = locked.amount, reserved = locked.reserved - freed.amount
    FROM freed JOIN locked ON locked.id = freed.book_id WHERE b.id = freed.book_id
)
UPDATE billing_reservation SET state = %(state)s, ended_at = %(at)s, holds = '[]'
WHERE id = ANY(%(reservations)s)
"""


def release(*, reference: str, actor: Actor, at: datetime) -> Reservation:
    """Free what a reservation still holds; one that was released or expired stays as it is.

    Raises ``ReservationUnknown``, or ``ReservationEnded`` for one that was debited.
    """
    require(actor, permissions.CHARGE_BALANCE)
    with transaction.atomic(using=System.BOSS.alias):
        held = reservation_of(reference, actor, lock=True)
        if held.state == ReservationState.DEBITED:
            raise ReservationEnded(reference=held.reference)
        if held.state == ReservationState.OPEN:
            _end([held.pk], ReservationState.RELEASED, at)
            held.refresh_from_db()
    return held


def expire_reservations(*, at: datetime, limit: int = A_STEP) -> int:
    """Free what reservations hold whose time is over; return how many ended.

    One that somebody is at work on is left for the next time.
    """
    with transaction.atomic(using=System.BOSS.alias):
        with connections[System.BOSS.alias].cursor() as cursor:
            cursor.execute(_OVERDUE, {"at": at, "limit": limit})
            overdue = [row[0] for row in cursor.fetchall()]
        if overdue:
            _end(overdue, ReservationState.EXPIRED, at)
    return len(overdue)


def _end(reservations: Collection[int], state: ReservationState, at: datetime) -> None:
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_END, {"reservations": list(reservations), "state": state, "at": at})

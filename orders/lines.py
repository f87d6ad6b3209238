"""A subscriber's two waiting lines: one order works, the next in order wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.db import connections

from orders.models import CustomerOrder, WaitingLine


@dataclass(frozen=True, slots=True)
class Lines:
    """Which waiting lines an order stands in."""

    product: bool = False
    status: bool = False


PRODUCT = Lines(product=True)
STATUS = Lines(status=True)
BOTH = Lines(product=True, status=True)


def lock(subscriber_no: str) -> None:
    """Hold a subscriber's lines until the transaction ends, so that places are taken in turn."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [subscriber_no])


def lock_those_of(order: CustomerOrder) -> None:
    """Hold every line in which an order stands.

    Whoever closes an order does so before writing what its subscribers have, as whoever accepts
    one does: otherwise each would wait for what the other holds.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(_LOCK_THOSE, [order.pk])


def must_wait(subscriber_no: str, lines: Lines) -> bool:
    """Tell whether an earlier order stands in one of ``lines``; call it under ``lock``."""
    return any(
        (lines.product and place.product) or (lines.status and place.status)
        for place in WaitingLine.objects.filter(subscriber_no=subscriber_no)
    )


def is_ending(subscriber_no: str) -> bool:
    """Tell whether an order to terminate the subscriber is open; call it under ``lock``."""
    return WaitingLine.objects.filter(
        subscriber_no=subscriber_no, order__flow="terminate_subscriber"
    ).exists()


def take_place(order: CustomerOrder, subscriber_no: str, lines: Lines, *, holds: bool) -> None:
    """Put an order, already saved, into a subscriber's lines."""
    WaitingLine.objects.create(
        order=order,
        subscriber_no=subscriber_no,
        product=lines.product,
        status=lines.status,
        holds=holds,
    )


def leave(order: CustomerOrder) -> list[int]:
    """Take a closed order out of its lines; return the ids of orders whose turn has come.

    The lines are left under their subscribers' locks, so that no order slips in between and two
    orders that close at once see each other. Those returned hold their lines already; the caller
    begins them.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute(_LEAVE, [order.pk])
        subscribers = [row[0] for row in cursor.fetchall()]
        if not subscribers:
            return []
        cursor.execute(_WAITING, [subscribers])
        places = [Place(*row) for row in cursor.fetchall()]
    return _next_in_turn(places) if places else []


_LOCK_THOSE = """
SELECT pg_advisory_xact_lock(hashtextextended(subscriber_no, 1))
FROM (SELECT subscriber_no FROM orders_waitingline WHERE order_id = %s
      ORDER BY subscriber_no) places
"""
_LEAVE = """
WITH mine AS MATERIALIZED (
    SELECT id, pg_advisory_xact_lock(hashtextextended(subscriber_no, 1))
    FROM (SELECT id, subscriber_no FROM orders_waitingline WHERE order_id = %s
          ORDER BY subscriber_no) places
)
DELETE FROM orders_waitingline line USING mine
WHERE line.id = mine.id RETURNING line.subscriber_no
"""
_WAITING = """
SELECT id, order_id, subscriber_no, product, status, holds
FROM orders_waitingline WHERE subscriber_no = ANY(%s) ORDER BY id
"""


class Place(NamedTuple):
    """A row of the waiting lines."""

    id: int
    order_id: int
    subscriber_no: str
    product: bool
    status: bool
    holds: bool


def _next_in_turn(places: list[Place]) -> list[int]:
    """Let each order hold its places whose every place is now the first of its lines."""
    first: dict[tuple[str, str], int] = {}
    for place in places:
        if place.product:
            first.setdefault((place.subscriber_no, "product"), place.id)
        if place.status:
            first.setdefault((place.subscriber_no, "status"), place.id)
    turn: dict[int, bool] = {}
    for place in places:
        if place.holds:
            continue
        head = all(
            first[place.subscriber_no, line] == place.id
            for line, stands in (("product", place.product), ("status", place.status))
            if stands
        )
        turn[place.order_id] = turn.get(place.order_id, True) and head
    ready = [order_id for order_id, whole in turn.items() if whole]
    if ready:
        WaitingLine.objects.filter(order_id__in=ready).update(holds=True)
    return ready

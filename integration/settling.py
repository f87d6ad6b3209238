"""Carrying messages in this very process, until nobody has anything left to say.

The relay and the workers do the same through the broker; this serves the first load of an
instance, before they run, and journeys in tests that are driven by a given clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.db import connections, transaction

from core.systems import System
from integration import inbox
from integration.context import Clock
from integration.relay import BATCH, TAKE


def settle(*, clock: Clock, systems: Iterable[System] = tuple(System)) -> int:
    """Deliver every unsent message of ``systems`` and what follows from it; return how many."""
    delivered = 0
    while carried := sum(_carry(system, clock) for system in systems):
        delivered += carried
    return delivered


def _carry(system: System, clock: Clock) -> int:
    with transaction.atomic(using=system.alias), connections[system.alias].cursor() as cursor:
        cursor.execute(TAKE, [[], BATCH])
        rows = sorted(cursor.fetchall())
    for receiver, group in groupby(rows, key=lambda row: row[0]):
        messages = [inbox.Received(seq=seq, body=body) for _, _, seq, body in group]
        inbox.receive(System(receiver), messages, clock=clock)
    return len(rows)

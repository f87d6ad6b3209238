"""What comes round by the clock: the proof once a day, the alarm as long as something is wrong.

Both may take longer than a broker waits before it gives a task to another worker: whoever comes
second finds the work taken and leaves.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from celery import current_app
from django.db import connections

from auth_center.actors import Actor
from auth_center.permissions import require
from billing import permissions
from billing.ledger.figures import refresh_figures
from billing.ledger.proving import keep_proof, last_proof
from billing.models import LedgerProof
from core.systems import System

EVERY = timedelta(days=1)
LOOKED_AT = timedelta(minutes=5)  # how often it is looked whether a proof is due
AGAIN = timedelta(hours=1)  # how often an alarm is repeated
LATE = timedelta(hours=26)  # a proof that is older says that nothing proves any more
PROVE, FIGURES = "billing.tasks.prove_ledger", "billing.tasks.refresh_figures"
_log = logging.getLogger(__name__)


def ask_for_proof(*, actor: Actor) -> None:
    """Let a worker prove everything now; raises ``kombu``'s ``OperationalError`` without broker."""
    require(actor, permissions.CLOSE_PERIOD)
    current_app.send_task(PROVE, [True], queue=System.BOSS.queue, expires=600)


def ask_for_figures(*, actor: Actor) -> None:
    """Let a worker reckon the monthly figures now; raises as ``ask_for_proof`` does."""
    require(actor, permissions.VIEW_REVENUE)
    current_app.send_task(FIGURES, queue=System.BOSS.queue, expires=600)


def prove_when_due(at: datetime, *, now: bool = False) -> LedgerProof | None:
    """Prove everything, ``now`` or if that was last done a day ago; else repeat its alarm."""
    with _taken(PROVE) as mine:
        last = last_proof()
        if mine and (now or last is None or at - last.began_at >= EVERY):
            return keep_proof(at)
        if last is not None and last.wrong_count and (at - last.began_at) % AGAIN < LOOKED_AT:
            _log.error(
                "ALARM: the ledger was not proven at %s: %s wrong", last.began_at, last.wrong_count
            )
    return None


def keep_figures(at: datetime) -> bool:
    """Reckon the monthly figures unless somebody does; return whether it was done."""
    with _taken(FIGURES) as mine:
        if mine:
            refresh_figures(at)
    return mine


@contextmanager
def _taken(work: str) -> Iterator[bool]:
    """Take a piece of work for this session; yields whether nobody else has it."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [work])
        mine: bool = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        if mine:
            with connections[System.BOSS.alias].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [work])

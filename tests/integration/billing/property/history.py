"""A history: what happened, deed by deed, and the ways in which it can be worked through.

Every deed is told by plain values, so that the same history can happen again, otherwise worked:
in other parts, with its files in another order, told twice, or by workers that die.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from auth_center.actors import Actor
from billing.prepaid import expire_books, expire_reservations
from core.errors import DomainError
from tests.integration.billing.payments.world import SYSTEM, clerk
from tests.integration.billing.property.place import BEGINS, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How a history is worked through; nothing of this may change what comes of it."""

    parts: int = 1  # of a batch that is rated
    accounts: int = 100  # in a part of a bill run
    backwards: bool = False  # files that come together come the other way round
    twice: bool = False  # everything is told twice
    killed: bool = False  # whoever does something dies once just before it is done


class Killed(Exception):
    """The worker died; what it had not committed is gone."""


class History:
    """Where it happens, when it is, and what has happened."""

    def __init__(self, how: How, folder: Path) -> None:
        self.how = how
        self.folder = folder
        self.place = Place()
        self.now = BEGINS
        self.count = 0
        self.outcomes: list[str] = []
        self.clerk = clerk()
        # by key: the last revision that was told, the use, the number, when it began
        self.told_uses: dict[str, tuple[int, str, str, str]] = {}

    def next(self) -> str:
        """Return a name for something that is asked for."""
        self.count += 1
        return f"n{self.count}"

    def pass_time(self, minutes: int) -> None:
        """Let time pass; what ends by the clock ends."""
        self.now += timedelta(minutes=minutes)
        expire_reservations(at=self.now)
        expire_books(actor=SYSTEM, at=self.now)

    def call(self, door: Callable[..., Any], actor: Actor | None = None, **told: Any) -> Any:
        """Let a door do something; return what came of it, nothing where it refused."""
        deed = partial(door, actor=actor or self.clerk, at=self.now, **told)
        if self.how.killed:
            die(deed)
        before = standing()
        try:
            done = deed()
        except DomainError as refusal:
            assert standing() == before, f"{door.__name__} was refused, yet something moved"
            self.outcomes.append(f"{door.__name__}: {refusal.code}")
            return None
        self.outcomes.append(f"{door.__name__}: done")
        if self.how.twice:
            before = standing()
            with suppress(DomainError):
                deed()
            assert standing() == before, f"{door.__name__} told twice moved something twice"
        return done


def die(deed: Callable[[], Any]) -> None:
    """Let a deed be done up to its very end, by somebody who dies then."""
    with suppress(Killed, DomainError), transaction.atomic(using="boss"):
        deed()
        raise Killed


def standing() -> Any:
    """Return what moves when something moves."""
    with connections["boss"].cursor() as cursor:
        cursor.execute(_STANDING)
        return cursor.fetchall()


def days(count: int) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)


def clock_of(at: datetime) -> str:
    """Return an instant as a usage file writes it."""
    return at.isoformat().replace("+00:00", "Z")


_STANDING = """
SELECT 'bills', count(*), sum(id), sum(open_amount), sum(length(state)) FROM billing_bill
UNION ALL SELECT 'books', count(*), sum(id), sum(amount), sum(reserved) FROM billing_balancebook
UNION ALL SELECT 'held', count(*), sum(id), sum(debited), sum(length(state))
    FROM billing_reservation
UNION ALL SELECT 'payments', count(*), sum(id), sum(amount), sum(length(state)) FROM billing_payment
UNION ALL SELECT 'write-offs', count(*), sum(id), sum(amount), 0 FROM billing_allocation
UNION ALL SELECT 'entries', count(*), sum(id), 0, 0 FROM billing_journalentry
UNION ALL SELECT 'postings', count(*), sum(id), sum(amount), 0 FROM billing_posting
UNION ALL SELECT 'charges', count(*), sum(id), sum(amount), 0 FROM billing_balancecharge
UNION ALL SELECT 'adjustments', count(*), sum(id), sum(amount), sum(length(state))
    FROM billing_adjustment
UNION ALL SELECT 'usage', count(*), sum(id), sum(quantity), 0 FROM billing_usagerecord
UNION ALL SELECT 'rated', count(*), sum(id), sum(charge), 0 FROM billing_ratedevent
UNION ALL SELECT 'kept', count(*), sum(id), sum(amount), sum(paid) FROM billing_usagecharge
UNION ALL SELECT 'aside', count(*), sum(id), sum(length(state)), 0 FROM billing_quarantinedrecord
UNION ALL SELECT 'used', count(*), sum(id), sum(used), 0 FROM billing_allowancebucket
UNION ALL SELECT 'lines', count(*), sum(id), sum(exact), 0 FROM billing_billline
"""

"""Posting journal entries: a few at a time by ``post``, many by a set's own statement.

A bulk statement (bill run, prepaid charging of a set) inserts into the same two tables itself,
entries first and all their postings in one INSERT; the database's triggers judge both alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connections

from auth_center.actors import Actor
from billing.ledger.chart import Ledger
from billing.ledger.periods import PeriodClosed, period_at
from billing.models import JournalEntry, Posting
from billing.states import EntryKind, PeriodState
from core.systems import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One side of an entry: a debit is positive, a credit negative."""

    ledger: Ledger
    amount: Decimal
    account_id: int | None = None
    book_id: int | None = None
    bill_id: int | None = None


class Unbalanced(AssertionError):
    """The lines of an entry do not sum to nothing: a fault of the caller, never of a user."""


def post(
    kind: EntryKind,
    lines: Iterable[Line],
    *,
    source: tuple[str, str],
    currency: str,
    actor: Actor,
    at: datetime,
    account_id: int | None = None,
    reverses_id: int | None = None,
    reason: str = "",
) -> int:
    """Post one entry in the present transaction and return its id.

    ``source`` is what moves the money, its kind and number; posting it twice under one ``kind``
    breaks ``billing_entry_source_once``. Lines of nothing are left out. Raises ``PeriodClosed``.
    """
    kept = [line for line in lines if line.amount]
    if sum((line.amount for line in kept), Decimal()) != 0:
        raise Unbalanced(f"{kind} {source}: {kept}")
    period_id = open_period(at)
    entry = JournalEntry.objects.create(
        kind=kind,
        source_kind=source[0],
        source_no=source[1],
        account_id=account_id,
        period_id=period_id,
        posted_at=at,
        currency=currency,
        reverses_id=reverses_id,
        reason=reason,
        actor_kind=actor.kind,
        actor_number=actor.number,
    )
    Posting.objects.bulk_create(
        Posting(
            entry_id=entry.pk,
            ledger_id=line.ledger,
            amount=line.amount,
            currency=currency,
            account_id=line.account_id if line.account_id is not None else account_id,
            book_id=line.book_id,
            bill_id=line.bill_id,
        )
        for line in kept
    )
    return entry.pk


def reverse(
    entry_id: int,
    kind: EntryKind,
    *,
    source: tuple[str, str],
    actor: Actor,
    at: datetime,
    reason: str,
) -> int:
    """Post the opposite of an entry, in the period of ``at``, and return its id.

    Reversing one twice breaks ``billing_entry_reversed_once``. Raises ``PeriodClosed``.
    """
    entry = JournalEntry.objects.get(pk=entry_id)
    return post(
        kind,
        [
            Line(
                ledger=Ledger(one.ledger_id),
                amount=-one.amount,
                account_id=one.account_id,
                book_id=one.book_id,
                bill_id=one.bill_id,
            )
            for one in entry.postings.order_by("id")
        ],
        source=source,
        currency=entry.currency,
        actor=actor,
        at=at,
        account_id=entry.account_id,
        reverses_id=entry.pk,
        reason=reason,
    )


def open_period(at: datetime) -> int:
    """Return the id of the accounting period of ``at``, held open until the transaction ends.

    For a set's own statement. Raises ``PeriodClosed``.
    """
    period_id = period_at(at)
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            "SELECT code, state FROM billing_accountingperiod WHERE id = %s FOR SHARE", [period_id]
        )
        code, state = cursor.fetchone()
    if state != PeriodState.OPEN:
        raise PeriodClosed(period=code)
    return period_id

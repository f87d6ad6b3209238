"""Entries are posted balanced, stay as they are, and keep out of closed periods."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction

from auth_center.actors import system_actor
from billing.ledger.chart import Ledger
from billing.ledger.periods import PeriodClosed
from billing.ledger.posting import Line, post, reverse
from billing.models import AccountingPeriod, JournalEntry, LedgerAccount, Posting
from billing.states import EntryKind
from core.numbers import BILL, format_number
from core.systems import System

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
ACTOR = system_actor("test")

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)


def paid(number: str = "MB1", amount: str = "10.00") -> int:
    return post(
        EntryKind.PAYMENT,
        [
            Line(ledger=Ledger.TILL, amount=Decimal(amount)),
            Line(ledger=Ledger.CASH_BALANCE, amount=-Decimal(amount), book_id=7),
        ],
        source=("payment", number),
        currency="CNY",
        actor=ACTOR,
        at=AT,
        account_id=3,
    )


def test_the_chart_in_the_code_is_the_one_in_the_database() -> None:
    assert set(LedgerAccount.objects.values_list("code", flat=True)) == {int(x) for x in Ledger}


def test_a_number_made_in_a_set_is_the_one_made_alone() -> None:
    with connections["boss"].cursor() as cursor:
        for sequence in (1, 42, 12345678, 123456789):
            cursor.execute("SELECT billing_number('B', %s)", [sequence])
            assert cursor.fetchone() == (format_number(BILL, System.BOSS, sequence),)


def test_an_entry_is_posted_into_the_month_of_the_operators_calendar() -> None:
    entry = JournalEntry.objects.get(pk=paid())
    assert entry.period.code == "2026-11"
    assert sum(entry.postings.values_list("amount", flat=True)) == 0


def test_an_entry_that_does_not_balance_is_refused_by_the_database() -> None:
    entry_id = paid()
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic("boss"):
        Posting.objects.create(
            entry_id=entry_id, ledger_id=Ledger.TILL, amount=Decimal("0.01"), currency="CNY"
        )
    assert Posting.objects.count() == 2


@pytest.mark.parametrize("table", ["journalentry", "posting"])
def test_nothing_posted_is_changed_or_deleted(table: str) -> None:
    paid()
    for deed in (f"UPDATE billing_{table} SET account_id = 9", f"DELETE FROM billing_{table}"):
        with (
            pytest.raises(DatabaseError, match="only ever added to"),
            transaction.atomic("boss"),
            connections["boss"].cursor() as cursor,
        ):
            cursor.execute(deed)


def test_a_closed_period_takes_nothing_more() -> None:
    paid()
    AccountingPeriod.objects.update(state="closed", closed_at=AT)
    with pytest.raises(PeriodClosed), transaction.atomic("boss"):
        paid("MB2")
    assert JournalEntry.objects.count() == 1


def test_an_entry_is_reversed_once() -> None:
    entry_id = paid()
    again = {"source": ("payment", "MB1"), "actor": ACTOR, "at": AT, "reason": "误收"}
    reverse(entry_id, EntryKind.PAYMENT_REVERSED, **again)
    with pytest.raises(IntegrityError), transaction.atomic("boss"):
        reverse(entry_id, EntryKind.PAYMENT_REVERSED, **again | {"source": ("payment", "x")})
    assert sum(Posting.objects.values_list("amount", flat=True)) == 0
    assert Posting.objects.filter(book_id=7).count() == 2

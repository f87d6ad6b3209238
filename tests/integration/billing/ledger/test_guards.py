"""The database keeps the ledger by itself, whatever program writes to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction

from auth_center.actors import system_actor
from billing.ledger.chart import Ledger
from billing.ledger.periods import PeriodClosed, period_at
from billing.ledger.posting import Line, post
from billing.models import AccountingPeriod, JournalEntry, Posting
from billing.states import EntryKind

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
ONE = Decimal(1)

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)


def posted(at: datetime = AT, number: str = "MB1") -> int:
    return post(
        EntryKind.PAYMENT,
        [
            Line(ledger=Ledger.TILL, amount=ONE),
            Line(ledger=Ledger.CASH_BALANCE, amount=-ONE, book_id=7),
        ],
        source=("payment", number),
        currency="CNY",
        actor=system_actor("test"),
        at=at,
    )


def add(entry_id: int, currency: str = "CNY") -> None:
    """Add two postings that balance to an entry, in one statement."""
    with transaction.atomic("boss"):
        Posting.objects.bulk_create(
            Posting(entry_id=entry_id, ledger_id=ledger, amount=amount, currency=currency)
            for ledger, amount in ((Ledger.TILL, ONE), (Ledger.BANK, -ONE))
        )


def close(at: datetime = AT) -> None:
    AccountingPeriod.objects.filter(pk=period_at(at)).update(state="closed", closed_at=AT)


def test_an_entry_of_a_closed_period_takes_no_more_postings_even_balanced_ones() -> None:
    entry_id = posted()
    add(entry_id)
    close()
    with pytest.raises(IntegrityError, match="2026-11 is closed"):
        add(entry_id)
    assert Posting.objects.count() == 4


def test_an_entry_has_one_currency() -> None:
    with pytest.raises(IntegrityError, match=r"no journal entry [0-9]+ in that currency"):
        add(posted(), "USD")


def test_postings_belong_to_an_entry() -> None:
    with pytest.raises(IntegrityError, match="no journal entry 4711"):
        add(4711)


def test_an_entry_stands_in_the_period_of_its_instant() -> None:
    period_id = period_at(AT)
    for at in (AT - timedelta(days=31), AT + timedelta(days=31)):
        with pytest.raises(IntegrityError, match="not the one of that instant"):
            JournalEntry.objects.create(
                kind="payment", source_kind="payment", source_no="x", period_id=period_id,
                posted_at=at, currency="CNY",
            )  # fmt: skip
    assert not JournalEntry.objects.exists()


def test_periods_close_in_order_and_stay_closed() -> None:
    october, november = AT - timedelta(days=31), AT
    posted(october)
    posted(november, "MB2")
    with pytest.raises(IntegrityError, match="a period before 2026-11 is open"):
        close(november)
    close(october)
    close(november)
    for deed in ("UPDATE {} SET state = 'open'", "DELETE FROM {}"):
        with (
            pytest.raises(IntegrityError, match="stays as it is"),
            connections["boss"].cursor() as cursor,
        ):
            cursor.execute(deed.format("billing_accountingperiod"))


def test_a_month_before_a_closed_one_is_closed_though_nothing_was_posted_in_it() -> None:
    posted()
    close()
    with pytest.raises(PeriodClosed, match="2026-09"):
        posted(AT - timedelta(days=60), "MB2")
    with pytest.raises(IntegrityError, match="lies before one that is closed"):
        AccountingPeriod.objects.create(
            code="2026-09", starts_at=AT - timedelta(days=61), ends_at=AT - timedelta(days=31)
        )


@pytest.mark.parametrize("table", ["journalentry", "posting", "periodtotal", "accountingperiod"])
def test_nothing_is_emptied(table: str) -> None:
    with connections["boss"].cursor() as cursor:  # as everywhere but in tests
        cursor.execute(f"ALTER TABLE billing_{table} ENABLE ALWAYS TRIGGER never_emptied")
        try:
            with pytest.raises(DatabaseError, match="only ever added to: TRUNCATE"):
                cursor.execute(f"TRUNCATE billing_{table} CASCADE")
        finally:
            cursor.execute(f"ALTER TABLE billing_{table} DISABLE TRIGGER never_emptied")

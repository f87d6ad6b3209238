"""Balances pay bills in their order, for many accounts at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing.ledger.chart import Ledger
from billing.models import Allocation, BalanceBook, JournalEntry
from billing.payments import settle_bills
from tests.integration.billing.payments.world import (
    AT,
    SYSTEM,
    account,
    balance,
    bill,
    book,
    ledger,
    money,
    open_amounts,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"])


def test_books_pay_by_priority_then_by_the_earliest_expiry() -> None:
    wang = account()
    owed = bill(wang, {"voice": "10", "recurring": "20"})
    cash = book(wang, "cash", "100")
    late = book(wang, "gift", "8", expires_at=AT + timedelta(days=9), priority=50)
    soon = book(wang, "gift", "5", expires_at=AT + timedelta(days=2), priority=50)
    voice = book(wang, "dedicated", "50", charge_groups=["voice"], priority=10)

    written = settle_bills(accounts=[wang.pk], actor=SYSTEM, at=AT)

    left = BalanceBook.objects.in_bulk([one.pk for one in (cash, late, soon, voice)])
    assert written == 4
    assert [left[one.pk].amount for one in (voice, soon, late, cash)] == [40, 0, 0, 93]
    assert open_amounts(owed) == [money(0)]
    assert set(
        Allocation.objects.filter(book_id=voice.pk).values_list("charge_group", "amount")
    ) == {("voice", money(10))}
    # a gift that pays is no revenue: 30 billed less 13 given
    assert (ledger(Ledger.REVENUE), ledger(Ledger.PROMOTION)) == (-17, 0)
    assert wrong() == []


def test_a_second_settlement_finds_nothing_to_do() -> None:
    wang = account()
    bill(wang, {"voice": "10"})
    book(wang, "cash", "100")
    settle_bills(accounts=[wang.pk], actor=SYSTEM, at=AT)
    entries = JournalEntry.objects.count()

    assert settle_bills(accounts=[wang.pk], actor=SYSTEM, at=AT) == 0
    assert JournalEntry.objects.count() == entries


def test_what_is_reserved_expired_not_yet_begun_or_disputed_stays() -> None:
    wang = account()
    disputed = bill(wang, {"voice": "4"}, disputed_at=AT)
    owed = bill(wang, {"voice": "10"}, months_ago=1)
    book(wang, "cash", "5", reserved=2)
    book(wang, "gift", "5", expires_at=AT)
    book(wang, "gift", "5", valid_from=AT + timedelta(days=1))

    settle_bills(accounts=[wang.pk], actor=SYSTEM, at=AT)

    assert open_amounts(disputed, owed) == [4, 7]
    assert (balance(wang), balance(wang, "gift")) == (2, 10)
    assert wrong() == []


def test_many_accounts_are_settled_with_a_fixed_number_of_statements(
    django_assert_max_num_queries: object,
) -> None:
    owners = [account(f"AC0000{number:05d}") for number in range(30)]
    bills = [bill(one, {"voice": "10", "data": "5"}) for one in owners]
    for one in owners:
        book(one, "cash", "12")

    with django_assert_max_num_queries(16, using="boss"):  # type: ignore[operator]
        written = settle_bills(accounts=[one.pk for one in owners], actor=SYSTEM, at=AT)

    assert written == 30
    assert set(open_amounts(*bills)) == {money(3)}
    assert wrong() == []

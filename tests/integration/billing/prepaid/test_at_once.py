"""Sessions on one balance at one instant: all that fits is held, no more; each thing once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from billing.models import BalanceBook, BalanceCharge, BillingAccount, RatedEvent, Reservation
from billing.payments import take_payment
from billing.prepaid import Wish, debit, expire_reservations, release, reserve, transfer_balance
from core.errors import DomainError
from tests.integration.billing.payments.world import AT, SYSTEM, account, book, wrong
from tests.integration.billing.prepaid.test_uses import CALLS
from tests.integration.billing.rating.world import World

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)
THREADS = 8


def at_once(deeds: Sequence[Callable[[], Any]]) -> Counter[str]:
    """Do all, in threads with connections of their own; count what came of them."""
    start = threading.Barrier(THREADS)
    found: list[str] = []

    def work(mine: Sequence[Callable[[], Any]]) -> None:
        try:
            start.wait(30)
            for deed in mine:
                try:
                    deed()
                    found.append("done")
                except DomainError as refusal:
                    found.append(refusal.code)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=work, args=(deeds[place::THREADS],)) for place in range(THREADS)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert len(found) == len(deeds)
    return Counter(found)


def holding(of: BillingAccount, amount: str, reference: str) -> Callable[[], Any]:
    wish = Wish(account_no=of.account_no, amount=Decimal(amount))
    return lambda: reserve(reference=reference, wish=wish, actor=SYSTEM, at=AT)


def taking(of: BillingAccount, amount: str, reference: str, held: str = "") -> Callable[[], Any]:
    wish = Wish(account_no=of.account_no, amount=Decimal(amount))
    return lambda: debit(reference=reference, wish=wish, reservation=held, actor=SYSTEM, at=AT)


def sums() -> tuple[Decimal, Decimal]:
    books = BalanceBook.objects.all()
    return (
        sum((one.amount for one in books), Decimal()),
        sum((one.reserved for one in books), Decimal()),
    )


def test_no_more_is_held_than_there_is() -> None:
    wang = account()
    for _ in range(3):
        book(wang, "gift", "5", priority=50)
    book(wang, "cash", "5")
    found = at_once([holding(wang, "3", f"R{n}") for n in range(24)])
    assert found == {"done": 6, "balanceTooLow": 18}
    assert sums() == (20, 18)
    held = [Decimal(one) for row in Reservation.objects.all() for _, one in row.holds]
    assert sum(held) == 18


def test_the_same_told_by_all_happens_once() -> None:
    wang = account()
    book(wang, "cash", "20")
    assert at_once([holding(wang, "3", "R1")] * THREADS) == {"done": THREADS}
    assert sums() == (20, 3)
    assert at_once([taking(wang, "2", "D1", "R1")] * THREADS) == {"done": THREADS}
    assert sums() == (18, 0)
    assert at_once([taking(wang, "2", "D2")] * THREADS) == {"done": THREADS}
    assert sums() == (16, 0)
    assert wrong() == []


def test_everything_that_moves_a_balance_goes_on_at_once() -> None:
    wang, li = account(), account("AC000000026")
    book(wang, "gift", "10", priority=50)
    book(wang, "cash", "50")
    book(li, "cash", "50")
    for n in range(8):
        holding(wang, "2", f"R{n}")()
    late = AT + timedelta(hours=1)
    deeds: list[Callable[[], Any]] = []
    for n in range(8):
        giver, taker = (wang, li) if n % 2 else (li, wang)
        deeds += [
            taking(wang, "1", f"D{n}", f"R{n}"),
            holding(wang, "1.5", f"N{n}"),
            lambda n=n: release(reference=f"R{n}", actor=SYSTEM, at=AT),
            lambda: expire_reservations(at=late),
            taking(wang, "0.5", f"X{n}"),
            lambda n=n: take_payment(
                account_no=wang.account_no, amount="3", method="cash", source="api",
                reference=f"P{n}", actor=SYSTEM, at=AT,
            ),
            lambda n=n, giver=giver, taker=taker: transfer_balance(
                account_no=giver.account_no, to_account_no=taker.account_no, amount="1",
                reason="转移", reference=f"T{n}", actor=SYSTEM, at=AT,
            ),
        ]  # fmt: skip
    found = at_once(deeds)
    assert set(found) <= {"done", "reservationEnded"}
    expire_reservations(at=late)
    assert not Reservation.objects.filter(state="open").exists()
    taken = sum((one.amount for one in BalanceCharge.objects.all()), Decimal())
    assert sums() == (110 + 24 - taken, 0)
    assert wrong() == []


def test_uses_of_one_subscriber_at_once_are_rated_one_after_the_other() -> None:
    world = World()
    world.tariff("CALLS", CALLS)
    world.subscriber("wang")
    world.buy("wang", "CALLS")
    book(BillingAccount.objects.get(), "cash", "10")
    wish = Wish(subscriber_no="S1", usage="voice", quantity=120)
    found = at_once(
        [
            lambda n=n: debit(reference=f"D{n}", wish=wish, actor=SYSTEM, at=AT)  # type: ignore[misc]
            for n in range(16)
        ]
    )
    assert found == {"done": 16}
    free = sum(one.free_quantity for one in RatedEvent.objects.all())
    assert (free, sums()) == (600, (10 - 11 * Decimal("0.3"), 0))  # five were free
    assert wrong() == []

"""Workers die and connections break in the middle of sessions: told again, each happened once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connections

from billing.cycles import cycle_at
from billing.ledger.proving import prove
from billing.models import (
    BalanceBook,
    BalanceCharge,
    BillingAccount,
    PrepaidFee,
    RatedEvent,
    Reservation,
    UsageRecord,
)
from billing.prepaid import Wish, debit, expire_reservations, reckon_fees, reserve, take_fees
from core.errors import DomainError
from tests.integration.billing.bill_run.world import World as Billed
from tests.integration.billing.payments.world import AT, SYSTEM, book
from tests.integration.billing.prepaid.test_uses import CALLS
from tests.integration.billing.rating.world import World

pytestmark = pytest.mark.django_db(databases=["default", "boss"], transaction=True)
KILLS = 20
SESSIONS = 40
FEES = 60
LONG_AGO = AT - timedelta(days=400)


def breaking(work: Callable[[], None], kills: int, chance: random.Random) -> None:
    """Let two processes work, kill them at random points; every other time the database, too."""
    for number in range(kills):
        children = [_process(work), _process(work)]
        time.sleep(chance.uniform(0.02, 0.35))
        if number % 2:
            with connections["boss"].cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _process(work: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:  # nothing of the parent's: its connections stay its own
        for connection in connections.all():
            connection.connection = None
        with suppress(DatabaseError):
            work()
    finally:
        os._exit(0)
    return 0


def sessions() -> None:
    """Tell of all sessions, in an order of one's own; what happened already happens no more."""
    order = list(range(SESSIONS))
    random.shuffle(order)
    call = Wish(subscriber_no="S1", usage="voice", quantity=120)
    for number in order:
        money = number % 2 == 0
        wish = Wish(account_no="A1", amount=Decimal("0.25")) if money else call
        with suppress(DomainError):  # the session of the other process has ended
            reserve(reference=f"R{number}", wish=wish, actor=SYSTEM, at=AT)
        used = Wish(amount=Decimal("0.2")) if money else Wish(quantity=60)
        debit(reference=f"D{number}", wish=used, reservation=f"R{number}", actor=SYSTEM, at=AT)


def test_sessions_killed_at_twenty_points_are_charged_once() -> None:
    world = World()
    world.tariff("CALLS", {**CALLS, "allowances": []})
    world.subscriber("wang")
    world.buy("wang", "CALLS")
    book(BillingAccount.objects.get(), "cash", "100", valid_from=LONG_AGO)
    breaking(sessions, KILLS, random.Random(6))
    sessions()
    half = SESSIONS // 2
    assert (Reservation.objects.count(), BalanceCharge.objects.count()) == (SESSIONS, SESSIONS)
    assert not Reservation.objects.exclude(state="debited").exists()
    assert (UsageRecord.objects.count(), RatedEvent.objects.count()) == (half, half)
    kept = BalanceBook.objects.get()
    assert (kept.amount, kept.reserved) == (100 - half * Decimal("0.35"), 0)
    assert expire_reservations(at=AT + timedelta(days=2)) == 0
    assert prove(AT).wrong == []


def fees() -> None:
    """Reckon the fees and take them, a few at a time."""
    reckon_fees(cycle=cycle_at(1, AT), at=AT)
    while take_fees(actor=SYSTEM, at=AT, limit=3):
        pass


def test_fees_killed_at_twenty_points_are_taken_once() -> None:
    world = Billed()
    world.fee("PLAN", 30, when="advance")
    for number in range(FEES):
        name = f"A{number:03d}"
        world.account(name, charging_mode="prepaid")
        world.subscriber(name, name)
        world.has("PLAN", subscriber=name)
        book(world.accounts[name], "cash", "31", valid_from=LONG_AGO)
    breaking(fees, KILLS, random.Random(7))
    fees()
    assert PrepaidFee.objects.filter(paid=30).count() == FEES
    assert BalanceCharge.objects.count() == FEES
    assert BalanceBook.objects.filter(amount=1).count() == FEES
    assert prove(AT).wrong == []

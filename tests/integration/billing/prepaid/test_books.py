"""Books are given, moved and expire, each time with an entry; doing so twice does it once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from auth_center.actors import Actor
from auth_center.models import AuditEntry
from auth_center.permissions import LimitExceeded
from billing.ledger.chart import Ledger
from billing.models import BalanceBook, JournalEntry
from billing.payments import settle_bills
from billing.payments.money import AmountInvalid
from billing.payments.reasons import ReasonMissing
from billing.prepaid import (
    BalanceTooLow,
    Wish,
    expire_books,
    expire_reservations,
    give_balance,
    reserve,
    transfer_balance,
)
from billing.prepaid.giving import GiftInvalid
from billing.prepaid.moving import TransferInvalid
from billing.prepaid.reserving import ReservationTaken
from core.errors import PermissionDenied
from tests.integration.billing.payments.world import (
    AT,
    SYSTEM,
    account,
    balance,
    bill,
    book,
    clerk,
    ledger,
    open_amounts,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
LATER = AT + timedelta(days=30)


def give(**told: Any) -> BalanceBook:
    values: dict[str, Any] = {
        "account_no": "AC000000018",
        "amount": "20",
        "kind": "gift",
        "reason": "周年礼",
        "reference": "G1",
        "actor": clerk(),
        "at": AT,
    }
    return give_balance(**(values | told))


def move(**told: Any) -> JournalEntry:
    values: dict[str, Any] = {
        "account_no": "AC000000018",
        "to_account_no": "AC000000026",
        "amount": "4",
        "reason": "客户申请",
        "reference": "T1",
        "actor": SYSTEM,
        "at": AT,
    }
    return transfer_balance(**(values | told))


def test_a_gift_costs_us_and_is_given_once() -> None:
    wang = account()
    made = give(expires_at=LATER)
    assert give(expires_at=LATER).pk == made.pk
    assert (made.amount, made.priority, balance(wang, "gift")) == (20, 50, 20)
    assert ledger(Ledger.PROMOTION) == 20
    assert AuditEntry.objects.using("boss").filter(operation="billing.give_balance").count() == 1
    with pytest.raises(ReservationTaken):
        give(amount="21")
    assert wrong() == []


def test_what_is_no_gift_is_refused() -> None:
    account()
    for told, refusal in (
        ({"amount": "0.001"}, AmountInvalid),
        ({"amount": "NaN"}, AmountInvalid),
        ({"reason": " "}, ReasonMissing),
        ({"kind": "cash"}, GiftInvalid),
        ({"kind": "dedicated"}, GiftInvalid),
        ({"expires_at": AT}, GiftInvalid),
        ({"actor": clerk(limits={"billing.give_balance": "19.99"})}, LimitExceeded),
    ):
        with pytest.raises(refusal):
            give(**told)
    assert not BalanceBook.objects.exists()
    assert not JournalEntry.objects.exists()


def test_what_is_left_of_a_gift_expires() -> None:
    wang = account()
    give(expires_at=LATER)
    book(wang, "dedicated", "3", charge_groups=["data"], expires_at=LATER)
    assert expire_books(actor=SYSTEM, at=AT) == 0
    assert expire_books(actor=SYSTEM, at=LATER) == 2
    assert expire_books(actor=SYSTEM, at=LATER) == 0
    assert [one.amount for one in BalanceBook.objects.all()] == [0, 0]
    assert BalanceBook.objects.filter(closed_at=LATER).count() == 2
    assert ledger(Ledger.PROMOTION) == 0
    assert ledger(Ledger.FORFEITED) == -3
    assert wrong() == []


def test_what_is_held_expires_only_when_it_is_free_again() -> None:
    account()
    given = give(expires_at=LATER)
    held = Wish(account_no="AC000000018", amount=Decimal(5))
    soon = LATER - timedelta(minutes=1)
    reserve(reference="R1", wish=held, actor=SYSTEM, at=soon, expires_at=LATER + timedelta(hours=1))
    assert expire_books(actor=SYSTEM, at=LATER) == 1
    assert expire_books(actor=SYSTEM, at=LATER) == 0
    given.refresh_from_db()
    assert (given.amount, given.reserved, given.closed_at) == (5, 5, None)
    with pytest.raises(BalanceTooLow):
        reserve(reference="R2", wish=held, actor=SYSTEM, at=LATER)

    over = LATER + timedelta(hours=1)
    expire_reservations(at=over)
    assert expire_books(actor=SYSTEM, at=over) == 1
    given.refresh_from_db()
    assert (given.amount, given.closed_at) == (0, over)
    assert wrong() == []


def test_cash_moves_to_another_account_once() -> None:
    wang, li = account(), account("AC000000026")
    book(wang, "cash", "10")
    book(wang, "gift", "10", priority=50)
    assert move().pk == move().pk
    assert (balance(wang), balance(li), balance(wang, "gift")) == (6, 4, 10)
    with pytest.raises(ReservationTaken):
        move(amount="5")
    with pytest.raises(BalanceTooLow):
        move(amount="6.01", reference="T2")
    with pytest.raises(TransferInvalid):
        move(to_account_no="AC000000018", reference="T3")
    with pytest.raises(ReasonMissing):
        move(reason=" ", reference="T4")
    with pytest.raises(LimitExceeded):
        move(actor=clerk(limits={"billing.transfer_balance": "3.99"}), reference="T5")
    charger = Actor(kind="channel", number="c", grants=frozenset({"billing.charge_balance"}))
    with pytest.raises(PermissionDenied):
        move(actor=charger, reference="T6")
    assert (balance(wang), balance(li)) == (6, 4)
    entry = JournalEntry.objects.get(kind="transfer")
    assert entry.reason == "客户申请"
    assert wrong() == []


def test_cash_is_set_aside_for_some_charges_and_pays_only_those() -> None:
    wang = account()
    book(wang, "cash", "10")
    aside = {"to_account_no": "AC000000018", "charge_groups": ["data"]}
    move(**aside)
    move(**aside, reference="T2")
    assert (balance(wang), balance(wang, "dedicated")) == (2, 8)
    assert BalanceBook.objects.filter(kind="dedicated").count() == 1
    owed = bill(wang, {"data": "3", "voice": "5"})
    settle_bills(accounts=[wang.pk], actor=SYSTEM, at=AT)
    assert (balance(wang), balance(wang, "dedicated"), open_amounts(owed)) == (0, 5, [3])
    assert wrong() == []

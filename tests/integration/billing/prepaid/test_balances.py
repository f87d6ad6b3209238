"""A balance pays at once: held, taken, freed; never more than there is, never twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from auth_center.actors import Actor
from billing.ledger.chart import Ledger
from billing.models import BalanceBook, BalanceCharge, BillingAccount, JournalEntry, Reservation
from billing.prepaid import (
    BalanceTooLow,
    Wish,
    authorize,
    debit,
    expire_reservations,
    extend,
    release,
    reserve,
)
from billing.prepaid.reserving import ReservationEnded, ReservationTaken
from billing.prepaid.wishes import NotServed, WishInvalid
from core.errors import PermissionDenied
from tests.integration.billing.payments.world import (
    AT,
    SYSTEM,
    account,
    balance,
    book,
    ledger,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"])


def wish(of: BillingAccount, amount: str = "", **other: Any) -> Wish:
    return Wish(account_no=of.account_no, amount=Decimal(amount) if amount else None, **other)


def hold(of: BillingAccount, amount: str, reference: str = "R1", **other: Any) -> Reservation:
    return reserve(reference=reference, wish=wish(of, amount), actor=SYSTEM, at=AT, **other)


def take(
    of: BillingAccount, amount: str, reference: str = "D1", reservation: str = "", **other: Any
) -> BalanceCharge:
    return debit(
        reference=reference,
        wish=wish(of, amount),
        reservation=reservation,
        actor=SYSTEM,
        at=other.pop("at", AT),
        **other,
    )


def books(of: BillingAccount) -> list[tuple[str, str, str]]:
    rows = BalanceBook.objects.filter(account=of).order_by("pk")
    return [(one.kind, f"{one.amount:.2f}", f"{one.reserved:.2f}") for one in rows]


def test_what_is_held_is_taken_and_the_rest_is_free_again() -> None:
    wang = account()
    book(wang, "cash", "10")

    held = hold(wang, "6")
    assert (held.state, held.amount) == ("open", Decimal(6))
    assert books(wang) == [("cash", "10.00", "6.00")]

    charge = take(wang, "2.5", reservation="R1")
    assert (charge.amount, charge.currency) == (Decimal("2.5"), "CNY")
    assert books(wang) == [("cash", "7.50", "0.00")]
    held.refresh_from_db()
    assert (held.state, held.debited, held.holds, held.ended_at) == (
        "debited",
        Decimal("2.5"),
        [],
        AT,
    )
    assert wrong() == []


def test_a_charge_posts_its_revenue_and_its_tax() -> None:
    wang = account()
    book(wang, "cash", "10")
    charge = take(wang, "1.06")
    assert charge.tax == Decimal("0.06")
    assert ledger(Ledger.TAX_PAYABLE) == Decimal("-0.06")
    assert ledger(Ledger.REVENUE) == Decimal("-1")
    assert ledger(Ledger.CASH_BALANCE) == Decimal("-8.94")
    entry = JournalEntry.objects.get(kind="charge")
    assert (entry.pk, entry.source_no, entry.actor_number) == (charge.entry_id, "D1", "billing")


def test_dedicated_money_goes_first_then_what_ends_first_then_cash() -> None:
    wang = account()
    cash = book(wang, "cash", "10")
    later = book(wang, "gift", "1", priority=50, expires_at=AT + timedelta(days=9))
    sooner = book(wang, "gift", "1", priority=50, expires_at=AT + timedelta(days=2))
    own = book(wang, "dedicated", "1", priority=10, charge_groups=["data"])
    other = book(wang, "dedicated", "1", priority=10, charge_groups=["voice"])

    charge = take(wang, "1.5")
    assert charge.parts == [[later.pk, "0.500000"], [sooner.pk, "1.000000"]]
    charge = debit(
        reference="D2", wish=wish(wang, "1.75", charge_group="data"), actor=SYSTEM, at=AT
    )
    assert [one for one, _ in charge.parts] == [cash.pk, later.pk, own.pk]
    assert BalanceBook.objects.get(pk=other.pk).amount == 1
    assert balance(wang) == Decimal("9.75")
    assert wrong() == []


def test_a_gift_that_pays_is_no_revenue_and_bears_no_tax() -> None:
    wang = account()
    book(wang, "gift", "1", priority=50)
    book(wang, "cash", "10")
    charge = take(wang, "3.12")
    assert charge.tax == Decimal("0.12")  # of the 2.12 that were cash
    assert ledger(Ledger.REVENUE) == Decimal("-2")
    assert ledger(Ledger.PROMOTION) == 0  # given and used
    assert ledger(Ledger.GIFT_BALANCE) == 0


def test_more_than_is_held_is_taken_of_what_is_free_or_nothing_is() -> None:
    wang = account()
    book(wang, "cash", "10")
    hold(wang, "4", "R1")
    hold(wang, "5", "R2")

    with pytest.raises(BalanceTooLow) as refusal:
        take(wang, "5.01", reservation="R1")
    assert refusal.value.values["free"] == 1
    assert books(wang) == [("cash", "10.00", "9.00")]
    assert Reservation.objects.get(reference="R1").state == "open"

    take(wang, "5", reservation="R1")
    assert books(wang) == [("cash", "5.00", "5.00")]
    assert wrong() == []


def test_nothing_is_held_beyond_the_balance() -> None:
    wang = account()
    book(wang, "cash", "10")
    hold(wang, "7", "R1")
    with pytest.raises(BalanceTooLow):
        hold(wang, "3.000001", "R2")
    assert Reservation.objects.count() == 1
    assert not authorize(wish=wish(wang, "3.01"), actor=SYSTEM, at=AT).permitted
    assert authorize(wish=wish(wang, "3"), actor=SYSTEM, at=AT).permitted


def test_told_twice_it_happens_once() -> None:
    wang = account()
    book(wang, "cash", "10")
    assert hold(wang, "6").pk == hold(wang, "6").pk
    assert take(wang, "2", reservation="R1").pk == take(wang, "2", reservation="R1").pk
    assert take(wang, "1", "D2").pk == take(wang, "1", "D2").pk
    assert hold(wang, "6").state == "debited"
    assert books(wang) == [("cash", "7.00", "0.00")]

    with pytest.raises(ReservationTaken):
        hold(wang, "5")
    with pytest.raises(ReservationTaken):
        take(wang, "3", "D2")
    with pytest.raises(ReservationEnded):
        take(wang, "1", "D3", reservation="R1")
    assert books(wang) == [("cash", "7.00", "0.00")]


def test_a_session_is_debited_part_by_part() -> None:
    wang = account()
    book(wang, "gift", "2", priority=50)
    book(wang, "cash", "10")
    hold(wang, "6")
    take(wang, "3", "D1", reservation="R1", final=False)
    assert books(wang) == [("gift", "0.00", "0.00"), ("cash", "9.00", "3.00")]
    take(wang, "1", "D2", reservation="R1")
    held = Reservation.objects.get()
    assert (held.state, held.debited) == ("debited", Decimal(4))
    assert books(wang) == [("gift", "0.00", "0.00"), ("cash", "8.00", "0.00")]
    assert wrong() == []


def test_a_reservation_is_extended_to_a_total() -> None:
    wang = account()
    book(wang, "cash", "10")
    hold(wang, "4")
    later = AT + timedelta(hours=1)
    for _ in range(2):
        held = extend(
            reference="R1", wish=Wish(amount=Decimal(9)), actor=SYSTEM, at=AT, expires_at=later
        )
        assert (held.amount, held.expires_at) == (Decimal(9), later)
        assert books(wang) == [("cash", "10.00", "9.00")]
    with pytest.raises(BalanceTooLow):
        extend(reference="R1", wish=Wish(amount=Decimal(11)), actor=SYSTEM, at=AT)
    assert extend(reference="R1", wish=Wish(amount=Decimal(2)), actor=SYSTEM, at=AT).amount == 9
    take(wang, "9", reservation="R1")
    assert books(wang) == [("cash", "1.00", "0.00")]


def test_what_is_released_or_expires_is_free_again() -> None:
    wang = account()
    book(wang, "cash", "10")
    hold(wang, "4", "R1")
    hold(wang, "5", "R2", expires_at=AT + timedelta(minutes=1))
    for _ in range(2):
        assert release(reference="R1", actor=SYSTEM, at=AT).state == "released"
    assert books(wang) == [("cash", "10.00", "5.00")]

    late = AT + timedelta(minutes=1)
    with pytest.raises(ReservationEnded):
        take(wang, "1", "D1", reservation="R2", at=late)
    assert expire_reservations(at=AT) == 0
    assert expire_reservations(at=late) == 1
    assert expire_reservations(at=late) == 0
    assert books(wang) == [("cash", "10.00", "0.00")]
    assert Reservation.objects.get(reference="R2").state == "expired"


def test_who_may_not_charge_or_asks_for_nonsense_is_refused() -> None:
    wang = account()
    book(wang, "cash", "10")
    nobody = Actor(kind="operator", number="9")
    with pytest.raises(PermissionDenied):
        reserve(reference="R1", wish=wish(wang, "1"), actor=nobody, at=AT)
    for amount in ("0", "-1", "NaN", "Infinity", "0.0000001", "1e30", "1e999999999", "1e-99999999"):
        with pytest.raises(WishInvalid):
            hold(wang, amount)
    with pytest.raises(WishInvalid):
        hold(wang, "")
    BillingAccount.objects.update(status="closed")
    with pytest.raises(NotServed):
        hold(wang, "1")
    assert not Reservation.objects.exists()

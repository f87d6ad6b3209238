"""A payment writes off the oldest bill first, then by the order of charges; the rest is balance."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auth_center.actors import Actor
from auth_center.values import DataScope, Reach
from billing.ledger.chart import Ledger
from billing.ledger.periods import PeriodClosed
from billing.models import AccountingPeriod, Allocation, Payment
from billing.payments.money import AmountInvalid, CurrencyOfAnother
from billing.payments.parties import AccountUnknown
from billing.payments.taking import MethodUnknown, ReferenceTaken
from core.errors import PermissionDenied
from tests.integration.billing.payments.world import (
    AT,
    account,
    balance,
    bill,
    clerk,
    ledger,
    money,
    open_amounts,
    pay,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"])


def paid(payment: Payment) -> list[tuple[int, str, str]]:
    rows = Allocation.objects.filter(payment_id=payment.pk).order_by("id")
    return [(one.bill_id, one.charge_group, f"{one.amount:.2f}") for one in rows]


def test_the_bill_due_first_is_paid_first_whatever_its_number() -> None:
    wang = account()
    newer = bill(wang, {"voice": "30"}, due_on=date(2026, 12, 20))
    older = bill(wang, {"voice": "20"}, due_on=date(2026, 11, 20), months_ago=1)

    taken = pay(wang, "25")

    assert open_amounts(older, newer) == [money(0), money(25)]
    assert paid(taken) == [(newer.pk, "voice", "5.00"), (older.pk, "voice", "20.00")]
    assert balance(wang) == 0
    assert (ledger(Ledger.TILL), ledger(Ledger.RECEIVABLE)) == (25, 25)
    assert wrong() == []


def test_of_one_bill_the_charges_are_paid_in_the_stated_order() -> None:
    wang = account()
    owed = bill(wang, {"content": "5", "voice": "10", "recurring": "20", "late_fee": "1"})

    first, second = pay(wang, "24"), pay(wang, "11")

    assert sorted(paid(first)) == [
        (owed.pk, "late_fee", "1.00"),
        (owed.pk, "recurring", "20.00"),
        (owed.pk, "voice", "3.00"),
    ]
    assert sorted(paid(second)) == [(owed.pk, "content", "4.00"), (owed.pk, "voice", "7.00")]
    assert open_amounts(owed) == [money(1)]
    assert wrong() == []


def test_what_no_bill_takes_is_kept_on_the_cash_book() -> None:
    wang = account()
    owed = bill(wang, {"voice": "30.55"})

    pay(wang, "50")
    pay(wang, "7", method="card")

    assert open_amounts(owed) == [money(0)]
    assert balance(wang) == money("26.45")
    assert (ledger(Ledger.CASH_BALANCE), ledger(Ledger.CLEARING)) == (money("-26.45"), 7)
    assert wrong() == []


def test_a_discount_without_a_charge_group_leaves_the_last_charge_less() -> None:
    wang = account()
    owed = bill(wang, {"recurring": "20", "voice": "10", "discount": "-6"})

    taken = pay(wang, "24")

    assert sorted(paid(taken)) == [(owed.pk, "recurring", "20.00"), (owed.pk, "voice", "4.00")]
    assert open_amounts(owed) == [money(0)]
    assert wrong() == []


def test_a_parent_pays_what_went_into_its_consolidated_bill_and_the_child_does_not() -> None:
    parent = account("AC000000026")
    child = account("AC000000034")
    whole = bill(parent, {"voice": "10"})
    part = bill(child, {"voice": "15"}, consolidated_into_id=whole.pk)

    pay(child, "5")
    pay(parent, "30")

    assert open_amounts(whole, part) == [money(0), money(0)]
    assert (balance(child), balance(parent)) == (5, 5)
    assert wrong() == []


def test_a_disputed_bill_is_paid_last() -> None:
    wang = account()
    disputed = bill(wang, {"voice": "10"}, due_on=date(2026, 10, 1), disputed_at=AT)
    other = bill(wang, {"voice": "10"}, months_ago=1)

    pay(wang, "12")

    assert open_amounts(other, disputed) == [money(0), money(8)]


def test_an_overdue_amount_goes_down_with_the_payment() -> None:
    wang = account(overdue_amount=20)
    bill(wang, {"voice": "20"}, due_on=date(2026, 11, 19))
    bill(wang, {"voice": "9"}, months_ago=1, due_on=date(2026, 11, 20))

    pay(wang, "12.50")

    wang.refresh_from_db()
    assert wang.overdue_amount == money("7.50")


def test_told_twice_it_is_taken_once() -> None:
    wang = account()
    first = pay(wang, "25", source="bank", reference="S1", method="transfer")
    again = pay(wang, "25.00", source="bank", reference="S1", method="transfer")

    assert again.pk == first.pk
    assert balance(wang) == 25
    assert wrong() == []


def test_another_amount_or_account_under_the_same_reference_is_refused() -> None:
    wang, li = account(), account("AC000000026")
    pay(wang, "25", source="bank", reference="S1")

    with pytest.raises(ReferenceTaken):
        pay(wang, "26", source="bank", reference="S1")
    with pytest.raises(ReferenceTaken):
        pay(li, "25", source="bank", reference="S1")

    assert Payment.objects.count() == 1
    assert (balance(wang), balance(li)) == (25, 0)


@pytest.mark.parametrize(
    "amount", ["0", "-1", "0.001", "NaN", "Infinity", "1e30", "100000000", "ten", ""]
)
def test_what_is_no_sum_of_money_is_refused(amount: str) -> None:
    wang = account()
    with pytest.raises(AmountInvalid):
        pay(wang, amount)
    assert not Payment.objects.exists()


def test_a_yen_has_no_decimals() -> None:
    wang = account(currency="JPY")
    with pytest.raises(AmountInvalid):
        pay(wang, "1.5")
    assert pay(wang, "150").amount == 150


def test_refusals_leave_nothing() -> None:
    wang = account()
    nobody = Actor(kind="operator", number="1", grants=frozenset())
    far = Actor(
        kind="operator",
        number="2",
        grants=frozenset({"*"}),
        scope=DataScope(reach=Reach.REGION, region="SH"),
    )
    with pytest.raises(PermissionDenied):
        pay(wang, "5", actor=nobody)
    with pytest.raises(AccountUnknown):
        pay(wang, "5", actor=far)
    with pytest.raises(CurrencyOfAnother):
        pay(wang, "5", currency="USD")
    with pytest.raises(MethodUnknown):
        pay(wang, "5", method="shells")
    assert not Payment.objects.exists()
    assert balance(wang) == 0


def test_nothing_is_taken_into_a_closed_period() -> None:
    wang = account()
    pay(wang, "5")
    AccountingPeriod.objects.update(state="closed", closed_at=AT)

    with pytest.raises(PeriodClosed):
        pay(wang, "5", at=AT + timedelta(minutes=1))

    assert balance(wang) == 5


def test_a_clerk_s_money_is_of_that_clerk_s_day() -> None:
    wang = account()
    late = AT + timedelta(hours=15)  # the next day in the operator's zone

    days = [pay(wang, "5", actor=clerk("8001"), at=at).cashier_day for at in (AT, late)]

    assert [day.day for day in days if day] == [date(2026, 11, 20), date(2026, 11, 21)]
    assert pay(wang, "5", source="app", reference="1").cashier_day is None

"""A cashier's day is closed with what was counted, and confirmed by somebody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from auth_center.models import Operator
from auth_center.values import DataScope, Reach
from billing.ledger.chart import Ledger
from billing.models import CashierDay
from billing.payments import refund, reverse_payment
from billing.payments.cashiers import (
    DayClosed,
    DayNotClosed,
    DayUnknown,
    close_day,
    confirm_day,
    expected_of,
)
from billing.payments.money import AmountInvalid
from billing.payments.reasons import ReasonMissing
from billing.selectors.cashiers import list_days
from tests.integration.billing.payments.world import AT, account, clerk, ledger, pay, wrong

pytestmark = pytest.mark.django_db(databases=["boss"])
TODAY = date(2026, 11, 20)


def test_what_should_be_there_is_what_was_taken_less_what_was_given_back() -> None:
    wang = account()
    pay(wang, "100")
    pay(wang, "40", method="card")
    wrong_one = pay(wang, "7")
    other = pay(wang, "9", actor=clerk("8002"))
    refund(
        account_no=wang.account_no, amount="30", method="cash", reason="多缴", reference="r",
        actor=clerk(), at=AT,
    )  # fmt: skip
    for payment in (wrong_one, other):
        reverse_payment(payment_no=payment.payment_no, reason="误收", actor=clerk(), at=AT)

    mine = CashierDay.objects.get(operator_no="8001")
    hers = CashierDay.objects.get(operator_no="8002")
    assert expected_of(mine) == {"cash": 100 + 7 - 30 - 7 - 9, "card": 40}
    assert expected_of(hers) == {"cash": 9}


def test_a_difference_needs_a_note_and_is_posted() -> None:
    wang = account()
    pay(wang, "100")
    pay(wang, "40", method="card")
    counted = {"cash": "99.50", "card": "40"}

    with pytest.raises(ReasonMissing):
        close_day(day=TODAY, counted=counted, actor=clerk(), at=AT)
    with pytest.raises(AmountInvalid):
        close_day(day=TODAY, counted={"cash": "99.505"}, actor=clerk(), at=AT)
    closed = close_day(day=TODAY, counted=counted, actor=clerk(), at=AT, note="短款")

    assert (closed.state, float(closed.difference)) == ("closed", -0.5)
    assert closed.expected == {"card": "40.000000", "cash": "100.000000"}
    assert float(ledger(Ledger.TILL)) == 99.5
    assert float(ledger(Ledger.TILL_DIFFERENCE)) == 0.5
    assert wrong() == []


def test_on_a_closed_day_nothing_is_taken_or_given_back() -> None:
    wang = account()
    taken = pay(wang, "100")
    close_day(day=TODAY, counted={"cash": "100"}, actor=clerk(), at=AT)

    with pytest.raises(DayClosed):
        pay(wang, "5")
    with pytest.raises(DayClosed):
        reverse_payment(payment_no=taken.payment_no, reason="误收", actor=clerk(), at=AT)
    with pytest.raises(DayClosed):
        close_day(day=TODAY, counted={"cash": "100"}, actor=clerk(), at=AT)
    pay(wang, "5", actor=clerk("8002"))
    assert ledger(Ledger.TILL) == 105


def test_a_day_is_confirmed_by_somebody_else_once() -> None:
    pay(account(), "100")
    with pytest.raises(DayNotClosed):
        confirm_day(operator_no="8001", day=TODAY, actor=clerk("9001"), at=AT)
    close_day(day=TODAY, counted={"cash": "100"}, actor=clerk(), at=AT)
    with pytest.raises(DayNotClosed):
        confirm_day(operator_no="8001", day=TODAY, actor=clerk("8001"), at=AT)
    held = confirm_day(operator_no="8001", day=TODAY, actor=clerk("9001"), at=AT)
    assert (held.state, held.confirmed_by) == ("confirmed", "9001")
    with pytest.raises(DayNotClosed):
        confirm_day(operator_no="8001", day=TODAY, actor=clerk("9002"), at=AT)
    with pytest.raises(DayUnknown):
        close_day(day=date(2026, 11, 1), counted={}, actor=clerk(), at=AT)


def test_a_day_is_confirmed_by_somebody_of_the_same_place() -> None:
    for number, unit in (("8001", "GZ-01"), ("8002", "GZ-02")):
        Operator.objects.using("boss").create(
            staff_no=number, name=number, org_unit=unit, region="GZ"
        )
        pay(account(f"AC{number}"), "100", actor=clerk(number))
        close_day(day=TODAY, counted={"cash": "100"}, actor=clerk(number), at=AT)
    counter = replace(
        clerk("9001"), scope=DataScope(reach=Reach.UNIT, region="GZ", units=("GZ-02",))
    )

    assert [one.operator_no for one in list_days(counter)] == ["8002"]
    with pytest.raises(DayUnknown):
        confirm_day(operator_no="8001", day=TODAY, actor=counter, at=AT)
    confirm_day(operator_no="8002", day=TODAY, actor=counter, at=AT)
    region = replace(counter, scope=DataScope(reach=Reach.REGION, region="SH"))
    assert not list_days(region).exists()
    assert sorted(list_days(clerk("9001")).values_list("state", flat=True)) == [
        "closed", "confirmed",
    ]  # fmt: skip

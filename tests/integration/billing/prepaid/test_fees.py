"""A prepaid account pays its fees when the cycle begins; the bill shows them as paid."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing.cycles import cycle_at
from billing.ledger.chart import Ledger
from billing.ledger.proving import prove
from billing.models import (
    BalanceBook,
    BalanceCharge,
    BillingAccount,
    BillingSubscription,
    BillLine,
    PrepaidFee,
    TaxProfile,
)
from billing.prepaid import go_round, reckon_fees, reckon_new, take_fees
from billing.tasks.prepaid import take_prepaid_fees
from tests.integration.billing.bill_run.world import (
    LONG_AGO,
    World,
    bill_of,
    lines_of,
    local,
)
from tests.integration.billing.payments.world import AT, SYSTEM, book, ledger, pay

pytestmark = pytest.mark.django_db(databases=["boss"])
APRIL = local("2026-04-01 00:05")


@pytest.fixture
def world() -> World:
    made = World()
    made.account("A", charging_mode="prepaid")
    made.subscriber("S")
    made.fee("PLAN", 30, when="advance")
    return made


def cash(amount: str, account: str = "A", kind: str = "cash", **other: Any) -> BalanceBook:
    of = BillingAccount.objects.get(account_no=account)
    return book(of, kind, amount, valid_from=LONG_AGO, **other)


def begin(at: Any = APRIL, day: int = 1) -> list[tuple[str, str]]:
    """Reckon and take the fees of the cycle; return each fee's price and what was paid."""
    reckon_fees(cycle=cycle_at(day, at), at=at)
    while take_fees(actor=SYSTEM, at=at):
        pass
    rows = PrepaidFee.objects.order_by("subscription_id", "tariff_id")
    return [(f"{one.price:.2f}", f"{one.paid:.2f}") for one in rows]


def left(account: str = "A") -> Decimal:
    books = BalanceBook.objects.filter(account__account_no=account)
    return sum((one.amount for one in books), Decimal())


def test_a_fee_is_taken_when_the_cycle_begins_and_its_bill_claims_nothing(world: World) -> None:
    cash("50")
    world.has("PLAN")
    for _ in range(2):
        assert begin() == [("30.00", "30.00")]
    charge = BalanceCharge.objects.get()
    assert (charge.amount, charge.tax, charge.charge_group) == (30, Decimal("1.698113"), "rental")
    assert left() == 20

    world.run("2026-04-01")
    bill = bill_of("A", "2026-04-01")
    assert lines_of(bill) == [("recurring", "rental", "30")]
    assert (bill.total, bill.paid_before, bill.receivable) == (30, 30, 0)
    assert BillLine.objects.get(bill_id=bill.pk).paid_before == 30
    assert ledger(Ledger.REVENUE) == Decimal("-28.301887")
    assert left() == 20
    assert prove(AT).wrong == []


def test_each_cycle_is_paid_once_and_stands_on_its_own_bill(world: World) -> None:
    cash("100")
    world.has("PLAN", since="2026-04-11")  # 20 of 30 days
    assert begin(local("2026-04-11 09:00")) == [("20.00", "20.00")]
    world.run("2026-04-01")
    assert begin(local("2026-05-01")) == [("20.00", "20.00"), ("30.00", "30.00")]
    world.run("2026-05-01")
    bills = [bill_of("A", month) for month in ("2026-04-01", "2026-05-01")]
    assert [(one.total, one.receivable) for one in bills] == [(20, 0), (30, 0)]
    assert left() == 50
    assert prove(AT).wrong == []


def test_what_a_balance_does_not_pay_is_asked_for_again_and_then_billed(world: World) -> None:
    money = cash("20")
    world.has("PLAN")
    world.fee("EXTRA", 15, when="advance")
    world.has("EXTRA")
    assert begin() == [("30.00", "0.00"), ("15.00", "15.00")]
    assert take_fees(actor=SYSTEM, at=APRIL + timedelta(minutes=4)) == 0
    assert take_fees(actor=SYSTEM, at=APRIL + timedelta(minutes=5)) == 1
    assert left() == 5

    cash("20", kind="gift", priority=50)
    pay(BillingAccount.objects.get(), "5", at=APRIL + timedelta(minutes=6))
    assert take_fees(actor=SYSTEM, at=APRIL + timedelta(minutes=6)) == 1
    fee = PrepaidFee.objects.order_by("id").first()
    assert fee is not None
    assert (fee.paid, fee.gift, left()) == (30, 20, 0)
    money.refresh_from_db()
    assert money.amount == 0

    assert begin(local("2026-05-01")) == [
        ("30.00", "30.00"), ("30.00", "0.00"), ("15.00", "15.00"), ("15.00", "0.00"),
    ]  # fmt: skip
    world.run("2026-04-01")
    world.run("2026-05-01")
    bill = bill_of("A", "2026-05-01")
    assert (bill.total, bill.paid_before, bill.receivable) == (45, 0, 45)
    cash("100", kind="gift")  # too late: it is the bill's now
    june = local("2026-06-01 12:00")
    assert [take_fees(actor=SYSTEM, at=june) for _ in range(3)] == [1, 1, 0]
    assert left() == 100
    assert prove(AT).wrong == []


def test_discounts_are_taken_off_at_once(world: World) -> None:
    cash("100")
    world.tariff("OFF", "rental", charge="discount", percent=10, of=["rental"], order=1)
    world.has("PLAN", "OFF")
    world.fee("EXTRA", "10.05", when="advance")
    world.has("EXTRA")
    fees = begin()
    # 30 - 3.00 and 10.05 - 1.01, together 36.04; each fee bears its part of the 4.01
    assert sum(Decimal(price) for price, _ in fees) == Decimal("36.04")
    world.run("2026-04-01")
    bill = bill_of("A", "2026-04-01")
    assert (bill.receivable, bill.to_balance) == (0, 0)
    assert left() == 100 - bill.total
    assert prove(AT).wrong == []


def test_of_a_plan_that_ends_the_rest_comes_back_as_money_but_no_gift_does(world: World) -> None:
    world.account("B", charging_mode="prepaid")
    world.subscriber("T", payer="B")
    cash("30")
    cash("20", "B", "gift", priority=50)
    cash("10", "B")
    for one in ("S", "T"):
        world.has("PLAN", subscriber=one)
    assert begin() == [("30.00", "30.00")] * 2
    BillingSubscription.objects.update(status="terminated", valid_to=local("2026-04-02"))
    world.run("2026-04-01")
    mine, other = bill_of("A", "2026-04-01"), bill_of("B", "2026-04-01")
    assert (mine.total, mine.to_balance) == (1, 29)
    assert (other.total, other.to_balance) == (1, 9)  # 10 were money, of it 1 is used
    assert (left("A"), left("B")) == (29, 9)
    assert prove(AT).wrong == []


def test_what_is_not_to_be_charged_at_all_comes_back(world: World) -> None:
    cash("30")
    world.fee("KIND", 30, when="advance", last="free")
    bought = world.has("KIND")
    assert begin() == [("30.00", "30.00")]
    bought.status, bought.valid_to = "terminated", local("2026-04-20")
    bought.save()
    world.run("2026-04-01")
    bill = bill_of("A", "2026-04-01")
    assert (bill.total, bill.paid_before, bill.to_balance) == (0, -30 + 60, 30)
    assert left() == 30
    assert prove(AT).wrong == []


def test_arrears_and_postpaid_accounts_wait_for_their_bills(world: World) -> None:
    world.account("P")
    world.subscriber("T", payer="P")
    world.fee("LATE", 8)
    world.tariff("ONCE", "setup", charge="one_off", amount=5)
    world.has("PLAN", "LATE", "ONCE", since="2026-04-01")
    world.has("PLAN", "ONCE", subscriber="T", since="2026-04-01")
    cash("100")
    cash("100", "P")
    assert begin() == [("30.00", "30.00"), ("5.00", "5.00")]
    assert (left("A"), left("P")) == (65, 100)
    world.run("2026-04-01")
    assert bill_of("A", "2026-04-01").receivable == 8
    assert bill_of("P", "2026-04-01").receivable == 65  # with May in advance
    assert prove(AT).wrong == []


def test_a_tax_on_top_is_taken_with_the_fee(world: World) -> None:
    TaxProfile.objects.filter(code="standard").update(inclusive=False, rates={"*": "6"})
    cash("50")
    world.has("PLAN")
    assert begin() == [("30.00", "30.00")]
    assert left() == Decimal("18.2")
    world.run("2026-04-01")
    bill = bill_of("A", "2026-04-01")
    assert (bill.total, bill.paid_before, bill.receivable) == (Decimal("31.8"), Decimal("31.8"), 0)
    assert prove(AT).wrong == []


def test_a_round_reckons_every_account_once_a_day_and_what_begins_at_once(world: World) -> None:
    cash("100")
    world.account("B", day=15, charging_mode="prepaid")
    world.subscriber("T", payer="B")
    world.has("PLAN")
    world.has("PLAN", subscriber="T")
    for _ in range(2):
        assert go_round(clock=lambda: APRIL, until=lambda: False)
        assert PrepaidFee.objects.count() == 2
    world.fee("MORE", 7, when="advance")
    world.has("MORE", since="2026-04-01")
    assert reckon_new(at=local("2026-04-01 00:20")) == 0
    assert reckon_new(at=local("2026-04-01 00:09")) == 1
    assert reckon_new(at=local("2026-04-01 00:09")) == 0
    assert PrepaidFee.objects.count() == 3


def test_the_clock_takes_the_fees_of_the_cycle_that_is_now(world: World) -> None:
    cash("50")
    world.has("PLAN")
    for _ in range(2):
        take_prepaid_fees()
    assert [(one.price, one.paid) for one in PrepaidFee.objects.all()] == [(30, 30)]
    assert left() == 20

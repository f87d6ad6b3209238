"""Usage on bills: paid beforehand, shared with a provider, divided where the payer changed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from billing.bill_run.comparing import compare, compare_kinds, list_changes, progress_of
from billing.bill_run.rebilling import rebill
from billing.ledger.chart import Ledger
from billing.models import BillLine, JournalEntry, Posting, RatedEvent, UsageBatch, UsageRecord
from billing.states import RunKind
from tests.integration.billing.bill_run.world import BILLER, LONG_AGO, World, bill_of, billed, local

pytestmark = pytest.mark.django_db(databases=["default", "boss"])


@pytest.fixture
def world() -> World:
    world = World()
    world.account()
    world.account("B")
    world.subscriber()
    return world


def postings() -> dict[int, Decimal]:
    return dict(Posting.objects.values_list("ledger_id", "amount"))


def event(
    world: World, number: int, charge: str, at: datetime, cycle_id: int, usage: str = "voice"
) -> None:
    batch, _ = UsageBatch.objects.get_or_create(source="file", state="rated", received_at=LONG_AGO)
    UsageRecord.objects.create(
        id=number, key=f"K{number}", batch=batch, usage=usage, service_number="13800000001",
        subscriber_id=world.subscribers["S"].pk, started_at=at, quantity=60,
    )  # fmt: skip
    RatedEvent.objects.create(
        usage_id=number,
        subscriber_id=world.subscribers["S"].pk,
        started_at=at,
        cycle_id=cycle_id,
        charge_cycle_id=cycle_id,
        quantity=60,
        charged_quantity=60,
        price=Decimal(charge),
        charge=Decimal(charge),
        rated_at=at,
    )


def test_what_was_paid_at_once_is_shown_and_not_owed(world: World) -> None:
    world.used("10.005", paid=Decimal("10.005"))
    world.run()

    bill = bill_of("A")
    assert (bill.total, bill.paid_before, bill.receivable) == (
        Decimal("10.01"), Decimal("10.01"), 0,
    )  # fmt: skip
    assert JournalEntry.objects.count() == 0


def test_what_was_paid_in_part_is_owed_for_the_rest(world: World) -> None:
    world.used("10.905", group="data", paid=Decimal("0.30"))
    world.run()

    bill = bill_of("A")
    # 10.905 − 0.30 = 10.605, 10.61 are left; they contain 6 %: 0.60
    assert (bill.total, bill.paid_before, bill.open_amount) == (
        Decimal("10.91"), Decimal("0.30"), Decimal("10.61"),
    )  # fmt: skip
    assert postings() == {
        Ledger.RECEIVABLE: Decimal("10.61"),
        Ledger.TAX_PAYABLE: Decimal("-0.60"),
        Ledger.REVENUE: Decimal("-10.005"),
        Ledger.ROUNDING: Decimal("-0.005"),
    }


def test_a_provider_gets_its_share(world: World) -> None:
    world.used("20", group="content", provider_amount=Decimal("8.123456"))
    world.run()

    found = postings()
    assert found[Ledger.PROVIDER_COST] == Decimal("8.123456")
    assert found[Ledger.PROVIDER_PAYABLE] == Decimal("-8.123456")


@pytest.mark.parametrize("size", [100, 1], ids=["together", "apart"])
def test_where_the_payer_changed_each_pays_the_events_of_its_days(world: World, size: int) -> None:
    charge = world.used("10", events=3)
    for number, (amount, day) in enumerate(
        [("1", "2026-02-27 10:00"), ("3", "2026-03-10 23:59"), ("6", "2026-03-11 00:00")]
    ):
        event(world, number, amount, local(day), charge.cycle_id)
    world.pays("B", since="2026-03-11 09:00")

    run = world.run(partition_size=size)

    assert run.partitions == (1 if size > 1 else 2)
    assert billed("A") == [("usage", "voice", "4")]
    assert billed("B") == [("usage", "voice", "6")]

    for account in ("A", "B"):
        number = bill_of(account).bill_no
        rebill(bill_no=number, reason="asked for", actor=BILLER, at=local("2026-04-02"))

    assert billed("A") == [("usage", "voice", "4")]
    assert billed("B") == [("usage", "voice", "6")]


def test_what_comes_late_goes_to_one_of_two_who_paid_in_former_times(world: World) -> None:
    world.account("C", day=15)
    world.pays("B", since="2025-10-10")
    world.pays("C", since="2025-11-10")
    world.used("7", month="2026-03-01")

    world.run("2026-03-01", partition_size=1)

    assert billed("A") == []
    assert billed("B") == [("usage", "voice", "7")]


def test_where_the_payer_changed_what_no_tariff_prices_is_billed_by_its_kind(world: World) -> None:
    once = world.used("3", group="one_off", events=1)
    world.used("0", group="voice", events=1)
    event(world, 1, "3", local("2026-03-02"), once.cycle_id, "one_off")
    event(world, 2, "0", local("2026-03-02"), once.cycle_id)
    world.pays("B", since="2026-03-11")

    world.run()

    assert [one for one in billed("A") if one[2] != "0"] == [("usage", "one_off", "3")]
    assert billed("B") == []


def test_what_comes_late_goes_to_the_last_who_paid(world: World) -> None:
    world.account("C", day=15)
    world.pays("C", since="2025-11-10")  # A, of the 1st, paid long ago
    world.used("7", month="2026-03-01")

    world.run("2026-03-01")

    assert billed("A") == [("usage", "voice", "7")]


def test_a_line_says_how_it_was_divided(world: World) -> None:
    world.used("10")
    world.pays("B", group="voice", share=30, priority=1)
    world.run()

    line = BillLine.objects.get(bill_id=bill_of("B").pk)
    assert line.detail is not None
    assert line.detail["payer"] == world.accounts["A"].pk
    assert (line.detail["share"], line.detail["split"]) == ("30.000000", "10.000000")
    assert billed("A") == [("usage", "voice", "7")]


def test_a_trial_is_shown_beside_last_month(world: World) -> None:
    world.used("10")
    world.run()
    world.used("25", month="2026-04-01")
    world.used("5", group="data", month="2026-04-01")

    trial = world.run("2026-04-01", kind=RunKind.TRIAL)

    [sums] = compare(trial, BILLER)
    assert (sums.bills, sums.bills_before, sums.total, sums.total_before) == (
        1, 1, Decimal("30.05"), 10,
    )  # fmt: skip
    assert (sums.new, sums.gone, sums.more, sums.less, sums.same) == (0, 0, 1, 0, 0)
    [change] = list_changes(trial, BILLER)
    assert (change.account_no, change.total, change.total_before) == ("A", Decimal("30.05"), 10)
    groups = [
        (one.kind, one.charge_group, one.amount, one.amount_before)
        for one in compare_kinds(trial, BILLER)
    ]
    assert groups == [
        ("late_fee", "late_fee", Decimal("0.05"), 0),
        ("usage", "data", 5, 0),
        ("usage", "voice", 25, 10),
    ]
    progress = progress_of(trial)
    assert (progress.done, progress.total, progress.percent) == (1, 1, 100)

"""Runs: trial, final, stopped, resumed, cancelled; bills that come together; a bill made again."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DataError, connections

from auth_center.actors import Actor
from billing.bill_run import running
from billing.bill_run.comparing import compare
from billing.bill_run.on_demand import ask_for_bill, list_requests
from billing.bill_run.rebilling import BillExists, LaterBillExists, bill_left_out, rebill
from billing.bill_run.running import cancel_trial, resume_run, start_run, stop_run
from billing.bill_run.working import work_run
from billing.ledger.proving import prove
from billing.models import (
    BalanceBook,
    Bill,
    BillingAccount,
    BillingCycle,
    BillingSubscription,
    BillLine,
    BillRun,
    JournalEntry,
    Posting,
    WorkPartition,
)
from billing.payments import take_payment
from billing.states import BillState, CycleState, PartitionState, RunKind, RunState
from core.errors import PermissionDenied
from tests.integration.billing.bill_run.world import BILLER, World, bill_of, billed, local

pytestmark = pytest.mark.django_db(databases=["default", "boss"])
APRIL = local("2026-04-01 03:00")


@pytest.fixture
def world() -> World:
    world = World()
    world.fee("FEE", 31)
    for name in ("A", "B", "C"):
        world.account(name)
        world.subscriber(name, name)
        world.has("FEE", subscriber=name)
    return world


def start(kind: RunKind = RunKind.FINAL, size: int = 1) -> BillRun:
    return start_run(
        kind=kind,
        billing_day=1,
        starts_on=date(2026, 3, 1),
        actor=BILLER,
        at=APRIL,
        partition_size=size,
    )


def work(run: BillRun) -> BillRun:
    work_run(run.pk, clock=lambda: APRIL)
    run.refresh_from_db()
    return run


def pay(account: str, amount: int) -> None:
    take_payment(
        account_no=account, amount=Decimal(amount), method="transfer", source="bank",
        reference=f"{account}-{amount}", actor=BILLER, at=APRIL,
    )  # fmt: skip


def balance(ledger: int) -> Decimal:
    return sum(Posting.objects.filter(ledger_id=ledger).values_list("amount", flat=True), Decimal())


def test_partitions_do_not_change_what_bills_say(world: World) -> None:
    run = work(start(size=1))

    assert (run.state, run.partitions) == (RunState.DONE, 3)
    assert run.counts["bills"] == run.counts["lines"] == 3
    assert run.counts["totals"] == {"CNY": "93.000000"} or run.counts["totals"] == {"CNY": "93.00"}
    assert [billed(name) for name in "ABC"] == [[("recurring", "rental", "31")]] * 3


def test_a_stopped_run_does_nothing_until_it_is_resumed(world: World) -> None:
    run = start(size=1)
    stop_run(run_no=run.run_no, actor=BILLER, at=APRIL)

    assert work(run).state == RunState.STOPPED
    assert Bill.objects.count() == 0
    with pytest.raises(running.RunNotRunning):
        stop_run(run_no=run.run_no, actor=BILLER, at=APRIL)

    resume_run(run_no=run.run_no, actor=BILLER, at=APRIL)
    assert work(run).state == RunState.DONE
    assert Bill.objects.count() == 3


def test_a_trial_posts_nothing_and_is_thrown_away(world: World) -> None:
    run = work(start(RunKind.TRIAL))

    assert {bill.state for bill in Bill.objects.all()} == {BillState.TRIAL}
    assert JournalEntry.objects.count() == 0
    assert run.cycle.state == CycleState.OPEN

    cancel_trial(run_no=run.run_no, actor=BILLER, at=APRIL)
    assert (Bill.objects.count(), BillLine.objects.count()) == (0, 0)
    assert BillRun.objects.get().state == RunState.CANCELLED
    assert work(start()).state == RunState.DONE


def test_a_cycle_is_billed_once_in_order_when_it_is_over(world: World) -> None:
    with pytest.raises(running.CycleNotOver):
        start_run(
            kind=RunKind.FINAL, billing_day=1, starts_on=date(2026, 4, 1), actor=BILLER, at=APRIL
        )
    with pytest.raises(running.CycleUnknown):
        start_run(
            kind=RunKind.FINAL, billing_day=2, starts_on=date(2026, 3, 1), actor=BILLER, at=APRIL
        )
    run = work(start())
    with pytest.raises(running.CycleBilled):
        start()
    with pytest.raises(running.NotATrial):
        cancel_trial(run_no=run.run_no, actor=BILLER, at=APRIL)
    assert BillRun.objects.count() == 1

    BillingCycle.objects.update(state=CycleState.OPEN)
    with pytest.raises(running.EarlierCycleUnbilled):
        start_run(
            kind=RunKind.FINAL,
            billing_day=1,
            starts_on=date(2026, 4, 1),
            actor=BILLER,
            at=local("2026-05-01 03:00"),
        )


def test_a_month_in_which_nobody_used_anything_is_not_passed_over(world: World) -> None:
    work(start())
    with pytest.raises(running.EarlierCycleUnbilled) as refused:
        world.run("2026-05-01")
    assert "2026-04-01" in refused.value.en

    world.run("2026-04-01")
    world.run("2026-05-01")

    fee = ("recurring", "rental", "31")
    assert [billed("A", f"2026-0{month}-01")[0] for month in (4, 5)] == [fee, fee]
    with pytest.raises(running.LaterCycleBilled):
        world.run("2026-02-01")
    assert BillRun.objects.count() == 3


def test_nobody_without_the_permission_runs_bills(world: World) -> None:
    nobody = Actor(kind="operator", number="1", grants=frozenset({"billing.view_bill"}))
    with pytest.raises(PermissionDenied):
        start_run(
            kind=RunKind.TRIAL, billing_day=1, starts_on=date(2026, 3, 1), actor=nobody, at=APRIL
        )
    assert BillRun.objects.count() == 0


def test_a_partition_that_fails_ends_the_run_and_is_tried_again(
    world: World,
) -> None:
    run = start(size=1)
    WorkPartition.objects.filter(part_no=1).update(scope={"from": "what", "to": 1})
    for _ in range(6):
        with suppress(DataError):  # as a worker's task would end
            work(run)
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "what" in run.cause_en
    assert Bill.objects.count() == 2

    account = world.accounts["B"].pk
    WorkPartition.objects.filter(part_no=1).update(scope={"from": account, "to": account + 1})
    resume_run(run_no=run.run_no, actor=BILLER, at=APRIL)
    assert work(run).state == RunState.DONE
    assert Bill.objects.count() == 3


def test_an_account_that_cannot_be_billed_is_named_and_holds_nobody_up(world: World) -> None:
    world.account("X", tax_profile="nowhere")
    world.account("Y", currency="USD")
    world.subscriber("Y", "Y")
    world.has("FEE", subscriber="Y")

    run = work(start())

    assert run.state == RunState.DONE
    assert (run.counts["bills"], run.counts["refused"]) == (3, 2)
    assert {one["account_no"]: one["reason"] for one in run.counts["refused_accounts"]} == {
        "X": "tax_profile",
        "Y": "tariff_currency",
    }


def test_children_s_bills_go_into_their_parent_s(world: World) -> None:
    parent = world.account("P")
    for name in ("A", "B"):
        world.accounts[name].parent = parent
        world.accounts[name].save()

    work(start(size=1))

    whole = bill_of("P")
    assert (whole.total, whole.open_amount) == (0, 0)
    assert {bill_of(name).consolidated_into_id for name in ("A", "B")} == {whole.pk}
    assert bill_of("C").consolidated_into_id is None


def test_a_trial_puts_children_s_bills_together_as_the_run_will(world: World) -> None:
    parent = world.account("P")
    BillingAccount.objects.filter(account_no="A").update(parent=parent)
    work(start())

    trial = world.run("2026-04-01", kind=RunKind.TRIAL)

    whole = bill_of("P", "2026-04-01", state=BillState.TRIAL)
    child = bill_of("A", "2026-04-01", state=BillState.TRIAL)
    assert (whole.total, child.consolidated_into_id) == (0, whole.pk)
    [found] = compare(trial, BILLER)
    assert (found.bills, found.bills_before, found.new, found.gone) == (4, 4, 0, 0)
    assert bill_of("A").open_amount == 31
    cancel_trial(run_no=trial.run_no, actor=BILLER, at=local("2026-05-01 03:00"))
    assert not Bill.objects.filter(state=BillState.TRIAL).exists()
    assert not prove(local("2026-05-01 04:00")).wrong


def test_a_balance_pays_the_bill_when_it_is_made(world: World) -> None:
    pay("A", 50)
    work(start())

    assert bill_of("A").open_amount == 0
    assert BalanceBook.objects.get(account=world.accounts["A"]).amount == Decimal(19)
    assert bill_of("B").open_amount == Decimal(31)


def test_a_bill_is_made_again_and_paid_by_what_paid_the_old_one(world: World) -> None:
    work(start())
    pay("A", 31)
    old = bill_of("A")
    world.has("FEE", subscriber="A", since="2026-03-01", to="2026-03-11")

    new = rebill(bill_no=old.bill_no, reason="told late", actor=BILLER, at=APRIL)

    old.refresh_from_db()
    assert (old.state, old.open_amount) == (BillState.SUPERSEDED, 0)
    assert (new.total, new.open_amount, new.supersedes_id) == (Decimal(41), Decimal(10), old.pk)
    assert balance(1122) == Decimal(31 + 31 + 10)  # B, C and what is left of A
    assert balance(2203) == 0


def test_a_bill_with_a_later_one_is_not_made_again(world: World) -> None:
    work(start())
    world.run("2026-04-01")
    with pytest.raises(LaterBillExists):
        rebill(bill_no=bill_of("A").bill_no, reason="late", actor=BILLER, at=APRIL)
    assert Bill.objects.filter(state=BillState.SUPERSEDED).count() == 0


def test_the_entries_of_all_bills_balance(world: World) -> None:
    world.used("0.333333", subscriber="A")
    work(start())

    with connections["boss"].cursor() as cursor:
        cursor.execute("SELECT sum(amount), count(*) FROM billing_posting")
        assert cursor.fetchone() == (0, 10)
    assert not WorkPartition.objects.exclude(state=PartitionState.DONE).exists()


def test_what_was_left_out_is_billed_when_it_can_be(world: World) -> None:
    world.account("X", tax_profile="nowhere")
    world.subscriber("X", "X")
    world.has("FEE", subscriber="X")
    work(start())
    BillingAccount.objects.filter(account_no="X").update(tax_profile="standard")
    about = {"starts_on": date(2026, 3, 1), "reason": "mended", "actor": BILLER, "at": APRIL}

    bill = bill_left_out(account_no="X", **about)  # type: ignore[arg-type]

    assert bill is not None
    assert bill.total == 31
    with pytest.raises(BillExists):
        bill_left_out(account_no="X", **about)  # type: ignore[arg-type]
    assert not prove(APRIL).wrong


def test_a_bill_that_was_left_out_is_had_on_demand_and_one_that_is_there_stays(
    world: World,
) -> None:
    world.account("X", tax_profile="nowhere")
    world.subscriber("X", "X")
    world.has("FEE", subscriber="X")
    about: dict[str, Any] = {"actor": BILLER, "at": APRIL}
    early = ask_for_bill(account_no="A", reference="1", **about)
    work(start())
    BillingAccount.objects.filter(account_no="X").update(tax_profile="standard")
    for name, reference in (("X", "2"), ("X", "2"), ("X", "3"), ("B", "4")):
        ask_for_bill(account_no=name, reference=reference, **about)

    assert bill_of("X").total == 31
    assert Bill.objects.count() == 4
    found = list_requests(BILLER).order_by("pk")
    assert [(one.reference, one.state) for one in found] == [
        ("1", "done"), ("2", "done"), ("3", "done"), ("4", "done"),
    ]  # fmt: skip
    assert found[0].pk == early.pk
    assert found[0].bill_no == bill_of("A").bill_no
    assert not prove(APRIL).wrong


def test_the_ledger_is_proven_whatever_became_of_the_bills(world: World) -> None:
    world.fee("AHEAD", 30, when="advance")
    world.has("AHEAD", subscriber="B", since="2026-03-05", to="2026-04-11")
    plan = world.has("AHEAD", subscriber="C")
    work(start(RunKind.TRIAL))
    work(start())
    pay("A", 20)
    pay("B", 200)
    new = rebill(bill_no=bill_of("A").bill_no, reason="asked for", actor=BILLER, at=APRIL)
    assert (new.total, new.open_amount) == (31, 11)
    BillingSubscription.objects.filter(subscriber=world.subscribers["C"]).update(
        status="terminated", valid_to=local("2026-04-02")
    )
    assert plan.subscription_no

    world.run("2026-04-01")

    assert bill_of("C", "2026-04-01").to_balance > 0
    assert not prove(local("2026-05-01 04:00")).wrong

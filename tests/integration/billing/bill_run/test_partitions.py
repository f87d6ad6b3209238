"""Partitions: who is in which, and workers that come to them at the same time."""

from __future__ import annotations

import threading
import time
from datetime import date
from typing import Any

import pytest
from django.db import connections, transaction

from billing.bill_run import rebilling, working
from billing.bill_run.accounts import account_ranges
from billing.bill_run.rebilling import rebill
from billing.bill_run.running import CycleBusy, start_run
from billing.bill_run.working import work_run
from billing.models import Bill, BillingCycle, BillRun, WorkPartition
from billing.states import CycleState, PartitionState, RunKind, RunState
from tests.integration.billing.bill_run.world import BILLER, World, bill_of, local

pytestmark = pytest.mark.django_db(databases=["default", "boss"], transaction=True)
APRIL = local("2026-04-01 03:00")


def test_who_pays_for_many_begins_first_and_every_account_is_in_one_range() -> None:
    world = World()
    for name in "ABC":
        world.account(name)
        world.subscriber(name, name)
    for number in range(7):
        world.subscriber(f"B{number}", "B")
    world.account("D")
    ids = {name: one.pk for name, one in world.accounts.items()}

    ranges = account_ranges(1, 2)

    assert ranges[0] == {"from": ids["A"], "to": ids["C"]}
    covered = [
        [name for name, pk in ids.items() if one["from"] <= pk < one["to"]] for one in ranges
    ]
    assert covered == [["A", "B"], ["C"], ["D"]]
    assert account_ranges(2, 2) == []


def started(world: World, accounts: int) -> BillRun:
    world.fee("FEE", 31)
    for number in range(accounts):
        name = f"A{number}"
        world.account(name)
        world.subscriber(name, name)
        world.has("FEE", subscriber=name)
    return start_run(
        kind=RunKind.FINAL, billing_day=1, starts_on=date(2026, 3, 1), actor=BILLER, at=APRIL,
        partition_size=1,
    )  # fmt: skip


def left(run: BillRun) -> int:
    rest = WorkPartition.objects.filter(of_id=run.pk).exclude(state=PartitionState.DONE)
    return rest.count()


def test_a_worker_whom_somebody_holds_up_for_a_moment_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(working, "PATIENCE_SECONDS", 30)
    run = started(World(), 3)
    ended: list[bool] = []

    def work() -> None:
        ended.append(work_run(run.pk, clock=lambda: APRIL))
        connections.close_all()

    with transaction.atomic(using="boss"):
        list(WorkPartition.objects.select_for_update().filter(of_id=run.pk))
        worker = threading.Thread(target=work)
        worker.start()
        time.sleep(0.3)
        assert worker.is_alive()
    worker.join(30)

    run.refresh_from_db()
    assert (ended, run.state, left(run), Bill.objects.count()) == ([False], RunState.DONE, 0, 3)


def test_a_worker_leaves_where_others_have_the_rest_in_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(working, "PATIENCE_SECONDS", 0.2)
    run = started(World(), 2)
    ended: list[bool] = []

    def work() -> None:
        ended.append(work_run(run.pk, clock=lambda: APRIL))
        connections.close_all()

    with transaction.atomic(using="boss"):
        assert WorkPartition.objects.select_for_update().filter(of_id=run.pk, part_no=0).get()
        worker = threading.Thread(target=work)
        worker.start()
        worker.join(30)

    assert (ended, left(run), Bill.objects.count()) == ([False], 1, 1)
    work_run(run.pk, clock=lambda: APRIL)
    run.refresh_from_db()
    assert (run.state, Bill.objects.count()) == (RunState.DONE, 2)


def test_a_cycle_whose_usage_is_being_rated_is_not_closed() -> None:
    world = World()
    world.account()
    world.subscriber()
    world.used("7")
    rating = connections["boss"].copy()
    with rating.cursor() as cursor, connections["boss"].cursor() as ours:
        cursor.execute("BEGIN; SELECT FROM billing_billingcycle FOR SHARE")
        ours.execute("SET lock_timeout = '100ms'")
        with pytest.raises(CycleBusy):
            world.run()
        assert (BillRun.objects.count(), BillingCycle.objects.get().state) == (0, CycleState.OPEN)
        cursor.execute("COMMIT")
        ours.execute("SET lock_timeout = '10s'")
    rating.close()

    assert world.run().state == RunState.DONE


def test_no_run_begins_while_a_bill_that_it_goes_by_is_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    world.fee("FEE", 31)
    world.account()
    world.subscriber()
    world.has("FEE")
    world.run()
    may = local("2026-05-01 03:00")
    busy: list[bool] = []
    make_bills = rebilling.make_bills

    def begin() -> None:
        with connections["boss"].cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            start_run(
                kind=RunKind.FINAL, billing_day=1, starts_on=date(2026, 4, 1), actor=BILLER, at=may
            )
        except CycleBusy:
            busy.append(True)
        connections.close_all()

    def made(*about: Any, **how: Any) -> Any:
        beside = threading.Thread(target=begin)
        beside.start()
        beside.join(30)
        return make_bills(*about, **how)

    monkeypatch.setattr(rebilling, "make_bills", made)
    rebill(bill_no=bill_of("A").bill_no, reason="told late", actor=BILLER, at=may)

    assert busy == [True]
    assert BillRun.objects.filter(kind=RunKind.FINAL).count() == 1

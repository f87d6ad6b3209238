"""Workers die, and connections to the database break: the run comes to the same in the end."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import date

import pytest
from django.db import connections

from billing.bill_run.running import start_run
from billing.bill_run.working import work_run
from billing.models import BillingAccount, BillRun, BillTerms, WorkPartition
from billing.states import PartitionState, RunKind, RunState
from tests.integration.billing.bill_run.exported import exported
from tests.integration.billing.bill_run.world import BILLER, World, local

pytestmark = pytest.mark.django_db(databases=["default", "boss"], transaction=True)
ACCOUNTS = 80
KILLS = 20


def world_of_two_equal_months() -> World:
    """January and March have as many days, and the same happens in them."""
    world = World()
    BillTerms.objects.create(
        code="patient", name_zh="无违约金", name_en="No late fees", due_days=20,
        late_fee_percent_a_day=0, late_fee_cap_percent=0,
    )  # fmt: skip
    world.fee("FEE", 59)
    world.fee("EXTRA", 10)
    world.tariff("LESS", "rental", charge="discount", percent=10, of=["rental"], order=1)
    for number in range(ACCOUNTS):
        name = f"A{number:03d}"
        world.account(name, bill_terms="patient")
        world.subscriber(name, name)
        world.has("FEE", "LESS", subscriber=name)
        for month in ("2026-01", "2026-03"):
            world.has("EXTRA", subscriber=name, since=f"{month}-05", to=f"{month}-17")
            world.used(f"{number}.{number:03d}7", month=f"{month}-01", subscriber=name)
    BillingAccount.objects.filter(account_no__in=["A007", "A021"]).update(
        parent=world.accounts["A040"]
    )
    return world


def worker(run_id: int) -> int:
    """Let a process of its own work on the run; return its id."""
    child = os.fork()
    if child:
        return child
    try:  # nothing of the parent's: its connections stay its own
        for connection in connections.all():
            connection.connection = None
        while work_run(run_id, clock=lambda: local("2026-02-01 03:00"), seconds=30):
            pass
    finally:
        os._exit(0)
    return 0


def break_connections() -> None:
    with connections["boss"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def left(run: BillRun) -> int:
    parts = WorkPartition.objects.filter(of_id=run.pk)
    return parts.exclude(state=PartitionState.DONE).count()


def test_killed_at_twenty_points_a_run_comes_to_the_same() -> None:
    world = world_of_two_equal_months()
    run = start_run(
        kind=RunKind.FINAL, billing_day=1, starts_on=date(2026, 1, 1), actor=BILLER,
        at=local("2026-02-01 03:00"), partition_size=1,
    )  # fmt: skip
    chance = random.Random(6)
    kills = 0
    while kills < KILLS and left(run):
        before, children = left(run), [worker(run.pk), worker(run.pk)]
        until = time.monotonic() + 30
        while left(run) > before - chance.randint(0, 2) and time.monotonic() < until:
            time.sleep(chance.uniform(0, 0.02))
        time.sleep(chance.uniform(0, 0.05))
        if kills % 2:
            break_connections()
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        kills += 1
    assert kills == KILLS
    for child in (worker(run.pk), worker(run.pk)):
        os.waitpid(child, 0)
    run.refresh_from_db()
    assert run.state == RunState.DONE

    world.run("2026-02-01")
    undisturbed = world.run("2026-03-01")
    expected, found = exported(undisturbed.pk), exported(run.pk)
    assert found == expected
    assert len(found["bills"]) == ACCOUNTS

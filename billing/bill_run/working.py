"""Bill runs as workers do them: partition after partition, until nothing is left.

A run has two parts: its bills are made; then, when parents' bills know their children's, what the
accounts have in their balances pays them. A trial has the first part only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

from django.db import transaction

from auth_center.actors import system_actor
from billing.bill_run.consolidating import consolidate
from billing.bill_run.reckoning import make_bills
from billing.bill_run.running import WORK
from billing.models import BalanceBook, BillRun, WorkPartition
from billing.partitions import lay_out, take_time, work_one
from billing.payments import settle_bills
from billing.states import CycleState, PartitionState, RunKind, RunState
from core.systems import System

SETTLE = "bill_settle"
SLICE_SECONDS = 20.0
PATIENCE_SECONDS = 1.0  # for which somebody looks on while others have the rest in hand
PAUSE_SECONDS = 0.1


class _Next(Enum):
    """What a worker does when no partition is free."""

    WORK = "work"
    LOOK_AGAIN = "look again"
    LEAVE = "leave"


def work_run(run_id: int, *, clock: Callable[[], datetime], seconds: float = SLICE_SECONDS) -> bool:
    """Work on a run's partitions until none is free, it is stopped, or ``seconds`` are over.

    Whoever finishes the last one closes the run. Returns whether something may be left to do.
    Any number of workers may do so at once; each partition is done once.
    """
    until = time.monotonic() + seconds
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        run = BillRun.objects.select_related("cycle").filter(pk=run_id).first()
        if run is None or run.state != RunState.RUNNING:
            return False
        following = _Next.WORK if _work_some(run, clock()) else _go_on(run_id, clock())
        if following == _Next.WORK:
            patient_until = time.monotonic() + PATIENCE_SECONDS
        elif following == _Next.LEAVE or time.monotonic() > patient_until:
            return False
        else:
            time.sleep(PAUSE_SECONDS)
    return True


def _work_some(run: BillRun, at: datetime) -> bool:
    try:
        return work_one(WORK, run.pk, partial(_bill, run), at=at) or work_one(
            SETTLE, run.pk, partial(_settle, run), at=at
        )
    except Exception:
        failed = WorkPartition.objects.filter(of_id=run.pk, state=PartitionState.FAILED)
        if not failed.filter(work__in=(WORK, SETTLE)).exists():
            raise
        return True


def _bill(run: BillRun, part: WorkPartition) -> dict[str, Any]:
    take_time()
    return make_bills(run, low=part.scope["from"], high=part.scope["to"])


def _settle(run: BillRun, part: WorkPartition) -> dict[str, Any]:
    take_time()
    books = BalanceBook.objects.filter(
        account_id__gte=part.scope["from"], account_id__lt=part.scope["to"], amount__gt=0
    )
    accounts = list(books.values_list("account_id", flat=True).distinct())
    if not accounts:
        return {"settled": 0}
    actor = system_actor(run.run_no)
    return {"settled": settle_bills(accounts=accounts, actor=actor, at=run.bill_at)}


def _go_on(run_id: int, at: datetime) -> _Next:
    """Let the run's next part begin, or end it, when all that was laid out is done."""
    with transaction.atomic(using=System.BOSS.alias):
        take_time()
        run = BillRun.objects.select_for_update().select_related("cycle").get(pk=run_id)
        if run.state != RunState.RUNNING:
            return _Next.LEAVE
        parts = WorkPartition.objects.filter(of_id=run.pk, work__in=(WORK, SETTLE))
        left = set(parts.exclude(state=PartitionState.DONE).values_list("state", flat=True))
        if PartitionState.WAITING in left:
            return _Next.LOOK_AGAIN  # somebody else has the rest in hand
        if PartitionState.FAILED in left:
            _fail(run, parts)
            return _Next.LEAVE
        if not parts.filter(work=SETTLE).exists():
            consolidate(run)
            scopes = parts.order_by("part_no").values_list("scope", flat=True)
            if run.kind == RunKind.FINAL and lay_out(SETTLE, run.pk, scopes):
                return _Next.WORK
        _end(run, at)
    return _Next.LEAVE


def _fail(run: BillRun, parts: Any) -> None:
    cause = parts.filter(state=PartitionState.FAILED).order_by("part_no").first().cause
    run.state = RunState.FAILED
    run.cause_zh = f"分片处理失败: {cause}"
    run.cause_en = f"A partition failed: {cause}"
    run.save(update_fields=["state", "cause_zh", "cause_en"])


def _end(run: BillRun, at: datetime) -> None:
    results = WorkPartition.objects.filter(work=WORK, of_id=run.pk).values_list("result", flat=True)
    run.counts = summed(results)
    run.state = RunState.DONE
    run.ended_at = at
    run.save(update_fields=["counts", "state", "ended_at"])
    if run.kind == RunKind.FINAL:
        run.cycle.state = CycleState.BILLED
        run.cycle.save(update_fields=["state"])


def summed(results: Any) -> dict[str, Any]:
    """Return what partitions came to together; of the accounts left out, the first hundred."""
    counts: dict[str, Any] = {"bills": 0, "lines": 0, "totals": {}, "refused": 0}
    named: list[Any] = []
    totals: dict[str, Decimal] = {}
    for result in results:
        counts["bills"] += result["bills"]
        counts["lines"] += result["lines"]
        counts["refused"] += len(result["refused"])
        named += result["refused"][: 100 - len(named)]
        for currency, total in result["totals"].items():
            totals[currency] = totals.get(currency, Decimal()) + Decimal(total)
    counts["totals"] = {currency: str(total) for currency, total in sorted(totals.items())}
    return {**counts, "refused_accounts": named}

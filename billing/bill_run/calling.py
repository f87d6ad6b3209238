"""Calling workers to a run: a task is only a hint, the partitions say what there is to do."""

from __future__ import annotations

import logging
from functools import partial

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from billing.models import BillRun, WorkPartition
from billing.states import PartitionState, RunState
from core.systems import System

log = logging.getLogger(__name__)
TASK = "billing.tasks.work_bill_run"


def call_workers(run_id: int, count: int | None = None) -> None:
    """Call workers to a run when the transaction commits; the sweep calls those who do not come."""
    count = settings.BILL_RUN_WORKERS if count is None else count
    transaction.on_commit(partial(_call, run_id, count), using=System.BOSS.alias, robust=True)


def call_missing_workers() -> None:
    """Call to each run that goes on as many workers as it lacks."""
    for run_id in BillRun.objects.filter(state=RunState.RUNNING).values_list("id", flat=True):
        with transaction.atomic(using=System.BOSS.alias):
            waiting = WorkPartition.objects.filter(
                work__startswith="bill_", of_id=run_id, state=PartitionState.WAITING
            )
            free = len(waiting.select_for_update(skip_locked=True).values_list("id", flat=True))
            busy = waiting.count() - free
        call_workers(run_id, max(settings.BILL_RUN_WORKERS - busy, 0))


def _call(run_id: int, count: int) -> None:
    for _ in range(count):
        try:
            current_app.send_task(TASK, [run_id], queue="boss", expires=600)
        except OperationalError:
            log.warning("nobody could be called to bill run %s, the sweep calls again", run_id)
            return

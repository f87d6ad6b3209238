"""Work for BOSS's workers on bill runs."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from billing.bill_run.calling import call_missing_workers
from billing.bill_run.working import work_run


@shared_task(name="billing.tasks.work_bill_run", queue="boss")
def work_bill_run(run_id: int) -> None:
    """出账: work on a run for a while, then let another task go on."""
    if work_run(run_id, clock=timezone.now):
        work_bill_run.apply_async((run_id,), expires=600)


@shared_task(name="billing.tasks.call_bill_run_workers", queue="boss")
def call_bill_run_workers() -> None:
    """Call workers to the bill runs that lack them."""
    call_missing_workers()

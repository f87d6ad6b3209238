"""Which batches lack workers: the rows are the queue, tasks only wake somebody."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from billing.models import UsageBatch, WorkPartition
from billing.rating.batches import WORK
from billing.states import BatchState, PartitionState
from core.systems import System

TO_RATE = (BatchState.LOADED, BatchState.RATING)


def missing_workers() -> list[int]:
    """Return the batch that each worker who is missing should work on, oldest batch first."""
    parts = WorkPartition.objects.filter(work=WORK, of_id=OuterRef("pk"))
    batches = (
        UsageBatch.objects.filter(state__in=TO_RATE)
        .exclude(Exists(parts.filter(state=PartitionState.FAILED)))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    wanted: list[int] = []
    for batch_id in batches[: settings.RATING_WORKERS]:
        waiting = WorkPartition.objects.filter(
            work=WORK, of_id=batch_id, state=PartitionState.WAITING
        )
        wanted += [batch_id] * max(1, waiting.count())  # one without is to be begun or ended
    return wanted[: max(0, settings.RATING_WORKERS - _busy())]


def _busy() -> int:
    """Return how many partitions somebody holds now."""
    waiting = WorkPartition.objects.filter(work=WORK, state=PartitionState.WAITING)
    with transaction.atomic(using=System.BOSS.alias):
        idle = waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)
        return waiting.count() - len(idle)

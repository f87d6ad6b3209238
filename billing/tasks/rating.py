"""Work for BOSS's workers on usage that waits to be rated."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from billing.rating.calling import missing_workers
from billing.rating.working import work_batch


@shared_task(name="billing.tasks.rate_usage", queue="boss")
def rate_usage(batch_id: int) -> None:
    """批价: rate one part of a batch, then let another task go on."""
    if work_batch(batch_id, at=timezone.now()):
        rate_usage.apply_async((batch_id,), expires=600)


@shared_task(name="billing.tasks.call_rating_workers", queue="boss")
def call_rating_workers() -> None:
    """Call workers to the batches that lack them."""
    for batch_id in missing_workers():
        rate_usage.apply_async((batch_id,), expires=60)

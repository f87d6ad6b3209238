"""Work for CRM's workers on orders."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from orders.services import bulk


@shared_task
def mend_portion(mending_id: int) -> None:
    """批量处理: do a portion, then let another task do the next."""
    if bulk.carry_on(mending_id, clock=timezone.now):
        mend_portion.delay(mending_id)


@shared_task
def resume_bulk_mending() -> None:
    """Take up the bulk mendings that somebody left unfinished."""
    for mending_id in bulk.unfinished():
        mend_portion(mending_id)

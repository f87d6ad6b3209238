"""Provisioning's work that comes round by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from provisioning import services


@shared_task(name="provisioning.tasks.resume_work_orders")
def resume_work_orders() -> None:
    """Take up the work orders that are due."""
    services.resume_work_orders(clock=timezone.now)


@shared_task(name="provisioning.tasks.expire_reservations")
def expire_reservations() -> None:
    """Set free what was reserved for too long, and what has rested long enough."""
    services.free_what_is_due(at=timezone.now())

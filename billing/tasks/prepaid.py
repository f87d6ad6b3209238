"""Balances and what is held of them, by the clock."""

from __future__ import annotations

import time

from celery import shared_task
from django.utils import timezone

from auth_center.actors import system_actor
from billing import prepaid

STEP_SECONDS = 10.0  # then the task ends and the next one goes on


@shared_task(name="billing.tasks.expire_reservations", queue="boss")
def expire_reservations() -> None:
    """Free what reservations hold whose time is over."""
    until = time.monotonic() + STEP_SECONDS
    while prepaid.expire_reservations(at=timezone.now()) and time.monotonic() < until:
        pass


@shared_task(name="billing.tasks.expire_books", queue="boss")
def expire_books() -> None:
    """Empty gifts and dedicated books whose time is over."""
    until = time.monotonic() + STEP_SECONDS
    actor = system_actor("balances")
    while prepaid.expire_books(actor=actor, at=timezone.now()) and time.monotonic() < until:
        pass

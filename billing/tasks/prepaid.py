"""Balances, what is held of them and the fees that they pay, by the clock."""

from __future__ import annotations

import time
from collections.abc import Callable

from celery import shared_task
from django.utils import timezone

from auth_center.actors import system_actor
from billing import prepaid

STEP_SECONDS = 10.0  # then the task ends and the next one goes on


@shared_task(name="billing.tasks.expire_reservations", queue="boss")
def expire_reservations() -> None:
    """Free what reservations hold whose time is over."""
    over = _step()
    while prepaid.expire_reservations(at=timezone.now()) and not over():
        pass


@shared_task(name="billing.tasks.expire_books", queue="boss")
def expire_books() -> None:
    """Empty gifts and dedicated books whose time is over."""
    over = _step()
    while prepaid.expire_books(actor=system_actor("balances"), at=timezone.now()) and not over():
        pass


@shared_task(name="billing.tasks.take_prepaid_fees", queue="boss")
def take_prepaid_fees() -> None:
    """Reckon the fees of prepaid accounts, all once a day and new ones at once, and take them."""
    over = _step()
    prepaid.reckon_new(at=timezone.now())
    prepaid.go_round(clock=timezone.now, until=over)
    while prepaid.take_fees(actor=system_actor("balances"), at=timezone.now()) and not over():
        pass


def _step() -> Callable[[], bool]:
    until = time.monotonic() + STEP_SECONDS
    return lambda: time.monotonic() >= until

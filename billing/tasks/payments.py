"""Work on payments that comes round by the clock."""

from __future__ import annotations

import time

from celery import shared_task
from django.utils import timezone

from auth_center.actors import system_actor
from billing.payments.bank_files import post_bank_files
from billing.payments.overdue import refresh_overdue

STEP_SECONDS = 10.0  # then the task ends and the next one goes on


@shared_task(name="billing.tasks.post_bank_files")
def post_bank() -> None:
    """Pay lines of banks' files that wait, for a while."""
    until = time.monotonic() + STEP_SECONDS
    while time.monotonic() < until:
        if not post_bank_files(actor=system_actor("bank files"), at=timezone.now()):
            return


@shared_task(name="billing.tasks.refresh_overdue")
def keep_overdue() -> None:
    """Find the accounts whose bills came due."""
    refresh_overdue(None, at=timezone.now())

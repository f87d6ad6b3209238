"""Usage that comes round by the clock: files that wait, calls that were collected."""

from __future__ import annotations

import time

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from auth_center.actors import system_actor
from billing import usage
from billing.usage.folder import take_in_folder

SECONDS = 12.0  # of work at a time; a large file is gone on with in the next round


@shared_task(name="billing.tasks.take_in_usage")
def take_in_usage() -> None:
    """Take in the files that wait in the watched folder."""
    stop = time.monotonic() + SECONDS
    take_in_folder(
        settings.USAGE_FOLDER,
        actor=system_actor("usage"),
        clock=timezone.now,
        until=lambda: time.monotonic() > stop,
    )


@shared_task(name="billing.tasks.seal_usage")
def seal_usage() -> None:
    """Let what was told over the API be rated."""
    usage.seal_batches(timezone.now())

"""Work for every system's workers on its own audit."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from auth_center import sealing
from core.systems import System


@shared_task
def seal_audit(system: str) -> None:
    """Seal what was added to the audit of ``system`` since the last time."""
    sealing.seal_all(System(system), at=timezone.now())

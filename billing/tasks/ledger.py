"""Proving the ledger and reckoning the monthly figures, by the clock."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from billing.ledger import daily


@shared_task(name=daily.PROVE, queue="boss")
def prove_ledger(now: bool = False) -> None:
    """总账核对: prove everything once a day, or now."""
    daily.prove_when_due(timezone.now(), now=now)


@shared_task(name=daily.FIGURES, queue="boss")
def refresh_figures() -> None:
    """经营月报: reckon this month's and last month's figures anew."""
    daily.keep_figures(timezone.now())

"""Work for every system's workers: its own audit, and what is over of sign-ons."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from auth_center import approvals, sealing
from auth_center.portal import sending
from auth_center.sign_on import reliance, tidying
from auth_center.sign_on.services import end_all_that_are_over
from core.systems import System


@shared_task
def seal_audit(system: str) -> None:
    """Seal what was added to the audit of ``system`` since the last time."""
    sealing.seal_all(System(system), at=timezone.now())


@shared_task
def end_sign_ons() -> None:
    """End the sign-ons that have expired or been idle for too long."""
    end_all_that_are_over(timezone.now())


@shared_task
def tell_clients() -> None:
    """Tell outside clients of the sign-ons that are over."""
    reliance.tell_due(timezone.now())


@shared_task
def send_letters() -> None:
    """Send operators the letters that they are owed."""
    sending.send_due(timezone.now())


@shared_task
def forget_sign_ons(system: str) -> None:
    """Delete what of sign-ons ``system`` no longer needs."""
    tidying.forget_what_is_over(System(system), timezone.now())
    if system == System.CRM:
        sending.forget_letters(timezone.now())


@shared_task
def expire_approvals(system: str) -> None:
    """Close the requests in ``system`` that nobody has decided about in time."""
    approvals.expire(System(system), at=timezone.now())

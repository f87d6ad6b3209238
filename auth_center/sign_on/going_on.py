"""Sign-ons at the centre: one begins, is looked for, and counts the ticks of its trace."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet

from auth_center.authority import present_scheme
from auth_center.models import SignOn
from core.numbers import FLOW, issue
from core.systems import Centre, System

HOME = Centre.SSO.alias
ROOM = 12  # ticks that a console has for its own arrows, from arrival to the first operation
SEEN_SECONDS = 60.0  # so exact is the moment of the last activity


def begin(
    *, staff_no: str, session_key: str, method: str, terminal: str, user_agent: str, at: datetime
) -> SignOn:
    """Write a new sign-on down; it lasts ``SIGN_ON_HOURS`` at most."""
    [number] = issue(System.CRM, FLOW)
    return SignOn.objects.using(HOME).create(
        number=number,
        staff_no=staff_no,
        session_key=session_key,
        method=method[:40],
        terminal=terminal,
        user_agent=user_agent[:200],
        scheme=present_scheme(),
        started_at=at,
        seen_at=at,
        expires_at=at + timedelta(hours=settings.SIGN_ON_HOURS),
    )


def find_going_on(number: str, at: datetime) -> SignOn | None:
    """Return the sign-on if it has not ended, nor expired, nor been idle for too long."""
    rows = SignOn.objects.using(HOME).filter(number=number, ended_at=None)
    return rows.exclude(_over(at)).first()


def list_over(at: datetime) -> QuerySet[SignOn]:
    """Return the sign-ons that have expired or been idle for too long, but were not ended."""
    return SignOn.objects.using(HOME).filter(_over(at), ended_at=None).order_by("id")


def why_over(sign_on: SignOn, at: datetime) -> str:
    """Return the word for the end of a sign-on that is over by itself."""
    return "expired" if sign_on.expires_at <= at else "idle"


def see(sign_on: SignOn, at: datetime) -> None:
    """Remember that the operator was at work just now."""
    if (at - sign_on.seen_at).total_seconds() >= SEEN_SECONDS / 2:
        SignOn.objects.using(HOME).filter(pk=sign_on.pk, seen_at__lt=at).update(seen_at=at)


def claim_ticks(sign_on: SignOn, ticks: int = ROOM) -> int:
    """Set ``ticks`` of the sign-on's trace aside; return the one before the first of them."""
    SignOn.objects.using(HOME).filter(pk=sign_on.pk).update(clock=F("clock") + ticks)
    sign_on.refresh_from_db(using=HOME, fields=["clock"])
    return sign_on.clock - ticks


def _over(at: datetime) -> Q:
    idle_since = at - timedelta(minutes=settings.IDLE_MINUTES)
    return Q(expires_at__lte=at) | Q(seen_at__lte=idle_since)

"""Sign-ons at the centre: one begins, is looked for, and counts the ticks of its trace."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from auth_center.models import SignOn
from core.numbers import FLOW, issue
from core.systems import Centre, System

ROOM = 12  # ticks that a console has for its own arrows, from arrival to the first operation


def begin(
    *, staff_no: str, session_key: str, method: str, terminal: str, user_agent: str, at: datetime
) -> SignOn:
    """Write a new sign-on down; it lasts ``SIGN_ON_HOURS`` at most."""
    [number] = issue(System.CRM, FLOW)
    return SignOn.objects.using(Centre.SSO.alias).create(
        number=number,
        staff_no=staff_no,
        session_key=session_key,
        method=method,
        terminal=terminal,
        user_agent=user_agent[:200],
        started_at=at,
        expires_at=at + timedelta(hours=settings.SIGN_ON_HOURS),
    )


def find_going_on(number: str, at: datetime) -> SignOn | None:
    """Return the sign-on if it has neither ended nor expired."""
    rows = SignOn.objects.using(Centre.SSO.alias)
    return rows.filter(number=number, ended_at=None, expires_at__gt=at).first()


def claim_ticks(sign_on: SignOn, ticks: int = ROOM) -> int:
    """Set ``ticks`` of the sign-on's trace aside; return the one before the first of them."""
    rows = SignOn.objects.using(Centre.SSO.alias).filter(pk=sign_on.pk)
    rows.update(clock=F("clock") + ticks)
    sign_on.refresh_from_db(using=Centre.SSO.alias, fields=["clock"])
    return sign_on.clock - ticks

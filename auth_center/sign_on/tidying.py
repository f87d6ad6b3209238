"""Forgetting what nobody needs any more of sign-ons; who signed on and when is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.idp.oidc.models import Token
from django.contrib.sessions.models import Session

from auth_center.models import ConsoleSession, EndedSignOn, Reliance
from core.systems import System

ENDS_KEPT = timedelta(days=2)  # longer than any sign-on and any code
NEWS_KEPT = timedelta(days=30)


def forget_what_is_over(system: System, at: datetime) -> None:
    """Delete sessions, tokens and words of ends that can open or stop nothing any more."""
    alias = system.alias
    Session.objects.using(alias).filter(expire_date__lt=at).delete()
    ConsoleSession.objects.using(alias).filter(expires_at__lt=at).delete()
    EndedSignOn.objects.using(alias).filter(ended_at__lt=at - ENDS_KEPT).delete()
    if system == System.CRM:
        Token.objects.using(alias).filter(expires_at__lt=at).delete()
        old = Reliance.objects.using(alias).filter(began_at__lt=at - NEWS_KEPT)
        old.filter(due_at=None).delete()

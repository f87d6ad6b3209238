"""What of signing in goes into the audit: who was refused, from where, and when it was shut."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.models import Operator, SignOn
from auth_center.portal.guard import Try
from core.systems import System

REFUSED = "auth_center.sign_in_refused"
SHUT = "auth_center.sign_in_shut"
SIGNED_IN = "auth_center.sign_in"
ADDED, REMOVED = "auth_center.add_factor", "auth_center.remove_factor"
_FACTORS = {
    "mfa/email/totp_activated": (ADDED, "totp"),
    "mfa/email/totp_deactivated": (REMOVED, "totp"),
    "mfa/email/webauthn_added": (ADDED, "passkey"),
    "mfa/email/webauthn_removed": (REMOVED, "passkey"),
    "mfa/email/recovery_codes_generated": (ADDED, "recovery codes"),
}


def record_refusal(
    typed: str, terminal: str, tried: Try, *, at: datetime, what: str = "password"
) -> None:
    """Record a refused try, and that the account or the address is shut now, if it is.

    A staff number that does not exist is not written down: it may be a password, typed into the
    wrong field. ``turned_away`` tells how many came while it was shut the last time; they are
    counted, not recorded one by one, so that nobody fills the audit from outside.
    """
    known = Operator.objects.filter(staff_no=typed).exists()
    subject = f"operator:{typed}" if known else "operator:?"
    nobody = Actor(kind="nobody", number=typed if known else "?", channel="sso", terminal=terminal)
    after = {"what": what, "turned_away": tried.turned_away}
    with transaction.atomic():
        record(System.CRM, nobody, REFUSED, subject, at=at, after=after)
        for kind in tried.shut:
            shut = f"address:{terminal}" if kind == "address" else subject
            record(System.CRM, nobody, SHUT, shut, at=at, after={"what": kind})


def record_sign_in(sign_on: SignOn, actor: Actor) -> None:
    """Record that an operator has signed on, how, and with what device."""
    subject = f"operator:{sign_on.staff_no}"
    after = {"sign_on": sign_on.number, "method": sign_on.method, "device": sign_on.user_agent}
    record(System.CRM, actor, SIGNED_IN, subject, at=sign_on.started_at, after=after)


def record_change(what: str, actor: Actor) -> None:
    """Record a change of the second factor; ``what`` is allauth's name of it, secrets are none."""
    if what in _FACTORS:
        operation, kind = _FACTORS[what]
        subject = f"operator:{actor.number}"
        record(System.CRM, actor, operation, subject, at=timezone.now(), after={"kind": kind})

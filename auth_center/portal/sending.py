"""Sending the letters that are owed: after the sign-in, by a worker, until a server takes them.

A mail server that hangs is waited for once in a turn; each letter's pauses grow, and after a day
it is given up. A worker that dies between sending and noting it sends the letter twice.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.core.mail import EmailMessage, get_connection
from django.db import transaction

from auth_center.models import OwedLetter
from core.systems import Centre

log = logging.getLogger(__name__)

HOME = Centre.SSO.alias
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 10.0, 3600.0
TAKEN_SECONDS = 60  # so long a letter is one worker's; longer than any mail server is waited for
GIVEN_UP_AFTER = timedelta(days=1)
KEPT = timedelta(days=30)
MOST_AT_ONCE = 50


def send_due(at: datetime) -> int:
    """Send what is due, until a server does not take one; return how many were sent."""
    due = OwedLetter.objects.using(HOME).filter(due_at__lte=at).order_by("due_at")
    sent = 0
    for letter in due[:MOST_AT_ONCE]:
        if not _is_mine(letter, at):
            continue
        fault = _fault(letter)
        if fault:
            _try_later(letter, fault, at)
            return sent
        OwedLetter.objects.using(HOME).filter(pk=letter.pk).delete()
        sent += 1
    return sent


def forget_letters(at: datetime) -> None:
    """Delete the letters that were given up long ago."""
    given_up = OwedLetter.objects.using(HOME).filter(due_at=None)
    given_up.filter(written_at__lt=at - KEPT).delete()


def _is_mine(letter: OwedLetter, at: datetime) -> bool:
    """Take the letter; False where another worker has it."""
    later = at + timedelta(seconds=TAKEN_SECONDS)
    with transaction.atomic(using=HOME):
        rows = OwedLetter.objects.using(HOME).filter(pk=letter.pk, due_at=letter.due_at)
        return bool(rows.update(due_at=later))


def _fault(letter: OwedLetter) -> str:
    """Give the letter to the mail server; return why it was not taken (empty: it was)."""
    try:
        message = EmailMessage(letter.subject, letter.text, None, [letter.email])
        message.connection = get_connection()
        message.send()
    except Exception as trouble:  # whatever the mail server has, the others still wait
        log.warning("no letter to operator %s: %r", letter.staff_no, trouble)
        return type(trouble).__name__
    return ""


def _try_later(letter: OwedLetter, fault: str, at: datetime) -> None:
    letter.attempts += 1
    letter.fault = fault[:200]
    if at - letter.written_at > GIVEN_UP_AFTER:
        letter.due_at = None
        log.error("operator %s does not get the letter: %s", letter.staff_no, letter.subject)
    else:
        doubled = FIRST_PAUSE_SECONDS * 2 ** min(letter.attempts - 1, 20)
        letter.due_at = at + timedelta(seconds=min(doubled, LONGEST_PAUSE_SECONDS))
    letter.save(using=HOME, update_fields=["attempts", "fault", "due_at"])

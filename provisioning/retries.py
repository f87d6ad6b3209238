"""When a work order is taken up again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

PAUSES_SECONDS = (1, 2, 5, 10, 20, 30)  # before each further try; the last one from then on
MARGIN_SECONDS = 5  # what a claim has left when the network has used up its time
SHORTEST_LOOK_SECONDS = 5
LONGEST_LOOK_SECONDS = 600


def most_attempts() -> int:
    """Return after how many attempts an element counts as unreachable for good."""
    return int(getattr(settings, "NETWORK_ATTEMPTS", 20))


def claim_until(at: datetime) -> datetime:
    """Return until when whoever takes up a work order now has it to himself."""
    return at + timedelta(seconds=settings.NETWORK_TIMEOUT_SECONDS + MARGIN_SECONDS)


def next_attempt_at(attempts: int, at: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` attempts; None when that was the last."""
    if attempts >= most_attempts():
        return None
    return at + timedelta(seconds=PAUSES_SECONDS[min(attempts, len(PAUSES_SECONDS)) - 1])


def next_look_at(waiting_since: datetime, at: datetime) -> datetime:
    """Return when to look after manual work again: the longer it lasts, the less often."""
    tenth = (at - waiting_since).total_seconds() / 10
    pause = min(max(tenth, SHORTEST_LOOK_SECONDS), LONGEST_LOOK_SECONDS)
    return at + timedelta(seconds=pause)

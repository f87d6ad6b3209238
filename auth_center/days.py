"""Days of somebody's employment as people write them, and the instants that they stand for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

MICROSECOND = timedelta(microseconds=1)
FIRST, LAST = date(1980, 1, 1), date(2199, 12, 31)


def day_of(at: datetime | None, *, last: bool = False) -> str:
    """Return the day of an instant in the operator's time; of an end the ``last`` whole day."""
    if at is None:
        return ""
    return timezone.localdate(at - MICROSECOND if last else at).isoformat()


def instant_of(text: str, held: datetime | None, *, last: bool = False) -> datetime | None:
    """Return when the day begins, or when the ``last`` one ends, in the operator's time.

    The day on which the instant that is ``held`` lies leaves it as it is; no day is none. Raises
    ``ValueError``.
    """
    if not text:
        return None
    day = date.fromisoformat(text)
    if day.isoformat() == day_of(held, last=last):
        return held
    if not FIRST <= day <= LAST:
        raise ValueError(text)
    begins = datetime.combine(day + timedelta(days=1) if last else day, time.min)
    return timezone.make_aware(begins)

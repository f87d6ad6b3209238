"""账期: months that begin on a billing day (1 to 28), at midnight in the operator's time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Month:
    """A half-open month: its days in the operator's calendar, its instants in UTC."""

    starts_on: date
    ends_on: date
    starts_at: datetime
    ends_at: datetime


def months_from(billing_day: int, at: datetime) -> Iterator[Month]:
    """Yield the month that holds ``at``, then those after it."""
    today = at.astimezone(operator_zone()).date()
    first = today.replace(day=billing_day)
    if first > today:
        first = _shifted(first, -1)
    while True:
        following = _shifted(first, 1)
        yield Month(first, following, midnight(first), midnight(following))
        first = following


def month_of(billing_day: int, at: datetime) -> Month:
    """Return the month that holds ``at``."""
    return next(months_from(billing_day, at))


def midnight(day: date) -> datetime:
    """Return when ``day`` begins in the operator's time zone, in UTC."""
    return datetime.combine(day, time(), operator_zone()).astimezone(UTC)


def operator_zone() -> ZoneInfo:
    """Return the operator's time zone; read at each call, so that tests may move."""
    return ZoneInfo(settings.TIME_ZONE)


def _shifted(first: date, months: int) -> date:
    count = first.year * 12 + first.month - 1 + months
    return first.replace(year=count // 12, month=count % 12 + 1)

"""Half-open periods: ``valid_from <= t < valid_to``; no end is None."""

from __future__ import annotations

from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import Func


def period(first: str, last: str) -> Func:
    """Return the half-open period between two columns of instants, for constraints on overlap."""
    return Func(first, last, function="TSTZRANGE", output_field=DateTimeRangeField())

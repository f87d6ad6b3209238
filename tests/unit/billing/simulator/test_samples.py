"""Sample customers use what is said of them, the same each time, spread over the month."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from billing.calendar import month_of, operator_zone
from billing.simulator.samples import Sample, events_of, samples

GB = 1024**3
FEBRUARY = month_of(1, datetime(2027, 2, 10, tzinfo=UTC))
EACH = pytest.mark.parametrize("sample", samples(), ids=lambda one: str(one.code))


def used(sample: Sample) -> Counter[str]:
    """Return how much a sample uses of each in a month."""
    found: Counter[str] = Counter()
    for event in events_of(sample, FEBRUARY):
        found[event.usage] += event.quantity
    return found


def test_they_use_what_is_said_of_them() -> None:
    light, medium, heavy = samples()

    assert used(light) == {"voice": 3600, "sms": 10, "data": pytest.approx(2 * GB, rel=0.02)}
    assert used(medium) == {"voice": 18_000, "sms": 30, "data": pytest.approx(20 * GB, rel=0.01)}
    # 240 × 4 + 5 × 3 + 5 × 2 minutes; 160 × 512 and 10 × 5 MB
    assert used(heavy) == {
        "voice": 59_100,
        "sms": 100,
        "data": pytest.approx(80.05 * GB, rel=0.01),
    }


@EACH
def test_both_languages_say_how_much(sample: Sample) -> None:
    assert all(words.count("GB") == 1 and words.count(",") >= 2 for words in sample.about)


@EACH
def test_uses_lie_within_the_month_and_over_its_days(sample: Sample) -> None:
    events = list(events_of(sample, FEBRUARY))

    assert all(FEBRUARY.starts_at <= one.started_at < FEBRUARY.ends_at for one in events)
    days = {one.started_at.astimezone(operator_zone()).date() for one in events}
    assert len(days) >= 26
    assert {one.started_at.astimezone(operator_zone()).hour for one in events} >= {1, 8, 23}


@EACH
def test_it_is_the_same_each_time(sample: Sample) -> None:
    assert list(events_of(sample, FEBRUARY)) == list(events_of(sample, FEBRUARY))

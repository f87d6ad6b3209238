"""Sample customers: a month of use each, the same whenever it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from billing.calendar import Month, midnight
from core.tariff import MEASURE, UNITS

HOURS = (8, 20, 12, 22, 10, 18, 23, 13, 21, 9, 1, 19)  # when one use after the other begins
PARTS = (60, 140, 80, 120, 100)  # percent of the mean, in turn


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleUse:
    """So many uses of one kind a month; ``quantity`` is the mean of one."""

    usage: str
    count: int
    quantity: int
    zone: str = "domestic"
    roaming: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample customer."""

    code: str
    name: tuple[str, str]
    about: tuple[str, str]
    uses: tuple[SampleUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One use of a sample month."""

    usage: str
    started_at: datetime
    quantity: int
    zone: str
    roaming: str


@cache
def samples() -> tuple[Sample, ...]:
    """Return the sample customers, the lightest first."""
    written = yaml.safe_load(Path(__file__).with_name("samples.yaml").read_text("utf-8"))
    return tuple(
        Sample(
            code=one["code"],
            name=(one["name"]["zh"], one["name"]["en"]),
            about=(one["about"]["zh"], one["about"]["en"]),
            uses=tuple(_use(use) for use in one["uses"]),
        )
        for one in written
    )


def events_of(sample: Sample, month: Month) -> Iterator[Event]:
    """Yield the uses of a month: spread evenly over its days, at changing hours and lengths."""
    for use in sample.uses:
        for number in range(use.count):
            yield Event(
                usage=use.usage,
                started_at=_moment(month, number, use.count),
                quantity=_quantity(use, number),
                zone=use.zone,
                roaming=use.roaming,
            )


def _moment(month: Month, number: int, count: int) -> datetime:
    days = (month.ends_on - month.starts_on).days
    day = month.starts_on + timedelta(days=number * days // count)
    hour, minute = HOURS[number % len(HOURS)], number * 7 % 60
    return midnight(day) + timedelta(hours=hour, minutes=minute)


def _quantity(use: SampleUse, number: int) -> int:
    if MEASURE[use.usage] in ("messages", "items"):
        return use.quantity
    return use.quantity * PARTS[number % len(PARTS)] // 100


def _use(written: dict[str, Any]) -> SampleUse:
    count, unit = written["each"].split()
    quantity = int(count) * UNITS[MEASURE[written["usage"]]][unit]
    return SampleUse(
        usage=written["usage"],
        count=written["count"],
        quantity=quantity,
        zone=written.get("zone", "domestic"),
        roaming=written.get("roaming", ""),
    )

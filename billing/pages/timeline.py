"""The versions of a tariff on a line of time: pure layout, in days from left to right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH, LEFT, RIGHT = 720.0, 56.0, 16.0
ROW, TOP, BOTTOM = 30.0, 26.0, 26.0
BAR = 16.0
LEAST = 4.0  # the width of a bar that can still be seen
ROOM = timedelta(days=60)  # shown beyond what lasts without an end


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """When a version is in effect; ``waits`` until it is launched."""

    version: int
    valid_from: datetime
    valid_to: datetime | None
    waits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A version in its place."""

    span: Span
    x: float
    y: float
    width: float
    label_y: float
    open_ended: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A date on the line."""

    x: float
    at: datetime
    anchor: str = "middle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All versions, the beginning of each, and now."""

    width: float
    height: float
    foot: float
    bars: list[Bar]
    ticks: list[Tick]
    now: float


def draw_timeline(spans: Sequence[Span], at: datetime) -> Timeline:
    """Return where every version stands, the first at the top."""
    spans = sorted(spans, key=lambda span: span.version)
    begin = min([*(span.valid_from for span in spans), at])
    ends = [span.valid_to or span.valid_from + ROOM for span in spans]
    end = max([*ends, at + ROOM])
    whole = (end - begin).total_seconds()

    def place(moment: datetime) -> float:
        share = (moment - begin).total_seconds() / whole
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    bars = [
        Bar(
            span=span,
            x=place(span.valid_from),
            y=TOP + row * ROW,
            width=max(place(span.valid_to or end) - place(span.valid_from), LEAST),
            label_y=TOP + row * ROW + BAR - 4,
            open_ended=span.valid_to is None,
        )
        for row, span in enumerate(spans)
    ]
    foot = TOP + len(spans) * ROW
    return Timeline(
        width=WIDTH,
        height=foot + BOTTOM,
        foot=foot,
        bars=bars,
        ticks=_ticks([Tick(x=bar.x, at=bar.span.valid_from) for bar in bars]),
        now=place(at),
    )


def _ticks(ticks: Sequence[Tick]) -> list[Tick]:
    """Return the dates that have room beside each other, the earliest first."""
    kept: list[Tick] = []
    for tick in sorted(ticks, key=lambda tick: tick.x):
        if not kept or tick.x - kept[-1].x > 90:
            kept.append(
                Tick(x=tick.x, at=tick.at, anchor="end" if tick.x > WIDTH - 60 else "start")
            )
    return kept

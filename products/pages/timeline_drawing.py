"""A time line of versions: a bar for each period, and where now is.

Pure: it knows no tables and no language. Versions follow each other and never overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.drawing.text import width as width_of

WHOLE = 100.0  # all that stands across is a share of the line, however wide it is shown
READABLE = 330.0  # pixels: on the narrowest screen words must still have room
BAR_TOP, BAR_HEIGHT = 22, 30
HEIGHT = 74
NARROWEST = 4.5
LABEL_SIZE, DATE_SIZE = 13.0, 11.0
OPEN_SHARE = 0.16  # how much of the line lies after now, where the last version has no end
SHORTEST = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A version's period, past, now or coming; ``short`` is its name where room is scarce."""

    label: str
    short: str
    begin: datetime
    end: datetime | None
    begin_words: str
    standing: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A version in its place, in words that fit; without room there is no date."""

    span: Span
    x: float
    width: float
    label: str
    date: str

    @property
    def middle(self) -> float:
        """Where the label stands."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The whole line."""

    bars: list[Bar]
    now: float
    now_anchor: str
    height: int = HEIGHT
    bar_top: int = BAR_TOP
    bar_height: int = BAR_HEIGHT


def draw_timeline(spans: Sequence[Span], now: datetime) -> Timeline:
    """Return where each version and the present stand; ``spans`` are in the order of time."""
    first = min([now, *(one.begin for one in spans)])
    ends = [one.end or one.begin for one in spans]
    length = max(max([now, *ends]) - first, SHORTEST)
    if any(one.end is None for one in spans):
        length = max(length / (1 - OPEN_SHARE), length + SHORTEST)
    last = first + length
    edges = _edges(spans, first, last)
    bars = [
        Bar(
            span=span,
            x=round(left, 1),
            width=round(right - left - 0.4, 1),
            label=span.label if _fits(span.label, LABEL_SIZE, right - left) else span.short,
            date=span.begin_words if _fits(span.begin_words, DATE_SIZE, right - left) else "",
        )
        for span, (left, right) in zip(spans, edges, strict=True)
    ]
    here = _now(spans, edges, now, first, last)
    return Timeline(bars=bars, now=round(here, 1), now_anchor=_anchor(here))


def _edges(spans: Sequence[Span], first: datetime, last: datetime) -> list[tuple[float, float]]:
    """Return each bar's sides: to scale, but none so narrow that it cannot be hit."""
    edges = []
    least = min(NARROWEST, WHOLE / max(len(spans), 1))
    reached = 0.0
    for place, span in enumerate(spans):
        left = max(_x(span.begin, first, last), reached)
        left = min(left, WHOLE - least * (len(spans) - place))
        right = max(_x(span.end or last, first, last), left + least)
        right = min(right, WHOLE - least * (len(spans) - place - 1))
        edges.append((left, right))
        reached = right
    return edges


def _x(at: datetime, first: datetime, last: datetime) -> float:
    return (min(at, last) - first) / (last - first) * WHOLE


def _now(
    spans: Sequence[Span],
    edges: Sequence[tuple[float, float]],
    now: datetime,
    first: datetime,
    last: datetime,
) -> float:
    """Return where now is: inside the bar of the version in effect, whatever was widened."""
    x = _x(now, first, last)
    for span, (left, right) in zip(spans, edges, strict=True):
        if span.begin <= now and (span.end is None or now < span.end):
            return min(max(x, left + 0.3), right - 0.8)
    return x


def _anchor(x: float) -> str:
    return "start" if x < 6 else "end" if x > WHOLE - 6 else "middle"


def _fits(words: str, size: float, share: float) -> bool:
    return width_of(words, size) + 8 < share / WHOLE * READABLE

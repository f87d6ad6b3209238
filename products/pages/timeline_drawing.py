"""A time line of versions: a bar for each period, and where now is.

Pure: it knows no tables and no language. Versions follow each other and never overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.drawing.text import width as width_of

WIDTH = 720.0
BAR_TOP, BAR_HEIGHT = 22.0, 30.0
HEIGHT = 74.0
NARROWEST = 34.0
LABEL_SIZE, DATE_SIZE = 13.0, 11.0
OPEN_SHARE = 0.16  # how much of the line lies after now, where the last version has no end
SHORTEST = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A version's period; ``standing`` is past, now or coming."""

    key: str
    label: str
    begin: datetime
    end: datetime | None
    begin_words: str
    standing: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A version in its place; ``date_x`` is empty where there is no room for the date."""

    span: Span
    x: float
    width: float
    label: str
    date: str
    goes_on: bool

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
    width: float = WIDTH
    height: float = HEIGHT
    bar_top: float = BAR_TOP
    bar_height: float = BAR_HEIGHT


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
            width=round(right - left - 2, 1),
            label=span.label if width_of(span.label, LABEL_SIZE) < right - left - 8 else "",
            date=span.begin_words
            if width_of(span.begin_words, DATE_SIZE) < right - left - 2 or place == len(spans) - 1
            else "",
            goes_on=span.end is None,
        )
        for place, (span, (left, right)) in enumerate(zip(spans, edges, strict=True))
    ]
    here = _now(spans, edges, now, first, last)
    return Timeline(bars=bars, now=round(here, 1), now_anchor=_anchor(here))


def _edges(spans: Sequence[Span], first: datetime, last: datetime) -> list[tuple[float, float]]:
    """Return each bar's sides: to scale, but none so narrow that it cannot be hit."""
    edges = []
    least = min(NARROWEST, WIDTH / max(len(spans), 1))
    reached = 0.0
    for place, span in enumerate(spans):
        left = max(_x(span.begin, first, last), reached)
        left = min(left, WIDTH - least * (len(spans) - place))
        right = max(_x(span.end or last, first, last), left + least)
        right = min(right, WIDTH - least * (len(spans) - place - 1))
        edges.append((left, right))
        reached = right
    return edges


def _x(at: datetime, first: datetime, last: datetime) -> float:
    return (min(at, last) - first) / (last - first) * WIDTH


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
            return min(max(x, left + 2), right - 4)
    return x


def _anchor(x: float) -> str:
    return "start" if x < 40 else "end" if x > WIDTH - 40 else "middle"

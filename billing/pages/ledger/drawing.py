"""Draws sums by month as stacked bars, in the page's colours and patterns, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 76, 12, 16, 34
MOST_STACKED = 5  # groups with a colour of their own; the others are summed
_TICKS = 4
# Colour and the stripes upon it: told apart without colours too.
_FILLS = (
    ("var(--accent, currentColor)", ""),
    ("var(--ok, currentColor)", "M0,6 L6,0"),
    ("var(--warn, currentColor)", "M3,0 V6"),
    ("var(--info, currentColor)", "M0,3 H6"),
    ("var(--bad, currentColor)", "M0,0 L6,6"),
    ("var(--quiet, currentColor)", "M0,3 H6 M3,0 V6"),
)
Stacks = Mapping[str, Sequence[Decimal]]  # by name, an amount a label


def draw_bars(
    name: str, title: str, unit: str, labels: Sequence[str], stacks: Stacks
) -> SafeString:
    """Return bars, one a label, with a legend; ``name`` tells the drawing from others of the page.

    Less than nothing hangs below the line.
    """
    paper = _Paper(labels, stacks)
    return format_html(
        '<figure class="curves"><div class="scroll" tabindex="0" role="group" aria-label="{}">'
        '<svg role="img" width="100%" height="{}" viewBox="0 0 {} {}"'
        ' preserveAspectRatio="xMinYMid meet" font-size="12" fill="currentColor">'
        "<title>{} ({})</title><desc>{}</desc><defs>{}</defs>{}{}</svg></div>"
        '<figcaption><ul class="curve-legend">{}</ul></figcaption></figure>',
        *(title, HEIGHT, WIDTH, HEIGHT, title, unit, _said(labels, stacks)),
        format_html_join("", "{}", ((_pattern(name, i),) for i in range(len(stacks)))),
        paper.grid(),
        format_html_join(
            "",
            '<rect x="{}" y="{}" width="{}" height="{}" fill="{}"><title>{}</title></rect>',
            (
                (x, y, paper.bar, height, f"url(#{name}-{place})", f"{label}, {group}: {value:,f}")
                for x, y, height, place, label, group, value in paper.pieces()
            ),
        ),
        format_html_join(
            "",
            '<li><svg aria-hidden="true" width="14" height="14" class="inline-block">'
            '<rect width="14" height="14" fill="{}"/></svg> {}</li>',
            ((f"url(#{name}-{place})", group) for place, group in enumerate(stacks)),
        ),
    )


def _said(labels: Sequence[str], stacks: Stacks) -> str:
    return "; ".join(
        f"{label}: " + ", ".join(f"{group} {values[place]:,f}" for group, values in stacks.items())
        for place, label in enumerate(labels)
        if any(values[place] for values in stacks.values())
    )


def _pattern(name: str, place: int) -> SafeString:
    colour, stripes = _FILLS[place % len(_FILLS)]
    return format_html(
        '<pattern id="{}-{}" width="6" height="6" patternUnits="userSpaceOnUse">'
        '<rect width="6" height="6" fill="{}"/><path d="{}" stroke="var(--ground, #fff)"'
        ' stroke-width="1.5" fill="none"/></pattern>',
        *(name, place, colour, stripes or "M0,0"),
    )


class _Paper:
    """Where months and amounts stand on the picture."""

    def __init__(self, labels: Sequence[str], stacks: Stacks) -> None:
        self.labels, self.stacks = labels, stacks
        totals = [
            (
                sum((max(values[place], Decimal()) for values in stacks.values()), Decimal()),
                sum((min(values[place], Decimal()) for values in stacks.values()), Decimal()),
            )
            for place in range(len(labels))
        ]
        highest = max((up for up, _ in totals), default=Decimal())
        lowest = min((down for _, down in totals), default=Decimal())
        self.step = _step(max(highest, -lowest))
        self.top = self.step * ceil(highest / self.step)
        self.low = self.step * -ceil(-lowest / self.step)
        if self.top == self.low:
            self.top = self.step
        self.stride = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
        self.bar = round(self.stride * 0.64, 1)

    def y(self, value: Decimal) -> float:
        room = HEIGHT - TOP - BOTTOM
        return round(TOP + float((self.top - value) / (self.top - self.low)) * room, 1)

    def x(self, place: int) -> float:
        return round(LEFT + self.stride * place + (self.stride - self.bar) / 2, 1)

    def grid(self) -> SafeString:
        """Return the lines of round amounts with their figures, and the labels below."""
        count = int((self.top - self.low) / self.step)
        ticks = [self.low + self.step * place for place in range(count + 1)]
        rows = format_html_join(
            "",
            '<path d="M{},{} H{}" stroke="currentColor" stroke-opacity="{}"/>'
            '<text x="{}" y="{}" text-anchor="end">{}</text>',
            (
                (LEFT, self.y(tick), WIDTH - RIGHT, "0.2" if tick else "0.6", LEFT - 6,
                 self.y(tick) + 4, f"{tick.normalize():,f}")
                for tick in ticks
            ),
        )  # fmt: skip
        columns = format_html_join(
            "",
            '<text x="{}" y="{}" text-anchor="middle">{}</text>',
            (
                (round(self.x(place) + self.bar / 2, 1), HEIGHT - BOTTOM + 18, label)
                for place, label in enumerate(self.labels)
            ),
        )
        return rows + columns

    def pieces(self) -> list[tuple[float, float, float, int, str, str, Decimal]]:
        """Return each piece of each bar: where it stands, how high it is, and what it says."""
        found = []
        for place, label in enumerate(self.labels):
            up = down = Decimal()
            for number, (group, values) in enumerate(self.stacks.items()):
                value = values[place]
                if not value:
                    continue
                if value > 0:
                    top, bottom = up + value, up
                    up = top
                else:
                    top, bottom = down, down + value
                    down = bottom
                y = self.y(top)
                height = max(round(self.y(bottom) - y, 1), 0.5)
                found.append((self.x(place), y, height, number, label, group, value))
        return found


def _step(most: Decimal) -> Decimal:
    """Return a round distance of which a few reach ``most``."""
    if not most:
        return Decimal(1)
    size = Decimal(10) ** (most / _TICKS).adjusted()
    return next(
        size * times for times in (1, 2, 5, 10) if size * times * _TICKS >= most
    ).normalize()

"""Draws curves as SVG that any page may hold: in the page's colours, said in words as well.

Curves of one unit share a picture; they differ by dashes as well as by colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from math import ceil

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from core.tariff import vocabulary as say
from core.tariff.curves import Curve

WIDTH, HEIGHT = 360, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 24, 40
SIZE = 12  # of letters
MOST_MARKS = 6  # corners that are marked by dots
MOST_SAID = 8
_TICKS = 4
_CYCLES = [Decimal(count) for count in (1, 2, 3, 6, 12, 24, 36)]
_STROKES = (
    ("var(--accent, currentColor)", ""),
    ("var(--ok, currentColor)", "7 4"),
    ("var(--warn, currentColor)", "2 4"),
    ("var(--bad, currentColor)", "10 3 2 3"),
    ("currentColor", "4 2"),
)


def draw_curves(curves: Sequence[Curve], language: str, currency: str = "") -> SafeString:
    """Return the curves drawn, with a legend, in that language; nothing when there are none."""
    by_unit = sorted(curves, key=lambda curve: curve.unit)
    pictures = [list(of) for _, of in groupby(by_unit, key=lambda curve: curve.unit)]
    pictures.sort(key=lambda picture: min(curves.index(curve) for curve in picture))
    chinese = 0 if language.startswith("zh") else 1
    return format_html_join("", "{}", ((_picture(one, chinese, currency),) for one in pictures))


def _picture(curves: Sequence[Curve], language: int, currency: str) -> SafeString:
    drawn = _Paper(curves)
    across, up = _axes(curves[0].unit, language, currency)
    title = ("费用曲线", "Price curve")[language]
    return format_html(
        '<figure class="curves"><svg role="img" width="100%" height="{}" viewBox="0 0 {} {}"'
        ' preserveAspectRatio="xMinYMid meet" font-size="{}" fill="currentColor">'
        "<title>{}: {}</title><desc>{}</desc>{}{}"
        '<text x="{}" y="14">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>'
        '</svg><figcaption><ul class="curve-legend">{}</ul></figcaption></figure>',
        *(HEIGHT, WIDTH, HEIGHT, SIZE),
        title,
        ("、", ", ")[language].join(_name(curve, language) for curve in curves),
        ("；", "; ")[language].join(_said(curve, language) for curve in curves),
        drawn.grid(),
        drawn.lines(),
        *(4, up, WIDTH - RIGHT, HEIGHT - 6, across),
        format_html_join(
            "",
            '<li><svg aria-hidden="true" width="30" height="10" class="inline-block">{}</svg> {}'
            "</li>",
            ((_line("M1,5 H29", i), _name(curve, language)) for i, curve in enumerate(curves)),
        ),
    )


def _axes(unit: str, language: int, currency: str) -> tuple[str, str]:
    name, coin = say.units(unit)[language], say.currency_name(currency)[language]
    cost = ("费用", "Cost")[language] + (f" ({coin})" if coin else "")
    if unit == "cycle":
        return ("账期数", "Billing cycles")[language], cost
    return (f"一个账期的用量 ({name})", f"Use in a billing cycle ({name})")[language], cost


def _name(curve: Curve, language: int) -> str:
    return (curve.zh, curve.en)[language]


def _said(curve: Curve, language: int) -> str:
    """Return a curve in words: the amount at each of its corners."""
    unit = say.units(curve.unit)[language]
    shown = [f"{used:f} {unit}: {cost:f}" for used, cost in curve.points]
    corners = ", ".join(shown if len(shown) <= MOST_SAID else [*shown[:MOST_SAID], "…", shown[-1]])
    return f"{_name(curve, language)} ({corners})"


def _line(path: str, position: int) -> SafeString:
    colour, dashes = _STROKES[position % len(_STROKES)]
    return format_html(
        '<path d="{}" fill="none" stroke="{}" stroke-width="2" stroke-dasharray="{}"'
        ' stroke-linejoin="round"/>',
        *(path, colour, dashes or "none"),
    )


class _Paper:
    """Where quantities and amounts stand on the picture."""

    def __init__(self, curves: Sequence[Curve]) -> None:
        self.curves = curves
        self.most = max(used for curve in curves for used, _ in curve.points)
        self.across = [tick for tick in _ticks(self.most, curves[0].unit) if tick <= self.most]
        self.up = _ticks(max(cost for curve in curves for _, cost in curve.points))

    def x(self, used: Decimal) -> float:
        return round(LEFT + float(used / self.most) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, cost: Decimal) -> float:
        room = HEIGHT - TOP - BOTTOM
        return round(TOP + room - float(cost / self.up[-1]) * room, 1)

    def grid(self) -> SafeString:
        """Return both axes with their figures."""
        rows = format_html_join(
            "",
            '<path d="M{},{} H{}" stroke="currentColor" stroke-opacity="0.2"/>'
            '<text x="{}" y="{}" text-anchor="end">{}</text>',
            (
                (LEFT, self.y(tick), WIDTH - RIGHT, LEFT - 6, self.y(tick) + 4, f"{tick:,f}")
                for tick in self.up
            ),
        )
        columns = format_html_join(
            "",
            '<text x="{}" y="{}" text-anchor="middle">{}</text>',
            ((self.x(tick), HEIGHT - BOTTOM + 16, f"{tick:,f}") for tick in self.across),
        )
        return rows + columns

    def lines(self) -> SafeString:
        """Return every curve, with dots at its corners where they are few."""
        return format_html_join("", "{}{}", map(self._drawn, range(len(self.curves))))

    def _drawn(self, position: int) -> tuple[SafeString, SafeString]:
        places = [(self.x(used), self.y(cost)) for used, cost in self.curves[position].points]
        corners = places[1:-1] if len(places) <= MOST_MARKS else []
        colour = _STROKES[position % len(_STROKES)][0]
        path = "M" + " L".join(f"{x},{y}" for x, y in places)
        return _line(path, position), format_html_join(
            "", '<circle cx="{}" cy="{}" r="3" fill="{}"/>', ((x, y, colour) for x, y in corners)
        )


def _ticks(most: Decimal, unit: str = "") -> list[Decimal]:
    """Return round figures from nought to the most, or just beyond."""
    if not most:
        return [Decimal(0), Decimal(1)]
    size = Decimal(10) ** (most / _TICKS).adjusted()
    steps = _CYCLES if unit == "cycle" else [size * times for times in (1, 2, 5, 10)]
    step = next(step for step in steps if step * _TICKS >= most)
    return [(step * i).normalize() for i in range(ceil(most / step) + 1)]

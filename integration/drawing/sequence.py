"""The sequence diagram of what happened: where every lifeline, arrow and word stands.

Pure: it knows no tables and no language. Rows follow each other as the arrows do; lifelines stand
as far apart as the words between them need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integration.drawing.text import lines, width

LABEL_SIZE, LABEL_LINE = 13.0, 17.0
NOTE_SIZE, NOTE_LINE = 12.0, 15.0
HEAD_SIZE, HEAD_LINE = 13.0, 17.0
GUTTER = 70.0  # where the offsets stand
NARROWEST_GAP, WIDEST_GAP = 120.0, 230.0
WIDEST_WRITE = 158.0  # what was written may take more lines
MARGIN = 12.0
ROW_PADDING = 7.0
MARK = 6.0  # how much further the words stand from a line with a mark
LOOP_WIDTH, LOOP_HEIGHT = 30.0, 18.0
ARROW = 9.0
FALLEN_SHORT = 0.72  # how much of its way an arrow has come that nobody has received
MOST_LINES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A lifeline to be drawn; of an ``unknown`` one it is not known what it did."""

    key: str
    name: str
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """An arrow to be drawn, its words in the reader's language.

    ``shape`` is ``call`` (whoever asks waits), ``message`` (nobody waits), ``reply`` or ``write``;
    ``arrived`` is false for one that its target has not received; ``note`` stands below the line.
    """

    key: str
    source: str
    target: str
    label: str
    note: str = ""
    shape: str = "message"
    status: str = "done"
    arrived: bool = True
    offset: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One line of text."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLine:
    """A lifeline in its place, with the box of its name."""

    line: Line
    x: float
    left: float
    box_width: float
    words: list[Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnArrow:
    """An arrow in its place: ``path`` and ``head`` are SVG path data."""

    arrow: Arrow
    number: int
    top: float
    height: float
    y: float
    path: str
    head: str
    anchor: str
    label: list[Words]
    note: list[Words]
    mark_x: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A whole diagram."""

    width: float
    height: float
    head_height: float
    lines: list[DrawnLine]
    arrows: list[DrawnArrow]

    @property
    def head_box_height(self) -> float:
        """How high the box of a lifeline's name is."""
        return self.head_height - 4

    @property
    def row_width(self) -> float:
        """How wide the row of an arrow is."""
        return self.width - 2


def draw_sequence(lifelines: Sequence[Line], arrows: Sequence[Arrow]) -> Drawing:
    """Return where everything stands; every source and target is among ``lifelines``."""
    places = {one.key: place for place, one in enumerate(lifelines)}
    gaps = _gaps(len(lifelines), arrows, places)
    box = min([*gaps, WIDEST_GAP]) - MARGIN
    first = GUTTER + MARGIN + box / 2
    xs = [first + sum(gaps[:place]) for place in range(len(lifelines))]
    heads = [lines(one.name, HEAD_SIZE, box - 12, MOST_LINES) for one in lifelines]
    head_height = max((len(head) for head in heads), default=1) * HEAD_LINE + 14
    drawn: list[DrawnArrow] = []
    top = ROW_PADDING
    for number, arrow in enumerate(arrows, start=1):
        one = _drawn(arrow, number, top, xs, places)
        drawn.append(one)
        top += one.height
    right = max([xs[-1] + box / 2 if xs else first, *_ends_of_loops(drawn, xs, places)])
    return Drawing(
        width=_round(right + MARGIN),
        height=_round(top + ROW_PADDING),
        head_height=head_height,
        lines=[
            DrawnLine(
                line=one,
                x=_round(x),
                left=_round(x - box / 2),
                box_width=_round(box),
                words=_centred(head, x, head_height),
            )
            for one, x, head in zip(lifelines, xs, heads, strict=True)
        ],
        arrows=drawn,
    )


def _gaps(count: int, arrows: Sequence[Arrow], places: dict[str, int]) -> list[float]:
    """Return the room right of each lifeline but the last: short arrows first, then long ones."""
    gaps = [NARROWEST_GAP] * max(count - 1, 1)
    for arrow in sorted(arrows, key=lambda one: abs(places[one.source] - places[one.target])):
        one, other = sorted((places[arrow.source], places[arrow.target]))
        other = max(other, one + 1)
        spanned = range(one, min(other, len(gaps)))
        if not spanned:
            continue
        lacking = _wanted(arrow) - sum(gaps[place] for place in spanned)
        if lacking > 0:
            for place in spanned:
                gaps[place] += lacking / len(spanned)
    return gaps


def _wanted(arrow: Arrow) -> float:
    """Return the room in which an arrow's words read well."""
    label = width(arrow.label, LABEL_SIZE) + 30
    note = width(arrow.note, NOTE_SIZE) + 24
    return min(max(label, min(note, WIDEST_WRITE)), _widest(arrow))


def _widest(arrow: Arrow) -> float:
    return WIDEST_WRITE if arrow.shape == "write" else WIDEST_GAP


def _drawn(
    arrow: Arrow, number: int, top: float, xs: list[float], places: dict[str, int]
) -> DrawnArrow:
    start, end = xs[places[arrow.source]], xs[places[arrow.target]]
    loop = arrow.source == arrow.target
    middle = start + LOOP_WIDTH + 8 if loop else (start + end) / 2
    room = NARROWEST_GAP if loop else abs(end - start) - 16
    label = lines(arrow.label, LABEL_SIZE, room, MOST_LINES)
    note = lines(arrow.note, NOTE_SIZE, room, MOST_LINES)
    apart = 0.0 if arrow.status == "done" else MARK
    y = top + ROW_PADDING + len(label) * LABEL_LINE + 4 + apart
    below = max(len(note) * NOTE_LINE + 6 if note else 0, LOOP_HEIGHT + 4 if loop else 4) + apart
    path, head = _looped(start, y) if loop else _straight(arrow, start, end, y)
    side = 1 if end > start else -1
    return DrawnArrow(
        arrow=arrow,
        number=number,
        top=_round(top),
        height=_round(y - top + below + ROW_PADDING),
        y=_round(y),
        path=path,
        head=head,
        anchor="start" if loop else "middle",
        label=_stacked(label, middle, top + ROW_PADDING + LABEL_SIZE, LABEL_LINE),
        note=_stacked(note, middle, y + NOTE_SIZE + 5 + apart, NOTE_LINE),
        mark_x=_round(start + LOOP_WIDTH if loop else _tip(arrow, start, end) - side * 22),
    )


def _tip(arrow: Arrow, start: float, end: float) -> float:
    return end if arrow.arrived else start + (end - start) * FALLEN_SHORT


def _straight(arrow: Arrow, start: float, end: float, y: float) -> tuple[str, str]:
    tip = _tip(arrow, start, end)
    back = tip - ARROW if end > start else tip + ARROW
    head = f"M{back:g},{y - 5:g} L{tip:g},{y:g} L{back:g},{y + 5:g}"
    closed = " Z" if arrow.shape in ("call", "write") else ""
    return f"M{start:g},{y:g} H{tip:g}", head + closed


def _looped(x: float, y: float) -> tuple[str, str]:
    low = y + LOOP_HEIGHT
    path = f"M{x:g},{y:g} H{x + LOOP_WIDTH:g} V{low:g} H{x:g}"
    head = f"M{x + ARROW:g},{low - 5:g} L{x:g},{low:g} L{x + ARROW:g},{low + 5:g} Z"
    return path, head


def _ends_of_loops(drawn: list[DrawnArrow], xs: list[float], places: dict[str, int]) -> list[float]:
    return [
        xs[places[one.arrow.source]] + LOOP_WIDTH + 8 + NARROWEST_GAP
        for one in drawn
        if one.arrow.source == one.arrow.target
    ]


def _centred(head: list[str], x: float, height: float) -> list[Words]:
    top = (height - len(head) * HEAD_LINE) / 2 + HEAD_SIZE
    return _stacked(head, x, top, HEAD_LINE)


def _stacked(texts: list[str], x: float, y: float, step: float) -> list[Words]:
    return [
        Words(x=_round(x), y=_round(y + place * step), text=text)
        for place, text in enumerate(texts)
    ]


def _round(value: float) -> float:
    return round(value, 1)

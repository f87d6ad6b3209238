"""The graph of an offering's relations: who leads here on the left, where it leads on the right.

Pure: it knows no tables and no language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from integration.drawing.text import lines

NODE_WIDTH, NODE_HEIGHT, NODE_GAP = 214.0, 46.0, 8.0
FRAME_PADDING, HEAD, FRAME_GAP = 10.0, 24.0, 16.0
PASSAGE = 92.0  # between the columns, where the edges run
MARGIN = 4.0
TITLE_SIZE = 13.0
TIP = 9.0
LEFT, RIGHT = "left", "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An offering to be drawn; one without an address is no link."""

    title: str
    note: str
    address: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Offerings that stand in one relation, drawn in one frame; ``rest`` says what is left out.

    ``kind`` is the edge's style, ``tips`` the ends that carry a sign: of "here" and "there".
    """

    side: str
    kind: str
    title: str
    nodes: tuple[Node, ...]
    rest: str = ""
    tips: tuple[str, ...] = ("there",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A node in its place, its title broken to fit."""

    node: Node
    x: float
    y: float
    title: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A group in its place, with the edge between it and the offering in the middle."""

    group: Group
    x: float
    y: float
    height: float
    nodes: list[Placed]
    rest_y: float
    edge: str
    signs: list[tuple[float, float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationGraph:
    """The whole drawing."""

    width: float
    height: float
    frames: list[Frame]
    middle: Placed
    node_width: float = NODE_WIDTH
    node_height: float = NODE_HEIGHT
    frame_width: float = NODE_WIDTH + 2 * FRAME_PADDING


def draw_relations(middle: Node, groups: Sequence[Group]) -> RelationGraph:
    """Return where everything stands; a side without groups takes no room."""
    frame_width = NODE_WIDTH + 2 * FRAME_PADDING
    left = [one for one in groups if one.side == LEFT]
    right = [one for one in groups if one.side == RIGHT]
    x_middle = MARGIN + (frame_width + PASSAGE if left else 0)
    x_right = x_middle + NODE_WIDTH + PASSAGE
    height = max(_height_of(left), _height_of(right), NODE_HEIGHT) + 2 * MARGIN
    y_middle = (height - NODE_HEIGHT) / 2
    frames = []
    for side, x in ((left, MARGIN), (right, x_right)):
        y = (height - _height_of(side)) / 2
        for place, group in enumerate(side, start=1):
            y_port = y_middle + NODE_HEIGHT * place / (len(side) + 1)
            frames.append(_framed(group, x, y, x_middle, y_port))
            y += _height(group) + FRAME_GAP
    width = x_right + frame_width if right else x_middle + NODE_WIDTH
    return RelationGraph(
        width=width + MARGIN,
        height=round(height, 1),
        frames=frames,
        middle=_placed(middle, x_middle, y_middle),
    )


def _height(group: Group) -> float:
    rows = len(group.nodes) * (NODE_HEIGHT + NODE_GAP) - NODE_GAP
    return HEAD + rows + FRAME_PADDING + (20.0 if group.rest else 0.0)


def _height_of(side: Sequence[Group]) -> float:
    return sum(map(_height, side)) + FRAME_GAP * (len(side) - 1) if side else 0.0


def _framed(group: Group, x: float, y: float, x_middle: float, y_port: float) -> Frame:
    height = _height(group)
    rows = y + HEAD
    leftwards = group.side == LEFT
    start = x_middle if leftwards else x_middle + NODE_WIDTH
    end = x + NODE_WIDTH + 2 * FRAME_PADDING if leftwards else x
    y_end = y + height / 2
    half = (start + end) / 2
    edge = f"M{start:g},{y_port:g} C{half:g},{y_port:g} {half:g},{y_end:g} {end:g},{y_end:g}"
    signs = []
    if "there" in group.tips:
        signs.append((end, round(y_end, 1), 180.0 if leftwards else 0.0))
    if "here" in group.tips:
        signs.append((start, round(y_port, 1), 0.0 if leftwards else 180.0))
    return Frame(
        group=group,
        x=x,
        y=round(y, 1),
        height=round(height, 1),
        nodes=[
            _placed(node, x + FRAME_PADDING, rows + place * (NODE_HEIGHT + NODE_GAP))
            for place, node in enumerate(group.nodes)
        ],
        rest_y=round(y + height - FRAME_PADDING - 2, 1),
        edge=edge,
        signs=signs,
    )


def _placed(node: Node, x: float, y: float) -> Placed:
    title = lines(node.title, TITLE_SIZE, NODE_WIDTH - 20, 1)
    return Placed(node=node, x=round(x, 1), y=round(y, 1), title=title)

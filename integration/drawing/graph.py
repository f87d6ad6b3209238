"""The graph of an order's sub-orders: each below those that it waits for.

Pure: it knows no tables and no language. A sub-order that takes another back stands below it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from integration.drawing.text import lines

NODE_WIDTH = 248.0
TITLE_SIZE, TITLE_LINE = 13.0, 18.0
TEXT_SIZE, TEXT_LINE = 12.0, 16.0
PADDING = 12.0
ACROSS, DOWN = 26.0, 44.0
MARGIN = 6.0
PASSAGE = 14.0  # the width of an edge that passes a layer
MOST_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A sub-order to be drawn: a title and further lines, in the reader's language."""

    position: int
    title: str
    state: str
    texts: tuple[str, ...] = ()
    after: tuple[int, ...] = ()
    undoes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnNode:
    """A node in its place."""

    node: Node
    x: float
    y: float
    height: float
    title: list[str]
    texts: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What a node waits for, or (``undoing``) takes back."""

    source: int
    target: int
    path: str
    undoing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """A whole graph."""

    width: float
    height: float
    nodes: list[DrawnNode]
    edges: list[Edge]


@dataclass(slots=True)
class _Place:
    """A node in a layer, or the passage of an edge through it."""

    width: float
    parents: list[_Place] = field(default_factory=list)
    order: float = 0.0
    x: float = 0.0
    top: float = 0.0
    bottom: float = 0.0


def draw_graph(nodes: Sequence[Node]) -> Graph:
    """Return where every node and edge stands; ``after`` and ``undoes`` name drawn positions."""
    above = {one.position: _above(one, nodes) for one in nodes}
    layer_of: dict[int, int] = {}
    for one in nodes:
        _sink(one.position, above, layer_of, ())
    places = {one.position: _Place(NODE_WIDTH) for one in nodes}
    layers: list[list[_Place]] = [[] for _ in range(max(layer_of.values(), default=-1) + 1)]
    for one in nodes:
        layers[layer_of[one.position]].append(places[one.position])
    routes = _routes(nodes, above, layer_of, places, layers)
    widest = _spread(layers)
    drawn, height = _stack(nodes, layer_of, places, layers)
    return Graph(
        width=round(widest + 2 * MARGIN, 1),
        height=round(height, 1),
        nodes=drawn,
        edges=[
            Edge(source=source, target=target, path=_path(route), undoing=undoing)
            for (source, target, undoing), route in routes.items()
        ],
    )


def _above(node: Node, nodes: Sequence[Node]) -> list[int]:
    known = {one.position for one in nodes}
    wanted = [*node.after, *([node.undoes] if node.undoes is not None else [])]
    return [position for position in dict.fromkeys(wanted) if position in known]


def _sink(
    position: int, above: dict[int, list[int]], layer_of: dict[int, int], seen: tuple[int, ...]
) -> int:
    """Put a node one layer below the lowest of those above it (a ring is cut where it closes)."""
    if position not in layer_of:
        higher = [one for one in above[position] if one not in (*seen, position)]
        layers = [_sink(one, above, layer_of, (*seen, position)) for one in higher]
        layer_of[position] = max(layers, default=-1) + 1
    return layer_of[position]


def _routes(
    nodes: Sequence[Node],
    above: dict[int, list[int]],
    layer_of: dict[int, int],
    places: dict[int, _Place],
    layers: list[list[_Place]],
) -> dict[tuple[int, int, bool], list[_Place]]:
    """Return each edge's places from top to bottom; a long one gets passages of its own."""
    routes: dict[tuple[int, int, bool], list[_Place]] = {}
    for node in nodes:
        for source in above[node.position]:
            undoing = source == node.undoes
            low = layer_of[node.position]
            if layer_of[source] >= low or (not undoing and _implied(source, node.position, above)):
                continue
            route = [places[source]]
            for layer in range(layer_of[source] + 1, low):
                passage = _Place(PASSAGE, parents=[route[-1]])
                layers[layer].append(passage)
                route.append(passage)
            places[node.position].parents.append(route[-1])
            routes[source, node.position, undoing] = [*route, places[node.position]]
    return routes


def _implied(source: int, target: int, above: dict[int, list[int]]) -> bool:
    """Tell whether another of the nodes above ``target`` already waits for ``source``."""
    seen: set[int] = set()
    waiting = [one for one in above[target] if one != source]
    while waiting:
        one = waiting.pop()
        if one == source:
            return True
        if one not in seen:
            seen.add(one)
            waiting += above[one]
    return False


def _spread(layers: list[list[_Place]]) -> float:
    """Order each layer by where its parents stand, centre it; return the widest."""
    widths = [sum(one.width for one in layer) + ACROSS * (len(layer) - 1) for layer in layers]
    widest = max(widths, default=0.0)
    for layer, taken in zip(layers, widths, strict=True):
        for number, one in enumerate(layer):
            parents = [parent.x + parent.width / 2 for parent in one.parents]
            one.order = sum(parents) / len(parents) if parents else number * (NODE_WIDTH + ACROSS)
        layer.sort(key=lambda one: one.order)
        x = MARGIN + (widest - taken) / 2
        for one in layer:
            one.x = x
            x += one.width + ACROSS
    return widest


def _stack(
    nodes: Sequence[Node],
    layer_of: dict[int, int],
    places: dict[int, _Place],
    layers: list[list[_Place]],
) -> tuple[list[DrawnNode], float]:
    room = NODE_WIDTH - 2 * PADDING
    words = {
        one.position: (
            lines(one.title, TITLE_SIZE, room - 24, 2),
            [line for text in one.texts for line in lines(text, TEXT_SIZE, room, MOST_LINES)],
        )
        for one in nodes
    }
    heights = {
        position: len(title) * TITLE_LINE + len(texts) * TEXT_LINE + 2 * PADDING
        for position, (title, texts) in words.items()
    }
    y = MARGIN
    for number, layer in enumerate(layers):
        here = [one.position for one in nodes if layer_of[one.position] == number]
        tallest = max(heights[position] for position in here)
        for one in layer:
            one.top, one.bottom = y, y + tallest
        for position in here:
            places[position].bottom = y + heights[position]
        y += tallest + DOWN
    drawn = [
        DrawnNode(
            node=one,
            x=round(places[one.position].x, 1),
            y=round(places[one.position].top, 1),
            height=heights[one.position],
            title=words[one.position][0],
            texts=words[one.position][1],
        )
        for one in nodes
    ]
    return drawn, y - DOWN + MARGIN if layers else 2 * MARGIN


def _path(route: list[_Place]) -> str:
    first = route[0]
    x, y = first.x + first.width / 2, first.bottom
    path = f"M{x:g},{y:g}"
    for number, one in enumerate(route[1:], start=1):
        last = number == len(route) - 1
        to_x, to_y = one.x + one.width / 2, one.top - (7 if last else 0)
        half = (to_y - y) / 2
        path += f" C{x:g},{y + half:g} {to_x:g},{to_y - half:g} {to_x:g},{to_y:g}"
        if not last:
            path += f" V{one.bottom:g}"
        x, y = to_x, one.bottom
    return path

"""Drawings of what happened: pure layout, from words to places on paper."""

from integration.drawing.graph import Graph, Node, draw_graph
from integration.drawing.lifelines import LIFELINES, Lifeline, in_order, lifeline
from integration.drawing.marks import MARKS
from integration.drawing.sequence import Arrow, Drawing, Line, draw_sequence

__all__ = [
    "LIFELINES",
    "MARKS",
    "Arrow",
    "Drawing",
    "Graph",
    "Lifeline",
    "Line",
    "Node",
    "draw_graph",
    "draw_sequence",
    "in_order",
    "lifeline",
]

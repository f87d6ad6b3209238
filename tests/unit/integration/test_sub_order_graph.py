"""The layout of the graph of sub-orders: layers, edges, and what takes others back."""

from __future__ import annotations

from integration.drawing import MARKS, Node, draw_graph
from integration.flow import FlowState
from integration.states import StepStatus


def node(position: int, *after: int, **more) -> Node:
    return Node(
        position=position, title=f"{position} · 开通类", state="completed", after=after, **more
    )


def tops(graph) -> dict[int, float]:
    return {one.node.position: one.y for one in graph.nodes}


def edges(graph) -> list[tuple[int, int]]:
    return [(one.source, one.target) for one in graph.edges]


def boxes_overlap(graph) -> bool:
    boxes = [(one.x, one.y, one.x + 248, one.y + one.height) for one in graph.nodes]
    return any(
        a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        for place, a in enumerate(boxes)
        for b in boxes[place + 1 :]
    )


def test_each_stands_below_those_that_it_waits_for():
    graph = draw_graph([node(1), node(2, 1), node(3, 2)])
    y = tops(graph)
    assert y[1] < y[2] < y[3]
    assert edges(graph) == [(1, 2), (2, 3)]


def test_what_waits_for_nothing_stands_side_by_side():
    graph = draw_graph([node(1), node(2), node(3, 1, 2)])
    y = tops(graph)
    assert y[1] == y[2] < y[3]
    assert edges(graph) == [(1, 3), (2, 3)]
    assert not boxes_overlap(graph)


def test_an_edge_that_follows_from_others_is_left_out():
    assert edges(draw_graph([node(1), node(2, 1), node(3, 1, 2)])) == [(1, 2), (2, 3)]


def test_a_long_edge_passes_beside_the_nodes_between():
    graph = draw_graph([node(1), node(2), node(3, 2), node(4, 1, 3)])
    assert (1, 4) in edges(graph)
    [long] = [one for one in graph.edges if (one.source, one.target) == (1, 4)]
    assert long.path.count("C") == 2
    assert not boxes_overlap(graph)


def test_an_undo_stands_below_what_it_takes_back():
    graph = draw_graph([node(1), node(2, 1), node(3, undoes=2), node(4, 3, undoes=1)])
    y = tops(graph)
    assert y[2] < y[3] < y[4]
    undoing = [(one.source, one.target) for one in graph.edges if one.undoing]
    assert undoing == [(2, 3), (1, 4)]


def test_nodes_lie_within_the_picture_however_many():
    legs = [node(position) for position in range(1, 6)]
    graph = draw_graph([*legs, node(6, 1, 2, 3, 4, 5)])
    assert not boxes_overlap(graph)
    for one in graph.nodes:
        assert one.x >= 0
        assert one.x + 248 <= graph.width
        assert one.y + one.height <= graph.height


def test_a_ring_or_an_unknown_position_does_not_hang_it():
    graph = draw_graph([node(1, 2), node(2, 1), node(3, 9)])
    assert len(graph.nodes) == 3


def test_no_sub_orders_are_a_picture_as_well():
    assert draw_graph([]).nodes == []


def test_every_state_has_a_sign():
    statuses = {str(status) for status in StepStatus} - {StepStatus.DONE}
    assert set(MARKS) == statuses | {str(state) for state in FlowState}

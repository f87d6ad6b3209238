"""The layout of a sequence diagram: where lifelines, arrows and words stand."""

from __future__ import annotations

import re
from itertools import pairwise

from integration.drawing import LIFELINES, Arrow, Line, draw_sequence, in_order, lifeline
from integration.drawing.sequence import Drawing
from integration.drawing.text import width

LINES = [Line(key=key, name=key) for key in ("portal", "crm", "crm_db", "boss")]


def arrow(source: str, target: str, label: str = "消息", **more) -> Arrow:
    return Arrow(
        key=f"{source}-{target}-{label}", source=source, target=target, label=label, **more
    )


def xs(drawing) -> dict[str, float]:
    return {one.line.key: one.x for one in drawing.lines}


def ends(path: str) -> tuple[float, float]:
    start, _, end = re.fullmatch(r"M([\d.]+),([\d.]+) H([\d.]+)", path).groups()
    return float(start), float(end)


def test_lifelines_stand_in_their_order_and_only_those_that_take_part():
    assert [one.key for one in in_order({"network", "crm", "portal"})] == [
        "portal", "crm", "network",
    ]  # fmt: skip
    assert [one.key for one in in_order({"zebra", "sso"})] == ["sso", "zebra"]
    assert lifeline("zebra").zh == "zebra"
    assert [one.key for one in LIFELINES] == [
        "operator", "portal", "crm", "crm_db", "boss", "boss_db", "provisioning",
        "provisioning_db", "network", "sso",
    ]  # fmt: skip


def test_an_arrow_goes_from_its_source_to_its_target():
    drawing = draw_sequence(LINES, [arrow("crm", "boss"), arrow("boss", "crm", shape="reply")])
    place = xs(drawing)
    there, back = drawing.arrows
    assert ends(there.path) == (place["crm"], place["boss"])
    assert ends(back.path) == (place["boss"], place["crm"])
    assert there.head.startswith(f"M{place['boss'] - 9:g}")
    assert back.head.startswith(f"M{place['crm'] + 9:g}")


def test_whoever_waits_has_a_closed_head():
    shapes = ("message", "reply", "call", "write")
    drawing = draw_sequence(LINES, [arrow("crm", "boss", shape=shape) for shape in shapes])
    assert [one.head.endswith("Z") for one in drawing.arrows] == [False, False, True, True]


def test_what_nobody_received_falls_short_of_its_target():
    drawing = draw_sequence(LINES, [arrow("crm", "boss", arrived=False)])
    start, end = ends(drawing.arrows[0].path)
    place = xs(drawing)
    assert start == place["crm"]
    assert place["crm"] < end < place["boss"]


def overlapping(drawing: Drawing) -> list[tuple[int, int]]:
    """The numbers of arrows whose rows overlap."""
    rows = pairwise(drawing.arrows)
    return [(a.number, b.number) for a, b in rows if a.top + a.height > b.top + 0.11]


def test_rows_follow_each_other_without_overlapping():
    words = "创建订单，并将订单分解为订购类订单、开通类订单"
    arrows = [arrow("crm", "crm_db", words, note="说明" * 30), arrow("crm", "crm", "自己")] * 4
    drawing = draw_sequence(LINES, arrows)
    assert overlapping(drawing) == []
    last = drawing.arrows[-1]
    assert last.top + last.height <= drawing.height
    for one in drawing.arrows:
        for text in [*one.label, *one.note]:
            assert one.top < text.y < one.top + one.height


def test_words_have_room_between_the_lifelines():
    drawing = draw_sequence(LINES, [arrow("portal", "crm", "OpenSubscriberResponse")])
    [one] = drawing.arrows
    assert [text.text for text in one.label] == ["OpenSubscriberResponse"]
    start, end = ends(one.path)
    assert end - start > width("OpenSubscriberResponse", 13)


def test_an_arrow_to_itself_is_a_loop_within_the_picture():
    drawing = draw_sequence(LINES[:2], [arrow("crm", "crm", "信用控制")])
    [one] = drawing.arrows
    assert one.anchor == "start"
    assert one.path.count("H") == 2
    assert one.label[0].x + width("信用控制", 13) < drawing.width


def test_an_empty_trace_is_a_picture_as_well():
    assert draw_sequence(LINES, []).arrows == []
    nothing = draw_sequence([], [])
    assert nothing.lines == []
    assert nothing.width > 0


def test_an_unknown_lifeline_stays_one():
    drawing = draw_sequence([Line(key="boss", name="BOSS (未知)", unknown=True)], [])
    assert [one.line.unknown for one in drawing.lines] == [True]
    assert "".join(words.text for words in drawing.lines[0].words) == "BOSS (未知)"


def test_every_name_of_a_lifeline_fits_its_box():
    for names in ([one.zh for one in LIFELINES], [one.en for one in LIFELINES]):
        drawing = draw_sequence([Line(key=name, name=name) for name in names], [])
        for one in drawing.lines:
            assert all(width(words.text, 13) <= one.box_width for words in one.words)
            assert not any(words.text.endswith("…") for words in one.words)

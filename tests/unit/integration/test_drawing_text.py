"""Words on drawings: about how wide they are, and where they break."""

from __future__ import annotations

import pytest

from integration.drawing.text import lines, width


def test_chinese_is_about_twice_as_wide_as_latin():
    assert width("订购类订单请求", 12) == 7 * 12
    assert width("订购", 12) > width("ab", 12) > width("il", 12)
    assert width("", 12) == 0


@pytest.mark.parametrize(
    ("words", "room", "expected"),
    [
        ("", 100, []),
        ("订单关闭", 100, ["订单关闭"]),
        ("创建用户，及附加信息", 62, ["创建用户，", "及附加信息"]),
        ("创建订单类，二", 60, ["创建订单类，", "二"]),  # a line does not begin with a comma
        ("one two three", 60, ["one two", "three"]),
        ("SubscriptionOrderResponse", 100, ["SubscriptionOrder", "Response"]),
        ("一二三四五六七八九十", 36, ["一二三", "四五六", "七八…"]),
    ],
)
def test_words_break_where_a_reader_expects(words, room, expected):
    assert lines(words, 12, room) == expected


def test_no_line_is_wider_than_its_room_but_for_a_closing_sign():
    words = "网元 hlr 拒绝: 用户数据冲突 (subscriberConflict), 请更正后重试, 或者撤单"
    for room in (60, 90, 140):
        for line in lines(words, 12, room, most=20):
            assert width(line.rstrip(",:"), 12) <= room + 12

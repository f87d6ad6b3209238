"""Sums by month are drawn in proportion, below the line too, and said in words."""

from __future__ import annotations

from decimal import Decimal
from xml.etree import ElementTree

from billing.pages.ledger.drawing import HEIGHT, TOP, WIDTH, draw_bars

NAMES = ("{http://www.w3.org/2000/svg}rect", "rect")


def drawn(stacks: dict[str, list[int]], labels: list[str]) -> ElementTree.Element:
    amounts = {name: [Decimal(value) for value in values] for name, values in stacks.items()}
    figure = draw_bars("t", "Revenue", "CNY", labels, amounts)
    found = ElementTree.fromstring(figure).find(".//svg")
    assert found is not None
    return found


def bars(svg: ElementTree.Element) -> list[dict[str, str]]:
    return [one.attrib for one in svg.findall("rect")]


def test_bars_are_as_high_as_their_amounts() -> None:
    low, high = bars(drawn({"voice": [50, 100]}, ["26-10", "26-11"]))
    assert float(high["height"]) == 2 * float(low["height"])
    assert float(high["y"]) >= TOP
    assert float(high["x"]) + float(high["width"]) <= WIDTH
    assert float(low["y"]) + float(low["height"]) == float(high["y"]) + float(high["height"])


def test_what_is_less_than_nothing_hangs_below_the_line() -> None:
    svg = drawn({"voice": [100], "discounts": [-50]}, ["26-11"])
    up, down = bars(svg)
    assert float(up["y"]) + float(up["height"]) == float(down["y"])
    assert float(down["y"]) + float(down["height"]) <= HEIGHT


def test_groups_stand_upon_each_other_and_differ_by_more_than_colour() -> None:
    svg = drawn({"voice": [60], "data": [40]}, ["26-11"])
    first, second = bars(svg)
    assert float(second["y"]) + float(second["height"]) == float(first["y"])
    stripes = {one.attrib["d"] for one in svg.iter("path") if one.attrib.get("stroke-width")}
    assert len(stripes) == 2


def test_it_is_said_in_words_and_nothing_in_them_is_taken_for_markup() -> None:
    svg = drawn({"<b>": [1234567, 0]}, ["26-10", "26-11"])
    assert svg.findtext("desc") == "26-10: <b> 1,234,567"
    assert svg.findtext("title") == "Revenue (CNY)"


def test_nothing_at_all_is_drawn_too() -> None:
    assert bars(drawn({"voice": [0, 0]}, ["26-10", "26-11"])) == []

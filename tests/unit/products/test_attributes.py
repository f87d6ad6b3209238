"""What the value of an attribute may be, in a file and as an order's text says it."""

from __future__ import annotations

from typing import Any

import pytest

from products.attributes import fault_of, read_value, shown, spelled
from products.values import AttributeTerms


def attribute(kind: str, **stated: Any) -> AttributeTerms:
    return AttributeTerms(name="speed", label_zh="速率", label_en="Speed", kind=kind, **stated)


SPEED = attribute("integer", minimum=1, maximum=1000)
TERM = attribute("choice", options=(12, 24, "none"))


@pytest.mark.parametrize(
    ("one", "value"),
    [
        (SPEED, 1),
        (SPEED, 1000),
        (attribute("integer"), -5),
        (attribute("integer", minimum=1), 10**9),
        (attribute("text"), "任意"),
        (attribute("boolean"), False),
        (TERM, 24),
        (TERM, "none"),
    ],
)
def test_what_fits_has_no_fault(one: AttributeTerms, value: Any) -> None:
    assert fault_of(one, value) is None
    assert read_value(one, spelled(value)) == value


@pytest.mark.parametrize(
    ("one", "value", "zh", "en"),
    [
        (SPEED, 0, "0 超出范围: 1 至 1000", "0 is out of range: 1 to 1000"),
        (SPEED, 1001, "1001 超出范围: 1 至 1000", "1001 is out of range: 1 to 1000"),
        (attribute("integer", minimum=1), 0, "0 超出范围: 至少 1", "0 is out of range: at least 1"),
        (
            attribute("integer", maximum=9),
            99,
            "99 超出范围: 至多 9",
            "99 is out of range: at most 9",
        ),
        (SPEED, "fast", "fast 不是整数", "fast is not a whole number"),
        (SPEED, True, "true 不是整数", "true is not a whole number"),
        (attribute("text"), 5, "5 不是文本", "5 is not a text"),
        (attribute("text"), "", "应为 1 至 200 个字符", "must be 1 to 200 characters"),
        (attribute("text"), "x" * 201, "应为 1 至 200 个字符", "must be 1 to 200 characters"),
        (attribute("boolean"), 1, "1 不是是否 (true 或 false)", "1 is not true or false"),
        (TERM, 36, "36 不在选项中: 12, 24, none", "36 is not one of 12, 24, none"),
        (TERM, "12", "12 不在选项中: 12, 24, none", "12 is not one of 12, 24, none"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_in_both_languages(
    one: AttributeTerms, value: Any, zh: str, en: str
) -> None:
    assert fault_of(one, value) == (zh, en)


def test_an_orders_text_is_read_as_the_attribute_is() -> None:
    assert read_value(SPEED, "300") == 300
    assert read_value(SPEED, "3e2") == "3e2"
    assert read_value(SPEED, "9" * 40) == "9" * 40
    assert read_value(TERM, "12") == 12
    assert read_value(TERM, "36") == "36"
    assert read_value(attribute("boolean"), "True") is True
    assert read_value(attribute("boolean"), "yes") == "yes"
    assert read_value(attribute("text"), "12") == "12"


def test_a_long_value_is_not_repeated_whole() -> None:
    assert shown("x" * 100) == "x" * 57 + "..."
    assert spelled(True) == "true"

"""Accept-Language: Chinese or English, the operator's own where neither is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tmf.language import preferred


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("en", "en"),
        ("en-GB,zh;q=0.5", "en"),
        ("zh-Hans", "zh"),
        ("zh-CN,en;q=0.9", "zh"),
        ("en;q=0.3, zh-Hans;q=0.8", "zh"),
        ("fr, en;q=0.1", "en"),
        ("fr", "zh"),
        ("*", "zh"),
        ("en;q=0", "zh"),
        ("en;q=nan", "zh"),
        ("en;q=7", "zh"),
    ],
)
def test_the_preferred_language_is_spoken(header: str, expected: str) -> None:
    assert preferred(header) == expected


@given(st.text())
def test_any_header_has_an_answer(header: str) -> None:
    assert preferred(header) in ("zh", "en")

"""Regular expressions from outside: the useful pass, the dangerous do not."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tmf.regex import check_pattern


@pytest.mark.parametrize(
    "pattern",
    ["^138", "a.*b$", "[0-9]{11}", r"\d{3,11}", "(?:张|李)", "a|b", r"1\.5", "a{2}b{3}c{4}"],
)
def test_a_plain_pattern_passes(pattern: str) -> None:
    assert check_pattern(pattern) == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "", "(", "[a", "*a", "a" * 101,
        r"(a)\1", r"(a+)\2", r"\y", r"\m", "(?i)a", "(?=a)", "(?<a)", "(?P<x>a)", "***=a",
        "a{51}", "a{1,1000}", "(a{50}){50}", "a{1}b{1}c{1}d{1}", "[[:alpha:]]", "[[=a=]]",
    ],
)  # fmt: skip
def test_a_pattern_that_may_run_away_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError):
        check_pattern(pattern)


@given(st.text(alphabet="ab()[]{}|*+?\\^$.,:=!<>0123456789", max_size=110))
def test_any_text_passes_or_is_refused(pattern: str) -> None:
    with suppress(ValueError):
        assert check_pattern(pattern) == pattern

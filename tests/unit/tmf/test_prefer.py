"""The Prefer header: what we know is heard, everything else is ignored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tmf.prefer import MAX_WAIT_SECONDS, NONE, Preference, parse_prefer


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, NONE),
        ("", NONE),
        ("wait=15", Preference(wait=15)),
        ("WAIT = 15", Preference(wait=15)),
        ('wait="15"', Preference(wait=15)),
        ("wait=0", Preference(wait=0)),
        ("wait=31", Preference(wait=30)),
        ("wait=999999999999", NONE),
        ("respond-async", Preference(respond_async=True)),
        ("respond-async, wait=10", Preference(wait=10, respond_async=True)),
        ("respond-async; foo=bar, wait=10; x", Preference(wait=10, respond_async=True)),
        ('respond-async=""', Preference(respond_async=True)),
        ("respond-async=maybe", NONE),
        ("wait=3, wait=9", Preference(wait=3)),
        ('foo="a, wait=9", wait=4', Preference(wait=4)),
        ("wait=-1", NONE),
        ("wait=1.5", NONE),
        ("wait=soon", NONE),
        ("wait=", NONE),
        ("wait=٣", NONE),
        ("=5, wait=5", Preference(wait=5)),
        (",,;;, wait=5 ,", Preference(wait=5)),
        ('wait="5', NONE),
        ("return=minimal", NONE),
    ],
)
def test_a_preference_is_heard_or_ignored(header: str | None, expected: Preference) -> None:
    assert parse_prefer(header) == expected


@given(st.text(alphabet='wait=;,"\\ 0123456789respond-async', max_size=200) | st.text())
def test_no_header_is_an_error(header: str) -> None:
    said = parse_prefer(header)
    assert said.wait is None or 0 <= said.wait <= MAX_WAIT_SECONDS


@given(st.integers(0, 10**8), st.booleans())
def test_what_was_applied_means_the_same_again(seconds: int, respond_async: bool) -> None:
    said = Preference(min(seconds, MAX_WAIT_SECONDS), respond_async)
    assert parse_prefer(said.applied) == said

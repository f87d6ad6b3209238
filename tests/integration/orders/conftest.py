"""Clerks at the counter, in both languages, who do not wait for what they submit."""

from __future__ import annotations

import pytest

from orders.pages import steps
from tests.integration.orders.counter import CLERK, Counter, stock


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits: what was submitted is looked at as it is then."""
    monkeypatch.setattr(steps, "WAIT_SECONDS", 0)


@pytest.fixture
def goods(at_once: None, db: None) -> None:
    """The demo catalogue, numbers and cards."""
    stock()


@pytest.fixture
def clerk() -> Counter:
    return Counter(*CLERK)


@pytest.fixture
def english() -> Counter:
    return Counter(*CLERK, staff_no="9002", language="en")

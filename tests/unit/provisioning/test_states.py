"""The tables of arrows."""

from __future__ import annotations

import pytest

from core.states import ArrowNotAllowed
from provisioning.states import RESOURCE_ARROWS, WORK_ARROWS


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("free", "reserved"),
        ("reserved", "free"),
        ("reserved", "in_use"),
        ("in_use", "cooling"),
        ("in_use", "ported_out"),
        ("ported_out", "cooling"),
        ("cooling", "free"),
    ],
)
def test_how_a_number_goes_round(source: str, target: str) -> None:
    assert RESOURCE_ARROWS.allows(source, target)


@pytest.mark.parametrize(
    ("source", "target"),
    [("free", "in_use"), ("in_use", "free"), ("cooling", "reserved"), ("ported_out", "free")],
)
def test_what_no_number_does(source: str, target: str) -> None:
    with pytest.raises(ArrowNotAllowed):
        RESOURCE_ARROWS.check(source, target)


@pytest.mark.parametrize("closed", ["done", "refused", "failed", "cancelled"])
def test_a_closed_work_order_stays_closed(closed: str) -> None:
    assert closed not in WORK_ARROWS.open_states()

"""The table of arrows."""

from __future__ import annotations

import pytest

from provisioning.states import WORK_ARROWS


@pytest.mark.parametrize("closed", ["done", "refused", "failed", "cancelled"])
def test_a_closed_work_order_stays_closed(closed: str) -> None:
    assert closed not in WORK_ARROWS.open_states()

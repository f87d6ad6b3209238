"""Whether an operator works here: employed, not yet begun, left or disabled."""

from __future__ import annotations

from datetime import datetime

from auth_center.models import Operator
from core.console import said

TONES = {"active": "success", "future": "info", "left": "quiet"}


def standing_of(one: Operator, at: datetime) -> str:
    """Return which of ``STANDINGS`` an operator is in."""
    if not one.is_active or (one.active_until is not None and one.active_until <= at):
        return "left"
    return "future" if one.active_from > at else "active"


def standing_words(standing: str) -> str:
    """Return how a standing is called."""
    return {
        "active": said("在职", "Employed"),
        "future": said("未到岗", "Not yet begun"),
        "left": said("离职或停用", "Left or disabled"),
    }[standing]

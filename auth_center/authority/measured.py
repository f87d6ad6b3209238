"""What was measured last of the two schemes (``compare_schemes authorization --write``)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "measured.json"


@cache
def measured_figures() -> dict[str, Any] | None:
    """Return the figures of the last comparison that was kept, None where there was none."""
    if not PATH.exists():
        return None
    figures: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
    return figures

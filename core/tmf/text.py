"""Characters that no text of ours may hold."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_BUT_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def has_control_character(text: str, *, lines: bool = False) -> bool:
    """Tell whether ``text`` holds a control character; ``lines`` allows tabs and line ends."""
    return (_CONTROL_BUT_LINES if lines else _CONTROL).search(text) is not None

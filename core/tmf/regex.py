"""Regular expressions from outside: only those that stay cheap on every row."""

from __future__ import annotations

import re
import warnings

MAX_LENGTH = 100
MAX_REPEAT = 50
_COUNTED = re.compile(r"\{([0-9]*)(?:,([0-9]*))?\}")
_BACK_REFERENCE = re.compile(r"\\[0-9A-Za-z]")
_CLASSES = frozenset("dDwWsS")


def check_pattern(pattern: str) -> str:
    """Return ``pattern`` when it is short, well formed and cannot run away; else ``ValueError``.

    It must mean the same to PostgreSQL and to Python: no back references, look-around, flags or
    engine escapes; repetition counts stay small and are not nested.
    """
    if not 1 <= len(pattern) <= MAX_LENGTH:
        raise ValueError(f"a regular expression has 1 to {MAX_LENGTH} characters")
    if pattern.startswith("***") or re.search(r"\(\?(?!:)", pattern) or "[[" in pattern:
        raise ValueError("groups of the form (?...) and named classes are not supported")
    for escape in _BACK_REFERENCE.findall(pattern.replace("\\\\", "")):
        if escape[1] not in _CLASSES:
            raise ValueError(f"the escape {escape} is not supported")
    _check_counts(pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning):
        raise ValueError("the regular expression is not well formed") from None
    return pattern


def _check_counts(pattern: str) -> None:
    counts = _COUNTED.findall(pattern)
    if len(counts) > 3:
        raise ValueError("at most three counted repetitions")
    for low, high in counts:
        if any(bound and int(bound) > MAX_REPEAT for bound in (low, high)):
            raise ValueError(f"a repetition counts to at most {MAX_REPEAT}")
    if counts and re.search(r"\)\s*\{", pattern):
        raise ValueError("a group cannot be repeated by count")

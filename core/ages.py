"""How long something has lasted, as people say it."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.words import said

_UNITS = (
    (86_400, " 天", "d"),
    (3_600, " 小时", "h"),
    (60, " 分", "min"),
    (1, " 秒", "s"),
)


def age_in_words(age: timedelta) -> str:
    """Return a duration in its two greatest units: ``3 分 5 秒``, ``2 h 10 min``."""
    rest = max(int(age.total_seconds()), 0)
    parts: list[str] = []
    for seconds, zh, en in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(said(f"{count}{zh}", f"{count} {en}"))
        if len(parts) == 2 or (parts and not count):
            break
    return " ".join(parts) or said("0 秒", "0 s")


def since(moment: datetime | None, at: datetime) -> str:
    """Return how long ago ``moment`` was; nothing for none."""
    return age_in_words(at - moment) if moment is not None else ""


def until(moment: datetime | None, at: datetime) -> str:
    """Return in how long ``moment`` comes, or that it is now."""
    if moment is None:
        return ""
    if moment <= at:
        return said("现在", "now")
    return said(f"{age_in_words(moment - at)}后", f"in {age_in_words(moment - at)}")

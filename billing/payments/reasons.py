"""Why money was moved: a few words that whoever looks at it later understands."""

from __future__ import annotations

from core.errors import DomainError

LONGEST = 200


class ReasonMissing(DomainError):
    """Nobody moves money back, gives or takes it without saying why."""

    code = "reasonMissing"
    zh = "请填写原因"
    en = "A reason is needed"


def stated(reason: str) -> str:
    """Return a reason as it is kept; raise ``ReasonMissing`` for none."""
    words = " ".join(reason.split())[:LONGEST]
    if not words:
        raise ReasonMissing(field="reason")
    return words

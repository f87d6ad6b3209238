"""How a piece of work ended, as every response says it."""

from __future__ import annotations

import msgspec


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Done, or refused for good with a code and the reason in both languages."""

    done: bool
    code: str = ""
    zh: str = ""
    en: str = ""

    @classmethod
    def refused(cls, code: str, zh: str, en: str) -> Outcome:
        """Return the outcome of work that was refused and must not be tried again as it is."""
        return cls(done=False, code=code, zh=zh, en=en)


DONE = Outcome(done=True)

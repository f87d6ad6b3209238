"""The ``Prefer`` request header (RFC 7240): how long a client would wait for a result."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_WAIT_SECONDS = 30

_BARE = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_WORD = rf"(?:{_BARE}|\"(?:[^\"\\]|\\.)*\")"
_PAIR = rf"({_BARE})(?:\s*=\s*({_WORD})?)?"
_PREFERENCE = re.compile(rf"\s*{_PAIR}\s*((?:;[^,\"]*(?:\"(?:[^\"\\]|\\.)*\"[^,\"]*)*)?)\s*")
_SECONDS = re.compile(r"[0-9]{1,9}\Z")


@dataclass(frozen=True, slots=True)
class Preference:
    """What a client prefers; ``wait`` is in seconds, at most ``MAX_WAIT_SECONDS``."""

    wait: int | None = None
    respond_async: bool = False

    @property
    def applied(self) -> str:
        """The value of ``Preference-Applied`` that says these were heard."""
        said = ["respond-async"] if self.respond_async else []
        if self.wait is not None:
            said.append(f"wait={self.wait}")
        return ", ".join(said)


NONE = Preference()


def parse_prefer(header: str | None) -> Preference:
    """Return the preferences we know; the first of a name counts, anything malformed is ignored."""
    if not header:
        return NONE
    said: dict[str, str] = {}
    for part in _parts(header[:2000]):
        match = _PREFERENCE.fullmatch(part)
        if match:
            value = match.group(2) or ""
            if value.startswith('"'):
                value = re.sub(r"\\(.)", r"\1", value[1:-1])
            said.setdefault(match.group(1).lower(), value)
    seconds = said.get("wait", "")
    wait = min(int(seconds), MAX_WAIT_SECONDS) if _SECONDS.match(seconds) else None
    return Preference(wait=wait, respond_async=said.get("respond-async") == "")


def _parts(header: str) -> list[str]:
    """Split at the commas that stand outside of quoted strings."""
    parts: list[str] = [""]
    quoted = escaped = False
    for character in header:
        if character == "," and not quoted:
            parts.append("")
            continue
        if escaped:
            escaped = False
        elif character == "\\" and quoted:
            escaped = True
        elif character == '"':
            quoted = not quoted
        parts[-1] += character
    return parts

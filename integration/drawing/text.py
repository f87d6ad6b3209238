"""How wide words are when drawn, and how they break into lines: measured without a browser."""

from __future__ import annotations

import re
import unicodedata

_WIDE = 1.0  # of the font's size: a Chinese character
_NARROW = 0.3
_CAPITAL = 0.68
_OTHER = 0.56
_THIN = frozenset("iljt.,:;!|'()[]fr ")
_WORD = re.compile(r"[（(【《]?[A-Za-z0-9_.#/+'-]+|\s+|.", re.DOTALL)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_START = frozenset("，。、；：！？）)】》,.;:!?")


def width(words: str, size: float) -> float:
    """Return about how many pixels ``words`` take in a font of ``size``."""
    return sum(_ems(letter) for letter in words) * size


def lines(words: str, size: float, room: float, most: int = 3) -> list[str]:
    """Break ``words`` into lines no wider than ``room``; what is left after ``most`` becomes "…".

    Chinese breaks anywhere but before a closing sign, Latin between words, and inside a word
    only where it is wider than a line: between the parts of a name first.
    """
    found: list[str] = []
    line = ""
    for piece in _pieces(words, size, room):
        closing = piece in _NO_START
        if line and not closing and width(line + piece.rstrip(), size) > room:
            found.append(line.strip())
            line = ""
        line += piece if line or not piece.isspace() else ""
    if line.strip():
        found.append(line.strip())
    if len(found) <= most:
        return found
    return [*found[: most - 1], _shortened(found[most - 1] + found[most], size, room)]


def _pieces(words: str, size: float, room: float) -> list[str]:
    pieces: list[str] = []
    for word in _WORD.findall(words):
        if width(word, size) <= room:
            pieces.append(word)
            continue
        for part in _CAMEL.split(word):
            pieces += [part] if width(part, size) <= room else list(part)
    return pieces


def _shortened(line: str, size: float, room: float) -> str:
    while line and width(line + "…", size) > room:
        line = line[:-1]
    return line.rstrip() + "…"


def _ems(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return _WIDE
    if letter in _THIN:
        return _NARROW
    return _CAPITAL if letter.isupper() or letter in "mwMW@%" else _OTHER

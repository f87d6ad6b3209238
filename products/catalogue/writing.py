"""Writes a catalogue as the YAML that ``reader`` reads: the same entry always as the same text.

What is small stands on one line, keys stand in the order of the format's description, amounts
are exact, and there are no anchors, tags or line breaks within a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from products.catalogue.reader import reads_as

WIDTH = 100
_RANKS = (
    "format operator brands classes "
    "code kind charging_mode class brand charge_group name label description source status sale "
    "attributes services tariffs offerings resource provider element command parameters commands "
    "version valid_from valid_to rules versions type unit "
    "usage charge amount percent quantity price per step minimum when proration hold_fee of order "
    "cycles term_cycles declines provider_share allowances prices grants content roaming zone band "
    "days first_cycle rolls_over_cycles shared lasts tiers above "
    "any_of min max options default configurable "
    "requires excludes replaces parts eligibility customer_kinds segments channels regions "
    "owns minimum_months from to first last zh en"
)
_RANK = {name: rank for rank, name in enumerate(dict.fromkeys(_RANKS.split()))}
_OWN_NAMES = "parameters"  # its keys are the network's words, and stay in their order
_TALL = {  # what is easier to read as one line an item, however short
    *("operator", "brands", "classes", "services", "tariffs", "offerings"),
    *("versions", "rules", "commands", "allowances", "prices", "grants", "tiers"),
    *("parts", "eligibility"),
}
_TALL_ITEMS = {"services", "tariffs", "offerings", "versions"}
_PLAIN = re.compile(
    r"[^\W_](?:[\w ./()%+<>=;·×，。；：？！、（）《》-]*[\w.)%，。；：？！、）》])?\Z"
)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]+(?:Z|[+-][0-9:]+)\Z")
_SIMPLE_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def written(top: Mapping[str, Any]) -> str:
    """Return ``top`` as YAML, which reads back equal.

    Raise ``ValueError`` for what no catalogue holds: floats, dates, keys that are no text.
    """
    lines: list[str] = []
    for name, value in _in_order(top, ""):
        if lines and isinstance(value, Sequence) and not isinstance(value, str) and value:
            lines.append("")
        lines.extend(_entry(name, value, 0))
    return "\n".join(lines) + "\n"


def _entry(name: str, value: Any, indent: int) -> Iterator[str]:
    """Yield the lines of one key with its value."""
    head = " " * indent + _text(name) + ":"
    short = _flow(value, name)
    if not value or (_is_small(name, value) and len(head) + 1 + len(short) <= WIDTH):
        yield f"{head} {short}"
    elif isinstance(value, Mapping):
        yield head
        for key, item in _in_order(value, name):
            yield from _entry(key, item, indent + 2)
    elif isinstance(value, list | tuple):
        yield head
        for position, item in enumerate(value):
            if position and name == "offerings":
                yield ""
            yield from _item(item, name, indent + 2)
    else:
        yield f"{head} {short}"


def _item(value: Any, section: str, indent: int) -> Iterator[str]:
    """Yield the lines of one item of a list."""
    head = " " * indent + "- "
    short = _flow(value, section)
    fits = len(head) + len(short) <= WIDTH and section not in _TALL_ITEMS
    if not isinstance(value, Mapping) or not value or (fits and not _holds_tall(value)):
        yield head + short
        return
    for key, item in _in_order(value, section):
        for line in _entry(key, item, indent + 2):
            yield head + line[indent + 2 :] if head else line
            head = ""


def _is_small(name: str, value: Any) -> bool:
    if not isinstance(value, Mapping | list | tuple) or not value:
        return True
    if isinstance(value, Mapping):
        return name not in _TALL and not _holds_tall(value)
    return not any(isinstance(item, Mapping | list | tuple) for item in value)


def _holds_tall(value: Mapping[str, Any]) -> bool:
    return not all(_is_small(key, item) for key, item in value.items())


def _flow(value: Any, name: str = "") -> str:
    if isinstance(value, Mapping):
        pairs = (f"{_text(key)}: {_flow(item, key)}" for key, item in _in_order(value, name))
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(item, name) for item in value) + "]"
    return _scalar(value)


def _in_order(value: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    for key in value:
        if not isinstance(key, str):
            raise ValueError(f"{key!r} is no text")
    if name == _OWN_NAMES:
        return list(value.items())
    return sorted(value.items(), key=lambda pair: _RANK.get(pair[0], len(_RANK)))


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        if reads_as(text) != value:
            raise ValueError(f"{value} cannot be written exactly")
        return text
    if isinstance(value, str):
        return _text(value)
    raise ValueError(f"{value!r} is nothing a catalogue holds")


def _text(value: str) -> str:
    if (_PLAIN.match(value) or _INSTANT.match(value)) and reads_as(value) == value:
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, value)) + '"'


def _escaped(letter: str) -> str:
    if letter in _SIMPLE_ESCAPES:
        return _SIMPLE_ESCAPES[letter]
    if letter.isprintable():
        return letter
    number = ord(letter)
    if number > 0xFFFF:
        return f"\\U{number:08x}"
    return f"\\u{number:04x}" if number > 0xFF else f"\\x{number:02x}"

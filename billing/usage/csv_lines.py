"""CSV: header, columns and trailer of a usage file, and the lines that quote."""

from __future__ import annotations

import csv
import re
from typing import Any

from billing.usage.refusals import FileRefused

NEEDED = ("key", "usage", "started_at", "quantity")
COLUMNS = (*NEEDED, "number", "subscriber", "revision", "unit", "zone", "roaming", "peer",
           "provider", "amount")  # fmt: skip
TRAILER = re.compile(rb"TRAILER,")
SEPARATOR = "\x1f"  # between the fields of a line that quotes, once it is read
_TOTALS = re.compile(r"TRAILER,([0-9]{1,12}),([0-9]{1,40})\s*\Z")
MOST_DIGITS = 30


def header(text: bytes) -> dict[str, Any] | None:
    """Return name and time of a file by its first line, or nothing."""
    for encoding in ("utf-8", "gb18030"):
        try:
            fields = text.decode(encoding).strip().split(",")
        except UnicodeDecodeError:
            continue
        if len(fields) != 5 or fields[1:3] != ["usage", "1"] or not fields[3]:
            return None
        if not (fields[3] + fields[4]).isprintable():
            return None
        return {"format": "csv", "name": fields[3][:255], "created_at": fields[4][:40]}
    return None


def columns(text: bytes) -> list[str]:
    """Return the names of the columns; raise ``FileRefused`` unless they can be records."""
    names = [name.strip() for name in text.decode("ascii", "replace").split(",")]
    unknown = [name for name in names if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in names]
    if not {"number", "subscriber"} & set(names):
        missing.append("number")
    if unknown or missing or len(set(names)) != len(names):
        wrong = ", ".join([*unknown, *missing])[:80] or "2 ×"
        raise FileRefused(
            why_zh=f"列名有误: {wrong}", why_en=f"columns unknown or missing: {wrong}", line=2
        )
    return names


def trailer(text: bytes, line: int) -> tuple[int, int]:
    """Return how many records and what quantity a file says it holds."""
    found = _TOTALS.match(text.decode("ascii", "replace"))
    if found is None:
        raise FileRefused(why_zh="文件尾格式错误", why_en="the trailer is malformed", line=line)
    return int(found[1]), int(found[2])


def place_of(column: str, names: list[str]) -> int:
    """Return where a column stands."""
    return names.index(column)


def quantity(text: bytes, place: int) -> int:
    """Return what a line adds to the control total."""
    if b'"' in text:
        fields = parsed(text.decode("latin-1"))
        said = fields[place].encode("latin-1") if fields and place < len(fields) else b""
    else:
        parts = text.split(b",", place + 1)
        said = parts[place] if place < len(parts) else b""
    said = said.strip()
    return int(said) if said.isdigit() and len(said) <= MOST_DIGITS else 0


def parsed(line: str) -> list[str] | None:
    """Return the fields of a line that quotes; nothing if its quotes do not fit together."""
    try:
        rows = list(csv.reader([line.rstrip("\r")], strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None

"""Reading a checked file part by part, as what COPY takes: few lines are ever in memory."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

from billing.usage.checking import LONGEST_LINE
from billing.usage.csv_lines import SEPARATOR, parsed

PART_BYTES = 4 << 20
_NO_FIELDS = b"\t\\N\n"  # the database divides the line itself
_NUL = "␀".encode()  # what no column can hold, made visible
_HIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|" + _NUL)  # a line with one is not read


@dataclass(frozen=True, slots=True)
class Part:
    """Some whole lines: COPY text of (content, fields), how many, and where the next begin."""

    rows: bytes
    lines: int
    end: int


def open_file(path: Path) -> BufferedReader:
    """Open a plain file for reading; a link to one, or a pipe, is none."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    file = os.fdopen(handle, "rb")
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        file.close()
        raise OSError(f"{path.name} is no plain file")
    return file


def read_part(file: BufferedReader, told: Mapping[str, Any], begin: int) -> Part:
    """Return the lines that stand from ``begin`` on, the last part up to the trailer."""
    file.seek(begin)
    block = file.read(min(PART_BYTES, told["end"] - begin))
    whole = len(block) if begin + len(block) >= told["end"] else block.rfind(b"\n") + 1
    if not whole and block:
        raise AssertionError(f"a line of more than {LONGEST_LINE} bytes was not refused")
    block = block[:whole]
    lines = block.count(b"\n")
    text = block.decode(told["encoding"]).encode() if told["encoding"] != "utf-8" else block
    text = text.replace(b"\r\n", b"\n")
    rows = _escaped(text).replace(b"\n", _NO_FIELDS)
    quotes = told["format"] == "csv" and b'"' in text
    if quotes or _HIDDEN.search(text):
        rows = b"".join(_row(line, quotes) for line in text.split(b"\n")[:-1])
    return Part(rows, lines, begin + whole)


def _row(line: bytes, quotes: bool) -> bytes:
    """One line of which the quotes, if any, are read here; of one that hides something, nothing."""
    if _HIDDEN.search(line):
        return _escaped(line) + b"\t\n"
    if not quotes or b'"' not in line:
        return _escaped(line) + _NO_FIELDS
    fields = parsed(line.decode())
    divided = SEPARATOR.join(fields or []).encode().replace(b"\n", b" ")
    return _escaped(line) + b"\t" + _escaped(divided) + b"\n"


def _escaped(text: bytes) -> bytes:
    for what, by in ((b"\\", b"\\\\"), (b"\t", b"\\t"), (b"\r", b"\\r"), (b"\0", _NUL)):
        text = text.replace(what, by)
    return text

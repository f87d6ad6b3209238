"""A usage file is looked at from end to end before anything of it is taken in.

One pass that keeps nothing in memory: the encoding, the header, the columns, the length of each
line, and whether the trailer's control totals are what is in the file.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from io import BufferedReader
from typing import Any

from billing.usage import csv_lines, json_lines
from billing.usage.refusals import FileRefused

BLOCK = 1 << 20
LONGEST_LINE = 16 * 1024
_MARK = b"\xef\xbb\xbf"
_CHINESE_IN_UTF_8 = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
_BLANKS = b" \t\r"


@dataclass(slots=True)
class Checked:
    """What a file says of itself and was found to be true; ``UsageBatch.told`` keeps it.

    Its records stand between the bytes ``begin`` and ``end``; the line before them is number
    ``lines_before``.
    """

    format: str
    name: str
    created_at: str
    size: int
    encoding: str = "utf-8"
    columns: list[str] = field(default_factory=list)
    records: int = 0
    quantity: int = 0
    begin: int = 0
    end: int = 0
    lines_before: int = 0

    def as_told(self) -> dict[str, Any]:
        """Return it as JSON; quantities of any size are text."""
        return {**asdict(self), "quantity": str(self.quantity)}


@dataclass(slots=True)
class _Line:
    number: int
    begin: int
    end: int
    text: bytes


def digest_of(file: BufferedReader) -> str:
    """Return the mark by which a file's content is known again."""
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


def check_file(file: BufferedReader) -> Checked:
    """Return what a whole file is; raise ``FileRefused`` with the line for what is none."""
    size = file.seek(0, os.SEEK_END)
    lines = _lines(file)
    encoding = _Encoding()
    first = next(lines, None)
    text = first.text.removeprefix(_MARK) if first else b""
    shape = csv_lines if text.startswith(b"HEADER,") else json_lines
    said = shape.header(text) if first else None
    if said is None or first is None:
        raise FileRefused(why_zh="缺少文件头", why_en="there is no header", line=1)
    encoding.look_at(first.number, text)
    found = Checked(**said, size=size, lines_before=1, begin=first.end)
    if shape is csv_lines:
        second = next(lines, None)
        found.columns = csv_lines.columns(second.text if second else b"")
        found.lines_before, found.begin = 2, second.end if second else first.end
    _count(lines, found, encoding)
    found.encoding = encoding.result(json=shape is json_lines)
    return found


def _count(lines: Iterator[_Line], found: Checked, encoding: _Encoding) -> None:
    """Count records and quantities up to the trailer, and compare."""
    is_csv = found.format == "csv"
    at = csv_lines.place_of("quantity", found.columns) if is_csv else 0
    mark = csv_lines.TRAILER if is_csv else json_lines.TRAILER
    told: tuple[int, int] | None = None
    for line in lines:
        text = line.text
        if not text.isascii():
            encoding.look_at(line.number, text)
        if not text.strip(_BLANKS):
            continue
        if told is not None:
            zh, en = "文件尾之后还有内容", "something follows the trailer"
            raise FileRefused(why_zh=zh, why_en=en, line=line.number)
        if mark.match(text):
            told = (csv_lines if is_csv else json_lines).trailer(text, line.number)
            found.end = line.begin
            continue
        found.records += 1
        found.quantity += csv_lines.quantity(text, at) if is_csv else json_lines.quantity(text)
    if told is None:
        zh, en = "缺少文件尾, 文件不完整", "there is no trailer: the file is not complete"
        raise FileRefused(why_zh=zh, why_en=en)
    if told != (found.records, found.quantity):
        raise FileRefused(
            why_zh=f"控制总计不符: 文件尾为 {told[0]} 条、数量 {told[1]}, "
            f"实为 {found.records} 条、数量 {found.quantity}",
            why_en=f"control totals differ: {told[0]} records of {told[1]} are told, "
            f"{found.records} of {found.quantity} found",
        )


def _lines(file: BufferedReader) -> Iterator[_Line]:
    """Yield each line with its place; raise ``FileRefused`` for one that is too long."""
    file.seek(0)
    number, place, rest = 0, 0, b""
    while True:
        block = file.read(BLOCK)
        parts = (rest + block).split(b"\n")
        rest = parts.pop()
        if not block and rest:
            parts, rest = [*parts, rest], b""
        for text in parts:
            number += 1
            if len(text) > LONGEST_LINE:
                _too_long(number)
            yield _Line(number, place, place + len(text) + 1, text)
            place += len(text) + 1
        if len(rest) > LONGEST_LINE:
            _too_long(number + 1)
        if not block:
            return


def _too_long(line: int) -> None:
    zh, en = f"超过 {LONGEST_LINE} 字节", f"longer than {LONGEST_LINE} bytes"
    raise FileRefused(why_zh=zh, why_en=en, line=line)


class _Encoding:
    """Which of the two encodings a file is in: all of it in one of them."""

    def __init__(self) -> None:
        self.chinese = self.not_utf_8 = self.not_gb = 0  # the first such line

    def look_at(self, number: int, text: bytes) -> None:
        """Look at a line that is not all ASCII."""
        if not _is(text, "utf-8"):
            self.not_utf_8 = self.not_utf_8 or number
        elif _CHINESE_IN_UTF_8.search(text):
            self.chinese = self.chinese or number
        if not _is(text, "gb18030"):
            self.not_gb = self.not_gb or number

    def result(self, *, json: bool) -> str:
        """Return the encoding; raise ``FileRefused`` where lines are in none, or in both."""
        if not self.not_utf_8:
            return "utf-8"
        if json or self.not_gb or self.chinese:
            zh, en = "不是 UTF-8 或 GB18030 编码", "it is not in UTF-8 or GB18030 like the rest"
            raise FileRefused(why_zh=zh, why_en=en, line=self.not_utf_8)
        return "gb18030"


def _is(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True

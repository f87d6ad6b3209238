"""JSON Lines: header and trailer of a usage file, and what a line adds to its totals."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from billing.usage.csv_lines import MOST_DIGITS
from billing.usage.refusals import FileRefused

TRAILER = re.compile(rb'\s*\{\s*"trailer"\s*:')


class _About(msgspec.Struct):
    format: str
    version: int
    name: str
    created_at: str = ""


class _Header(msgspec.Struct):
    header: _About


class _Totals(msgspec.Struct):
    records: int
    quantity: int


class _Trailer(msgspec.Struct):
    trailer: _Totals


class _Quantity(msgspec.Struct):
    quantity: msgspec.Raw = msgspec.Raw(b"")


_header = msgspec.json.Decoder(_Header)
_trailer = msgspec.json.Decoder(_Trailer)
_quantity = msgspec.json.Decoder(_Quantity)


def header(text: bytes) -> dict[str, Any] | None:
    """Return name and time of a file by its first line, or nothing."""
    try:
        said = _header.decode(text).header
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if (said.format, said.version) != ("usage", 1) or not said.name:
        return None
    if not (said.name + said.created_at).isprintable():
        return None
    return {"format": "json", "name": said.name[:255], "created_at": said.created_at[:40]}


def trailer(text: bytes, line: int) -> tuple[int, int]:
    """Return how many records and what quantity a file says it holds."""
    try:
        said = _trailer.decode(text).trailer
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        zh, en = "文件尾格式错误", "the trailer is malformed"
        raise FileRefused(why_zh=zh, why_en=en, line=line) from None
    return said.records, said.quantity


def quantity(text: bytes) -> int:
    """Return what a line adds to the control total."""
    try:
        said = bytes(_quantity.decode(text).quantity).strip(b'"').strip()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0
    return int(said) if said.isdigit() and len(said) <= MOST_DIGITS else 0

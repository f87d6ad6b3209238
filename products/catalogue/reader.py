"""Reads YAML that may be hostile into plain values that remember their lines.

Only the plain part of YAML is taken: no anchors, aliases, tags or second documents, so nothing
can grow while it is read, and depth, size and count are limited. Numbers with a decimal point
are read as exact decimals; dates stay text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml

from products.catalogue.problems import CatalogueRefused, Problem

MAX_BYTES = 20 * 1024 * 1024
MAX_VALUES = 2_000_000
MAX_DEPTH = 16

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}\Z")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_PLAIN_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path = tuple[str | int, ...]


class Table(dict[str, Any]):
    """A mapping that knows its own line and the line of each key."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Row(list[Any]):
    """A list that knows its own line and the line of each item."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def read(text: str | bytes, *, file: str) -> Table:
    """Return the document's top mapping; raise ``CatalogueRefused`` at the first fault."""
    return _Reader(file).read(text)


def reads_as(text: str) -> Any:
    """Return what a plain word means that stands neither in quotes nor in a block."""
    if text in _PLAIN_WORDS:
        return _PLAIN_WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _DECIMAL.match(text):
        return Decimal(text)
    return text


def line_of(top: Table, path: Path) -> int:
    """Return the line where ``path`` stands, or that of the nearest thing around it."""
    line, value = top.line, top
    for step in path:
        if isinstance(value, Table) and step in value:
            line, value = value.lines[str(step)], value[str(step)]
        elif isinstance(value, Row) and isinstance(step, int) and step < len(value):
            line, value = value.lines[step], value[step]
        else:
            break
    return line


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0

    def read(self, text: str | bytes) -> Table:
        source = self._decoded(text)
        events = self._events(source)
        try:
            value = self._document(events)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise self._refused(
                line, f"不是有效的 YAML: {error.problem}", f"not valid YAML: {error.problem}"
            ) from error
        except yaml.YAMLError as error:
            reason = str(error).splitlines()[0]
            raise self._refused(
                1, f"不是有效的 YAML: {reason}", f"not valid YAML: {reason}"
            ) from error
        if not isinstance(value, Table):
            raise self._refused(1, "文件的最外层必须是键值对", "the document must be a mapping")
        return value

    def _decoded(self, text: str | bytes) -> str:
        if len(text) > MAX_BYTES:
            raise self._refused(
                1, f"文件超过 {MAX_BYTES} 字节", f"the file is larger than {MAX_BYTES} bytes"
            )
        if isinstance(text, str):
            source = text
        else:
            try:
                source = text.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                line = text.count(b"\n", 0, error.start) + 1
                raise self._refused(line, "不是 UTF-8 文本", "not UTF-8 text") from error
        unfit = _UNFIT.search(source.replace("\r\n", "\n"))
        if unfit:
            line = source.replace("\r\n", "\n").count("\n", 0, unfit.start()) + 1
            raise self._refused(line, "含有控制字符", "contains a control character")
        return source

    def _events(self, source: str) -> Iterator[Any]:
        events: Iterator[Any] = yaml.parse(source, Loader=_LOADER)
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise self._refused(line, "不允许锚点和别名", "anchors and aliases are not allowed")
            if getattr(event, "tag", None):
                raise self._refused(line, "不允许标签", "tags are not allowed")
            self.count += 1
            if self.count > MAX_VALUES:
                raise self._refused(line, "内容过多", "the document holds too many values")
            yield event

    def _document(self, events: Iterator[Any]) -> Any:
        value: Any = None
        documents = 0
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refused(
                        line,
                        "一个文件只能有一个文档",
                        "a file holds one document only",
                    )
                value = self._value(next(events), events, depth=1)
        return value

    def _value(self, event: Any, events: Iterator[Any], *, depth: int) -> Any:
        line = event.start_mark.line + 1
        if depth > MAX_DEPTH:
            raise self._refused(line, "嵌套过深", "nested too deeply")
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(line, events, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            row = Row(line)
            for item in events:
                if isinstance(item, yaml.SequenceEndEvent):
                    break
                row.lines.append(item.start_mark.line + 1)
                row.append(self._value(item, events, depth=depth + 1))
            return row
        return self._scalar(event)

    def _table(self, line: int, events: Iterator[Any], depth: int) -> Table:
        table = Table(line)
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            here = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refused(here, "键必须是文本", "a key must be text")
            key = self._text(event)
            if key in table:
                raise self._refused(here, f"重复的键 {key}", f"duplicate key {key}")
            table.lines[key] = here
            table[key] = self._value(next(events), events, depth=depth + 1)
        return table

    def _scalar(self, event: Any) -> Any:
        text = self._text(event)
        return text if event.style else reads_as(text)  # quoted or a block: as it stands

    def _text(self, event: Any) -> str:
        text = str(event.value)
        if _UNFIT.search(text):  # written as an escape
            raise self._refused(
                event.start_mark.line + 1, "含有控制字符", "contains a control character"
            )
        return text

    def _refused(self, line: int, zh: str, en: str) -> CatalogueRefused:
        return CatalogueRefused([Problem(file=self.file, line=line, path="", zh=zh, en=en)])

"""A sheet of A4 that is written from top to bottom: headings, facts, tables, pages.

STSong-Light is one of the fonts that every reader of PDF has for Chinese: nothing is embedded, a
page takes a few kilobytes and some milliseconds. Sizes are points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from core.words import said

FONT = "STSong-Light"
WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 48.0, WIDTH - 48.0, HEIGHT - 48.0, 56.0
SIZE, LEADING = 9.0, 14.0

pdfmetrics.registerFont(UnicodeCIDFont(FONT))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, its share of the width, its figures to the right."""

    title: str
    share: float
    right: bool = False


class Paper:
    """A document while it is written; ``foot`` stands at the bottom of each page."""

    def __init__(self, title: str, foot: str) -> None:
        self._file = BytesIO()
        self._canvas = Canvas(self._file, pagesize=A4, pageCompression=1)
        self._canvas.setTitle(title)
        self._foot = foot
        self._page = 0
        self.y = TOP
        self._begin_page()

    def heading(self, text: str, *, size: float = 16.0) -> None:
        """Write a heading."""
        self._room(size + LEADING)
        self.y -= size
        self._text(LEFT, text, size)
        self.y -= LEADING * 0.6

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Write names with their values, two pairs a row."""
        half = (RIGHT - LEFT) / 2
        for first in range(0, len(pairs), 2):
            self._room(LEADING)
            self.y -= LEADING
            for place, (name, value) in enumerate(pairs[first : first + 2]):
                x = LEFT + place * half
                self._canvas.setFillGray(0.35)
                self._text(x, name)
                self._canvas.setFillGray(0)
                self._text(x + 86, fitted(value, half - 94))
        self.y -= LEADING * 0.6

    def table(
        self,
        columns: Sequence[Column],
        rows: Sequence[Sequence[str]],
        *,
        totals: Sequence[str] = (),
    ) -> None:
        """Write a table; its head comes again on each page, ``totals`` stand below a line."""
        self._head(columns)
        for row in rows:
            if self.y - LEADING < BOTTOM:
                self._next_page()
                self._head(columns)
            self._row(columns, row)
        if totals:
            self._room(LEADING * 1.5)
            self._line()
            self._row(columns, totals)
        self.y -= LEADING * 0.6

    def words(self, text: str) -> None:
        """Write a paragraph, as many lines as it takes."""
        for line in wrapped(text, RIGHT - LEFT):
            self._room(LEADING)
            self.y -= LEADING
            self._text(LEFT, line)
        self.y -= LEADING * 0.3

    def finished(self) -> bytes:
        """Return the document."""
        self._canvas.showPage()
        self._canvas.save()
        return self._file.getvalue()

    def _head(self, columns: Sequence[Column]) -> None:
        self._room(LEADING * 3)
        self._canvas.setFillGray(0.35)
        self._row(columns, [one.title for one in columns])
        self._canvas.setFillGray(0)
        self._line()

    def _row(self, columns: Sequence[Column], cells: Sequence[str]) -> None:
        self.y -= LEADING
        whole = sum(one.share for one in columns)
        x = LEFT
        for column, cell in zip(columns, cells, strict=True):
            width = (RIGHT - LEFT) * column.share / whole
            text = fitted(cell, width - 6)
            if column.right:
                self._text(x + width - 6 - width_of(text), text)
            else:
                self._text(x, text)
            x += width

    def _line(self) -> None:
        self.y -= 4
        self._canvas.setStrokeGray(0.6)
        self._canvas.line(LEFT, self.y, RIGHT, self.y)

    def _text(self, x: float, text: str, size: float = SIZE) -> None:
        self._canvas.setFont(FONT, size)
        self._canvas.drawString(x, self.y, text)

    def _room(self, height: float) -> None:
        if self.y - height < BOTTOM:
            self._next_page()

    def _next_page(self) -> None:
        self._canvas.showPage()
        self._begin_page()

    def _begin_page(self) -> None:
        self._page += 1
        self.y = BOTTOM - 24
        self._canvas.setFillGray(0.35)
        self._text(LEFT, fitted(self._foot, RIGHT - LEFT - 80), 8)
        number = said(f"第 {self._page} 页", f"Page {self._page}")
        self._text(RIGHT - width_of(number, 8), number, 8)
        self._canvas.setFillGray(0)
        self.y = TOP


def width_of(text: str, size: float = SIZE) -> float:
    """Return how wide a text stands."""
    return float(pdfmetrics.stringWidth(text, FONT, size))


def fitted(text: str, width: float) -> str:
    """Return a text, cut where it would leave its place."""
    if width_of(text) <= width:
        return text
    while text and width_of(text + "…") > width:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, width: float) -> list[str]:
    """Return a text in lines; Chinese breaks anywhere, other words stay whole where they can."""
    lines, line = [], ""
    for word in _words(text):
        if line and width_of(line + word) > width:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    return [*lines, line] if line else lines


def _words(text: str) -> list[str]:
    found: list[str] = []
    for letter in text:
        if found and letter.isascii() and letter != " " and found[-1][-1:].isascii():
            found[-1] += letter
        else:
            found.append(letter)
    return found

"""Tables to take along: CSV as a spreadsheet opens it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import StreamingHttpResponse

BYTE_ORDER_MARK = "\ufeff"  # without it a spreadsheet takes Chinese for something else
CHUNK = 500  # rows that are sent at once
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def guarded(cell: Any) -> str:
    """Return the text of a cell, which no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_RISKY) else text


def sheet_lines(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Return the file's text, piece by piece."""
    writer = csv.writer(_Echo())
    piece = [BYTE_ORDER_MARK, writer.writerow([guarded(one) for one in headers])]
    for number, row in enumerate(rows, 1):
        piece.append(writer.writerow([guarded(cell) for cell in row]))
        if number % CHUNK == 0:
            yield "".join(piece)
            piece = []
    yield "".join(piece)


def sheet_answer(
    name: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """Answer with a CSV file called ``name``, while its rows are still being read."""
    answer = StreamingHttpResponse(sheet_lines(headers, rows), content_type="text/csv")
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer

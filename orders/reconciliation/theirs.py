"""What BOSS, provisioning and the network elements hold, asked for page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from core.systems import System
from integration.messages import ElementRowsQuery, LineRowsQuery, PartyRowsQuery, Query
from integration.queries import ask_quietly

Row = dict[str, Any]
PAGE = 2000
HLR = "hlr"


def party_rows(kind: Any, number: str) -> Iterator[Row]:
    """Yield BOSS's rows of one kind of party, in the order of the number."""
    return _paged(
        System.BOSS, number, lambda after: PartyRowsQuery(kind=kind, after=after, limit=PAGE)
    )


def line_rows() -> Iterator[Row]:
    """Yield provisioning's lines in use, in the order of the subscriber number."""
    lines = _paged(
        System.PROVISIONING,
        "subscriber_no",
        lambda after: LineRowsQuery(after=after, limit=PAGE),
    )
    for row in lines:
        if row["state"] == "active":
            yield {**row, "services": sorted(row["services"])}


def element_rows() -> Iterator[Row]:
    """Yield what the HLR itself serves, in the order of the subscriber number."""
    rows: list[Row] = []
    while True:
        question = ElementRowsQuery(element=HLR, offset=len(rows), limit=1000)
        page = ask_quietly(System.CRM, System.PROVISIONING, question).rows
        rows += page
        if len(page) < 1000:
            break
    served = [row for row in rows if row["state"] == "active"]
    return iter(sorted(served, key=lambda row: str(row["subscriber_no"])))


def _paged(system: System, number: str, question: Callable[[str], Query]) -> Iterator[Row]:
    after = ""
    while True:
        page = ask_quietly(System.CRM, system, question(after)).rows
        yield from page
        if len(page) < PAGE:
            return
        after = str(page[-1][number])

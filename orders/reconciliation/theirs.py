"""What BOSS, provisioning and the network elements hold, asked for page by page."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from core.systems import System
from integration.messages import ElementRowsQuery, LineRowsQuery, PartyRowsQuery, Query
from integration.queries import ask_quietly

Row = dict[str, Any]
PAGE = 2000
ELEMENT_PAGE = 1000
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
    """Yield the mobile lines that the HLR itself serves, in the order of the subscriber number.

    A line of another kind, of which it may have a service, shows there without a number. The
    element has an order of its own: its rows are sorted on disk, for there are millions.
    """
    with closing(sqlite3.connect("")) as disk:  # a file without a name, gone with the connection
        disk.execute("CREATE TABLE served (subscriber_no TEXT PRIMARY KEY, row TEXT)")
        for page in _element_pages():
            disk.executemany(
                "INSERT OR REPLACE INTO served VALUES (?, ?)",
                [(str(row["subscriber_no"]), json.dumps(row)) for row in page],
            )
        for (row,) in disk.execute("SELECT row FROM served ORDER BY subscriber_no"):
            yield json.loads(row)


def _element_pages() -> Iterator[list[Row]]:
    offset = 0
    while True:
        question = ElementRowsQuery(element=HLR, offset=offset, limit=ELEMENT_PAGE)
        page = ask_quietly(System.CRM, System.PROVISIONING, question).rows
        yield [row for row in page if row["state"] == "active" and row["msisdn"]]
        if len(page) < ELEMENT_PAGE:
            return
        offset += len(page)


def _paged(system: System, number: str, question: Callable[[str], Query]) -> Iterator[Row]:
    after = ""
    while True:
        page = ask_quietly(System.CRM, system, question(after)).rows
        yield from page
        if len(page) < PAGE:
            return
        after = str(page[-1][number])

"""Writing the arrows of a trace that are no bus messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connections

from core.systems import System


class Step(NamedTuple):
    """One arrow: which flow, when, from where to where, what, and how it ended."""

    flow_no: str
    clock: int
    at: datetime
    source: str
    target: str
    name: str
    note: str
    status: str


_INSERT = """
INSERT INTO integration_flowstep (flow_no, clock, at, source, target, name, note, status)
SELECT * FROM unnest(%s::text[], %s::int[], %s::timestamptz[], %s::text[], %s::text[],
                     %s::text[], %s::text[], %s::text[])
"""


def write_steps(system: System, steps: Sequence[Step]) -> None:
    """Insert ``steps`` into ``system``'s database with one statement."""
    columns = [list(column) for column in zip(*steps, strict=True)]
    with connections[system.alias].cursor() as cursor:
        cursor.execute(_INSERT, [[_plain(value) for value in column] for column in columns])


def _plain(value: object) -> object:
    return str(value) if isinstance(value, str) else value

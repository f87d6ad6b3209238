"""Statements that run again and again: prepared once a connection, their text read once.

A driver reads the text of a statement for its named values each time it is long; a statement of
many steps is longer than what it remembers. Here it is read once a process.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import psycopg
from django.db import connections

_NAMED = re.compile(r"%\((\w+)\)s|%%")


def fetch(alias: str, text: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement with named values and return its rows; none where it gives none."""
    return fetch_named(alias, text, values)[1]


def fetch_named(
    alias: str, text: str, values: Mapping[str, Any]
) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Do the same and return the names of the columns as well."""
    connection = connections[alias]
    connection.ensure_connection()
    numbered, names = _numbered(text)
    with connection.wrap_database_errors, psycopg.RawCursor(connection.connection) as cursor:
        cursor.execute(numbered, [values[name] for name in names], prepare=True)
        result = cursor.pgresult
        if result is None or not result.nfields:
            return (), []
        columns = tuple((result.fname(at) or b"").decode() for at in range(result.nfields))
        return columns, cursor.fetchall()


@lru_cache(maxsize=512)
def _numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """Return the text with numbers for its names, and the names in that order."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = found.group(1)
        return "%" if name is None else f"${names.setdefault(name, len(names) + 1)}"

    return _NAMED.sub(number, text).encode(), tuple(names)

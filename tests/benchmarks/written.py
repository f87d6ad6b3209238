"""How many rows each table was given, as the servers themselves count."""

from __future__ import annotations

import time
from collections.abc import Mapping

import psycopg

_COUNTS = """
SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables WHERE schemaname = 'public'
"""
Counts = dict[tuple[str, str], tuple[int, int, int]]


def counts(databases: Mapping[str, str]) -> Counts:
    """Return inserts, updates and deletes of each (database, table) so far."""
    time.sleep(1.5)  # backends report their counts after a second at the latest
    found: Counts = {}
    for system, url in databases.items():
        with psycopg.connect(url) as connection:
            connection.execute("SELECT pg_stat_clear_snapshot()")
            for table, inserted, updated, deleted in connection.execute(_COUNTS):
                found[system, table] = (inserted, updated, deleted)
    return found


def between(before: Counts, after: Counts) -> Counts:
    """Return what was written between two counts, without tables that were not."""
    difference = {
        key: tuple(now - then for now, then in zip(value, before.get(key, (0, 0, 0)), strict=True))
        for key, value in after.items()
    }
    return {key: value for key, value in difference.items() if any(value)}  # type: ignore[misc]

"""批量入库: loading many numbers or SIM cards at once, all or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from core.systems import System
from provisioning.permissions import LOAD_RESOURCES
from provisioning.resource_files import (
    MOST_PROBLEMS,
    Problems,
    check_cards,
    check_numbers,
)
from provisioning.values import CardRow, NumberRow

ALIAS = System.PROVISIONING.alias
STEP = 10_000  # rows between two words of progress

Progress = Callable[[int], None]


def load_numbers(
    rows: Iterable[NumberRow],
    *,
    actor: Actor,
    at: datetime | None = None,
    progress: Progress | None = None,
) -> int:
    """Put numbers into the inventory, free; return how many.

    Raises ``LoadRefused`` naming the lines that are malformed, told twice, known already or of an
    unknown level; then none is loaded.
    """
    require(actor, LOAD_RESOURCES)
    problems = Problems()
    checked = check_numbers(rows, problems)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        columns = "line integer, msisdn text, region text, level text"
        values = ((row.line, row.msisdn, row.region, row.level) for row in checked)
        _copy(cursor, columns, values, progress)
        _note_twice(cursor, "msisdn", problems)
        _note_known(cursor, "msisdn", "provisioning_phonenumber", problems)
        _note_levels(cursor, problems)
        problems.raise_any()
        cursor.execute(
            "INSERT INTO provisioning_phonenumber"
            " (msisdn, level_id, region, state, reference, subscriber_no, ported_in)"
            " SELECT msisdn, nullif(level, ''), region, 'free', '', '', false"
            " FROM loading ORDER BY msisdn"
        )
        count: int = cursor.rowcount
        _drop(cursor)
        _record("numbers", count, actor, at)
    return count


def load_sims(
    rows: Iterable[CardRow],
    *,
    actor: Actor,
    at: datetime | None = None,
    progress: Progress | None = None,
) -> int:
    """Put SIM cards into the inventory, free; return how many. See ``load_numbers``."""
    require(actor, LOAD_RESOURCES)
    problems = Problems()
    checked = check_cards(rows, problems)
    with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:
        columns = "line integer, iccid text, imsi text, region text"
        values = ((row.line, row.iccid, row.imsi, row.region) for row in checked)
        _copy(cursor, columns, values, progress)
        for column in ("iccid", "imsi"):
            _note_twice(cursor, column, problems)
            _note_known(cursor, column, "provisioning_simcard", problems)
        problems.raise_any()
        cursor.execute(
            "INSERT INTO provisioning_simcard"
            " (iccid, imsi, region, state, reference, subscriber_no)"
            " SELECT iccid, imsi, region, 'free', '', '' FROM loading ORDER BY iccid"
        )
        count: int = cursor.rowcount
        _drop(cursor)
        _record("sims", count, actor, at)
    return count


def _copy(
    cursor: Any, columns: str, values: Iterator[tuple[Any, ...]], progress: Progress | None
) -> None:
    """Stream the rows into a table of their own that ends with the transaction."""
    cursor.execute("SET LOCAL statement_timeout = '10min'")
    cursor.execute(f"CREATE TEMPORARY TABLE loading ({columns}) ON COMMIT DROP")
    count = 0
    with cursor.copy("COPY loading FROM STDIN") as copy:
        for row in values:
            copy.write_row(row)
            count += 1
            if progress is not None and count % STEP == 0:
                progress(count)
    cursor.execute("ANALYZE loading")


def _note_twice(cursor: Any, column: str, problems: Problems) -> None:
    cursor.execute(
        f"SELECT line, {column}, first FROM ("  # noqa: S608 - columns are our own
        f" SELECT line, {column}, min(line) OVER (PARTITION BY {column}) AS first FROM loading"
        ") told WHERE line > first ORDER BY line"
    )
    _note(cursor, problems, "{1} 与第 {2} 行重复", "{1} stands on line {2} already")


def _note_known(cursor: Any, column: str, table: str, problems: Problems) -> None:
    cursor.execute(
        f"SELECT loading.line, {column} FROM loading JOIN {table} USING ({column})"  # noqa: S608
        " ORDER BY 1"
    )
    _note(cursor, problems, "{1} 已入库", "{1} is in the inventory already")


def _note_levels(cursor: Any, problems: Problems) -> None:
    cursor.execute(
        "SELECT line, level FROM loading WHERE level <> ''"
        " AND NOT EXISTS (SELECT FROM provisioning_numberlevel WHERE code = level) ORDER BY line"
    )
    _note(cursor, problems, "未知靓号等级 {1}", "unknown level {1}")


def _note(cursor: Any, problems: Problems, zh: str, en: str) -> None:
    for row in cursor.fetchmany(MOST_PROBLEMS):
        problems.add(row[0], zh.format(*row), en.format(*row))
    problems.count += max(0, cursor.rowcount - MOST_PROBLEMS)


def _drop(cursor: Any) -> None:
    cursor.execute("DROP TABLE loading")


def _record(what: str, count: int, actor: Actor, at: datetime | None) -> None:
    at = at or timezone.now()  # the rows themselves have no time
    subject, after = f"inventory:{what}", {"loaded": count}
    record(System.PROVISIONING, actor, LOAD_RESOURCES, subject, at=at, after=after)

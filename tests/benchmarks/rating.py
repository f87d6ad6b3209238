"""Rating a month's mixed usage, beside ``COPY`` of the rows that it writes.

The records are there already, as a file leaves them; workers rate them part by part over several
connections; each record must be rated or set aside in the end. The floor copies the finished rows
into empty copies of the same tables, with the same indexes and rules, over as many connections.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
from django.db import transaction

from tests.benchmarks.cpu import seconds_of
from tests.benchmarks.measure import Result
from tests.benchmarks.standing import say, stand_in
from tests.benchmarks.usage import write_population, write_usage
from tests.instance import Instance

SIZE = 100_000
RECORDS_A_SUBSCRIBER = 5
CONNECTIONS = 2
NOBODY_RATES = "refused"  # the batch, until the clock runs
TABLES = ("billing_ratedevent", "billing_usagecharge", "billing_allowancebucket")
AT = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
Connection = psycopg.Connection[Any]


class RatingResult(Result):
    """Says how many rows and bytes each table got."""

    def as_text(self) -> str:
        lines = [
            f"rating: {self.size} records in {self.seconds:.2f} s = {self.rate:.0f}/s over "
            f"{CONNECTIONS} connections; floor {self.floor_seconds:.2f} s; ratio {self.ratio:.2f}",
            f"  {self.more['parts']} parts, quarantined {self.more['quarantined']}; processor "
            f"{self.more['processor']:.1f} s of the database, floor "
            f"{self.more['floor_processor']:.1f} s",
        ]
        lines += [
            f"  {table:30}{rows:>12} rows {self.more['bytes'][table]:>14} bytes"
            for table, rows in self.rows.items()
        ]
        return "\n".join(lines)


def run(instance: Instance, size: int | None) -> RatingResult:
    """Rate ``size`` records (100,000) of a fifth as many subscribers."""
    count = size or SIZE
    stand_in(instance)
    with psycopg.connect(instance.databases["boss"], autocommit=True) as connection:
        return measure(connection, instance.databases["boss"], count)


def measure(connection: Connection, url: str, count: int) -> RatingResult:
    """Make the month up, rate it, and copy what came of it."""
    subscribers = max(100, count // RECORDS_A_SUBSCRIBER)
    say(f"making up {subscribers} subscribers and {count} records")
    write_population(connection, subscribers)
    batch = write_usage(connection, count, size=subscribers, state=NOBODY_RATES)
    connection.execute("CHECKPOINT" if _may_checkpoint(connection) else "SELECT 1")
    say("rating")
    seconds, processor, parts = _rate(batch)
    quarantined = _all_accounted_for(connection, batch, count)
    say("copying what came of it")
    floor_seconds, floor_processor = copy_floor(connection, url)
    return RatingResult(
        name="rating",
        size=count,
        seconds=seconds,
        floor_seconds=floor_seconds,
        rows={table: _one(connection, f"SELECT count(*) FROM {table}") for table in TABLES},
        more={
            "parts": parts,
            "quarantined": quarantined,
            "processor": processor,
            "floor_processor": floor_processor,
            "bytes": {
                table: _one(connection, f"SELECT pg_total_relation_size('{table}')")
                for table in TABLES
            },
        },
    )


def _rate(batch: int) -> tuple[float, float, int]:
    """Rate the batch; return the seconds, the database's processor seconds, and how many parts."""
    from billing.models import UsageBatch, WorkPartition
    from billing.rating.batches import WORK, begin_batch, finish_batch
    from billing.states import BatchState

    started = time.perf_counter()
    with transaction.atomic(using="boss"):  # the instance's own workers come too late to lay it out
        UsageBatch.objects.filter(pk=batch).update(state=BatchState.LOADED)
        begin_batch(batch)
    processor = sum(_at_once([lambda: _work(batch)] * CONNECTIONS))
    if not finish_batch(batch, at=AT):
        raise RuntimeError("the batch is not rated")
    seconds = time.perf_counter() - started
    return seconds, processor, WorkPartition.objects.filter(work=WORK, of_id=batch).count()


def _all_accounted_for(connection: Connection, batch: int, count: int) -> int:
    """Return how many records were set aside; it is an error if any of them is nowhere."""
    told = [batch]
    of_batch = "JOIN billing_usagerecord AS r ON r.id = o.usage_id AND r.batch_id = %s"
    [[rated]] = connection.execute(
        f"SELECT count(DISTINCT o.usage_id) FROM billing_ratedevent AS o {of_batch}", told
    ).fetchall()
    [[waiting]] = connection.execute(
        f"SELECT count(*) FROM billing_quarantinedrecord AS o {of_batch} WHERE o.state = 'open'",
        told,
    ).fetchall()
    if rated + waiting != count:
        raise RuntimeError(f"of {count} records {rated} are rated and {waiting} set aside")
    return int(waiting)


def copy_floor(connection: Connection, url: str) -> tuple[float, float]:
    """Copy the finished rows into empty tables of the same kind.

    Returns the seconds it took and the database's processor seconds.
    """
    connection.execute("DROP SCHEMA IF EXISTS floor CASCADE")
    connection.execute("CREATE SCHEMA floor")
    shares: list[list[tuple[str, bytes]]] = [[] for _ in range(CONNECTIONS)]
    for table in TABLES:
        connection.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)")
        for number, share in enumerate(shares):
            share.append((table, _finished(connection, table, number)))
    started = time.perf_counter()
    processor = sum(_at_once([lambda share=share: _copy(url, share) for share in shares]))
    return time.perf_counter() - started, processor


def _work(batch: int) -> float:
    from django.db import connections

    from billing.partitions import open_partitions
    from billing.rating.batches import WORK, rate_one_part

    try:
        connection = connections["boss"]
        connection.ensure_connection()
        began = seconds_of(connection.connection.info.backend_pid)
        while rate_one_part(batch, at=AT) or open_partitions(WORK, batch):
            pass
        return seconds_of(connection.connection.info.backend_pid) - began
    finally:
        connections.close_all()


def _at_once(work: list[Callable[[], float]]) -> list[float]:
    with ThreadPoolExecutor(len(work)) as pool:
        return [done.result() for done in [pool.submit(one) for one in work]]


def _finished(connection: Connection, table: str, share: int) -> bytes:
    """Return every second row or so, in the order in which they were written."""
    content = io.BytesIO()
    rows = f"SELECT * FROM {table} WHERE mod(id, {CONNECTIONS}) = {share} ORDER BY id"
    with connection.cursor().copy(f"COPY ({rows}) TO STDOUT") as copy:
        for block in copy:
            content.write(block)
    return content.getvalue()


def _copy(url: str, share: list[tuple[str, bytes]]) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        for table, content in share:
            with connection.cursor().copy(f"COPY floor.{table} FROM STDIN") as copy:
                copy.write(content)
        return seconds_of(connection.info.backend_pid)


def _may_checkpoint(connection: Connection) -> bool:
    return bool(_one(connection, "SELECT pg_has_role(current_user, 'pg_checkpoint', 'USAGE')::int"))


def _one(connection: Connection, statement: str) -> int:
    [[value]] = connection.execute(statement).fetchall()
    return int(value)

"""A bill run from its start to its end, beside ``COPY`` of the rows that it wrote.

The instance's own workers do it. The floor copies the finished bills, lines, entries and postings
into empty copies of their tables with the same indexes and checks, over as many connections.
"""

from __future__ import annotations

import io
import threading
import time
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from config.instance.files import read_json
from tests.benchmarks.billed_accounts import write_accounts
from tests.benchmarks.cpu import family
from tests.benchmarks.measure import Result
from tests.benchmarks.standing import say, stand_in
from tests.instance import Instance

SIZE = 10_000
CONNECTIONS = 2
WITHIN = 3_600.0
PAUSE = 0.05
TABLES = ("billing_bill", "billing_billline", "billing_journalentry", "billing_posting")
AT = datetime(2026, 4, 1, 1, tzinfo=UTC)
Connection = psycopg.Connection[Any]


class BillRunResult(Result):
    """Prints rows and bytes by table under the figures."""

    def as_text(self) -> str:
        head = (
            f"bill_run: {self.size} accounts in {self.seconds:.2f} s = {self.rate:.0f}/s; "
            f"floor {self.floor_seconds:.2f} s; ratio {self.ratio:.2f}"
        )
        lines = [
            f"  {name:24}{rows:>12,} rows{size:>12.1f} MB"
            for name, (rows, size) in self.more["tables"].items()
        ]
        memory = [f"  {name}: {megabytes} MB" for name, megabytes in self.more["memory"].items()]
        return "\n".join([head, *lines, *memory])


def run(instance: Instance, size: int | None) -> BillRunResult:
    """Bill ``size`` accounts (10,000) with the instance's workers."""
    count = size or SIZE
    stand_in(instance)
    with psycopg.connect(instance.databases["boss"], autocommit=True) as connection:
        say(f"writing {count} accounts")
        write_accounts(connection, count)
        say("billing them")
        seconds, memory = _bill(connection, instance)
        say("copying what was written")
        floor_seconds = _copy_floor(instance.databases["boss"])
        tables = {name: _size_of(connection, name) for name in TABLES}
    return BillRunResult(
        name="bill_run",
        size=count,
        seconds=seconds,
        floor_seconds=floor_seconds,
        more={"tables": tables, "memory": memory},
    )


def _bill(connection: Connection, instance: Instance) -> tuple[float, dict[str, float]]:
    from auth_center.actors import system_actor
    from billing.bill_run.running import start_run
    from billing.states import RunKind

    _forget_earlier_cycles(connection)
    started = time.perf_counter()
    run = start_run(
        kind=RunKind.FINAL,
        billing_day=1,
        starts_on=date(2026, 3, 1),
        actor=system_actor("bench"),
        at=AT,
    )
    peak: dict[str, float] = {}
    while time.perf_counter() < started + WITHIN:
        run.refresh_from_db()
        if run.state != "running":
            break
        for name, megabytes in _memory(connection, instance).items():
            peak[name] = max(peak.get(name, 0.0), megabytes)
        time.sleep(PAUSE)
    seconds = time.perf_counter() - started
    if run.state != "done":
        raise RuntimeError(f"the run is {run.state}: {run.cause_en}")
    say(f"{run.counts['bills']} bills, {run.counts['lines']} lines, {run.counts['totals']}")
    return seconds, {name: round(megabytes) for name, megabytes in peak.items()}


def _forget_earlier_cycles(connection: Connection) -> None:
    """The demo's own months are none of this run's."""
    connection.execute(
        "UPDATE billing_billingcycle SET state = 'billed'"
        " WHERE billing_day = 1 AND starts_on < '2026-03-01'"
    )


def _memory(connection: Connection, instance: Instance) -> dict[str, float]:
    """Return what the largest process of each kind holds of its own now, in megabytes."""
    servers = connection.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    ).fetchall()
    workers = family(read_json(instance.pids_file).get("worker-boss", 0))
    return {
        "largest database process": max(_own_memory(pid) for [pid] in servers),
        "largest worker process": max(_own_memory(pid) for pid in workers),
    }


def _own_memory(pid: int) -> float:
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            values = dict(line.split(":", 1) for line in status if line.startswith("RssAnon"))
    except OSError:
        return 0.0
    return int(values.get("RssAnon", "0 kB").split()[0]) / 1024


def _size_of(connection: Connection, table: str) -> tuple[int, float]:
    row = connection.execute(
        f"SELECT count(*), pg_total_relation_size('floor.{table}') / 1e6 FROM floor.{table}"
    ).fetchone()
    return (row[0], float(row[1])) if row else (0, 0.0)


def _copy_floor(url: str) -> float:
    """Return how long ``COPY`` of the finished rows takes over as many connections."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA floor")
        for table in TABLES:
            connection.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)")
        parts = [_finished(connection, part) for part in range(CONNECTIONS)]
    connections = [psycopg.connect(url) for _ in range(CONNECTIONS)]
    threads = [
        threading.Thread(target=_copy, args=(connection, part))
        for connection, part in zip(connections, parts, strict=True)
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    for connection in connections:
        connection.close()
    return seconds


def _finished(connection: Connection, part: int) -> dict[str, bytes]:
    """Return a connection's part of the finished rows, as ``COPY`` takes them."""
    finished = {}
    for table in TABLES:
        rows = io.BytesIO()
        query = f"COPY (SELECT * FROM {table} WHERE id %% {CONNECTIONS} = {part} ORDER BY id)"
        with connection.cursor().copy(query.replace("%%", "%") + " TO STDOUT (FORMAT binary)") as c:
            for block in c:
                rows.write(block)
        finished[table] = rows.getvalue()
    return finished


def _copy(connection: Connection, rows: dict[str, bytes]) -> None:
    for table, content in rows.items():
        with connection.cursor().copy(f"COPY floor.{table} FROM STDIN (FORMAT binary)") as copy:
            copy.write(content)
    connection.commit()

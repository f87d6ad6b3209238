"""A bill run from its start to its end, beside ``COPY`` of the rows that it wrote.

As many workers do it as the floor has connections: the instance's own, and others beside it, as
``bin/role worker-boss`` starts them on any machine. The floor copies the finished bills, lines,
entries and postings into empty copies of their tables with the same indexes and checks. Nothing is
printed unless the run wrote what it had to. The processor seconds of both, of workers and database
together, say the same where others share the machine.
"""

from __future__ import annotations

import io
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg

from config.instance.files import read_json
from config.instance.layout import ROOT
from config.instance.roles import ROLES
from tests.benchmarks.billed_accounts import Expected, write_accounts
from tests.benchmarks.cpu import TICKS, family
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
# astray: bills that differ from their lines, or from what their entries make of them
_WRITTEN = """
WITH bill AS (
    SELECT b.id, b.bill_no, b.total, b.receivable, a.id AS account_id
    FROM billing_bill b JOIN billing_billingaccount a ON a.id = b.account_id
    WHERE a.account_no LIKE 'BENCHA%' AND b.state = 'issued'
), line AS (
    SELECT bill_id, count(*) AS lines, sum(amount) AS amount
    FROM billing_billline GROUP BY bill_id
), entry AS (
    SELECT e.source_no AS bill_no, count(DISTINCT e.id) AS entries, sum(p.amount) AS off,
           sum(p.amount) FILTER (WHERE p.bill_id IS NOT NULL) AS receivable
    FROM billing_journalentry e JOIN billing_posting p ON p.entry_id = e.id
    WHERE e.source_kind = 'bill' GROUP BY e.source_no
)
SELECT count(DISTINCT b.account_id), sum(l.lines)::bigint, sum(e.entries)::bigint,
       count(*) - count(*) FILTER (WHERE b.total = l.amount AND b.receivable = e.receivable
                                     AND e.entries = 1 AND e.off = 0)
       + count(*) - count(DISTINCT b.account_id)
FROM bill b LEFT JOIN line l ON l.bill_id = b.id LEFT JOIN entry e USING (bill_no)
"""


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
        processor, floor = self.more["processor_seconds"]
        used = f"{processor:.2f}; floor {floor:.2f}; ratio {processor / floor:.2f}"
        lines.append(f"  processor seconds: {used}")
        memory = [f"  {name}: {megabytes} MB" for name, megabytes in self.more["memory"].items()]
        return "\n".join([head, *lines, *memory])


def run(instance: Instance, size: int | None) -> BillRunResult:
    """Bill ``size`` accounts (10,000) with the instance's workers."""
    count = size or SIZE
    stand_in(instance)
    with psycopg.connect(instance.databases["boss"], autocommit=True) as connection:
        say(f"writing {count} accounts")
        expected = write_accounts(connection, count)
        with _workers(instance) as workers:
            say("billing them")
            before = _processor_seconds(instance, workers)
            seconds, memory = _bill(connection, workers)
            processor = _processor_seconds(instance, workers) - before
        _require(connection, expected)
        say("copying what was written")
        floor_seconds, floor_processor = _copy_floor(instance)
        tables = {name: _size_of(connection, name) for name in TABLES}
    return BillRunResult(
        name="bill_run",
        size=count,
        seconds=seconds,
        floor_seconds=floor_seconds,
        more={
            "tables": tables,
            "memory": memory,
            "processor_seconds": [round(processor, 2), round(floor_processor, 2)],
        },
    )


@contextmanager
def _workers(instance: Instance) -> Iterator[list[int]]:
    """Let one worker for each connection work as long as the block lasts; tell their processes."""
    own = read_json(instance.pids_file)["worker-boss"]
    more = [_worker(instance, number) for number in range(1, CONNECTIONS)]
    try:
        yield [own, *(worker.pid for worker in more)]
    finally:
        for worker in more:
            worker.terminate()
            worker.wait(WITHIN)


def _worker(instance: Instance, number: int) -> subprocess.Popen[bytes]:
    """Start one more worker; return it when it is ready."""
    role = ROLES["worker-boss"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with open(log, "wb") as words:
            worker = subprocess.Popen(
                role.command({}, "-n", f"boss-{number}@%h"),
                cwd=ROOT,
                env={**instance.environment, "PYTHONPATH": str(ROOT)},
                stdout=words,
                stderr=words,
            )
        while role.ready_words not in log.read_text(errors="replace"):
            if worker.poll() is not None:
                raise RuntimeError(f"a worker ended: {log.read_text(errors='replace')}")
            time.sleep(PAUSE)
    return worker


def _bill(connection: Connection, workers: list[int]) -> tuple[float, dict[str, float]]:
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
        for name, megabytes in _memory(connection, workers).items():
            peak[name] = max(peak.get(name, 0.0), megabytes)
        time.sleep(PAUSE)
    seconds = time.perf_counter() - started
    if run.state != "done":
        raise RuntimeError(f"the run is {run.state}: {run.cause_en}")
    say(f"{run.counts['bills']} bills, {run.counts['lines']} lines, {run.counts['totals']}")
    return seconds, {name: round(megabytes) for name, megabytes in peak.items()}


def _require(connection: Connection, expected: Expected) -> None:
    """Raise unless each account has its bill, of so many lines, and each bill a balanced entry."""
    row = connection.execute(_WRITTEN).fetchone()
    wrong = {
        name: f"{found}, not {wanted}"
        for name, found, wanted in zip(
            (*Expected._fields, "astray"), row or (), (*expected, 0), strict=True
        )
        if found != wanted
    }
    if wrong:
        raise RuntimeError(f"the run wrote something else: {wrong}")


def _forget_earlier_cycles(connection: Connection) -> None:
    """The demo's own months are none of this run's."""
    connection.execute(
        "UPDATE billing_billingcycle SET state = 'billed'"
        " WHERE billing_day = 1 AND starts_on < '2026-03-01'"
    )


def _memory(connection: Connection, workers: list[int]) -> dict[str, float]:
    """Return what the largest process of each kind holds of its own now, in megabytes."""
    servers = connection.execute(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    ).fetchall()
    return {
        "largest database process": max(_own_memory(pid) for [pid] in servers),
        "largest worker process": max(
            _own_memory(pid) for worker in workers for pid in family(worker)
        ),
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


def _processor_seconds(instance: Instance, workers: list[int]) -> float:
    """Return what the workers and the database that they work on have used so far."""
    database = read_json(instance.pids_file)["postgres-boss"]
    return sum(_seconds_of(one) for pid in (database, *workers) for one in family(pid))


def _seconds_of(pid: int) -> float:
    """Return what a process has used, with those of its children that have ended."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, words[11:15])) / TICKS


def _copy_floor(instance: Instance) -> tuple[float, float]:
    """Return how long ``COPY`` of the finished rows takes over as many connections.

    The second figure is in seconds of the database's processors.
    """
    url = instance.databases["boss"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA floor")
        for table in TABLES:
            connection.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)")
        parts = [_finished(connection, part) for part in range(CONNECTIONS)]
    connections = [psycopg.connect(url) for _ in range(CONNECTIONS)]
    before = _processor_seconds(instance, [])
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        started = time.perf_counter()
        list(pool.map(_copy, connections, parts))
        seconds = time.perf_counter() - started
    processor = _processor_seconds(instance, []) - before
    for connection in connections:
        connection.close()
    return seconds, processor


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

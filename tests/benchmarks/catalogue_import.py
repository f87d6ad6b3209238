"""A catalogue file from its text to the market, beside ``COPY`` of the rows that it writes.

Read, proved, requested in CRM, configured by BOSS and provisioning, tested and approved by a second
person. The floor copies the finished rows of all three systems into empty copies of their tables.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from tests.benchmarks.catalogues import catalogue_text
from tests.benchmarks.measure import Result
from tests.benchmarks.standing import say, stand_in
from tests.instance import Instance

SIZE = 5_000
CONFIGURED_WITHIN = 1_800.0
PAUSE = 0.2
FILE = "bench.yaml"
_TABLES = """
SELECT c.relname FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id' AND a.attidentity <> ''
WHERE c.relkind = 'r' ORDER BY c.relname
"""
Connection = psycopg.Connection[Any]


class ImportResult(Result):
    """Prints the phases one under the other."""

    def as_text(self) -> str:
        phases = self.more["phases"]
        lines = [
            f"catalogue_import: {self.size} products in {self.seconds:.1f} s"
            f" = {self.rate:.0f}/s; floor {self.floor_seconds:.2f} s; ratio {self.ratio:.1f}",
            *(f"  {name:40}{seconds:>8.1f} s" for name, seconds in phases.items()),
            f"  {'the file':40}{self.more['megabytes']:>8.1f} MB",
            f"  {'rows written':40}{self.more['rows_written']:>8}",
        ]
        return "\n".join(lines)


def run(instance: Instance, size: int | None) -> ImportResult:
    """Bring a catalogue of ``size`` products (5,000) to the market of the instance."""
    count = size or SIZE
    stand_in(instance)
    phases: dict[str, float] = {}
    say(f"inventing {count} products")
    text = catalogue_text(count)
    servers = {
        system: psycopg.connect(url, autocommit=True) for system, url in instance.databases.items()
    }
    before = {system: _last_rows(connection) for system, connection in servers.items()}
    _release(_proved(text, phases), phases)
    rows, floor_seconds = 0, 0.0
    for system, connection in servers.items():
        written, seconds = _copy_floor(connection, before[system])
        rows, floor_seconds = rows + written, floor_seconds + seconds
        connection.close()
    return ImportResult(
        name="catalogue_import",
        size=count,
        seconds=sum(phases.values()),
        floor_seconds=floor_seconds,
        more={
            "phases": {name: round(seconds, 2) for name, seconds in phases.items()},
            "megabytes": round(len(text.encode()) / 1e6, 2),
            "rows_written": rows,
        },
    )


def _proved(text: str, phases: dict[str, float]) -> Any:
    from products.catalogue import CatalogueRefused, check
    from products.catalogue.building import build
    from products.catalogue.reader import read
    from products.catalogue.schema import schema_problems

    with _phase("read the YAML", phases):
        top = read(text, file=FILE)
    with _phase("hold it against the schema", phases):
        problems = schema_problems(top, file=FILE)
    with _phase("build the entries and their rules", phases):
        document = build(top, file=FILE)
    with _phase("prove what stands between them", phases):
        problems += check(document)
    if problems:
        raise CatalogueRefused(problems)
    return document


def _release(document: Any, phases: dict[str, float]) -> None:
    from django.utils import timezone

    from auth_center.actors import system_actor
    from products.services import approve_release, release_document

    with _phase("request the release in CRM", phases):
        release = release_document(document, actor=system_actor("bench"), at=timezone.now())
    if release is None:
        raise RuntimeError("nothing differed")
    with _phase("configure it in BOSS and provisioning", phases):
        _wait(release, "configured")
    with _phase("test, approve and launch it", phases):
        approve_release(
            release_no=release.release_no, actor=system_actor("approver"), at=timezone.now()
        )


def _wait(release: Any, status: str) -> None:
    until = time.monotonic() + CONFIGURED_WITHIN
    while release.status in ("requested", "accepted"):
        if time.monotonic() > until:
            raise RuntimeError(f"the release is still {release.status}")
        time.sleep(PAUSE)
        release.refresh_from_db()
    if release.status != status:
        raise RuntimeError(f"the release is {release.status}: {release.cause_en}")


@contextmanager
def _phase(name: str, phases: dict[str, float]) -> Iterator[None]:
    say(f"{name} …")
    started = time.perf_counter()
    yield
    phases[name] = time.perf_counter() - started
    say(f"{name}: {phases[name]:.1f} s")


def _last_rows(connection: Connection) -> dict[str, int]:
    tables = [table for [table] in connection.execute(_TABLES).fetchall()]
    last = {}
    for table in tables:
        [[key]] = connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        last[table] = key
    return last


def _copy_floor(connection: Connection, before: dict[str, int]) -> tuple[int, float]:
    """Copy every row that came since ``before``; return how many, and the seconds it took."""
    connection.execute("DROP SCHEMA IF EXISTS floor CASCADE")
    connection.execute("CREATE SCHEMA floor")
    rows, seconds = 0, 0.0
    for table, last in before.items():
        finished = io.BytesIO()
        new = f"SELECT * FROM public.{table} WHERE id > {last}"
        with connection.cursor().copy(f"COPY ({new}) TO STDOUT") as copy:
            for block in copy:
                finished.write(block)
        content = finished.getvalue()
        if not content:
            continue
        rows += content.count(b"\n")
        connection.execute(f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)")
        started = time.perf_counter()
        with connection.cursor().copy(f"COPY floor.{table} FROM STDIN") as copy:
            copy.write(content)
        seconds += time.perf_counter() - started
    return rows, seconds

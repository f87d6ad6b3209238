"""Loading in a process of its own: killed again and again, and how much memory it takes."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections

from billing.models import QuarantinedRecord, UsageBatch, UsageRecord
from tests.integration.billing.usage.files import csv_text, line, put, somebody

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)
ROOT = Path(__file__).parents[4]
KILLS = 20
EARLY = 4  # so many are killed before they have taken anything in
LINES = 12_000
WRONG = 97  # every so many lines one is set aside
_BREAK = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class Loader:
    """A process that starts others, each of which loads one file."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def start(self) -> int:
        """Let a process begin; return its number."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return int(self._said())

    def end(self) -> tuple[int, int]:
        """Wait for it; return its status and the most memory (KB) that any has taken."""
        status, memory = self._said().split()
        return int(status), int(memory)

    def _said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextmanager
def loader(path: Path, part_bytes: int) -> Iterator[Loader]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.billing.usage.loader", path, str(part_bytes)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield Loader(process)
        assert process.stdin is not None
        process.stdin.close()


def _taken() -> int:
    """How many lines have been taken in."""
    return UsageBatch.objects.values_list("taken_lines", flat=True).first() or 0


def _wait_beyond(lines: int) -> None:
    """Wait until more than so many lines have been taken in."""
    until = time.monotonic() + 60
    while _taken() <= lines and time.monotonic() < until:
        time.sleep(0.01)


def _cut() -> bool:
    """Let the server cut all connections but this one; tell whether there were any."""
    with connections["boss"].cursor() as cursor:
        cursor.execute(_BREAK)
        return bool(cursor.rowcount)


def test_killed_at_twenty_points_it_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    """SIGKILL, or its connection is cut by the server, wherever it is just then."""
    somebody()
    lines = [line(f"K{n}", quantity="x" if n % WRONG == 0 else "120") for n in range(LINES)]
    path = put(tmp_path, csv_text(lines))
    chance, deaths, reached = random.Random(20261123), 0, []
    with loader(path, 2_000) as loading:
        for number in range(10 * KILLS):
            process = loading.start()
            if deaths < KILLS:
                if number >= EARLY:
                    _wait_beyond(reached[-1])
                time.sleep(chance.uniform(0, 0.1))
                if number % 2 or not _cut():
                    os.kill(process, signal.SIGKILL)
            status, _ = loading.end()
            deaths += status != 0
            reached.append(_taken())
            if not status:
                break
    assert deaths == KILLS
    assert len(set(reached)) > KILLS / 2  # they died in different places
    aside = [n + 3 for n in range(LINES) if n % WRONG == 0]
    sound = [(f"K{n}", n + 3) for n in range(LINES) if n % WRONG]
    assert list(UsageRecord.objects.order_by("line_no").values_list("key", "line_no")) == sound
    rows = QuarantinedRecord.objects.order_by("line_no").values_list("line_no", "reason")
    assert list(rows) == [(n, "bad_quantity") for n in aside]
    batch = UsageBatch.objects.get()
    assert (batch.state, batch.records, batch.counts) == (
        "loaded", len(sound), {"duplicates": 0, "quarantined": {"bad_quantity": len(aside)}},
    )  # fmt: skip


def test_a_large_file_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    """Twenty times as large, and yet not as much more as the file itself is."""
    somebody()
    memory = []
    for name, count in (("small", 8_000), ("large", 160_000)):
        path = tmp_path / f"{name}.csv"
        lines = [line(f"{name}{n}") for n in range(count)]
        put(tmp_path, csv_text(lines, name=name), path.name)
        del lines
        with loader(path, 200_000) as loading:
            loading.start()
            status, most = loading.end()
        assert status == 0
        memory.append(most)
    assert UsageRecord.objects.count() == 168_000
    small, large = memory
    assert path.stat().st_size > 10_000_000
    assert (large - small) * 1024 < path.stat().st_size, memory

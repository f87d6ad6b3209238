"""A bill run under SIGKILL of its workers and of the database: it comes to the same."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config.instance.layout import ROOT
from tests.benchmarks.billed_accounts import write_accounts
from tests.chaos.killing import wait_for
from tests.instance import Instance, instance

ACCOUNTS = 4_000
KILLS = 20
SEED = 20261123
VICTIMS = ("worker-boss", "postgres-boss")
PAUSE_SECONDS = 0.5
_PROGRESS = """
SELECT count(*) FILTER (WHERE p.state = 'done'), CASE WHEN r.state = 'done' THEN 0 ELSE 1 END
FROM billing_billrun r JOIN billing_workpartition p ON p.of_id = r.id AND p.work LIKE 'bill%'
GROUP BY r.state
"""


@pytest.mark.long
def test_a_bill_run_killed_at_twenty_points_comes_to_the_same() -> None:
    with instance("chaos-bills") as running:
        boss = running.databases["boss"]
        with psycopg.connect(boss, autocommit=True) as connection:
            write_accounts(connection, ACCOUNTS)
        _bill(running, boss, "pay")
        undisturbed = _copy(boss)
        _bill(running, boss, "start")
        killed = _kill(running)
        wait_for("the run to end", lambda: _is_done(running), seconds=300, every=1)
        found = _bill(running, boss, "export")
        expected = _bill(running, undisturbed, "start", "work", "export")
    assert killed == dict.fromkeys(VICTIMS, KILLS // 2)
    assert found == expected
    assert (len(found["bills"]), found["wrong"]) == (ACCOUNTS, [])
    assert found["write_offs"]


def _copy(boss: str) -> str:
    """Copy the database as it is now; whoever works on it connects anew afterwards."""
    server, copy = boss.replace("/boss?", "/template1?"), boss.replace("/boss?", "/undisturbed?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("ALTER DATABASE boss ALLOW_CONNECTIONS false")
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'boss'"
        )
        connection.execute("CREATE DATABASE undisturbed TEMPLATE boss")
        connection.execute("ALTER DATABASE boss ALLOW_CONNECTIONS true")
    return copy


def _kill(running: Instance) -> dict[str, int]:
    """Kill a worker or the database, or one of their processes, whenever some more is done."""
    chance, killed = random.Random(SEED), dict.fromkeys(VICTIMS, 0)
    before = -1
    while sum(killed.values()) < KILLS:
        done, left = _progress(running)
        if done <= before:  # not yet at work again
            time.sleep(0.1)
            continue
        if not left:
            break
        time.sleep(chance.uniform(0, PAUSE_SECONDS))
        victim = VICTIMS[sum(killed.values()) % len(VICTIMS)]
        try:
            pid = json.loads(running.pids_file.read_text())[victim]
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            os.kill(int(chance.choice([str(pid), *children])), signal.SIGKILL)
        except (OSError, ValueError, KeyError):
            continue  # it is being started again just now
        before = done
        killed[victim] += 1
    return killed


def _is_done(running: Instance) -> bool:
    return _progress(running)[1] == 0


def _progress(running: Instance) -> tuple[int, int]:
    """Return how many partitions are done, and whether there is more to do; -1 if nobody knows."""
    try:
        with psycopg.connect(running.databases["boss"], connect_timeout=5) as connection:
            row = connection.execute(_PROGRESS).fetchone()
    except psycopg.OperationalError:
        return -1, 1
    return row or (-1, 1)


def _bill(running: Instance, url: str, *deeds: str) -> Any:
    """Let a process of its own do these deeds in a database; return what it found."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.biller", *deeds],
        cwd=ROOT,
        env={**running.environment, "BOSS_DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)

"""Work on partitions under SIGKILL of its workers and of the database, beside a copy in peace."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from config.instance.layout import ROOT
from tests.instance import Instance

VICTIMS = ("worker-boss", "postgres-boss")
PAUSE_SECONDS = 0.3


def copy_of(boss: str) -> str:
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


def progress_of(running: Instance, question: str) -> tuple[int, int]:
    """Return how many partitions are done and how many are not; nobody knows: -1 and 1."""
    try:
        with psycopg.connect(running.databases["boss"], connect_timeout=5) as connection:
            row = connection.execute(question).fetchone()
    except psycopg.OperationalError:
        return -1, 1
    return row or (-1, 1)


def kill_while(
    running: Instance, progress: Callable[[], tuple[int, int]], *, kills: int, seed: int
) -> dict[str, int]:
    """Kill a worker or the database, or one of their processes, whenever some more is done."""
    chance, killed = random.Random(seed), dict.fromkeys(VICTIMS, 0)
    before = -1
    while sum(killed.values()) < kills:
        done, left = progress()
        if not left:
            break
        if done <= before:  # not yet at work again
            time.sleep(0.05)
            continue
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


def let_do(module: str, running: Instance, url: str, *deeds: str) -> Any:
    """Let a process of its own do these deeds in a database; return what it found."""
    done = subprocess.run(
        [sys.executable, "-m", module, *deeds],
        cwd=ROOT,
        env={**running.environment, "BOSS_DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)

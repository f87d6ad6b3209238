"""Killing processes of an instance at random, each of them in turn, as a bad day would."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from pathlib import Path

VICTIMS = (
    "worker-crm", "worker-boss", "worker-oss", "relay", "web", "broker", "simulator", "beat",
    "postgres-crm", "postgres-boss", "postgres-oss",
)  # fmt: skip
PAUSE_SECONDS = (0.2, 1.2)


class Killer(threading.Thread):
    """Kills (SIGKILL) a process or one of its children, ``kills`` times, with short pauses."""

    def __init__(self, pids_file: Path, kills: int, *, seed: int) -> None:
        super().__init__(daemon=True)
        self.pids_file, self.kills = pids_file, kills
        self.random = random.Random(seed)
        self.done: dict[str, int] = {}
        self.stopping = threading.Event()

    @property
    def count(self) -> int:
        """How many processes it has killed so far."""
        return sum(self.done.values())

    def run(self) -> None:
        victims: list[str] = []
        while self.count < self.kills and not self.stopping.is_set():
            if not victims:
                victims = self.random.sample(VICTIMS, len(VICTIMS))
            self._kill(victims.pop())
            self.stopping.wait(self.random.uniform(*PAUSE_SECONDS))

    def _kill(self, name: str) -> None:
        try:
            pid = json.loads(self.pids_file.read_text())[name]
        except (OSError, ValueError, KeyError):
            return  # it is being started again just now
        family = [pid, *_children(pid)] if self.random.random() < 0.5 else [pid]
        try:
            os.kill(self.random.choice(family), signal.SIGKILL)
        except ProcessLookupError:
            return
        self.done[name] = self.done.get(name, 0) + 1


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def wait_for(what: str, true: object, *, seconds: float, every: float = 0.3) -> None:
    """Ask ``true()`` until it is; raise ``TimeoutError`` naming ``what``."""
    deadline = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(every)

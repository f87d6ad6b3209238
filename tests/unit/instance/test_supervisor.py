from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.instance.children import Child, ChildSpec
from config.instance.layout import ROOT
from config.instance.supervisor import Supervised, Supervisor, pause_seconds

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('deaf', flush=True); time.sleep(60)",
]


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for another process, in small steps."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


class Watch:
    """A supervisor and what it said."""

    def __init__(self, log: Path) -> None:
        self.said: list[str] = []
        self.pids: dict[str, int] = {}
        self.supervisor = Supervisor(log, tell=self.said.append, record=self.record)

    def record(self, pids: dict[str, int | None]) -> None:
        for name, pid in pids.items():
            self.pids.pop(name, None)
            if pid:
                self.pids[name] = pid


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    watch = Watch(tmp_path)
    yield watch
    watch.supervisor.kill()


def test_pauses_grow_and_end_somewhere() -> None:
    assert [pause_seconds(n) for n in range(1, 9)] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 15.0]


def test_who_ran_steadily_is_started_again_soon(tmp_path: Path) -> None:
    supervised = Supervised(Child(ChildSpec("x", SLEEPER, os.environ), tmp_path))
    supervised.child.started_at = 100.0
    assert [supervised.died(100.5), supervised.died(100.9), supervised.died(106.0)] == [
        0.2,
        0.4,
        0.2,
    ]


def test_a_killed_child_comes_back_under_a_new_process_id(watch: Watch) -> None:
    watch.supervisor.start(ChildSpec("sleeper", SLEEPER, os.environ))
    first = watch.pids["sleeper"]
    os.kill(first, signal.SIGKILL)
    until(lambda: watch.supervisor.tick() or watch.pids["sleeper"] != first)
    assert is_alive(watch.pids["sleeper"])
    assert watch.said == ["sleeper ended (signal 9); starting it again in 0.2 s"]


def test_what_a_killed_child_leaves_behind_goes_with_it(watch: Watch, tmp_path: Path) -> None:
    with_worker = [
        sys.executable,
        "-c",
        "import subprocess, sys, time;"
        "worker = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(worker.pid, flush=True); time.sleep(60)",
    ]
    watch.supervisor.start(ChildSpec("web", with_worker, os.environ))
    log = tmp_path / "web.log"
    until(lambda: log.read_text().strip())
    worker = int(log.read_text())
    os.kill(watch.pids["web"], signal.SIGKILL)
    until(lambda: watch.supervisor.tick() or not is_alive(worker))


def test_a_child_that_cannot_be_started_is_tried_again(watch: Watch, tmp_path: Path) -> None:
    program = tmp_path / "later"
    watch.supervisor.start(ChildSpec("later", [str(program)], os.environ))
    assert "later cannot start" in watch.said[0]
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    until(lambda: watch.supervisor.tick() or watch.pids.get("later"))


def test_who_does_not_listen_is_killed_in_bounded_time(watch: Watch, tmp_path: Path) -> None:
    watch.supervisor.start(
        ChildSpec("deaf", STUBBORN, os.environ, stop_seconds=0.3),
        ChildSpec("sleeper", SLEEPER, os.environ),
    )
    until(lambda: "deaf" in (tmp_path / "deaf.log").read_text())
    pids = dict(watch.pids)
    began = time.monotonic()
    watch.supervisor.stop("deaf", "sleeper", "unknown")
    assert time.monotonic() - began < 5
    assert not any(is_alive(pid) for pid in pids.values())
    assert watch.pids == {}
    assert watch.said == ["deaf does not stop; killing it"]


def test_children_die_with_a_killed_parent(tmp_path: Path) -> None:
    program = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from config.instance.children import Child, ChildSpec\n"
        "child = Child(ChildSpec('c', ['sleep', '60'], os.environ), Path(sys.argv[1]))\n"
        "child.start()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        assert is_alive(child)
        parent.kill()
    until(lambda: not is_alive(child))

"""``bin/serve`` as people use it: start, refuse a double, survive a kill, stop, start again."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.instance.demo import everything_answers
from config.instance.environment import without_instance
from config.instance.files import read_json
from config.instance.layout import ROOT
from config.instance.ports import free_port
from config.instance.throwaway import Throwaway, throwaway_instance

pytestmark = pytest.mark.long
PATIENCE_SECONDS = 120.0


@pytest.fixture
def served() -> Iterator[Throwaway]:
    with throwaway_instance("serve", keep=True) as instance:
        yield instance
    shutil.rmtree(instance.data, ignore_errors=True)


def serve(data: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(ROOT / "bin" / "serve"), "--port", str(port), "--data", str(data)],
        env=without_instance(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def answers(instance: Throwaway) -> bool:
    network = instance.environment()["NETWORK_URL"]
    return everything_answers(instance.demo, address=instance.base_url, network=network)


def test_the_whole_life_of_an_instance(served: Throwaway) -> None:
    port = int(served.base_url.rpartition(":")[2])

    again = serve(served.data, free_port())
    said, _ = again.communicate(timeout=PATIENCE_SECONDS)
    assert again.returncode == 1
    assert "is served already" in said

    beside = serve(served.data.with_name(f"{served.data.name}-beside"), port)
    said, _ = beside.communicate(timeout=PATIENCE_SECONDS)
    shutil.rmtree(served.data.with_name(f"{served.data.name}-beside"))
    assert beside.returncode == 1
    assert f"port {port} is in use" in said

    before = served.pids()
    assert {"postgres-crm", "broker", "simulator", "relay", "beat", "web"} <= before.keys()
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while set(before.values()) & set(served.pids().values()) or not answers(served):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert served.pids().keys() == before.keys()

    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(PATIENCE_SECONDS) == 0
    assert not served.layout.demo_file.exists()
    assert served.pids() == {}

    second = serve(served.data, port)
    try:
        while not served.layout.demo_file.exists():
            assert second.poll() is None
            assert time.monotonic() < deadline + PATIENCE_SECONDS
            time.sleep(0.2)
        assert read_json(served.layout.demo_file) == served.demo
    finally:
        second.terminate()
        said, _ = second.communicate(timeout=PATIENCE_SECONDS)
    assert "loading the demo operator" not in said
    assert second.returncode == 0

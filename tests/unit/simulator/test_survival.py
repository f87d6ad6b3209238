"""What a simulator still knows after the worst."""

import http.client
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from provisioning.simulator.journal import Journal, JournalDamagedError
from provisioning.simulator.memory import Memory
from tests.unit.simulator.running import API, ROOT, Client, Simulator, work_order


def test_nothing_answered_is_lost_by_a_kill(start: Callable[..., Simulator]) -> None:
    network = start()
    answered: list[str] = []
    enough = threading.Event()

    def keep_ordering(client: int) -> None:
        own = Client(network.port)
        for number in range(100_000):
            reference = f"WO{client}-{number}"
            try:
                assert own.order("hlr", work_order(reference, f"S{client}-{number}")).status == 201
            except (http.client.HTTPException, OSError):
                return
            answered.append(reference)
            if len(answered) >= 300:
                enough.set()

    clients = [threading.Thread(target=keep_ordering, args=(each,)) for each in range(4)]
    for client in clients:
        client.start()
    assert enough.wait(30)
    network.kill()
    for client in clients:
        client.join()
    network.start()

    again = [network.order("hlr", work_order(each, f"S{each[2:]}")).status for each in answered]
    assert again == [200] * len(answered)
    acted = network.counts("hlr")["acted"]
    assert len(answered) <= acted <= len(answered) + len(clients)
    assert network.services("hlr").headers["X-Total-Count"] == str(acted)


def test_dropped_after_acting_then_killed_still_acts_once(start: Callable[..., Simulator]) -> None:
    network = start()
    network.set("hlr", "drop_after", count=1)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        network.order("hlr", work_order("WO1"))
    network.kill()
    network.start()
    assert network.order("hlr", work_order("WO1")).status == 200
    assert network.counts("hlr") == {
        "acted": 1,
        "duplicate": 1,
        "ignored": 0,
        "refused": 0,
        "dropped": 1,
    }


def test_versions_holders_and_faults_outlive_a_kill(start: Callable[..., Simulator]) -> None:
    network = start()
    network.order("custom", work_order("WO1", "S1", version=3, msisdn="111"))
    ignored = network.order("custom", work_order("WO2", "S1", version=2))
    network.set("custom", "refuse", count=2, match="S9")
    network.order("custom", work_order("WO3", "S9"))
    before = network.call("GET", "/control/custom").body
    network.kill()
    network.start()
    assert network.call("GET", "/control/custom").body == before
    assert before["count"] == 1
    assert network.order("custom", work_order("WO2", "S1", version=2)).body == ignored.body
    assert network.order("custom", work_order("WO4", "S2", msisdn="111")).status == 409


def test_a_line_cut_short_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "hlr.journal"
    path.write_bytes(b'{"kind":"counted","refused":2}\n{"kind":"acted","refer')
    memory = Memory("hlr", Journal(path))
    assert memory.counted.refused == 2
    assert path.read_bytes() == b'{"kind":"counted","refused":2}\n'


def test_a_damaged_line_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "hlr.journal"
    path.write_bytes(b'{"kind":"counted"}\nrubbish\n{"kind":"counted"}\n')
    with pytest.raises(JournalDamagedError, match="at byte 19"):
        Memory("hlr", Journal(path))


def test_a_journal_is_folded_at_start(start: Callable[..., Simulator]) -> None:
    network = start()
    for _ in range(20):
        network.order("hlr", work_order("WO1"))
    network.set("hlr", "slow", delay_ms=1)
    network.set("hlr", "refuse", match="nobody")
    journal = network.state / "hlr.journal"
    before = network.call("GET", "/control/hlr").body
    service = network.services("hlr").body
    assert len(journal.read_bytes().splitlines()) == 22
    network.kill()
    network.start()
    assert len(journal.read_bytes().splitlines()) == 4
    assert network.call("GET", "/control/hlr").body == before
    assert network.services("hlr").body == service
    assert network.order("hlr", work_order("WO1")).status == 200


def test_a_full_disk_refuses_and_changes_nothing(start: Callable[..., Simulator]) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    network = start(preexec_fn=small_files)
    statuses = [network.order("hlr", work_order(f"WO{n}", f"S{n}")).status for n in range(6)]
    acted = statuses.count(201)
    assert statuses == [201] * acted + [503] * (6 - acted)
    assert 0 < acted < 6
    assert network.services("hlr").headers["X-Total-Count"] == str(acted)
    assert (network.state / "hlr.journal").read_bytes().endswith(b"\n")


def test_a_disk_that_opens_no_file_is_unavailable(start: Callable[..., Simulator]) -> None:
    def few_files() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))

    network = start(preexec_fn=few_files)
    replies = [network.order(f"element{n}", work_order("WO1")) for n in range(20)]
    assert {each.status for each in replies} == {201, 503}
    assert replies[-1].body["code"] == "disk_unavailable"
    assert network.order("hlr", work_order("WO1")).status == 201


def test_two_simulators_never_share_a_state(start: Callable[..., Simulator]) -> None:
    network = start()
    command = [sys.executable, "-m", "provisioning.simulator", "--port", "0"]
    second = subprocess.run(
        [*command, "--state", str(network.state)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert second.returncode == 1
    assert "is in use by another simulator" in second.stderr


def test_it_stops_at_once_though_a_call_hangs(start: Callable[..., Simulator]) -> None:
    network = start()
    network.set("hlr", "slow", delay_ms=60_000)
    hanging = Client(network.port)
    hanging.ask("GET", f"/hlr/{API}")
    network.call("GET", "/health")
    assert network.stop() == 0
    hanging.close()
    assert not os.path.exists(f"/proc/{network.process.pid}")

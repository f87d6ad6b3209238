from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.unit.simulator.running import Simulator

_names = (f"element{number}" for number in count())


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator shared by all tests that do not stop it; each takes an element of its own."""
    simulator = Simulator(tmp_path_factory.mktemp("network"))
    yield simulator
    assert simulator.stop() == 0


@pytest.fixture
def element() -> str:
    """The name of an element no other test uses."""
    return next(_names)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Simulator]]:
    """Start simulators that a test may stop, kill and start again on one state directory."""
    started: list[Simulator] = []

    def start_one(*options: str, **popen: Any) -> Simulator:
        started.append(Simulator(tmp_path / "network", *options, **popen))
        return started[-1]

    yield start_one
    for simulator in started:
        if simulator.process.poll() is None:
            simulator.kill()

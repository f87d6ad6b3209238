"""What tests of provisioning start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from provisioning.models import NetworkService
from tests.integration.provisioning import world
from tests.unit.simulator.running import Simulator

ELEMENTS = ("hlr", "dsmp", "eoms")


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """The simulated network, a process of its own."""
    simulator = Simulator(tmp_path_factory.mktemp("network"))
    yield simulator
    simulator.stop()


@pytest.fixture
def elements(db: None) -> None:
    """The usual elements are set up and the services' commands are known."""
    world.set_up_elements()
    if not NetworkService.objects.exists():
        world.learn_services()


@pytest.fixture
def network(
    simulator: Simulator, transactional_db: None, settings: Settings, elements: None
) -> Simulator:
    """The network, well behaved; what is committed is really committed."""
    for element in ELEMENTS:
        simulator.set(element, "ok")
    settings.NETWORK_URL = f"http://127.0.0.1:{simulator.port}"
    settings.NETWORK_TIMEOUT_SECONDS = 0.5
    return simulator


@pytest.fixture
def post() -> world.Post:
    """A way for messages to reach provisioning."""
    return world.Post()

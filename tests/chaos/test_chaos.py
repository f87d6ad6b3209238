"""Orders under SIGKILL of everything: the short form, and the whole of ``bin/chaos``."""

from __future__ import annotations

import pytest

from tests.chaos.running import Outcome, run
from tests.instance import instance

SEED = 20261122


def _agree(outcome: Outcome, orders: int) -> None:
    assert (outcome.completed, outcome.fallout) == (orders, 0)
    assert (outcome.lost, outcome.doubled, outcome.differences) == (0, 0, 0)


def test_a_few_orders_survive_the_death_of_each_process_once() -> None:
    with instance("chaos") as running:
        outcome = run(running, orders=30, kills=11, seed=SEED, say=print)
    _agree(outcome, 30)
    assert outcome.kills == 11


@pytest.mark.long
def test_five_hundred_orders_survive_a_hundred_kills() -> None:
    with instance("chaos") as running:
        outcome = run(running, orders=500, kills=100, seed=SEED, say=print)
    _agree(outcome, 500)
    assert outcome.kills >= 100

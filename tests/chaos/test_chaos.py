"""Orders under SIGKILL of everything: the short form, and the whole of ``bin/chaos``."""

from __future__ import annotations

import pytest

from tests.chaos.lives import LIVES, lives
from tests.chaos.running import Outcome, run
from tests.instance import instance

SEED = 20261122
BUSINESSES = {"open_subscriber", "order_product", "terminate_subscriber"}


def _agree(outcome: Outcome) -> None:
    assert (outcome.lost, outcome.twice, outcome.left) == (0, {}, {}), outcome
    assert (outcome.fallout, outcome.differences) == (0, []), outcome
    assert outcome.completed == outcome.orders, outcome
    assert outcome.cancelled + outcome.refused < outcome.orders
    assert outcome.agrees
    assert set(outcome.businesses) == BUSINESSES


@pytest.mark.parametrize("orders", [1, 2, 17, 30, 500])
def test_lives_have_as_many_orders_as_asked_for(orders: int) -> None:
    everybody = list(lives(orders))
    placed = [sum(":" in step for step in life.steps) for life in everybody]
    assert sum(placed) == orders
    assert [life.before for life in everybody] == [sum(placed[:n]) for n in range(len(placed))]
    assert {life.steps for life in everybody[:-1]} <= set(LIVES)


def test_a_mix_of_orders_survives_the_death_of_each_process_once() -> None:
    with instance("chaos") as running:
        outcome = run(running, orders=34, kills=11, seed=SEED, say=print)
    _agree(outcome)
    assert outcome.kills == 11


@pytest.mark.long
def test_five_hundred_orders_survive_a_hundred_kills() -> None:
    with instance("chaos") as running:
        outcome = run(running, orders=500, kills=100, seed=SEED, say=print)
    _agree(outcome)
    assert outcome.kills >= 100

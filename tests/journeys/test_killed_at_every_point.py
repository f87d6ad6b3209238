"""Killed anywhere, or its connection lost: a flow ends as if nothing had happened.

Each flow is played once undisturbed, and then once for each point of it with the blow there: every
prefix of it has happened, and nothing of what follows.
"""

from __future__ import annotations

from typing import Any

import pytest

from customers.values import NewCustomer
from orders import services
from orders.models import CustomerOrder
from orders.values import Submission
from tests.channel import resident_id
from tests.journeys import disturbed
from tests.journeys.conftest import MAIN, PREPAID
from tests.journeys.stage import CONTENT, PACK, Stage, Story

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)

STORIES = {
    "open_postpaid": Story(lambda stage: None, lambda stage, _: stage.open(MAIN, CONTENT)),
    "open_prepaid": Story(lambda stage: None, lambda stage, _: stage.open(PREPAID)),
    "add_with_services": Story(
        lambda stage: stage.opened(MAIN), lambda stage, had: stage.order(had, add=CONTENT)
    ),
    "add_without_services": Story(
        lambda stage: stage.opened(MAIN), lambda stage, had: stage.order(had, add=PACK)
    ),
    "change_the_main_product": Story(
        lambda stage: stage.opened(MAIN),
        lambda stage, had: stage.order(had, change=MAIN, to="PLAN-198"),
    ),
    "cancel_an_add_on": Story(
        lambda stage: stage.opened(MAIN, CONTENT),
        lambda stage, had: stage.order(had, delete=CONTENT),
    ),
    "terminate": Story(
        lambda stage: stage.opened(MAIN, CONTENT),
        lambda stage, had: stage.order(had, delete=MAIN),
    ),
}
LEAST = {  # points there are, so that a test that passes by none is noticed
    "open_postpaid": 45,
    "open_prepaid": 40,
    "add_with_services": 45,
    "add_without_services": 18,
    "change_the_main_product": 40,
    "cancel_an_add_on": 40,
    "terminate": 70,
}


@pytest.mark.parametrize("name", ["open_postpaid", "change_the_main_product"])
def test_killed_between_any_two_effects_it_ends_as_if_nothing_had_happened(
    stage: Stage, name: str
) -> None:
    assert stage.at_every_point(STORIES[name], thin=True) >= LEAST[name] // 4


@pytest.mark.long
@pytest.mark.parametrize("name", STORIES)
def test_killed_at_every_point_it_ends_as_if_nothing_had_happened(stage: Stage, name: str) -> None:
    assert stage.at_every_point(STORIES[name]) >= LEAST[name]


@pytest.mark.parametrize("name", ["open_postpaid", "add_with_services"])
def test_with_a_connection_lost_it_ends_as_if_nothing_had_happened(stage: Stage, name: str) -> None:
    assert stage.at_every_point(STORIES[name], "cut") >= 20


@pytest.mark.parametrize(("blow", "least"), [("kill", 20), ("cut", 10)])
def test_a_customer_is_opened_as_if_nothing_had_happened(
    stage: Stage, blow: str, least: int
) -> None:
    def submit() -> CustomerOrder:
        return services.open_customer(
            new=NewCustomer(
                name="客户",
                identity_kind="residentId",
                identity_number=resident_id(7),
            ),
            submission=Submission(external_id="customer", fingerprint="content"),
            actor=stage.operator.actor,
            at=stage.operator.now,
        )

    def play(target: int | None) -> dict[str, Any]:
        disturbed.forget(disturbed.CUSTOMER)
        stage.sign_in()
        stage.points.begin(target, blow)
        order = stage.processes.until_accepted(submit)
        stage.processes.run()
        order.refresh_from_db()
        assert order.state == "completed"
        return disturbed.outcome(disturbed.CUSTOMER)

    expected = play(None)
    names = list(stage.points.names)
    for number, name in enumerate(names):
        found = play(number)
        assert stage.points.struck == name
        stage.compare(found, expected, f"{number}: {name}")
    assert len(names) >= least

"""Killed anywhere while a held order is mended or cancelled: it ends as if nothing had happened."""

from __future__ import annotations

import pytest

from orders.models import CustomerOrder
from tests.journeys.conftest import MAIN, PREPAID
from tests.journeys.stage import CONTENT, PACK, Stage, Story

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)


def refused_opening(stage: Stage) -> CustomerOrder:
    """The second of its elements refuses: the first serves it already."""
    return stage.held("dsmp", lambda: stage.open(MAIN, CONTENT))


def refused_prepaid_opening(stage: Stage) -> CustomerOrder:
    """BOSS bills it already."""
    return stage.held("hlr", lambda: stage.open(PREPAID))


def refused_add_on(stage: Stage) -> CustomerOrder:
    """The HLR serves it already, and another order waits behind it."""
    had = stage.opened(MAIN)
    held = stage.held("dsmp", lambda: stage.order(had, add=CONTENT))
    stage.order(had, add=PACK)
    return held


def refused_change(stage: Stage) -> CustomerOrder:
    had = stage.opened(MAIN)
    return stage.held("hlr", lambda: stage.order(had, change=MAIN, to="PLAN-198"))


def refused_termination(stage: Stage) -> CustomerOrder:
    had = stage.opened(MAIN, CONTENT)
    return stage.held("dsmp", lambda: stage.order(had, delete=MAIN))


def refused_undoing(stage: Stage) -> CustomerOrder:
    order = refused_opening(stage)
    return stage.held("hlr", lambda: stage.cancel(order))


def with_another_card(stage: Stage, order: CustomerOrder) -> CustomerOrder:
    iccid = stage.cards[1] if len(stage.cards) > 1 else stage.take()[1]
    return stage.retry(order, iccid=iccid)


CANCELLED = {
    "opening": refused_opening,
    "prepaid_opening": refused_prepaid_opening,
    "add_on": refused_add_on,
    "change": refused_change,
    "termination": refused_termination,
}
STORIES = {
    **{
        f"cancel_{name}": Story(prepare, lambda stage, order: stage.cancel(order), "cancelled")
        for name, prepare in CANCELLED.items()
    },
    **{
        f"retry_{name}": Story(prepare, lambda stage, order: stage.retry(order))
        for name, prepare in CANCELLED.items()
    },
    "retry_with_another_card": Story(refused_opening, with_another_card),
    "retry_the_undoing": Story(
        refused_undoing, lambda stage, order: stage.retry(order), "cancelled"
    ),
    "skip": Story(refused_add_on, lambda stage, order: stage.skip(order, 1), "partial"),
}
IN_BRIEF = (
    "cancel_prepaid_opening",
    "cancel_add_on",
    "retry_opening",
    "retry_with_another_card",
    "retry_the_undoing",
)


@pytest.mark.parametrize("name", IN_BRIEF)
def test_killed_between_any_two_effects_it_ends_as_if_nothing_had_happened(
    stage: Stage, name: str
) -> None:
    assert stage.at_every_point(STORIES[name], thin=True) >= 7


@pytest.mark.long
@pytest.mark.parametrize("name", STORIES)
def test_killed_at_every_point_it_ends_as_if_nothing_had_happened(stage: Stage, name: str) -> None:
    assert stage.at_every_point(STORIES[name]) >= 20

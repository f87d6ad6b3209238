"""停机时段: what is kept of a subscriber's suspensions."""

from __future__ import annotations

import pytest

from billing.bill_run.status import keep_status_period
from billing.models import StatusPeriod
from tests.integration.billing.bill_run.world import World, local

pytestmark = pytest.mark.django_db(databases=["default", "boss"])


def kept() -> list[tuple[list[str], object, object]]:
    rows = StatusPeriod.objects.order_by("valid_from", "id")
    return [(row.reasons, row.valid_from, row.valid_to) for row in rows]


def test_reasons_come_and_go_one_period_after_the_other() -> None:
    world = World()
    world.account()
    number = world.subscriber().pk
    first, second, third = local("2026-03-01"), local("2026-03-05"), local("2026-03-09")

    keep_status_period(number, ["voluntary"], at=first)
    keep_status_period(number, ["voluntary"], at=second)  # told twice
    assert kept() == [(["voluntary"], first, None)]

    keep_status_period(number, ["voluntary", "lost"], at=second)
    keep_status_period(number, [], at=third)
    assert kept() == [
        (["voluntary"], first, second),
        (["lost", "voluntary"], second, third),
    ]
    keep_status_period(number, [], at=third)
    assert StatusPeriod.objects.count() == 2

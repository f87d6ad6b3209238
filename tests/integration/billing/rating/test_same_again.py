"""The same month in one part or many, in one order of its files or another: the same result."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from django.db import transaction

from billing.models import QuarantinedRecord
from billing.rating import rate_batch
from tests.integration.billing.rating.exported import exported, settled
from tests.integration.billing.rating.test_any_order import FIRST, furnished
from tests.integration.billing.rating.world import AT

pytestmark = pytest.mark.django_db(databases=["boss"])
FILES, RECORDS = 4, 120


def month() -> list[list[dict[str, Any]]]:
    """Return a month's files: usage of three people, and corrections of some of it."""
    chance = random.Random(6)
    files: list[list[dict[str, Any]]] = [[] for _ in range(FILES)]
    for number in range(RECORDS):
        record = {
            "key": f"K{number:03}",
            "who": chance.choice(("wang", "li", "zhao")),
            "usage": chance.choice(("voice", "voice", "sms")),
            "at": FIRST + chance.random() * 8 * (AT - FIRST) / 34,
            "quantity": chance.randrange(1, 300),
            "zone": chance.choice(("domestic", "domestic", "international")),
            "roaming": chance.choice(("", "", "asia")),
        }
        chance.choice(files).append(record)
        if number % 5 == 0:
            corrected = {**record, "revision": 1, "quantity": chance.randrange(0, 300)}
            chance.choice(files).append(corrected)
    return files


def rated(order: Sequence[int], parts: int, *, last: bool = False) -> dict[str, list[Any]]:
    """Rate the files in this order and so many parts; return what came of it, then undo it."""
    with transaction.atomic(using="boss"):
        world, files = furnished(1), month()
        for number in order:
            rate_batch(world.batch(files[number]).pk, at=AT, parts=parts)
        retried = world.batch([], source="rerate")
        QuarantinedRecord.objects.filter(state="open").update(retried_in=retried)
        rate_batch(retried.pk, at=AT, parts=parts)
        found = settled() if last else exported()
        transaction.set_rollback(True, using="boss")
    return found


def test_it_does_not_matter_in_how_many_parts() -> None:
    in_one = rated((0, 1, 2, 3), 1)
    assert rated((0, 1, 2, 3), 2) == in_one
    assert rated((0, 1, 2, 3), 16) == in_one
    assert len(in_one["events"]) > RECORDS / 2


def test_it_does_not_matter_in_which_order_files_come() -> None:
    in_order = rated((0, 1, 2, 3), 1, last=True)
    assert rated((3, 1, 0, 2), 2, last=True) == in_order
    assert rated((2, 3, 1, 0), 1, last=True) == in_order
    assert in_order["waiting"]

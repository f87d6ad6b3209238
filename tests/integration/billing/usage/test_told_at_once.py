"""One use told at once goes into a batch that collects calls."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from auth_center.actors import Actor
from auth_center.models import AuditEntry
from billing.models import UsageBatch, UsageRecord
from billing.usage import (
    Said,
    UsageKeyTaken,
    UsageRefused,
    collecting_batch,
    record_usage,
    seal_batches,
)
from core.errors import PermissionDenied
from tests.integration.billing.usage.files import CLERK, NOW, NUMBER, somebody

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)


def said(**fields: Any) -> Said:
    known = {"key": "K1", "usage": "data", "number": NUMBER, "quantity": "3", "unit": "MB",
             "started_at": "2026-03-01T10:00:00+08:00"}  # fmt: skip
    return Said(**{**known, **fields})


def tell(**fields: Any) -> tuple[UsageRecord, bool]:
    return record_usage(said=said(**fields), actor=CLERK, at=NOW)


def test_told_twice_it_is_one_record() -> None:
    wang = somebody()
    first, new = tell()
    again, new_again = tell()
    assert (first.pk, new, new_again) == (again.pk, True, False)
    assert (first.subscriber_id, first.quantity) == (wang.pk, 3 * 1024**2)
    assert UsageBatch.objects.get().source == "api"
    assert AuditEntry.objects.using("boss").filter(subject=f"usage:{first.pk}").count() == 1


def test_other_content_under_a_key_is_refused() -> None:
    somebody()
    tell()
    with pytest.raises(UsageKeyTaken):
        tell(quantity="4")
    correction, new = tell(quantity="4", revision="1")
    assert (correction.revision, new, UsageRecord.objects.count()) == (1, True, 2)


@pytest.mark.parametrize("fields", [{"quantity": "NaN"}, {"number": "13900000000"}, {"key": "a b"}])
def test_what_a_line_would_be_set_aside_for_is_refused(fields: dict[str, str]) -> None:
    somebody()
    with pytest.raises(UsageRefused):
        tell(**fields)
    assert not UsageBatch.objects.exists()


def test_who_may_not_is_refused() -> None:
    somebody()
    with pytest.raises(PermissionDenied):
        record_usage(said=said(), actor=Actor(kind="channel", number="c"), at=NOW)


def test_a_batch_that_collects_is_closed_for_rating() -> None:
    somebody()
    tell()
    assert seal_batches(NOW) == 1
    assert UsageBatch.objects.get().state == "loaded"
    assert UsageBatch.objects.get().records == 1
    tell(key="K2")
    assert UsageBatch.objects.count() == 2
    with transaction.atomic(using="boss"):
        collecting_batch("prepaid", NOW)
    assert seal_batches(NOW) == 1  # the empty one goes on collecting
    assert sorted(UsageBatch.objects.values_list("source", "state")) == [
        ("api", "loaded"), ("api", "loaded"), ("prepaid", "loading"),
    ]  # fmt: skip

"""Rating what came in together, in partitions of subscribers who share nothing."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from django.db import connections, transaction

from billing.models import UsageBatch, WorkPartition
from billing.partitions import lay_out, open_partitions, work_one
from billing.rating.chain import text_of
from billing.rating.parts import LANES, Outcome, rate_part
from billing.states import BatchState, UsageSource
from core.systems import System

WORK = "rating"
SMALL_PART, LARGE_PART = 20_000, 250_000  # records
FEW_PARTS, MOST_PARTS = 4, 16  # divisors of parts.LANES


def rate_batch(batch_id: int, *, at: datetime, parts: int = 1) -> Outcome:
    """Rate a batch that is ``loaded``, here and now, and mark it ``rated``.

    Lays out ``parts`` partitions unless the batch has its own already, and works through those
    that nobody else holds, each in a transaction of its own (in the caller's, if there is one: so
    a simulation rates what it then rolls back). A batch that is rated stays as it is.
    """
    if begin_batch(batch_id, parts=parts):
        while rate_one_part(batch_id, at=at):
            pass
        finish_batch(batch_id, at=at)
    results = WorkPartition.objects.filter(work=WORK, of_id=batch_id).values_list(
        "result", flat=True
    )
    return Outcome.sum_of(results)


def begin_batch(batch_id: int, *, parts: int | None = None) -> bool:
    """Lay out a loaded batch's partitions; return whether it is being rated now."""
    with transaction.atomic(using=System.BOSS.alias):
        batch = UsageBatch.objects.select_for_update().filter(pk=batch_id).first()
        if batch is None:
            return False
        if batch.state == BatchState.LOADED:
            count = parts or parts_of(batch.records)
            lay_out(WORK, batch_id, ({"part": part, "parts": count} for part in _numbers(count)))
            batch.state = BatchState.RATING
            batch.save(update_fields=["state"])
        return batch.state == BatchState.RATING


def parts_of(records: int) -> int:
    """Return in how many partitions so many records are rated: a power of two.

    A few keep several workers busy. More of them cost time, since each looks through the whole
    batch and all subscriptions for its streams, until parts would become too large.
    """
    parts = 1
    while parts < MOST_PARTS:
        enough = SMALL_PART if parts < FEW_PARTS else LARGE_PART
        if parts * enough >= records:
            break
        parts *= 2
    return parts


def _numbers(parts: int) -> list[int]:
    """Return the parts in which most subscribers share with others first: they take longest."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(text_of("sharing"), {"lanes": LANES, "parts": parts})
        sharing = dict(cursor.fetchall())
    return sorted(range(parts), key=lambda part: -sharing.get(part, 0))


def rate_one_part(batch_id: int, *, at: datetime) -> bool:
    """Rate one partition that nobody else holds; return whether there was one."""
    batch = UsageBatch.objects.get(pk=batch_id)
    return work_one(WORK, batch_id, partial(_rate, batch, at=at), at=at)


def finish_batch(batch_id: int, *, at: datetime) -> bool:
    """Mark a batch rated once all its partitions are done; return whether it is."""
    with transaction.atomic(using=System.BOSS.alias):
        batch = UsageBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state == BatchState.RATING and not open_partitions(WORK, batch_id):
            batch.state = BatchState.RATED
            batch.rated_at = at
            batch.save(update_fields=["state", "rated_at"])
        return batch.state == BatchState.RATED


def _rate(batch: UsageBatch, partition: WorkPartition, *, at: datetime) -> dict[str, Any]:
    with connections[System.BOSS.alias].cursor() as cursor:
        done = rate_part(
            cursor,
            batch.pk,
            part=partition.scope["part"],
            parts=partition.scope["parts"],
            again=batch.source == UsageSource.RERATE,
            at=at,
        )
    return done.as_json()

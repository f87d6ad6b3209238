"""One use told at once: over the API, or by prepaid charging, in a batch that collects them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import connections, transaction
from psycopg.types.json import Jsonb

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.models import UsageBatch, UsageRecord
from billing.states import BatchState, UsageSource
from billing.usage.judging import judge
from billing.usage.refusals import UsageKeyTaken, UsageRefused, words_of
from billing.usage.taking import bounds
from core.systems import System

_LINE = "(SELECT 0::bigint AS line_no, %(line)s::text AS content, NULL::text AS fields)"
_JUDGE = judge(_LINE, {"format": "json"})
_COMPARED = ("usage", "subscriber_id", "started_at", "quantity", "zone", "roaming", "peer",
             "provider", "amount")  # fmt: skip
_ADD = """
INSERT INTO billing_usagerecord (
    key, revision, batch_id, line_no, usage, subscriber_id, service_number, started_at, quantity,
    zone, roaming, peer, provider, amount, extension)
VALUES (%(key)s, %(revision)s, %(batch)s, 0, %(usage)s, %(subscriber_id)s, %(service_number)s,
    %(started_at)s, %(quantity)s, %(zone)s, %(roaming)s, %(peer)s, %(provider)s, %(amount)s,
    %(extension)s)
ON CONFLICT (key, revision) DO NOTHING RETURNING id
"""
# Held FOR SHARE until the caller's transaction ends: nobody closes it before its record is there.
_COLLECTING = """
SELECT id FROM billing_usagebatch
WHERE source = %s AND state = 'loading'
ORDER BY id DESC LIMIT 1 FOR SHARE
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One use as its source tells it, in the words of a file's line; all of it is text."""

    key: str
    usage: str
    started_at: str
    quantity: str
    number: str | None = None
    subscriber: str | None = None
    revision: str | None = None
    unit: str | None = None
    zone: str | None = None
    roaming: str | None = None
    peer: str | None = None
    provider: str | None = None
    amount: str | None = None


def record_usage(
    *, said: Said, actor: Actor, at: datetime, extension: dict[str, Any] | None = None
) -> tuple[UsageRecord, bool]:
    """Take one use in and return its record, and whether it is new.

    ``extension`` is what a client said of it that has no column, kept as it came.

    Told again it is the record of the first time; with other content it raises ``UsageKeyTaken``.
    For what a file's line would be set aside for, it raises ``UsageRefused``.
    """
    require(actor, permissions.LOAD_USAGE)
    with transaction.atomic(using=System.BOSS.alias):
        content = _judged(said, at)
        batch_id = collecting_batch(UsageSource.API, at)
        with connections[System.BOSS.alias].cursor() as cursor:
            more = None if extension is None else Jsonb(extension)
            told: dict[str, Any] = {**content, "batch": batch_id, "extension": more}
            cursor.execute(_ADD, told)
            new = cursor.fetchone() is not None
        held = UsageRecord.objects.get(key=content["key"], revision=content["revision"])
        if any(getattr(held, name) != content[name] for name in _COMPARED):
            raise UsageKeyTaken(key=held.key, revision=held.revision)
        if new:
            record(
                System.BOSS,
                actor,
                permissions.LOAD_USAGE,
                f"usage:{held.pk}",
                at=at,
                after={"key": held.key, "revision": held.revision},
            )
    return held, new


def collecting_batch(source: str, at: datetime) -> int:
    """Return the batch into which records of ``source`` are put now.

    It stays open until the caller's transaction ends, whoever wants to close it.
    """
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_COLLECTING, [source])
        row = cursor.fetchone()
    if row is None:
        batch = UsageBatch.objects.create(
            source=source, state=BatchState.LOADING, received_at=at, told={}
        )
        return batch.pk
    return int(row[0])


def seal_batches(at: datetime) -> int:
    """Close the batches that collect, and return how many hold something to be rated.

    One of prepaid charging is rated already. Who is putting a record into one is waited for.
    """
    sealed = 0
    with transaction.atomic(using=System.BOSS.alias):
        open_ones = UsageBatch.objects.select_for_update().filter(
            state=BatchState.LOADING, source__in=[UsageSource.API, UsageSource.PREPAID]
        )
        for batch in open_ones.order_by("id"):
            count = UsageRecord.objects.filter(batch_id=batch.pk).count()
            if not count:
                continue
            batch.records, batch.loaded_at = count, at
            batch.counts = {"duplicates": 0, "quarantined": {}}
            if batch.source == UsageSource.PREPAID:
                batch.state, batch.rated_at = BatchState.RATED, at
            else:
                batch.state = BatchState.LOADED
                sealed += 1
            batch.save()
    return sealed


def _judged(said: Said, at: datetime) -> dict[str, Any]:
    """Return the columns of a record; raise ``UsageRefused`` for what cannot be one."""
    line = msgspec.json.encode({name: one for name, one in asdict(said).items() if one}).decode()
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_JUDGE, {"line": line, **bounds(at)})
        names = [column.name for column in cursor.description]
        row = dict(zip(names, cursor.fetchone(), strict=True))
    if row["reason"] is not None:
        why_zh, why_en = words_of(row["reason"], row["value"] or "")
        raise UsageRefused(why_zh=why_zh, why_en=why_en)
    return {name: row[name] for name in ("key", "revision", "service_number", *_COMPARED)}

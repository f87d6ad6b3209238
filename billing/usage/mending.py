"""异常话单处理: what was set aside is tried again, corrected, or discarded with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.models import QuarantinedRecord, UsageBatch
from billing.states import BatchState, QuarantineState, UsageSource
from billing.usage.finding import Which, chosen
from billing.usage.judging import FIELDS
from billing.usage.refusals import QuarantineUnknown, ReasonMissing, UsageRefused
from billing.usage.taking import add_records, reason_words
from core.systems import System

PORTION = 20_000  # tried again in one transaction
LONGEST_FIELD = 200
_LINES = """
CREATE TEMPORARY TABLE usage_lines ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY id) AS line_no, id, fields::text AS content,
       NULL::text AS fields
FROM billing_quarantinedrecord
WHERE id = ANY(%s::bigint[]) AND usage_id IS NULL AND fields <> '{}'
"""
_RECOVERED = """
UPDATE billing_quarantinedrecord AS q
SET state = 'recovered', ended_at = %(at)s, ended_by = %(by)s, attempts = q.attempts + 1,
    retried_in_id = (SELECT r.batch_id FROM billing_usagerecord AS r
                     WHERE r.key = j.key AND r.revision = j.revision)
FROM usage_judged AS j JOIN usage_lines AS l USING (line_no)
WHERE q.id = l.id AND j.reason IS NULL
"""
_STILL = """
UPDATE billing_quarantinedrecord AS q
SET reason = j.reason, attempts = least(q.attempts + 1, 30000),
    detail_zh = replace(w.zh, '{value}', coalesce(j.value, '')),
    detail_en = replace(w.en, '{value}', coalesce(j.value, ''))
FROM usage_judged AS j JOIN usage_lines AS l USING (line_no)
JOIN unnest(%(reasons)s::text[], %(zh)s::text[], %(en)s::text[]) AS w (reason, zh, en)
     ON w.reason = j.reason
WHERE q.id = l.id
"""
_RATE_AGAIN = """
UPDATE billing_quarantinedrecord SET retried_in_id = %s, attempts = least(attempts + 1, 30000)
WHERE id = ANY(%s::bigint[]) AND usage_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Retried:
    """What came of trying again: recovered, sent to be rated again, still wrong."""

    recovered: int = 0
    to_rate: int = 0
    left: int = 0

    def __add__(self, other: Retried) -> Retried:
        return Retried(
            self.recovered + other.recovered,
            self.to_rate + other.to_rate,
            self.left + other.left,
        )


def retry_quarantined(
    *, which: Which, actor: Actor, at: datetime, most: int | None = None
) -> Retried:
    """Try again what ``which`` chooses; what is sound now becomes records of a new batch.

    What is held already counts as recovered. Records that no tariff priced go to be rated again.
    After ``most`` it stops; called again it goes on.
    """
    require(actor, permissions.MEND_USAGE)
    done = Retried()
    for ids in _portions(actor, which, most):
        with transaction.atomic(using=System.BOSS.alias):
            held = _lock(ids)
            portion = _retry(held, actor, at)
            if held:
                _record(actor, "retry", which, at, asdict(portion))
        done += portion
    return done


def correct_quarantined(
    *, id: int, fields: Mapping[str, str], actor: Actor, at: datetime
) -> Retried:
    """Change what was understood of a line and try it again; the line itself stays as it came.

    ``fields`` are a file's columns; empty ones are left out. Raises ``QuarantineUnknown``, and
    ``UsageRefused`` for a name or a value that no line could hold, or for a record that was taken
    in already: such a one is corrected by its next revision.
    """
    require(actor, permissions.MEND_USAGE)
    wrong = [name for name, one in fields.items() if name not in FIELDS or _unfit(one)]
    if wrong:
        names = ", ".join(wrong)[:80]
        raise UsageRefused(why_zh=f"字段有误: {names}", why_en=f"no such field or value: {names}")
    with transaction.atomic(using=System.BOSS.alias):
        rows = chosen(actor, Which(ids=[id])).select_for_update(of=("self",))
        held = rows.first()
        if held is None:
            raise QuarantineUnknown(id=id)
        if held.usage_id is not None:
            zh, en = (
                "已入库的话单请用更正话单修改",
                "it is a record: send its next revision",
            )
            raise UsageRefused(why_zh=zh, why_en=en)
        before, held.fields = held.fields, {name: one for name, one in fields.items() if one}
        QuarantinedRecord.objects.filter(pk=id).update(fields=held.fields)
        done = _retry([id], actor, at)
        changed = [name for name in FIELDS if before.get(name) != held.fields.get(name)]
        _record(actor, "correct", Which(ids=[id]), at, {"changed": changed, **asdict(done)})
    return done


def discard_quarantined(
    *, which: Which, why: str, actor: Actor, at: datetime, most: int | None = None
) -> int:
    """End what ``which`` chooses for good and return how many; raise ``ReasonMissing``."""
    require(actor, permissions.MEND_USAGE)
    why = why.strip()[:200]
    if not why:
        raise ReasonMissing(field="why")
    count = 0
    for ids in _portions(actor, which, most):
        with transaction.atomic(using=System.BOSS.alias):
            ended = QuarantinedRecord.objects.filter(pk__in=_lock(ids)).update(
                state=QuarantineState.DISCARDED,
                ended_at=at,
                ended_by=actor.number[:64],
                ended_why=why,
            )
            if ended:
                _record(actor, "discard", which, at, {"discarded": ended, "why": why})
        count += ended
    return count


def _portions(actor: Actor, which: Which, most: int | None) -> Iterator[list[int]]:
    """Yield what is chosen, portion by portion in the order in which it came, each once."""
    after = count = 0
    while most is None or count < most:
        rows = chosen(actor, which).filter(pk__gt=after).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:PORTION])
        if not ids:
            return
        yield ids
        after, count = ids[-1], count + len(ids)


def _lock(ids: list[int]) -> list[int]:
    """Return those that still wait, now held; what somebody else holds is his."""
    rows = QuarantinedRecord.objects.select_for_update(skip_locked=True)
    return list(
        rows.filter(pk__in=ids, state=QuarantineState.OPEN)
        .order_by("pk")
        .values_list("pk", flat=True)
    )


def _retry(ids: list[int], actor: Actor, at: datetime) -> Retried:
    batch = _new_batch(UsageSource.MENDED, at)
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS usage_lines")
        cursor.execute(_LINES, [ids])
        taken = add_records("usage_lines", batch.pk, {"format": "json"}, at=at)
        by: dict[str, Any] = {"at": at, "by": actor.number[:64]}
        cursor.execute(_RECOVERED, by)
        cursor.execute(_STILL, reason_words())
        to_rate = _rate_again(cursor, ids, at)
    recovered = taken.records + taken.duplicates
    if taken.records:
        UsageBatch.objects.filter(pk=batch.pk).update(
            records=taken.records,
            counts={"duplicates": taken.duplicates, "quarantined": {}},
        )
    else:
        batch.delete()
    return Retried(recovered, to_rate, len(ids) - recovered - to_rate)


def _rate_again(cursor: Any, ids: list[int], at: datetime) -> int:
    batch = _new_batch(UsageSource.RERATE, at)
    cursor.execute(_RATE_AGAIN, [batch.pk, ids])
    count = int(cursor.rowcount)
    if count:
        UsageBatch.objects.filter(pk=batch.pk).update(records=count)
    else:
        batch.delete()
    return count


def _new_batch(source: UsageSource, at: datetime) -> UsageBatch:
    return UsageBatch.objects.create(
        source=source, state=BatchState.LOADED, told={}, received_at=at, loaded_at=at
    )


def _unfit(value: str) -> bool:
    return len(value) > LONGEST_FIELD or not value.isprintable()


def _record(actor: Actor, deed: str, which: Which, at: datetime, after: Mapping[str, Any]) -> None:
    about: dict[str, Any] = {name: one for name, one in asdict(which).items() if one}
    if len(which.ids) > 100:
        about["ids"] = f"{len(which.ids)} chosen"
    record(
        System.BOSS,
        actor,
        permissions.MEND_USAGE,
        f"quarantine:{deed}",
        at=at,
        before=about,
        after=after,
    )

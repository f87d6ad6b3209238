"""Taking lines in: judged, added once, and the rest set aside with its reason.

All of it happens in the caller's transaction, in a few statements whatever the number of lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connections

from billing.usage.judging import FUTURE_MINUTES, judge
from billing.usage.refusals import REASONS
from core.systems import System

_LINES = """
CREATE TEMPORARY TABLE usage_lines (
    line_no bigint GENERATED ALWAYS AS IDENTITY (START WITH {first}), content text, fields text
) ON COMMIT DROP
"""
# By key, not by line: two files that share keys wait for each other in one order.
_ADD = """
INSERT INTO billing_usagerecord (
    key, revision, batch_id, line_no, usage, subscriber_id, service_number, started_at, quantity,
    zone, roaming, peer, provider, amount)
SELECT key, revision, %(batch)s, line_no, usage, subscriber_id, service_number, started_at,
       quantity, zone, roaming, peer, provider, amount
FROM usage_judged WHERE reason IS NULL
ORDER BY key, revision, line_no
ON CONFLICT (key, revision) DO NOTHING
"""
# What was not added is held already: with the same content it is a duplicate and no more.
_TAKEN = """
UPDATE usage_judged AS j
SET reason = 'key_taken', value = left(j.key, 60),
    fields = jsonb_strip_nulls(jsonb_build_object(
        'key', j.key, 'revision', j.revision::text, 'usage', j.usage, 'number', j.service_number,
        'started_at', to_char(j.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'quantity', j.quantity::text, 'zone', j.zone, 'roaming', nullif(j.roaming, ''),
        'peer', nullif(j.peer, ''), 'provider', nullif(j.provider, ''), 'amount', j.amount::text))
FROM billing_usagerecord AS r
WHERE j.reason IS NULL AND r.key = j.key AND r.revision = j.revision
  AND (r.usage, r.subscriber_id, r.started_at, r.quantity, r.zone, r.roaming, r.peer, r.provider,
       r.amount)
      IS DISTINCT FROM
      (j.usage, j.subscriber_id, j.started_at, j.quantity, j.zone, j.roaming, j.peer, j.provider,
       j.amount)
"""
_SET_ASIDE = """
INSERT INTO billing_quarantinedrecord (
    batch_id, line_no, content, fields, reason, detail_zh, detail_en, state, attempts, put_at,
    ended_by, ended_why)
SELECT %(batch)s, j.line_no, j.content, j.fields, j.reason,
       replace(w.zh, '{value}', coalesce(j.value, '')),
       replace(w.en, '{value}', coalesce(j.value, '')),
       'open', 0, %(at)s, '', ''
FROM usage_judged AS j
JOIN unnest(%(reasons)s::text[], %(zh)s::text[], %(en)s::text[]) AS w (reason, zh, en)
     ON w.reason = j.reason
ORDER BY j.line_no
"""
_SOUND = "SELECT count(*) FROM usage_judged WHERE reason IS NULL"
_COUNTED = "SELECT reason, count(*) FROM usage_judged WHERE reason IS NOT NULL GROUP BY reason"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of lines: how many records, duplicates, and set aside for which reasons."""

    records: int
    duplicates: int
    quarantined: dict[str, int]


def take_lines(
    batch_id: int, rows: bytes, told: Mapping[str, Any], *, lines_before: int, at: datetime
) -> Taken:
    """Take COPY text of (content, fields) in, as the lines after ``lines_before`` of a batch."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS usage_lines")
        cursor.execute(_LINES.format(first=lines_before + 1))
        with cursor.copy("COPY usage_lines (content, fields) FROM STDIN") as copy:
            copy.write(rows)
        taken = add_records("usage_lines", batch_id, told, at=at)
        if taken.quarantined:
            cursor.execute(_SET_ASIDE, {"batch": batch_id, "at": at, **reason_words()})
    return taken


def add_records(lines: str, batch_id: int, told: Mapping[str, Any], *, at: datetime) -> Taken:
    """Judge a relation (line_no, content, fields) and add what is sound to a batch.

    ``usage_judged`` then holds every line, with its ``reason`` if it is to be set aside.
    """
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS usage_judged")
        cursor.execute(
            f"CREATE TEMPORARY TABLE usage_judged ON COMMIT DROP AS {judge(lines, told)}",
            bounds(at),
        )
        judged = cursor.rowcount
        cursor.execute(_SOUND)
        (sound,) = cursor.fetchone()
        cursor.execute(_ADD, {"batch": batch_id})
        records = cursor.rowcount
        if records < sound:
            cursor.execute(_TAKEN)
        cursor.execute(_COUNTED)
        quarantined: dict[str, int] = dict(cursor.fetchall())
    duplicates = judged - records - sum(quarantined.values())
    return Taken(records, duplicates, quarantined)


def bounds(at: datetime) -> dict[str, datetime]:
    """Return between which instants use must begin to be taken in at ``at``."""
    return {
        "latest": at + timedelta(minutes=FUTURE_MINUTES),
        "earliest": at - timedelta(days=settings.USAGE_OLDEST_DAYS),
    }


def reason_words() -> dict[str, Any]:
    """Return the parameters with which a statement puts reasons into words."""
    return {
        "reasons": list(REASONS),
        "zh": [zh for zh, _ in REASONS.values()],
        "en": [en for _, en in REASONS.values()],
    }

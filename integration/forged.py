"""What claims to come from a system and does not: never acted on, recorded, shown to a person.

A forged delivery becomes a dead letter of nobody's (``UNPROVEN``), so that it holds up no subject
and stands in for no message: what the system it names really says is still awaited. There is
nothing to try again about it; whoever has looked into it skips it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections

from core.identifiers import uuid7
from core.systems import Centre, Host, System
from integration.messages import kinds

log = logging.getLogger(__name__)

UNPROVEN = "unproven"
NAME = "UnprovenDelivery"
MOST_KEPT = 200  # beyond that a flood fills the log alone
MOST_SHOWN = 4000  # characters of what was delivered
RECORD_SECONDS = 60.0  # questions of one kind, forged in one name, are recorded once in that time

Recorder = Callable[[Host, str, str, str, datetime], None]
_recorders: list[Recorder] = []
_recorded_at: dict[tuple[str, str, str], float] = {}
_NAMES = frozenset(map(str, (*System, *Centre)))

_KEEP = """
WITH few AS (
    SELECT 1 FROM (SELECT 1 FROM integration_inboxmessage
                   WHERE status = 'dead' AND sender = %(sender)s LIMIT %(most)s) kept
    HAVING count(*) < %(most)s
), stream AS (
    INSERT INTO integration_inboxstream (sender, subject, next_seq, highest_seq, blocked)
    SELECT %(sender)s, %(subject)s, 1, 1, true FROM few
    ON CONFLICT (sender, subject) DO NOTHING RETURNING 1
)
INSERT INTO integration_inboxmessage
    (id, sender, subject, seq, name, flow_no, status, body, attempts, waiting_for, error,
     received_at)
SELECT %(id)s::uuid, %(sender)s, %(subject)s, 1, %(name)s, '', 'dead', %(body)s::jsonb, 1, '',
       %(error)s, %(at)s::timestamptz
FROM stream
"""


def when_refused(recorder: Recorder) -> Recorder:
    """Register who records a refusal: (host, claimed sender, what, from where, at)."""
    _recorders.append(recorder)
    return recorder


def keep_delivery(receiver: str, claimed: str, messages: Any, why: str, *, at: datetime) -> None:
    """Keep a delivery as a dead letter; the same one again, or one too many, is only logged."""
    log.error("messages for %s that claim to come from %s are refused: %s", receiver, claimed, why)
    if receiver not in settings.SANHU_SYSTEMS:
        return
    system = System(receiver)
    content = json.dumps(messages, ensure_ascii=False, default=str)
    content = content.replace("\\u0000", "").encode(errors="replace").decode()
    digest = hashlib.sha256(f"{claimed}{content}".encode(errors="replace")).hexdigest()
    body = {"claims": claimed[:60], "messages": content[:MOST_SHOWN], "length": len(content)}
    with connections[system.alias].cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "id": str(uuid7()),
                "sender": UNPROVEN,
                "subject": digest[:40],
                "name": NAME,
                "body": json.dumps(body, ensure_ascii=False),
                "error": f"{why}; claims to come from {claimed[:60]}",
                "at": at,
                "most": MOST_KEPT,
            },
        )
        is_new = bool(cursor.rowcount)
    if is_new:
        _record(system, claimed, f"delivery:{digest[:40]}", "", at)


def record_question(host: Host, claimed: str, name: str, *, terminal: str, at: datetime) -> None:
    """Record a forged question; those that follow at once in the same name are only logged."""
    log.error("a question to %s that claims to come from %s is refused", host, claimed[:60])
    # All names that nobody has are one, or a flood of them would be recorded.
    key = (str(host), claimed if claimed in _NAMES else "", name if name in kinds() else "")
    now = time.monotonic()
    if now - _recorded_at.get(key, float("-inf")) < RECORD_SECONDS:
        return
    _recorded_at[key] = now
    try:
        _record(host, claimed, f"question:{name[:60]}", terminal, at)
    except DatabaseError as error:
        log.warning("the refusal is not recorded: %s", error)


def _record(host: Host, claimed: str, what: str, terminal: str, at: datetime) -> None:
    for recorder in _recorders:
        recorder(host, claimed, what, terminal, at)

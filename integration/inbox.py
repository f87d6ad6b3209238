"""The inbox: a message, its effect and its reply commit together, once, in its subject's order."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connections, transaction

from core.errors import DomainError, Unavailable
from core.systems import System
from integration.context import Clock, FlowContext
from integration.hearing import MissingParty, handler_of
from integration.messages import Envelope, decode
from integration.states import InboxStatus

log = logging.getLogger(__name__)

_FINAL = (DomainError, msgspec.ValidationError)  # a refusal stays one, however often it is told
PAUSES_SECONDS = (1, 2, 5, 10, 30, 60, 120, 300)  # before each further try; then dead
PARKED_RECHECK_SECONDS = 10  # a parked message looks again even if nobody woke it,
PARKED_RECHECK_LONGEST = 600  # the less often the longer it has waited
LEFT_SECONDS = 5  # after that the relay wakes a message whose turn came and whose worker is gone

_LOCK_STREAM = """
INSERT INTO integration_inboxstream AS s (sender, subject, next_seq, highest_seq, blocked)
VALUES (%s, %s, 1, %s, false)
ON CONFLICT (sender, subject) DO UPDATE
    SET highest_seq = GREATEST(s.highest_seq, EXCLUDED.highest_seq)
RETURNING next_seq, highest_seq, blocked
"""
_DONE = """
WITH stream AS (
    UPDATE integration_inboxstream SET next_seq = %(seq)s + 1, blocked = false
    WHERE sender = %(sender)s AND subject = %(subject)s
)
INSERT INTO integration_inboxmessage
    (id, sender, subject, seq, name, flow_no, status, attempts, waiting_for, error,
     received_at, done_at, actor_kind, actor_number, channel, terminal)
VALUES (%(id)s, %(sender)s, %(subject)s, %(seq)s, %(name)s, %(flow_no)s, 'done', 0, '', '',
        %(at)s, %(at)s, %(actor_kind)s, %(actor_number)s, %(channel)s, %(terminal)s)
ON CONFLICT (id) DO UPDATE
    SET status = 'done', done_at = EXCLUDED.done_at, body = NULL, next_attempt_at = NULL,
        waiting_for = ''
"""
# Whoever is killed between this commit and the next message leaves it to the relay.
_NEXT_IS_DUE = f"""
UPDATE integration_inboxmessage
SET next_attempt_at = %(at)s::timestamptz + interval '{LEFT_SECONDS} seconds'
WHERE sender = %(sender)s AND subject = %(subject)s AND seq = %(seq)s + 1 AND done_at IS NULL
"""  # noqa: S608 - a constant
_WAIT = """
WITH stream AS (
    UPDATE integration_inboxstream SET blocked = blocked OR %(blocks)s
    WHERE sender = %(sender)s AND subject = %(subject)s
)
INSERT INTO integration_inboxmessage AS m
    (id, sender, subject, seq, name, flow_no, status, body, attempts, waiting_for, error,
     received_at, next_attempt_at, actor_kind, actor_number, channel, terminal)
VALUES (%(id)s, %(sender)s, %(subject)s, %(seq)s, %(name)s, %(flow_no)s, %(status)s, %(body)s,
        %(attempts)s, %(waiting_for)s, %(error)s, %(at)s, %(next_attempt_at)s,
        %(actor_kind)s, %(actor_number)s, %(channel)s, %(terminal)s)
ON CONFLICT (id) DO UPDATE
    SET status = EXCLUDED.status, attempts = EXCLUDED.attempts,
        waiting_for = EXCLUDED.waiting_for, error = EXCLUDED.error,
        next_attempt_at = EXCLUDED.next_attempt_at
    WHERE m.done_at IS NULL AND EXCLUDED.status <> 'early'
"""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it arrives: its place in its subject's order, and its envelope as JSON text."""

    seq: int
    body: str


def receive(system: System, messages: Iterable[Received], *, clock: Clock) -> None:
    """Act on each message once, in its subject's order; what cannot be acted on now is kept.

    Raises only when ``system``'s database does not answer: then nothing of the message is
    written and its sender, who gets no confirmation, sends it again.
    """
    for message in messages:
        envelope = msgspec.json.decode(message.body, type=Envelope)
        if _take(system, message, envelope, clock):
            drain(system, envelope.sender, envelope.subject, clock=clock)


def drain(
    system: System, sender: str, subject: str, *, clock: Clock, attempts: int | None = None
) -> None:
    """Act on what is kept of a subject, in order, until something must wait.

    ``attempts`` are those the first message had when it was found due. One that has been tried
    since is left alone: of several calls that waited in a queue only one uses up a try.
    """
    while True:
        kept = _next_kept(system, sender, subject)
        if kept is None:
            return
        message, tried = kept
        if attempts not in (None, tried):
            return
        attempts = None
        envelope = msgspec.json.decode(message.body, type=Envelope)
        if not _take(system, message, envelope, clock, kept_attempts=tried):
            return


def _take(
    system: System,
    message: Received,
    envelope: Envelope,
    clock: Clock,
    *,
    kept_attempts: int | None = None,
) -> bool:
    """Act on one message; tell whether the next of its subject is already here."""
    at = clock()
    try:
        with transaction.atomic(using=system.alias):
            next_seq, highest, blocked = _lock_stream(system, envelope, message.seq)
            if message.seq < next_seq:
                return False
            if message.seq > next_seq:
                _keep(system, message, envelope, at, InboxStatus.EARLY)
                return False
            if blocked and kept_attempts is None:
                return False
            _handle(system, envelope, at)
            columns = _columns(message, envelope, at)
            _execute(system, _DONE, columns)
            if highest > message.seq:
                _execute(system, _NEXT_IS_DUE, columns)
            return highest > message.seq
    except MissingParty as missing:
        _set_aside(
            system,
            message,
            envelope,
            at,
            status=InboxStatus.PARKED,
            waiting_for=missing.party,
            attempts=kept_attempts or 0,
            pause=_parked_pause(envelope, at),
        )
    except Exception as error:
        attempts = (kept_attempts or 0) + 1
        final = isinstance(error, _FINAL) and not isinstance(error, Unavailable)
        if final or attempts > len(PAUSES_SECONDS):
            log.exception("%s %s is dead after %d attempts", envelope.name, envelope.id, attempts)
            status, pause = InboxStatus.DEAD, None
        else:
            log.warning("%s %s will be tried again: %r", envelope.name, envelope.id, error)
            status, pause = InboxStatus.RETRYING, PAUSES_SECONDS[attempts - 1]
        _set_aside(
            system,
            message,
            envelope,
            at,
            status=status,
            error=repr(error)[:2000],
            attempts=attempts,
            pause=pause,
        )
    return False


def _handle(system: System, envelope: Envelope, at: datetime) -> None:
    message = decode(envelope.name, envelope.version, envelope.payload)
    context = FlowContext.of(system, envelope, at)
    handler_of(system, envelope.name)(message, context)
    context.flush()


def _parked_pause(envelope: Envelope, at: datetime) -> float:
    tenth = (at - envelope.at).total_seconds() / 10
    return min(max(tenth, PARKED_RECHECK_SECONDS), PARKED_RECHECK_LONGEST)


def _set_aside(
    system: System,
    message: Received,
    envelope: Envelope,
    at: datetime,
    *,
    status: InboxStatus,
    attempts: int,
    pause: float | None,
    waiting_for: str = "",
    error: str = "",
) -> None:
    """Keep the head of a subject for later, unless another worker has dealt with it since."""
    with transaction.atomic(using=system.alias):
        next_seq, _, _ = _lock_stream(system, envelope, message.seq)
        if message.seq == next_seq:
            next_at = None if pause is None else at + timedelta(seconds=pause)
            _keep(
                system,
                message,
                envelope,
                at,
                status,
                attempts=attempts,
                blocks=True,
                waiting_for=waiting_for,
                error=error,
                next_attempt_at=next_at,
            )


def _keep(
    system: System,
    message: Received,
    envelope: Envelope,
    at: datetime,
    status: InboxStatus,
    *,
    attempts: int = 0,
    blocks: bool = False,
    waiting_for: str = "",
    error: str = "",
    next_attempt_at: datetime | None = None,
) -> None:
    columns = _columns(message, envelope, at) | {
        "status": str(status),
        "body": message.body,
        "attempts": attempts,
        "blocks": blocks,
        "waiting_for": waiting_for,
        "error": error,
        "next_attempt_at": next_attempt_at,
    }
    _execute(system, _WAIT, columns)


def _columns(message: Received, envelope: Envelope, at: datetime) -> dict[str, Any]:
    return {
        "id": envelope.id,
        "sender": envelope.sender,
        "subject": envelope.subject,
        "seq": message.seq,
        "name": envelope.name,
        "flow_no": envelope.flow_no,
        "at": at,
        "actor_kind": envelope.actor.kind[:10],
        "actor_number": envelope.actor.number[:60],
        "channel": envelope.actor.channel[:60],
        "terminal": envelope.actor.terminal[:60],
    }


def _lock_stream(system: System, envelope: Envelope, seq: int) -> tuple[int, int, bool]:
    with connections[system.alias].cursor() as cursor:
        cursor.execute(_LOCK_STREAM, [envelope.sender, envelope.subject, seq])
        next_seq, highest_seq, blocked = cursor.fetchone()
    return next_seq, highest_seq, blocked


def _next_kept(system: System, sender: str, subject: str) -> tuple[Received, int] | None:
    with connections[system.alias].cursor() as cursor:
        cursor.execute(
            "SELECT m.seq, m.body::text, m.attempts FROM integration_inboxmessage m"
            " JOIN integration_inboxstream s USING (sender, subject)"
            " WHERE m.sender = %s AND m.subject = %s AND m.seq = s.next_seq"
            " AND m.done_at IS NULL AND m.status <> 'dead'",
            [sender, subject],
        )
        row = cursor.fetchone()
    return None if row is None else (Received(seq=row[0], body=row[1]), row[2])


def _execute(system: System, statement: str, columns: dict[str, Any]) -> None:
    with connections[system.alias].cursor() as cursor:
        cursor.execute(statement, columns)

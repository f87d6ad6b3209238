"""The relay: carries one system's outbox to the others' queues, at least once.

It publishes what is unsent, wakes what is due in the inbox, and asks receivers which messages
they hold: what one lacks is sent again, so that neither a broker that lost its data nor a
database that was down loses a message.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from itertools import groupby
from typing import Any

import msgspec
from celery import current_app as celery
from django.db import connections, transaction
from django.utils import timezone

from core.errors import DomainError
from core.numbers import FLOW, issue
from core.systems import System
from integration import connections as connected
from integration import pulse, tasks
from integration.alarm import LetterAlarm
from integration.connections import Cause, Unconnected
from integration.messages import Envelope, ReceivedQuery
from integration.outbox import CHANNEL
from integration.queries import ask_quietly

log = logging.getLogger(__name__)

BATCH = 200  # rows taken from the outbox at once
IDLE_SECONDS = 0.5  # how long to sleep when nobody notifies
GATHER_SECONDS = 0.02  # under load, how long to let messages gather between two batches
SWEEP_SECONDS = 1.0
ALARM_SECONDS = 30.0
DOWN_SECONDS = 3.0  # how long a receiver that did not answer is left alone,
DOWN_LONGEST_SECONDS = 30.0  # when it lets nobody in, ever longer up to this
PER_TASK = {System.CRM: 20, System.BOSS: 20, System.PROVISIONING: 1}  # network calls run apart

TAKE = """
UPDATE integration_outboxmessage m
SET sent_at = now(), attempts = least(m.attempts, 32766) + 1,
    next_attempt_at = now() + interval '1 second' * least(30, 3 * 2 ^ least(m.attempts, 4))
FROM (SELECT id FROM integration_outboxmessage
      WHERE sent_at IS NULL AND NOT receiver = ANY(%s)
      ORDER BY created_at LIMIT %s FOR UPDATE SKIP LOCKED) unsent
WHERE m.id = unsent.id
RETURNING m.receiver, m.subject, m.seq, m.body::text
"""
_DUE = """
UPDATE integration_inboxmessage SET next_attempt_at = now() + interval '10 seconds'
WHERE id IN (SELECT id FROM integration_inboxmessage
             WHERE done_at IS NULL AND next_attempt_at <= now()
             ORDER BY next_attempt_at LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING sender, subject, attempts
"""
_UNCONFIRMED = """
SELECT receiver, id::text FROM integration_outboxmessage
WHERE received_at IS NULL AND sent_at IS NOT NULL AND next_attempt_at <= now()
  AND NOT receiver = ANY(%s)
ORDER BY next_attempt_at LIMIT 1000
"""
_CONFIRM = "UPDATE integration_outboxmessage SET received_at = now() WHERE id = ANY(%s::uuid[])"
_RESEND = "UPDATE integration_outboxmessage SET sent_at = NULL WHERE id = ANY(%s::uuid[])"
# While the receiver's queue is not empty a message may still be in it: it is sent again only after
# a time that doubles, so that a broker's loss is made good under load and no load is doubled by it.
_QUEUED = """
UPDATE integration_outboxmessage
SET next_attempt_at = now() + interval '5 seconds',
    sent_at = CASE WHEN sent_at > now() - interval '30 seconds' * 2 ^ least(attempts, 10)
              THEN sent_at END
WHERE id = ANY(%s::uuid[])
"""


class Relay:
    """Carries ``system``'s messages until ``stop`` is set."""

    def __init__(self, system: System, stop: threading.Event) -> None:
        self.system = system
        self.stop = stop
        self.alarm = LetterAlarm(system)
        self._next_sweep = 0.0
        self._next_alarm = 0.0
        self._carried_at = 0.0
        self._down: dict[str, float] = {}
        self._closed: dict[str, float] = {}  # receivers that let us in no sooner than that
        self._refused: dict[str, int] = defaultdict(int)

    def run(self) -> None:
        """Work until stopped; a database or broker that is down is waited for."""
        pause = 0.2
        while not self.stop.is_set():
            try:
                with (
                    celery.connection_for_write() as broker,
                    celery.amqp.Producer(broker) as sender,
                ):
                    broker.ensure_connection(max_retries=1)
                    self._listen()
                    pause = 0.2
                    self._work(sender)
            except Exception as error:
                log.warning("relay of %s pauses %.1f s: %s", self.system, pause, error)
                connections[self.system.alias].close()
                self.stop.wait(pause)
                pause = min(pause * 2, 5.0)
        connections.close_all()

    def _sign_in(self) -> None:
        """Connect to the others before anything waits; what cannot be now is when it is needed."""
        for to in System:
            if to != self.system and connected.find(self.system, to) is None:
                self._connect(to, self._sign_on_flow())

    def _sign_on_flow(self) -> Cause | None:
        """Return a flow of its own for CRM's signing in: where the trace of it stands."""
        if self.system != System.CRM:
            return None
        return Cause(issue(System.CRM, FLOW)[0], 1, timezone.now())

    def _work(self, producer: Any) -> None:
        self._sign_in()
        while not self.stop.is_set():
            carried = self.carry(producer)
            if carried:
                self._gather(time.monotonic() - self._carried_at)
                self._carried_at = time.monotonic()
            if time.monotonic() >= self._next_sweep:
                self._next_sweep = time.monotonic() + SWEEP_SECONDS
                self.wake_due(producer)
                self.confirm(producer)
                connected.renew_due(self.system)
                pulse.beat("relay", str(self.system))
            if time.monotonic() >= self._next_alarm:
                self._next_alarm = time.monotonic() + ALARM_SECONDS
                self.alarm.look(timezone.now())
            if carried < BATCH:
                self._wait()

    def carry(self, producer: Any) -> int:
        """Publish one batch of unsent messages; mark them sent only once the broker has them.

        Messages for a receiver that lets nobody in stay unsent; the others go.
        """
        while True:
            try:
                return self._carry(producer)
            except Unconnected as lacking:  # nothing of the batch was marked
                self._connect(lacking.receiver, _cause_of(lacking))

    def _carry(self, producer: Any) -> int:
        now = time.monotonic()
        closed = [receiver for receiver, until in self._closed.items() if until > now]
        with transaction.atomic(using=self.system.alias):
            rows = sorted(self._query(TAKE, [closed, BATCH]))
            batches = [(System(to), list(rows)) for to, rows in groupby(rows, key=_receiver)]
            for to, batch in batches:
                if connected.find(self.system, to) is None:
                    raise Unconnected(to, batch[0][-1])
            for to, batch in batches:
                messages = [[seq, body] for _, _, seq, body in batch]
                for start in range(0, len(messages), PER_TASK[to]):
                    chunk = messages[start : start + PER_TASK[to]]
                    tasks.deliver(to, self.system, chunk, producer)
        return len(rows)

    def _connect(self, to: System, cause: Cause | None) -> None:
        """Sign in at a receiver; one that lets us not in is left alone for a while."""
        try:
            connected.connect(self.system, to, cause)
            self._refused.pop(to, None)
        except DomainError as error:
            pause = min(DOWN_SECONDS * 2 ** self._refused[to], DOWN_LONGEST_SECONDS)
            log.warning("%s has no connection to %s for %.0f s: %s", self.system, to, pause, error)
            self._refused[to] = min(self._refused[to] + 1, 10)
            self._closed[to] = time.monotonic() + pause

    def wake_due(self, producer: Any) -> None:
        """Let a worker try again what is due in this system's own inbox."""
        with transaction.atomic(using=self.system.alias):
            for sender, subject, attempts in set(self._query(_DUE, [BATCH])):
                tasks.wake(self.system, sender, subject, attempts, producer)

    def confirm(self, producer: Any) -> None:
        """Ask receivers for what they have not confirmed; send again what they lack."""
        now = time.monotonic()
        down = [receiver for receiver, until in self._down.items() if until > now]
        waiting: dict[str, list[str]] = defaultdict(list)
        for receiver, message_id in self._query(_UNCONFIRMED, [down]):
            waiting[receiver].append(message_id)
        for receiver, ids in waiting.items():
            to = System(receiver)
            try:
                held = set(ask_quietly(self.system, to, ReceivedQuery(ids=ids)).ids)
            except DomainError as error:
                log.warning("%s does not confirm: %s", receiver, error)
                self._down[receiver] = now + DOWN_SECONDS
                continue
            missing = [message_id for message_id in ids if message_id not in held]
            self._execute(_CONFIRM, [list(held)])
            if missing:
                queued = producer.channel.client.llen(to.queue)
                self._execute(_QUEUED if queued else _RESEND, [missing])
                if not queued:  # it may be that it no longer takes our word
                    connected.forget(self.system, to)

    def _gather(self, since_last: float) -> None:
        """Let messages gather when batches follow each other closely; a lone one goes at once."""
        if since_last < GATHER_SECONDS * 2:
            self.stop.wait(GATHER_SECONDS)

    def _listen(self) -> None:
        self._execute(f"LISTEN {CHANNEL}", None)

    def _wait(self) -> None:
        connection = connections[self.system.alias]
        connection.ensure_connection()
        for _ in connection.connection.notifies(timeout=IDLE_SECONDS, stop_after=1):
            pass

    def _query(self, statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
        with connections[self.system.alias].cursor() as cursor:
            cursor.execute(statement, parameters)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def _execute(self, statement: str, parameters: list[Any] | None) -> None:
        with connections[self.system.alias].cursor() as cursor:
            cursor.execute(statement, parameters)


def _receiver(row: tuple[Any, ...]) -> str:
    return str(row[0])


def _cause_of(lacking: Unconnected) -> Cause | None:
    if not lacking.body:
        return None
    return Cause.of(msgspec.json.decode(lacking.body, type=Envelope))

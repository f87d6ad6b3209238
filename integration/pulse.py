"""Who is alive: workers and relays say so through the broker every few seconds.

A hint for whoever looks at the system's health, never the truth that work depends on.
"""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

KEY = "sanhu:alive"
ALIVE_SECONDS = 12.0  # who has not been heard for so long is gone
DEADLINE_SECONDS = 1.0
_began = datetime.now(UTC)
_client: redis.Redis | None = None


@dataclass(frozen=True, slots=True)
class Alive:
    """A process that has been heard lately: what it does, where, and since when."""

    role: str
    of: str
    host: str
    pid: int
    since: datetime


def beat(role: str, of: str) -> None:
    """Say that this process does ``role`` for ``of`` (a queue, a system); never fails."""
    member = "|".join((role, of, socket.gethostname(), str(os.getpid()), _began.isoformat()))
    now = datetime.now(UTC).timestamp()
    try:
        with broker().pipeline(transaction=False) as pipe:
            pipe.zadd(KEY, {member: now})
            pipe.zremrangebyscore(KEY, "-inf", now - ALIVE_SECONDS)
            pipe.execute()
    except redis.RedisError as error:
        log.debug("nobody hears that %s of %s is alive: %s", role, of, error)


def list_alive(at: datetime) -> list[Alive]:
    """Return who has been heard lately; raises ``redis.RedisError`` when the broker is down."""
    heard: Any = broker().zrangebyscore(KEY, at.timestamp() - ALIVE_SECONDS, "+inf")
    found = []
    for member in heard:
        role, of, host, pid, since = member.decode().split("|")
        found.append(Alive(role, of, host, int(pid), datetime.fromisoformat(since)))
    return sorted(found, key=lambda one: (one.role, one.of, one.since))


def queue_lengths(queues: list[str]) -> dict[str, int]:
    """Return how many tasks wait in each queue; raises ``redis.RedisError``."""
    with broker().pipeline(transaction=False) as pipe:
        for queue in queues:
            pipe.llen(queue)
        return dict(zip(queues, pipe.execute(), strict=True))


def broker() -> redis.Redis:
    """Return this process's connection to the broker, with a short deadline."""
    global _client
    if _client is None:
        _client = redis.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=DEADLINE_SECONDS,
            socket_timeout=DEADLINE_SECONDS,
            retry=Retry(NoBackoff(), 0),  # a hint that is late is none
        )
    return _client

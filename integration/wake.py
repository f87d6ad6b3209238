"""Waking a request that waits for its flow: a hint through the broker, never the truth.

Whoever waits reads the flow's row afterwards; a broker that is down only costs the early wake.
"""

from __future__ import annotations

import logging
import time
from functools import cache

import redis
from django.conf import settings

log = logging.getLogger(__name__)

KEPT_SECONDS = 60
POLL_SECONDS = 0.5
ANSWER_SECONDS = 5.0  # after that a broker that hangs is left alone; longer than any single wait


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=ANSWER_SECONDS
    )


def announce(flow_no: str) -> None:
    """Wake whoever waits for ``flow_no``, also one who only begins to."""
    try:
        with _client().pipeline(transaction=False) as pipe:
            pipe.lpush(_key(flow_no), "1")
            pipe.expire(_key(flow_no), KEPT_SECONDS)
            pipe.execute()
    except redis.RedisError as error:
        log.warning("nobody could be woken for %s: %s", flow_no, error)


def wait_for(flow_no: str, seconds: float) -> bool:
    """Sleep until ``flow_no`` is announced or ``seconds`` are over; tell whether it was.

    Without a broker it sleeps for a moment at most: the caller looks and comes again.
    """
    try:
        longest = min(max(seconds, 0.01), ANSWER_SECONDS / 2)
        return _client().blpop([_key(flow_no)], timeout=longest) is not None
    except redis.RedisError:
        time.sleep(min(seconds, POLL_SECONDS))
        return False


def _key(flow_no: str) -> str:
    return f"sanhu:closed:{flow_no}"

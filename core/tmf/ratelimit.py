"""How many requests a minute a client may make, counted in the broker's memory.

A client without a limit costs nothing. When the counter is out of reach everybody is let in: a
limit protects the service, its absence must not stop it.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

from core.tmf.errors import TooManyRequests

WINDOW_SECONDS = 60
REST_SECONDS = 5.0
DEFAULT_LIMITS: dict[str, int | None] = {"*": 1200}

logger = logging.getLogger(__name__)
_resting_until = 0.0


def check_rate(actor: Any) -> None:
    """Count this request of ``actor``; raises ``TooManyRequests`` when its minute is used up."""
    global _resting_until
    limit = limit_of(actor)
    if limit is None or time.monotonic() < _resting_until:
        return
    now = time.time()
    window = int(now // WINDOW_SECONDS)
    key = f"tmf:rate:{getattr(actor, 'kind', '')}:{actor.number}:{window}"
    try:
        with _counter(settings.REDIS_URL).pipeline(transaction=False) as pipeline:
            pipeline.incr(key)
            pipeline.expire(key, 2 * WINDOW_SECONDS)
            used = int(pipeline.execute()[0])
    except redis.RedisError:
        _resting_until = time.monotonic() + REST_SECONDS
        logger.warning("request counter out of reach, nobody is limited for %s s", REST_SECONDS)
        return
    if used > limit:
        raise TooManyRequests(max(1, int((window + 1) * WINDOW_SECONDS - now) + 1))


def limit_of(actor: Any) -> int | None:
    """Return the requests a minute that ``actor`` may make; None is as many as it likes.

    ``TMF_RATE_LIMITS`` maps a client id, or "*" for all others, to its limit.
    """
    if getattr(actor, "unlimited", False):
        return None
    limits: dict[str, int | None] = getattr(settings, "TMF_RATE_LIMITS", DEFAULT_LIMITS)
    return limits.get(actor.number, limits.get("*"))


@lru_cache(maxsize=2)
def _counter(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=0.25, socket_connect_timeout=0.25)

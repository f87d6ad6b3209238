"""Whether this process's parts answer: its systems' databases and the broker."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, JsonResponse

from core.systems import System
from integration.letters import count_letters


def health(request: HttpRequest) -> JsonResponse:
    """Answer ``{"status": "ok"|"degraded", "parts": {name: "ok"|"down"}, "letters": {…}}``.

    It is 503 when degraded. ``letters`` counts the dead and parked messages of each system that
    answers; they wait for a person, so they make nothing degraded (``integration.alarm`` calls).
    """
    letters = {name: _letters(System(name)) for name in settings.SANHU_SYSTEMS}
    parts = {name: "down" if count is None else "ok" for name, count in letters.items()}
    parts["broker"] = _broker()
    well = all(state == "ok" for state in parts.values())
    return JsonResponse(
        {
            "status": "ok" if well else "degraded",
            "parts": parts,
            "letters": {name: count for name, count in letters.items() if count is not None},
        },
        status=200 if well else 503,
    )


def _letters(system: System) -> dict[str, int] | None:
    """Return the counts, None when the database does not answer."""
    try:
        return count_letters(system)
    except DatabaseError:
        connections[system.alias].close()
        return None


def _broker() -> str:
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1).ping()
    except redis.RedisError:
        return "down"
    return "ok"

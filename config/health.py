"""Whether this process's parts answer: its systems' databases and the broker."""

from __future__ import annotations

import redis
from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, JsonResponse

from core.systems import System


def health(request: HttpRequest) -> JsonResponse:
    """Answer ``{"status": "ok"|"degraded", "parts": {name: "ok"|"down"}}``; 503 when degraded."""
    parts = {system: _database(System(system)) for system in settings.SANHU_SYSTEMS}
    parts["broker"] = _broker()
    well = all(state == "ok" for state in parts.values())
    return JsonResponse(
        {"status": "ok" if well else "degraded", "parts": parts}, status=200 if well else 503
    )


def _database(system: System) -> str:
    try:
        with connections[system.alias].cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connections[system.alias].close()
        return "down"
    return "ok"


def _broker() -> str:
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1).ping()
    except redis.RedisError:
        return "down"
    return "ok"

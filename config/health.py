"""Whether this process's parts answer: its systems' databases and the broker."""

from __future__ import annotations

import tomllib
from collections import Counter
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connections
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from core.systems import System
from integration import pulse
from integration.letters import count_letters


def health(request: HttpRequest) -> JsonResponse:
    """Answer ``{"status": "ok"|"degraded", "parts": {name: "ok"|"down"}, "letters": {…}, …}``.

    It is 503 when degraded. ``letters`` counts the dead and parked messages of each system that
    answers; they wait for a person, so they make nothing degraded (``integration.alarm`` calls).
    ``workers`` counts those of each queue that have been heard lately, ``version`` is ours. The
    consoles' health page says more (``examination``).
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
            "workers": _workers() if parts["broker"] == "ok" else {},
            "version": version(),
        },
        status=200 if well else 503,
    )


@cache
def version() -> str:
    """Return the version of this program."""
    about = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    return str(about["project"]["version"])


def _letters(system: System) -> dict[str, int] | None:
    """Return the counts, None when the database does not answer."""
    try:
        return count_letters(system)
    except DatabaseError:
        connections[system.alias].close()
        return None


def _broker() -> str:
    try:
        pulse.broker().ping()
    except redis.RedisError:
        return "down"
    return "ok"


def _workers() -> dict[str, int]:
    try:
        alive = pulse.list_alive(timezone.now())
    except redis.RedisError:
        return {}
    counted = Counter(one.of for one in alive if one.role == "worker")
    return {System(name).queue: counted[System(name).queue] for name in settings.SANHU_SYSTEMS}

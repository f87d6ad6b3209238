"""What is kept of a body shows nothing of it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import orjson
from pytest_django import Settings

from core.tmf.context import Context

BODY = {"name": "某人", "characteristic": [{"name": "identityNumber", "value": "11010119900307"}]}


def fingerprint(raw: dict[str, Any]) -> str:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return Context(request=None, at=at, links=None, language="zh", raw=raw).fingerprint  # type: ignore[arg-type]


def test_whoever_reads_a_fingerprint_cannot_find_its_body_by_trying(settings: Settings) -> None:
    settings.SECRET_KEY = "one key"
    kept = fingerprint(BODY)
    assert kept == fingerprint(dict(reversed(BODY.items())))
    plain = orjson.dumps(BODY, option=orjson.OPT_SORT_KEYS)
    assert kept != hashlib.sha256(plain).hexdigest()
    settings.SECRET_KEY = "another key"
    assert kept != fingerprint(BODY)

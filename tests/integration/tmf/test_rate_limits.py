"""Requests a minute: counted per client, refused beyond, and never in the way when unlimited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from django.conf import settings as django_settings
from django.test import Client
from pytest_django import Settings

from core.tmf import ratelimit

WORDS = "/api/v1/words"


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty counter that nobody has given up on."""
    monkeypatch.setattr(ratelimit, "_resting_until", 0.0)
    monkeypatch.setattr(ratelimit.time, "time", lambda: 1_000_000_070.0)
    broker = redis.Redis.from_url(django_settings.REDIS_URL)
    for key in broker.keys("tmf:rate:*"):
        broker.delete(key)
    yield
    broker.close()


def status(token: str = "all") -> int:
    return Client().get(WORDS, headers={"Authorization": f"Bearer {token}"}).status_code


def test_beyond_the_limit_is_429_with_the_time_to_wait(settings: Settings) -> None:
    settings.TMF_RATE_LIMITS = {"*": 2}
    assert [status(), status()] == [200, 200]
    response = Client().get(WORDS, headers={"Authorization": "Bearer all"})
    assert (response.status_code, response.json()["code"]) == (429, "tooManyRequests")
    assert response.headers["Retry-After"] == "11"  # the minute began 50 s ago
    assert status("read") == 200


def test_the_next_minute_begins_anew(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TMF_RATE_LIMITS = {"*": 1}
    assert [status(), status()] == [200, 429]
    monkeypatch.setattr(ratelimit.time, "time", lambda: 1_000_000_081.0)
    assert status() == 200


def test_a_client_may_have_a_limit_of_its_own_or_none(settings: Settings) -> None:
    settings.TMF_RATE_LIMITS = {"*": 1, "client-all": None}
    assert [status() for _ in range(5)] == [200] * 5
    assert [status("read"), status("read")] == [200, 429]


def test_an_unlimited_actor_is_not_counted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TMF_RATE_LIMITS = {"*": 1}
    monkeypatch.setattr("tests.integration.tmf.toy.ToyActor.unlimited", True)
    assert [status() for _ in range(3)] == [200] * 3


def test_without_a_counter_everybody_is_let_in(settings: Settings) -> None:
    settings.TMF_RATE_LIMITS = {"*": 1}
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert [status() for _ in range(3)] == [200] * 3
    assert ratelimit._resting_until > 0

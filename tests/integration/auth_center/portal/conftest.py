"""A clock that can be moved on, and a cache of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone


@pytest.fixture(autouse=True)
def nothing_kept(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


@pytest.fixture
def time_machine_at() -> Iterator[Callable[..., None]]:
    """Move the clock on by so much."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:

        def on(**much: float) -> None:
            traveller.shift(timedelta(**much))

        yield on

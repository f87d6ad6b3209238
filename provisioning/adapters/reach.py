"""Whether network elements answer at all, asked without any consequence for them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import urllib3
from django.conf import settings

from provisioning.adapters.tmf640 import SERVICES
from provisioning.models import NetworkElement

DEADLINE_SECONDS = 1.5
MOST_AT_ONCE = 8

_pool = urllib3.PoolManager(num_pools=MOST_AT_ONCE, maxsize=MOST_AT_ONCE, retries=False)


@dataclass(frozen=True, slots=True)
class Reach:
    """How an element answered: after so many milliseconds, or not (None)."""

    element: NetworkElement
    answered_ms: int | None


def reach(elements: Sequence[NetworkElement]) -> list[Reach]:
    """Ask every element for nothing in particular, side by side, ``DEADLINE_SECONDS`` at most."""
    if not elements:
        return []
    with ThreadPoolExecutor(min(len(elements), MOST_AT_ONCE)) as several:
        answers = several.map(_milliseconds, [_url(one) for one in elements])
        return [Reach(element, answer) for element, answer in zip(elements, answers, strict=True)]


def _url(element: NetworkElement) -> str:
    base = element.base_url or f"{settings.NETWORK_URL.rstrip('/')}/{element.code}"
    return f"{base.rstrip('/')}{SERVICES}?limit=1"


def _milliseconds(url: str) -> int | None:
    began = time.monotonic()
    try:
        answer = _pool.request("GET", url, timeout=DEADLINE_SECONDS, redirect=False)
    except urllib3.exceptions.HTTPError:
        return None
    if answer.status >= 500:
        return None
    return round((time.monotonic() - began) * 1000)

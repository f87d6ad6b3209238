"""Requests that wait for their order: at most half of a process's threads, woken by the close."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from integration import wake
from integration.flow import FlowState
from orders.models import CustomerOrder

_seats = threading.BoundedSemaphore(settings.WAITING_REQUESTS)
STILL_RUNNING = (FlowState.ACKNOWLEDGED, FlowState.PENDING, FlowState.IN_PROGRESS)


@contextmanager
def seat(*, wanted: bool) -> Iterator[bool]:
    """Give a request a seat to wait in, if it wants one and one is free; tell whether it has it."""
    taken = wanted and _seats.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            _seats.release()


def wait_for(order: CustomerOrder, seconds: float) -> CustomerOrder:
    """Return the order as it is when it has closed, is held, or ``seconds`` are over."""
    deadline = time.monotonic() + min(seconds, settings.WAIT_CAP_SECONDS)
    while order.state in STILL_RUNNING:
        left = deadline - time.monotonic()
        if left <= 0:
            break
        wake.wait_for(order.order_no, left)
        order.refresh_from_db(fields=["state", "closed_at", "cause_code", "cause_zh", "cause_en"])
    return order

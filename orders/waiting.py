"""Requests that wait for their order: at most half of a process's threads, woken by the close."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core.systems import System
from integration import wake
from integration.flow import FlowState, flow_named
from integration.states import StepStatus
from integration.steps import Step, write_steps
from orders.models import CustomerOrder

_seats = threading.BoundedSemaphore(settings.WAITING_REQUESTS)
LOOK_SECONDS = 2.0  # how often a waiting request looks although nobody woke it
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


def wait_for(order: CustomerOrder, seconds: float) -> None:
    """Return when the order has closed or is held, or when ``seconds`` are over.

    The wake is only a hint of when to look: after it, and now and then without it (the broker may
    be down), the caller or this function reads the order's row. A request whose time is up is
    answered with the state reached, and the trace says so.
    """
    deadline = time.monotonic() + min(seconds, settings.WAIT_CAP_SECONDS)
    if order.state not in STILL_RUNNING:
        return
    while (left := deadline - time.monotonic()) > 0:
        if wake.wait_for(order.order_no, min(left, LOOK_SECONDS)):
            return
        state = CustomerOrder.objects.values_list("state", flat=True).get(pk=order.pk)
        if state not in STILL_RUNNING:
            return
    answer_late(order, at=timezone.now())


def answer_late(order: CustomerOrder, *, at: datetime) -> None:
    """Note that the portal was answered before the order closed; the work goes on."""
    with transaction.atomic(using=System.CRM.alias):
        late = CustomerOrder.objects.filter(pk=order.pk, answered_at=None)
        if not late.update(answered_at=at):
            return
        reached = order.sub_orders.aggregate(clock=Max("clock"))["clock"] or order.clock
        response = flow_named(order.flow).response
        write_steps(
            System.CRM,
            [
                Step(
                    *(order.order_no, max(reached, order.clock) + 1, at, "crm", "portal"),
                    *(response, "等待超时, 已答复当前状态", StepStatus.TIMED_OUT),
                )
            ],
        )

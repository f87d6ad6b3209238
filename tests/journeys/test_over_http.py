"""Waiting, with a real web server: a network that hangs keeps few requests and delays no others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from django.db import connections
from django.utils import timezone

from auth_center.services import save_channel
from customers.models import Subscriber
from provisioning.adapters import http
from provisioning.services import resume_work_orders
from tests.channel import CUSTOMER, ORDER, Channel, customer_body, free_resources, order_body
from tests.instance import instance
from tests.journeys.conftest import MAIN, Operator
from tests.webserver import web_server

ORDERS = 20
HANGS_MS = 60_000
RUNNING = {"acknowledged", "inProgress"}
Orders = list["Future[tuple[float, Any]]"]


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long a call took, and its result."""
    began = time.monotonic()
    result = call()
    return time.monotonic() - began, result


def until(condition: Callable[[], object], seconds: float) -> None:
    """Wait until ``condition`` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def place(
    channel: Channel, pool: ThreadPoolExecutor, customers: list[Any], offering: str, wait: int
) -> Orders:
    """Order a subscriber for every customer at the same time, each willing to wait."""
    msisdns = free_resources(channel, "msisdn", len(customers))
    iccids = free_resources(channel, "sim", len(customers))
    bodies = [
        order_body(
            customer=customer["id"],
            account=customer["account"][0]["id"],
            offering=offering,
            msisdn=msisdn,
            iccid=iccid,
        )
        for customer, msisdn, iccid in zip(customers, msisdns, iccids, strict=True)
    ]
    return [
        pool.submit(timed, lambda body=body: channel.post(ORDER, body, wait=wait))
        for body in bodies
    ]


def answered(orders: Orders) -> list[tuple[float, Any]]:
    return [one.result() for one in orders if one.done()]


def time_others(channel: Channel, base_url: str, customer: str, count: int) -> list[float]:
    """Read a customer and the health so many times; how long each took, the quickest first."""
    times = []
    for _ in range(count):
        seconds, reply = timed(lambda: channel.get(f"{CUSTOMER}/{customer}"))
        assert reply.status == 200
        times.append(seconds)
        seconds, health = timed(lambda: requests.get(f"{base_url}/health/", timeout=10))
        assert health.status_code in (200, 503)
        times.append(seconds)
    return sorted(times)


def assert_quick(times: list[float]) -> None:
    """Nineteen of twenty are answered within half a second (a busy machine may stall one)."""
    assert times[len(times) * 95 // 100] < 0.5, times


# -- one web process ---------------------------------------------------------------------------


@pytest.fixture
def channel(operator: Operator, tmp_path: Path) -> Iterator[Channel]:
    """A channel that signs in at a web process with sixteen threads."""
    save_channel(
        client_id="shop",
        secret="a secret of more than thirty characters",
        scopes=["api"],
        about={"channel": "shop", "unlimited": True},
        actor=operator.actor,
        at=timezone.now(),
    )
    with web_server(tmp_path / "web.log", "--workers", "1") as address:
        channel = Channel(
            {
                "base_url": address,
                "channel": {
                    "token_url": f"{address}/identity/o/api/token",
                    "client_id": "shop",
                    "client_secret": "a secret of more than thirty characters",
                    "scope": "api",
                },
            }
        )
        channel.sign_in()
        yield channel


@contextmanager
def carried(operator: Operator) -> Iterator[None]:
    """Carry messages and tell the network meanwhile, as relay and workers do."""
    over = threading.Event()

    def carry() -> None:
        while not over.wait(0.02):
            operator.settle()
            resume_work_orders(clock=lambda: timezone.now() + timedelta(minutes=10))
        connections.close_all()

    thread = threading.Thread(target=carry)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)
def test_while_the_network_hangs_half_of_the_threads_wait_and_nobody_else(
    operator: Operator, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "SILENT_CALLS", 1000)  # other tests meet a network that answers
    customers = [channel.post(CUSTOMER, customer_body(1000 + n)).body for n in range(ORDERS)]
    operator.settle()
    seats = settings.WAITING_REQUESTS
    operator.simulator.set("hlr", "slow", delay_ms=HANGS_MS)
    with ThreadPoolExecutor(ORDERS) as pool, carried(operator):
        orders = place(channel, pool, customers, MAIN, wait=30)
        until(lambda: len(answered(orders)) >= ORDERS - seats, 20)
        times = time_others(channel, channel.demo["base_url"], customers[0]["id"], 20)
        at_once = answered(orders)
        assert len(at_once) == ORDERS - seats
        for _, reply in at_once:
            assert reply.status == 201
            assert reply.body["state"] in RUNNING
        assert_quick(times)

        _, further = timed(lambda: channel.get(f"{ORDER}?state=inProgress"))
        assert len(further.body) == ORDERS
        operator.simulator.set("hlr", "ok")
        until(lambda: len(answered(orders)) == ORDERS, 25)
        until(lambda: Subscriber.objects.filter(status="active").count() == ORDERS, 25)
    waited = [reply for _, reply in answered(orders) if (_, reply) not in at_once]
    assert {(reply.status, reply.body["state"]) for reply in waited} == {(201, "completed")}
    assert len(waited) == seats


# -- a whole instance --------------------------------------------------------------------------


@pytest.mark.long
def test_a_whole_instance_cuts_a_long_wait_and_serves_everybody_else_meanwhile() -> None:
    number, seats = 48, 2 * settings.WAITING_REQUESTS  # two web processes
    with instance("waiting") as running, ThreadPoolExecutor(number) as pool:
        channel = Channel(running.demo, timeout=60)
        channel.sign_in()
        customers = [channel.post(CUSTOMER, customer_body(n)).body for n in range(number)]
        control = f"{running.network}/control/hlr"
        slow = {"mode": "slow", "delay_ms": 2 * HANGS_MS, "count": None}
        requests.put(control, json=slow, timeout=10).raise_for_status()

        orders = place(channel, pool, customers, running.demo["main_offering"], wait=999)
        until(lambda: len(answered(orders)) >= number - seats, 20)
        times = time_others(channel, running.demo["base_url"], customers[0]["id"], 50)
        at_once = answered(orders)
        assert_quick(times)
        until(lambda: len(answered(orders)) == number, 60)
        waited = [one for one in answered(orders) if one not in at_once]
        assert 0 < len(waited) <= seats
        assert all(29 <= seconds < 36 for seconds, _ in waited), waited
        for _, reply in [*at_once, *waited]:
            assert reply.status == 201
            assert reply.body["state"] in RUNNING

        requests.put(control, json={"mode": "ok"}, timeout=10).raise_for_status()
        until(lambda: len(channel.get(f"{ORDER}?state=completed&limit=1000").body) == number, 180)

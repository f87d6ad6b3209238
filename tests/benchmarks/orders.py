"""``open_subscriber`` from request to *completed*, sustained, beside its floor."""

from __future__ import annotations

import itertools
import json
import math
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg

from tests.benchmarks import cpu, floor, written
from tests.benchmarks.measure import Result, milliseconds, percentile
from tests.channel import ORDER, Channel, customer_body, free_resources, order_body
from tests.instance import Instance

CUSTOMERS = "/tmf-api/customerManagement/v4/customer"
CLIENTS = 16
SECONDS = 60.0
NUMBERS_A_CUSTOMER = 5
LONE_ORDERS = 50
MOST = 6000  # orders that the numbers and customers of a run without a size suffice for


class Pool:
    """Customers, numbers and SIM cards for so many orders."""

    def __init__(self, channel: Channel, orders: int) -> None:
        customers = math.ceil(orders / NUMBERS_A_CUSTOMER)
        with ThreadPoolExecutor(8) as threads:
            opened = list(threads.map(lambda n: _open_customer(channel, n), range(customers)))
        self.customers = itertools.cycle(opened)
        self.numbers = iter(free_resources(channel, "msisdn", orders))
        self.cards = iter(free_resources(channel, "sim", orders))
        self.offering = channel.demo["main_offering"]
        self.lock = threading.Lock()

    def next_order(self) -> dict[str, Any]:
        """Return the body of the next order."""
        with self.lock:
            customer, account = next(self.customers)
            return order_body(
                customer=customer,
                account=account,
                offering=self.offering,
                msisdn=next(self.numbers),
                iccid=next(self.cards),
            )


def run(instance: Instance, size: int | None) -> Result:
    """Measure ``size`` orders, or as many as complete in a minute; print the floor of the same."""
    channel = Channel(instance.demo)
    channel.sign_in()
    pool = Pool(channel, (size or MOST) + LONE_ORDERS)
    for _ in range(5):
        _order(channel, pool)
    lone = [_order(channel, pool) for _ in range(LONE_ORDERS - 5)]
    before = written.counts(instance.databases)
    since = datetime.now(UTC)
    cpu_before = cpu.seconds_by_process(instance.pids_file)
    calls_before = _calls(instance)
    started = time.perf_counter()
    waits = _load(channel, pool, size, started + SECONDS)
    seconds = time.perf_counter() - started
    left = _wait_until_all_closed(instance)
    cpu_after = cpu.seconds_by_process(instance.pids_file)
    after = written.counts(instance.databases)
    orders = len(waits)
    rows = written.between(before, after)
    calls = {
        element: round((count - calls_before.get(element, 0)) / orders)
        for element, count in _calls(instance).items()
    }
    plans = floor.plan(instance.databases, rows, orders, since)
    floor_seconds = floor.run(
        instance.databases,
        plans,
        orders=orders,
        clients=CLIENTS,
        network=instance.network,
        calls=calls,
    )
    return Result(
        name="orders",
        size=orders,
        seconds=seconds,
        floor_seconds=floor_seconds,
        rows={
            f"{system}.{table} {kind}": round(count / orders, 2)
            for (system, table), counted in rows.items()
            for kind, count in zip(("insert", "update", "delete"), counted, strict=True)
            if count >= orders / 20
        },
        **milliseconds(waits),
        more={
            "clients": CLIENTS,
            "lone_p50_ms": round(percentile(lone, 50) * 1000, 1),
            "open_at_the_end": left[0],
            "seconds_to_close_them": round(left[1], 2),
            "network_calls": calls,
            "cpu_ms_each": cpu.milliseconds_each(cpu_before, cpu_after, orders),
            "relay_transactions_each": {
                system: round(count, 2) for system, count in plans.marks.items()
            },
        },
    )


def _load(channel: Channel, pool: Pool, size: int | None, until: float) -> list[float]:
    places = iter(range(size or MOST))
    waits: list[float] = []
    lock = threading.Lock()

    def client(_: int) -> None:
        while True:
            with lock:
                if size is None and time.perf_counter() >= until:
                    return
                if next(places, None) is None:
                    return
            waits.append(_order(channel, pool))

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(client, range(CLIENTS)))
    return waits


def _order(channel: Channel, pool: Pool) -> float:
    body = pool.next_order()
    started = time.perf_counter()
    reply = channel.post(ORDER, body, wait=30)
    while reply.status == 201 and reply.body["state"] not in ("completed", "held"):
        time.sleep(0.02)
        reply = reply._replace(body=channel.get(f"{ORDER}/{reply.body['id']}").body)
    if reply.status != 201 or reply.body["state"] != "completed":
        raise RuntimeError(f"an order was not completed: {reply}")
    return time.perf_counter() - started


def _open_customer(channel: Channel, number: int) -> tuple[str, str]:
    reply = channel.post(CUSTOMERS, customer_body(number))
    if reply.status != 201:
        raise RuntimeError(f"a customer was not opened: {reply}")
    return reply.body["id"], reply.body["account"][0]["id"]


def _wait_until_all_closed(instance: Instance) -> tuple[int, float]:
    """Return how many orders were open when the load ended, and how long they took to close."""
    started = time.perf_counter()
    first: int | None = None
    with psycopg.connect(instance.databases["crm"], autocommit=True) as connection:
        while True:
            row = connection.execute(
                "SELECT count(*) FROM orders_customerorder WHERE closed_at IS NULL"
            ).fetchone()
            count = int(row[0]) if row else 0
            first = count if first is None else first
            if not count:
                return first, time.perf_counter() - started
            if time.perf_counter() - started > 120:
                raise RuntimeError(f"{count} orders do not close")
            time.sleep(0.1)


def _calls(instance: Instance) -> dict[str, int]:
    with urllib.request.urlopen(f"{instance.network}/control", timeout=5) as answer:
        control = json.load(answer)
    elements = control.get("elements", control)
    return {name: one["counts"]["acted"] for name, one in elements.items() if "counts" in one}

"""The floor of an order: its rows written by bare psycopg, and its calls to the network.

It writes again the very rows that the measured run wrote, a statement a row with its values, into
empty copies of the same tables with the same indexes and checks: as many inserts, updates and
deletes an order, in as many writing transactions (one server a system, ``fsync`` and
``synchronous_commit`` on). It calls the simulator as often, and does nothing else. The same number
of clients, spread over two processes.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
from collections.abc import Mapping
from http.client import HTTPConnection
from multiprocessing import get_context
from typing import Any, NamedTuple

import psycopg

from tests.benchmarks.written import Counts

# The writing transactions of one order, and which part of its system's rows each writes: reserve,
# receive, result at provisioning; capture and two answers at CRM; one at BOSS. The relay's marks
# are written along with them, so the floor commits less often than the system does.
TRANSACTIONS = ("oss", "crm", "oss", "oss", "crm", "boss", "crm")
CALLS_AFTER = 3  # the network is called between receive and result
PROCESSES = 2


class TablePlan(NamedTuple):
    """What an order does to one table."""

    table: str
    columns: str
    key: str
    inserts: int
    updates: int
    deletes: int


Plans = dict[str, list[TablePlan]]


def plan(databases: Mapping[str, str], written: Counts, orders: int) -> Plans:
    """Make the copies; return what one order writes to each table, rounded to whole rows."""
    plans: Plans = {system: [] for system in databases}
    for system, url in databases.items():
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA IF EXISTS floor CASCADE")
            connection.execute("CREATE SCHEMA floor")
            for (where, table), counted in sorted(written.items()):
                each = [round(count / orders) for count in counted]
                if where != system or not any(each):
                    continue
                connection.execute(
                    f"CREATE TABLE floor.{table} (LIKE public.{table} INCLUDING ALL)"
                )
                if not each[0]:
                    connection.execute(f"INSERT INTO floor.{table} SELECT * FROM public.{table}")
                key, columns = _key(connection, table), _columns(connection, table)
                plans[system].append(TablePlan(table, columns, key, *each))
    return plans


def rows_of(url: str, plan: list[TablePlan], orders: int) -> dict[str, list[tuple[str, ...]]]:
    """Return, by table, the rows that so many orders write, as text."""
    rows = {}
    with psycopg.connect(url) as connection:
        for one in plan:
            columns = ", ".join(f"{column}::text" for column in one.columns.split(", "))
            rows[one.table] = connection.execute(
                f"SELECT {columns} FROM public.{one.table} ORDER BY {one.key}"
                f" LIMIT {orders * max(one.inserts, 1)}"
            ).fetchall()
    return rows


def _columns(connection: psycopg.Connection[Any], table: str) -> str:
    rows = connection.execute(
        "SELECT quote_ident(column_name) FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
        [table],
    ).fetchall()
    return ", ".join(row[0] for row in rows)


def _key(connection: psycopg.Connection[Any], table: str) -> str:
    rows = connection.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a"
        " ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)"
        " WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY a.attnum",
        [f"public.{table}"],
    ).fetchall()
    return ", ".join(row[0] for row in rows)


def run(
    databases: Mapping[str, str],
    plans: Plans,
    *,
    orders: int,
    clients: int,
    network: str,
    calls: Mapping[str, int],
) -> float:
    """Write ``orders`` orders with ``clients`` clients; return the seconds it took."""
    context = get_context("spawn")
    ready, go = context.Barrier(PROCESSES + 1), context.Barrier(PROCESSES + 1)
    parts = [
        context.Process(
            target=_process,
            args=(
                dict(databases),
                plans,
                orders,
                clients // PROCESSES,
                number,
                network,
                dict(calls),
                ready,
                go,
            ),
        )
        for number in range(PROCESSES)
    ]
    for part in parts:
        part.start()
    ready.wait()
    started = time.perf_counter()
    go.wait()
    for part in parts:
        part.join()
    if any(part.exitcode for part in parts):
        raise RuntimeError("the floor failed")
    return time.perf_counter() - started


def _process(
    databases: dict[str, str],
    plans: Plans,
    orders: int,
    clients: int,
    number: int,
    network: str,
    calls: dict[str, int],
    ready: Any,
    go: Any,
) -> None:
    total = clients * PROCESSES
    started = threading.Barrier(clients + 1)
    failed: list[BaseException] = []
    rows: dict[str, list[tuple[str, ...]]] = {}
    for system, url in databases.items():
        for table, held in rows_of(url, plans[system], orders).items():
            rows[f"{system}.{table}"] = held

    def work(place: int) -> None:
        try:
            client = _Client(databases, plans, rows, network, calls)
            started.wait()
            go_event.wait()
            for order in range(place, orders, total):
                client.write(order)
        except BaseException as error:
            failed.append(error)
            raise

    go_event = threading.Event()
    threads = [
        threading.Thread(target=work, args=(number * clients + place,)) for place in range(clients)
    ]
    for thread in threads:
        thread.start()
    started.wait()
    ready.wait()
    go.wait()
    go_event.set()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(1)


class _Client:
    """One client: a connection to each server and to the network."""

    def __init__(
        self,
        databases: dict[str, str],
        plans: Plans,
        rows: dict[str, list[tuple[str, ...]]],
        network: str,
        calls: dict[str, int],
    ) -> None:
        self.connections = {
            system: psycopg.connect(url, autocommit=True) for system, url in databases.items()
        }
        self.plans, self.calls, self.rows = plans, calls, rows
        address = urllib.parse.urlsplit(network)
        self.network = HTTPConnection(address.hostname or "", address.port, timeout=30)

    def write(self, order: int) -> None:
        shares = {system: TRANSACTIONS.count(system) for system in self.connections}
        turn = dict.fromkeys(shares, 0)
        for number, system in enumerate(TRANSACTIONS):
            if number == CALLS_AFTER:
                self._call_network(order)
            part = self.plans[system][turn[system] :: shares[system]]
            turn[system] += 1
            with self.connections[system].transaction():
                for one in part:
                    self._write_table(system, one, order)

    def _write_table(self, system: str, one: TablePlan, order: int) -> None:
        connection = self.connections[system]
        count, names = max(one.inserts, 1), one.columns.split(", ")
        rows = self.rows[f"{system}.{one.table}"][order * count : (order + 1) * count]
        if not rows:  # it leaves no rows behind: the floor goes without it
            return
        keys = one.key.split(", ")
        key = [rows[0][names.index(name)] for name in keys]
        where = " AND ".join(f"{name} = %s" for name in keys)
        values = ", ".join(["%s"] * len(names))
        for row in rows if one.inserts else ():
            connection.execute(
                f"INSERT INTO floor.{one.table} ({one.columns}) VALUES ({values})", row
            )
        for _ in range(one.updates):
            connection.execute(
                f"UPDATE floor.{one.table} SET {keys[-1]} = {keys[-1]} WHERE {where}", key
            )
        for _ in range(one.deletes):
            connection.execute(f"DELETE FROM floor.{one.table} WHERE {where}", key)

    def _call_network(self, order: int) -> None:
        for element, count in self.calls.items():
            for number in range(count):
                self.network.request(
                    "POST",
                    f"/{element}/tmf-api/ServiceActivationAndConfiguration/v4/service",
                    json.dumps(_service(element, order * count + number)),
                    {"Content-Type": "application/json"},
                )
                answer = self.network.getresponse()
                answer.read()
                if answer.status not in (200, 201):
                    raise RuntimeError(f"the network answers {answer.status}")


def _service(element: str, number: int) -> dict[str, Any]:
    return {
        "@type": "Service",
        "name": f"FLOOR{number:09d}",
        "serviceType": element,
        "state": "active",
        "serviceCharacteristic": [
            {"name": "bar", "value": "none"},
            {"name": "version", "value": 1},
            {"name": "services", "value": ["VOICE", "SMS", "DATA"]},
        ],
        "supportingResource": [
            {"@referredType": "msisdn", "name": f"190{number:08d}"},
            {"@referredType": "iccid", "name": f"89869{number:015d}"},
        ],
        "externalReference": [
            {"externalReferenceType": "workOrder", "id": f"FLOOR{number:09d}", "name": element}
        ],
    }

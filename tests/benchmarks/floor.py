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
from datetime import datetime
from http.client import HTTPConnection
from multiprocessing import get_context
from typing import Any, NamedTuple

import psycopg

from tests.benchmarks.written import Counts

# The writing transactions of one order, and which part of its system's rows each writes: reserve,
# receive, result at provisioning; capture and two answers at CRM; one at BOSS. The marks that the
# relay sets on the outbox have transactions of their own, as many as it had in the measured run.
TRANSACTIONS = ("oss", "crm", "oss", "oss", "crm", "boss", "crm")
OUTBOX = "integration_outboxmessage"
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


class Plans(NamedTuple):
    """What an order writes in each system, and how many transactions the relay's marks take."""

    tables: dict[str, list[TablePlan]]
    marks: dict[str, float]


def plan(databases: Mapping[str, str], written: Counts, orders: int, since: datetime) -> Plans:
    """Make the copies; return what one order writes to each table, rounded to whole rows.

    ``since`` is when the measured run began; the relay stamps all it marks in one transaction
    with one time.
    """
    plans = Plans({system: [] for system in databases}, {})
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
                plans.tables[system].append(TablePlan(table, columns, key, *each))
            batches = connection.execute(
                f"SELECT count(DISTINCT sent_at) FROM {OUTBOX} WHERE created_at >= %s", [since]
            ).fetchone()
            plans.marks[system] = (batches[0] if batches else 0) / orders
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
        for table, held in rows_of(url, plans.tables[system], orders).items():
            rows[f"{system}.{table}"] = held

    def work(place: int) -> None:
        try:
            client = _Client(databases, plans, rows, network, calls)
            started.wait()
            go_event.wait()
            for order in range(place, orders, total):
                client.write(order)
            for system in databases:
                client.flush(system)
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
        self.unmarked: dict[str, list[int]] = {system: [] for system in databases}
        self.credit = dict.fromkeys(databases, 0.0)
        address = urllib.parse.urlsplit(network)
        self.network = HTTPConnection(address.hostname or "", address.port, timeout=30)

    def write(self, order: int) -> None:
        shares = {system: TRANSACTIONS.count(system) for system in self.connections}
        turn = dict.fromkeys(shares, 0)
        for number, system in enumerate(TRANSACTIONS):
            if number == CALLS_AFTER:
                self._call_network(order)
            part = self.plans.tables[system][turn[system] :: shares[system]]
            turn[system] += 1
            with self.connections[system].transaction():
                for one in part:
                    self._write_table(system, one, order)
        for system in self.connections:
            self._mark(system, order)

    def _mark(self, system: str, order: int) -> None:
        """Mark messages as sent in batches, as often as the relay did."""
        self.unmarked[system].append(order)
        self.credit[system] += self.plans.marks[system]
        if self.credit[system] >= 1:
            self.credit[system] -= 1
            self.flush(system)

    def flush(self, system: str) -> None:
        """Mark what is not marked yet, in one transaction."""
        outbox = next((one for one in self.plans.tables[system] if one.table == OUTBOX), None)
        waiting, self.unmarked[system] = self.unmarked[system], []
        if outbox is None or not waiting:
            return
        with self.connections[system].transaction():
            for order in waiting:
                self._write_table(system, outbox._replace(inserts=0), order, of=outbox.inserts)

    def _write_table(self, system: str, one: TablePlan, order: int, of: int = 0) -> None:
        connection = self.connections[system]
        count, names = max(one.inserts, of, 1), one.columns.split(", ")
        updates = 0 if one.table == OUTBOX and not of else one.updates
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
        for _ in range(updates):
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

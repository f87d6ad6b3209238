"""An operator whose processes are killed, or lose a connection, at one chosen point of their work.

Everything runs in this one process but through the real doors: the web's service, each system's
relay, its workers' tasks, and the sweep of work orders. A *point* is a moment at which a process
could die: around every commit, every statement that commits by itself, every message sent, every
message handed to the broker, every call of the network. Whoever dies loses its connections and
what it had not committed; the broker keeps what a worker had not finished.
"""

from __future__ import annotations

import json
import random
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from core.errors import DomainError
from core.systems import System
from integration import connections as connected
from integration import outbox, tasks
from integration.flow import FlowState
from integration.relay import Relay
from orders.models import CustomerOrder
from provisioning import services as provisioning
from provisioning.adapters.http import Element
from tests.unit.simulator.running import Simulator

T = TypeVar("T")
ROUNDS = 30  # more would mean that something turns in circles
_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+Z")
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_ALIASES = tuple(system.alias for system in System)


class Killed(BaseException):
    """The process is gone: nobody catches this."""


class Points:
    """Counts the points that work passes, and strikes once, at one of them.

    A commit that changes no row is none.

    ``blow`` is "kill" (the process dies there) or "cut" (its database connection does, and the
    process goes on with the error); only commits can be cut.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.target: int | None = None
        self.blow = "kill"
        self.struck = ""
        self.working = False  # what the test itself does has no points
        self.written: set[str] = set()  # the aliases whose open transaction has changed a row

    def begin(self, target: int | None, blow: str = "kill") -> None:
        """Start to count anew; strike at ``target``, or nowhere."""
        self.names, self.target, self.blow, self.struck = [], target, blow, ""
        self.written.clear()

    def pass_(self, name: str, connection: Any = None) -> None:
        """Pass a point; the blow falls here if it is the one."""
        if not self.working or (self.blow == "cut" and connection is None):
            return
        self.names.append(name)
        if self.target != len(self.names) - 1:
            return
        self.struck = name
        if self.blow == "kill":
            if connection is not None:
                connection.connection.rollback()  # as the server does when its client is gone
            raise Killed(name)
        connection.connection.close()
        if name.startswith("after"):
            raise OperationalError("the connection was lost")

    def around(self, owner: Any, name: str, called: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make a point before and after each call of ``owner.name``."""
        original = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.pass_(f"before {called}")
            result = original(*args, **kwargs)
            self.pass_(f"after {called}")
            return result

        monkeypatch.setattr(owner, name, watched)

    def watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make points of commits, lone writes, messages, deliveries and network calls."""
        self.around(outbox, "send", "a message is sent", monkeypatch)
        self.around(Element, "_call", "the network is called", monkeypatch)
        commit, execute = BaseDatabaseWrapper._commit, CursorWrapper.execute

        def committed(connection: BaseDatabaseWrapper) -> None:
            changes = connection.alias in self.written
            if changes:
                self.pass_(f"before {connection.alias} commits", connection)
            commit(connection)
            self.written.discard(connection.alias)
            if changes:
                self.pass_(f"after {connection.alias} has committed", connection)

        def executed(cursor: CursorWrapper, sql: Any, params: Any = None) -> Any:
            writes = bool(_WRITES.match(str(sql)))
            lone = writes and not cursor.db.in_atomic_block
            if lone:
                self.pass_(f"before a lone write of {cursor.db.alias}")
            result = execute(cursor, sql, params)
            if lone:
                self.pass_(f"after a lone write of {cursor.db.alias}")
            elif writes and cursor.rowcount:
                self.written.add(cursor.db.alias)
            return result

        monkeypatch.setattr(BaseDatabaseWrapper, "_commit", committed)
        monkeypatch.setattr(CursorWrapper, "execute", executed)


class Disturbed:
    """The systems' processes, in turn, and the broker between them.

    With ``shuffle`` the broker hands its tasks out in any order, with ``twice`` it hands out each
    of them a second time, at once or long after.
    """

    def __init__(self, points: Points, monkeypatch: pytest.MonkeyPatch) -> None:
        self.points = points
        self.broker: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self.shuffle: random.Random | None = None
        self.twice = False
        self.handed_out: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        client = SimpleNamespace(llen=lambda queue: len(self.broker))
        self.producer = SimpleNamespace(channel=SimpleNamespace(client=client))
        self.relays = [Relay(system, Event()) for system in System]
        for task in (tasks.receive_messages, tasks.drain_subject):
            monkeypatch.setattr(task, "apply_async", self._taker(task))

    def _taker(self, task: Any) -> Callable[..., None]:
        def take(args: tuple[Any, ...], **options: Any) -> None:
            self.points.pass_("before the broker takes a task")
            self.broker.append((task, args))
            self.points.pass_("after the broker has taken a task")

        return take

    def until_accepted(self, send: Callable[[], T]) -> T:
        """Ask as a channel or a clerk does: again while nobody answers or a system is silent."""
        for _ in range(3):
            with self._alive():
                try:
                    return send()
                except OperationalError:  # the door answers 503
                    _end_of_request()
                except DomainError as refusal:
                    if refusal.status != 503:
                        raise
                    _end_of_request()
        raise AssertionError("sent three times and never accepted")

    def run(self) -> None:
        """Let everybody work until nothing is left to do; the dead are started again."""
        for _ in range(ROUNDS):
            for relay in self.relays:
                with self._alive():
                    self._relay(relay)
            while self.broker:
                self._hand_out()
            with self._alive(), suppress(OperationalError):  # the beat says it again
                provisioning.resume_work_orders(clock=_much_later)
            if self._is_quiet():
                return
            _let_time_pass()
        raise AssertionError(f"not quiet after {ROUNDS} rounds, struck {self.points.struck!r}")

    def again(self) -> None:
        """Hand out every task of the past once more, the newest first."""
        for task, args in reversed(self.handed_out):
            with self._alive():
                task(*args)
        self.run()

    def _hand_out(self) -> None:
        if self.shuffle is not None:
            self.broker.rotate(self.shuffle.randrange(len(self.broker)))
        task, args = self.broker[0]
        with self._alive():
            task(*args)
            if self.twice:
                task(*args)
                self.handed_out.append((task, args))
            self.broker.popleft()  # acknowledged late: what was not finished comes again

    def _relay(self, relay: Relay) -> None:
        try:
            relay.carry(self.producer)
            relay.wake_due(self.producer)
            relay.confirm(self.producer)
        except OperationalError:  # it pauses and begins again
            connections[relay.system.alias].close()

    @contextmanager
    def _alive(self) -> Iterator[None]:
        self.points.working = True
        try:
            yield
        except Killed:
            self.points.working = False
            connections.close_all()
            connected.forget_all()
            for relay in self.relays:
                relay._down.clear()
                relay._closed.clear()
        finally:
            self.points.working = False

    def _is_quiet(self) -> bool:
        waiting = (FlowState.HELD, FlowState.PENDING)  # for a person, or for one that is held
        moving = CustomerOrder.objects.filter(closed_at=None).exclude(state__in=waiting)
        if self.broker or moving.exists():
            return False
        return not any(
            _rows(alias, "SELECT 1 FROM integration_outboxmessage WHERE received_at IS NULL")
            or _rows(alias, "SELECT 1 FROM integration_inboxmessage WHERE done_at IS NULL")
            for alias in _ALIASES
        )


def _end_of_request() -> None:
    for connection in connections.all(initialized_only=True):
        connection.close_if_unusable_or_obsolete()


def _much_later() -> datetime:
    return timezone.now() + timedelta(seconds=60)


def _let_time_pass() -> None:
    """Make due at once what the relays would come back to in some seconds."""
    for alias in _ALIASES:
        for table in ("outboxmessage", "inboxmessage"):
            _do(
                alias,
                f"UPDATE integration_{table} SET next_attempt_at = now()"
                " WHERE next_attempt_at > now()",
            )


def _do(alias: str, sql: str, *parameters: Any) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, parameters)


def _rows(alias: str, sql: str, *parameters: Any) -> list[dict[str, Any]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# -- what is left of it: every row that a flow writes, without what may differ -------------------

SEAM = ("inboxmessage", "inboxstream", "outboxmessage", "outboxstream", "flowstep")
SUBSCRIBER = {
    "default": [
        "orders_waitingline",
        "orders_cancellation",
        "orders_orderitem",
        "orders_suborder",
        "orders_orderhistory",
        "orders_customerorder",
        "customers_paymentrelation",
        "customers_subscription",
        "customers_subscriber",
    ],
    "boss": ["billing_paymentrelation", "billing_billingsubscription", "billing_billingsubscriber"],
    "oss": ["provisioning_workorder", "provisioning_provisioningorder", "provisioning_line"],
}
CUSTOMER = {
    "default": [*SUBSCRIBER["default"], "customers_identitydocument", "customers_account",
                "customers_customer"],
    "boss": [*SUBSCRIBER["boss"], "billing_billingaccount", "billing_billingcustomer"],
    "oss": SUBSCRIBER["oss"],
}  # fmt: skip
# How often something was tried, and when, is the road; the rest is where it led.
_ROAD = {"attempts", "clock", "request_clock", "next_attempt_at", "due_at", "thread", "body",
         "error", "number_encrypted", "imsi"}  # fmt: skip


def forget(tables: dict[str, list[str]]) -> None:
    """Delete every row that flows have written."""
    for alias, names in tables.items():
        for name in (*(f"integration_{one}" for one in SEAM), *names):
            _do(alias, f"DELETE FROM {name}")


def outcome(
    tables: dict[str, list[str]], numbers: Sequence[str] = (), cards: Sequence[str] = ()
) -> dict[str, Any]:
    """Return every row that flows have written, comparable with another run's.

    ``numbers`` and ``cards`` are those of this run; another run has others.
    """
    rows: dict[str, Any] = {}
    for alias, names in tables.items():
        for name in (*(f"integration_{one}" for one in SEAM), *names):
            found = _rows(alias, f"SELECT * FROM {name}")
            if name == "integration_flowstep":  # questions may be asked again; writes happen once
                found = [row for row in found if row["name"] == "DataAccess"]
            rows[f"{alias} {name}"] = [_comparable(row) for row in found]
    for table, key, values in (("phonenumber", "msisdn", numbers), ("simcard", "iccid", cards)):
        sql = f"SELECT * FROM provisioning_{table} WHERE {key} = ANY(%s)"
        rows[f"oss {table}"] = [_comparable(row) for row in _rows("oss", sql, list(values))]
    text = named(json.dumps(rows, ensure_ascii=False, default=str, sort_keys=True), numbers, cards)
    return {
        name: sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows)
        for name, rows in json.loads(_without_numbers(text)).items()
    }


def named(text: str, numbers: Sequence[str], cards: Sequence[str]) -> str:
    """Return a text with a name for each number and card of a run, and for each instant."""
    text = _INSTANT.sub("an instant", text)
    for kind, values in (("msisdn", numbers), ("iccid", cards)):
        for place, real in enumerate(values, start=1):
            text = text.replace(real, f"<{kind}{place}>")
    return text


def on_the_network(simulator: Simulator, subscriber_no: str) -> list[Any]:
    """Return what each element serves a subscriber with."""
    services = []
    for element in ("hlr", "dsmp", "eoms"):
        for one in simulator.services(element, f"?name={subscriber_no}").body:
            kept = ("state", "serviceCharacteristic", "supportingResource")
            services.append((element, [one[name] for name in kept]))
    return services


def acted(simulator: Simulator) -> int:
    """Return how often any element has acted."""
    return sum(simulator.counts(element)["acted"] for element in ("hlr", "dsmp", "eoms"))


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _plain(value)
        for name, value in row.items()
        if name not in _ROAD
        and name != "id"
        and not (name.endswith("_id") and not isinstance(value, str))
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return "an instant"
    return value


def _without_numbers(text: str) -> str:
    """Name the business numbers in their order; a process that died leaves a gap in them."""
    found = sorted(set(re.findall(r"\b[ACFPSW][CBO]\d{9,}\b", text)))
    names: dict[str, str] = {}
    for number in found:
        kind = number[0]
        names[number] = f"{kind}{sum(1 for one in names.values() if one[0] == kind) + 1}"
    return re.sub(r"\b[ACFPSW][CBO]\d{9,}\b", lambda match: names[match[0]], text)

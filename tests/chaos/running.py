"""Orders placed while processes are killed; afterwards everything must agree."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import psycopg

from config.instance.layout import ROOT
from tests.channel import (
    CUSTOMER,
    ORDER,
    Channel,
    Reply,
    Unreachable,
    customer_body,
    free_resources,
    order_body,
)
from tests.chaos.killing import Killer, wait_for
from tests.instance import Instance

CLIENTS = 8
ORDERS_A_CUSTOMER = 4
SETTLE_SECONDS = 180.0
GIVE_UP_SECONDS = 120.0


@dataclass
class Outcome:
    """What came out of it: nothing may be lost, doubled or different."""

    orders: int = 0
    completed: int = 0
    fallout: int = 0
    lost: int = 0
    doubled: int = 0
    differences: int = 0
    kills: int = 0
    seconds: float = 0.0
    resent: int = 0
    killed: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> str:
        """Return the line that ``--json`` prints last."""
        return json.dumps(asdict(self))


def run(
    instance: Instance, *, orders: int, kills: int, seed: int, say: Callable[[str], None]
) -> Outcome:
    """Place ``orders`` under ``kills`` kills; return what came out once all has settled."""
    channel = Channel(instance.demo, timeout=10.0)
    channel.sign_in()
    numbers = free_resources(channel, "msisdn", orders)
    cards = free_resources(channel, "sim", orders)
    outcome = Outcome(orders=orders)
    started = time.monotonic()
    killer = Killer(instance.pids_file, kills, seed=seed)
    killer.start()
    placing = _Placing(channel, outcome, numbers, cards, killer, orders, kills)
    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(placing.place, range(orders)))
    say(f"{orders} orders accepted, {outcome.resent} sent again, {killer.count} kills")
    killer.join()
    outcome.kills, outcome.killed = killer.count, killer.done
    wait_for("the instance to be well again", lambda: _is_well(instance), seconds=60)
    say("waiting until every order has closed")
    wait_for("every order to close", lambda: not _open(instance), seconds=SETTLE_SECONDS)
    _count(instance, placing.accepted, outcome)
    outcome.differences = _reconcile(instance)
    outcome.seconds = round(time.monotonic() - started, 1)
    return outcome


class _Placing:
    """Clients that send each customer and order again until it is accepted."""

    def __init__(
        self,
        channel: Channel,
        outcome: Outcome,
        numbers: list[str],
        cards: list[str],
        killer: Killer,
        orders: int,
        kills: int,
    ) -> None:
        self.channel, self.outcome = channel, outcome
        self.numbers, self.cards = numbers, cards
        self.killer, self.orders, self.kills = killer, orders, kills
        self.customers: dict[int, tuple[str, str]] = {}
        self.locks = [threading.Lock() for _ in range(orders // ORDERS_A_CUSTOMER + 1)]
        self.accepted: dict[str, str] = {}

    def place(self, number: int) -> None:
        """Place one order once its share of the kills has happened."""
        share = number / self.orders * self.kills * 0.95
        while self.killer.count < share and self.killer.is_alive():
            time.sleep(0.05)
        customer, account = self._customer(number // ORDERS_A_CUSTOMER)
        external_id = f"chaos-{number}"
        body = order_body(
            customer=customer,
            account=account,
            offering=self.channel.demo["main_offering"],
            msisdn=self.numbers[number],
            iccid=self.cards[number],
            external_id=external_id,
        )
        wait = 5 if number % 3 == 0 else None
        reply = self._until_accepted(lambda: self.channel.post(ORDER, body, wait=wait))
        self.accepted[external_id] = reply.body["id"]

    def _customer(self, number: int) -> tuple[str, str]:
        with self.locks[number]:
            if number not in self.customers:
                body = customer_body(number, f"chaos-customer-{number}")
                reply = self._until_accepted(lambda: self.channel.post(CUSTOMER, body))
                self.customers[number] = (reply.body["id"], reply.body["account"][0]["id"])
            return self.customers[number]

    def _until_accepted(self, send: Callable[[], Reply]) -> Reply:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        for attempt in itertools.count():
            try:
                reply = send()
                if reply.status in (200, 201):
                    return reply
                if reply.status not in (500, 502, 503):
                    raise RuntimeError(f"refused: {reply}")
                problem = str(reply)
            except Unreachable as error:
                problem = str(error)
            if time.monotonic() > deadline:
                raise TimeoutError(f"not accepted after {attempt + 1} tries: {problem}")
            self.outcome.resent += 1
            time.sleep(0.2)
        raise AssertionError("unreachable")


def _is_well(instance: Instance) -> bool:
    try:
        with urllib.request.urlopen(f"{instance.demo['base_url']}/health/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _open(instance: Instance) -> int:
    try:
        return int(
            _one(
                instance,
                "crm",
                "SELECT count(*) FROM orders_customerorder"
                " WHERE closed_at IS NULL AND state <> 'held'",
            )
        )
    except psycopg.Error:
        return 1


def _count(instance: Instance, accepted: dict[str, str], outcome: Outcome) -> None:
    with psycopg.connect(instance.databases["crm"]) as connection:
        rows = connection.execute(
            "SELECT external_id, order_no, state FROM orders_customerorder"
            " WHERE flow = 'open_subscriber'"
        ).fetchall()
    kept = {external_id: (order_no, state) for external_id, order_no, state in rows}
    outcome.completed = sum(state == "completed" for _, state in kept.values())
    outcome.fallout = sum(state == "held" for _, state in kept.values())
    outcome.lost = sum(kept.get(key, ("", ""))[0] != no for key, no in accepted.items())
    outcome.lost += outcome.orders - len(accepted)
    outcome.doubled = len(rows) - outcome.orders + _doubled(instance, outcome.completed)


def _doubled(instance: Instance, completed: int) -> int:
    """Count what happened more than once: on the network, in BOSS, in CRM."""
    with urllib.request.urlopen(f"{instance.network}/control", timeout=5) as answer:
        control = json.load(answer)
    acted = sum(one["counts"]["acted"] for one in control.values() if "counts" in one)
    work_orders = int(
        _one(instance, "oss", "SELECT count(*) FROM provisioning_workorder WHERE state = 'done'")
    )
    boss = int(_one(instance, "boss", "SELECT count(*) FROM billing_billingsubscriber"))
    crm = int(_one(instance, "crm", "SELECT count(*) FROM customers_subscriber"))
    return abs(acted - work_orders) + abs(boss - completed) + abs(crm - completed)


def _one(instance: Instance, system: str, query: str) -> Any:
    with psycopg.connect(instance.databases[system]) as connection:
        row = connection.execute(query).fetchone()
        return row[0] if row else 0


def _reconcile(instance: Instance) -> int:
    done = subprocess.run(
        [sys.executable, "manage.py", "reconcile", "--json"],
        cwd=ROOT,
        env=instance.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(json.loads(done.stdout.strip().splitlines()[-1])["differences"])

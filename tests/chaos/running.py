"""A mix of orders while processes are killed and the network refuses; then all must agree."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

import psycopg

from config.instance.layout import ROOT
from tests.channel import Channel, free_resources
from tests.chaos import counting
from tests.chaos.killing import Killer, wait_for
from tests.chaos.lives import Clients, lives
from tests.instance import Instance

CLIENTS = 16
SETTLE_SECONDS = 180.0
REFUSALS_EVERY = (1.0, 4.0)  # seconds


@dataclass
class Outcome:
    """What came out of it: nothing may be lost, doubled, left over or different.

    ``orders`` were meant to be placed; those ``completed`` have come to the end they should, the
    others are still ``fallout`` (held). Among the completed, ``cancelled`` were by their customer
    or by the desk, ``refused`` because what they were about had been cancelled. ``businesses``
    counts them by flow and state, ``desk`` what the fallout desk decided, ``left`` what should be
    empty and is not.
    """

    orders: int = 0
    completed: int = 0
    cancelled: int = 0
    refused: int = 0
    fallout: int = 0
    lost: int = 0
    doubled: int = 0
    differences: list[str] = field(default_factory=list)
    kills: int = 0
    seconds: float = 0.0
    resent: int = 0
    cancels: int = 0
    cancelled_too_late: int = 0
    businesses: dict[str, dict[str, int]] = field(default_factory=dict)
    desk: dict[str, int] = field(default_factory=dict)
    twice: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    killed: dict[str, int] = field(default_factory=dict)

    @property
    def agrees(self) -> bool:
        """Tell whether every order came to its end, and to it alone."""
        ended = self.completed == self.orders
        wrong = self.lost or self.doubled or self.differences or self.fallout or self.left
        return ended and not wrong

    def as_json(self) -> str:
        """Return the line that ``--json`` prints last."""
        return json.dumps(asdict(self))


def run(
    instance: Instance, *, orders: int, kills: int, seed: int, say: Callable[[str], None]
) -> Outcome:
    """Place ``orders`` under ``kills`` kills; return what came out once all has settled."""
    channel = Channel(instance.demo, timeout=10.0)
    channel.sign_in()
    everybody = list(lives(orders))
    numbers = free_resources(channel, "msisdn", len(everybody))
    cards = free_resources(channel, "sim", len(everybody))
    outcome = Outcome(orders=orders)
    started = time.monotonic()
    killer = Killer(instance.pids_file, kills, seed=seed)

    def pace(number: int) -> None:
        """Return once an order's share of the kills has happened."""
        share = number / orders * kills * 0.95
        while killer.count < share and killer.is_alive():
            time.sleep(0.05)

    clients = Clients(channel, numbers, cards, pace)
    killer.start()
    with _desk(instance, outcome):
        with _refusing_network(instance, seed), ThreadPoolExecutor(CLIENTS) as threads:
            list(threads.map(clients.live, everybody))
            said = clients.said
            say(f"{len(said.accepted)} orders accepted, {said.resent} sent again, "
                f"{killer.count} kills")  # fmt: skip
            killer.join()
        outcome.kills, outcome.killed = killer.count, killer.done
        wait_for("the instance to be well again", lambda: _is_well(instance), seconds=60)
        say("waiting until every order has closed")
        wait_for(
            "every order to close",
            lambda: not counting.open_orders(instance),
            seconds=SETTLE_SECONDS,
        )
    wait_for("messages to be confirmed", lambda: _is_silent(instance), seconds=60)
    _count(instance, clients, outcome)
    outcome.seconds = round(time.monotonic() - started, 1)
    return outcome


def _count(instance: Instance, clients: Clients, outcome: Outcome) -> None:
    said = clients.said
    outcome.resent, outcome.refused = said.resent, said.refused
    outcome.cancels, outcome.cancelled_too_late = said.cancels, said.too_late
    outcome.businesses = counting.by_business(instance)
    states = outcome.businesses.values()
    outcome.cancelled = sum(one.get("cancelled", 0) for one in states)
    done = sum(one.get("completed", 0) for one in states)
    outcome.completed = done + outcome.cancelled + outcome.refused
    outcome.fallout = counting.held_orders(instance)
    outcome.lost = counting.lost(instance, said.accepted)
    outcome.lost += outcome.orders - len(said.accepted) - said.refused
    outcome.twice = counting.doubled(instance, len(said.accepted))
    outcome.doubled = sum(outcome.twice.values())
    outcome.left = counting.left_over(instance)
    outcome.differences = counting.differences(instance)


@contextmanager
def _desk(instance: Instance, outcome: Outcome) -> Iterator[None]:
    """Let a fallout desk work, in a process of its own, as long as the block lasts."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.desk"],
        cwd=ROOT,
        env={**instance.environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as desk:
        try:
            yield
        finally:
            said, _ = desk.communicate(timeout=30)
        if desk.returncode == 0:
            outcome.desk = json.loads(said.strip().splitlines()[-1])


@contextmanager
def _refusing_network(instance: Instance, seed: int) -> Iterator[None]:
    """Let elements refuse a few work orders now and then; at the end they work again."""
    stopping = threading.Event()
    chance = random.Random(seed)

    def refuse() -> None:
        while True:
            element = chance.choice(("hlr", "hlr", "dsmp"))
            _set(instance, element, {"mode": "refuse", "count": chance.randint(1, 3)})
            if stopping.wait(chance.uniform(*REFUSALS_EVERY)):
                return

    weather = threading.Thread(target=refuse, daemon=True)
    weather.start()
    try:
        yield
    finally:
        stopping.set()
        weather.join()
        fine = {"mode": "ok"}
        wait_for(
            "the network to be fine",
            lambda: all(_set(instance, element, fine) for element in ("hlr", "dsmp")),
            seconds=60,
        )


def _set(instance: Instance, element: str, mode: dict[str, object]) -> bool:
    """Set how an element behaves; False when it has just been killed."""
    request = urllib.request.Request(
        f"{instance.network}/control/{element}",
        data=json.dumps(mode).encode(),
        headers={"Content-Type": "application/json"},
        method="PUT",
    )
    try:
        with urllib.request.urlopen(request, timeout=5):
            return True
    except OSError:
        return False


def _is_well(instance: Instance) -> bool:
    try:
        with urllib.request.urlopen(f"{instance.demo['base_url']}/health/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _is_silent(instance: Instance) -> bool:
    """Tell whether every message is confirmed and acted on."""
    try:
        left = counting.left_over(instance)
    except psycopg.Error:
        return False
    return not any(name.endswith(("unconfirmed", "unheard")) for name in left)

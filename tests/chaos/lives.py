"""What subscribers go through under chaos: lives of a few orders each, sent over the REST API."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.channel import (
    CUSTOMER,
    ORDER,
    Channel,
    Reply,
    Unreachable,
    customer_body,
    order_body,
)

CANCEL = "/tmf-api/productOrderingManagement/v4/cancelProductOrder"
CONTENT, PACK, OTHER_PLAN, PREPAID = "CONTENT-VRBT", "PACK-DATA-10G", "PLAN-198", "PREPAID-GO"
CLOSED = ("completed", "partial", "failed", "cancelled", "rejected")
# Of somebody whose opening or add-on the desk has cancelled nothing more can be ordered.
OVER = ("subscriberEnded", "productIsLeaving")
TOO_LATE = ("orderClosed", "pastPointOfNoReturn")
GIVE_UP_SECONDS = 120.0
SUBSCRIBERS_A_CUSTOMER = 4

# Words with a colon are orders; the others are what is done about the order before.
LIVES: tuple[tuple[str, ...], ...] = (
    ("open:", f"add:{CONTENT}", "wait", f"delete:{CONTENT}"),
    ("open:", f"change:{OTHER_PLAN}", f"add:{PACK}"),
    ("open:", f"add:{CONTENT}", "cancel", f"add:{PACK}"),
    ("open:", "cancel"),
    ("open:", f"add:{CONTENT}", "terminate:"),
    (f"open:{PREPAID}", f"add:{PACK}"),
    ("open:", "wait", "terminate:", "cancel"),
)


@dataclass(frozen=True, slots=True)
class Life:
    """A subscriber to be: its place among all, its steps, and how many orders come before it."""

    number: int
    steps: tuple[str, ...]
    before: int

    @property
    def prepaid(self) -> bool:
        """Tell whether it is opened with a prepaid product."""
        return self.steps[0].endswith(PREPAID)


def lives(orders: int) -> Iterator[Life]:
    """Yield lives with exactly ``orders`` orders in all; the last one may be cut short."""
    left = orders
    for number in itertools.count():
        steps: list[str] = []
        for step in LIVES[number % len(LIVES)]:
            if ":" in step and left == sum(":" in one for one in steps):
                break
            steps.append(step)
        if not steps:
            return
        yield Life(number, tuple(steps), orders - left)
        left -= sum(":" in one for one in steps)


@dataclass
class Said:
    """What the clients sent and heard: orders by external id, and what could not be had."""

    accepted: dict[str, str] = field(default_factory=dict)
    refused: int = 0
    cancels: int = 0
    too_late: int = 0
    resent: int = 0


class Clients:
    """Clients that send each request again until it is answered."""

    def __init__(
        self,
        channel: Channel,
        numbers: list[str],
        cards: list[str],
        pace: Callable[[int], None],
    ) -> None:
        self.channel, self.numbers, self.cards, self.pace = channel, numbers, cards, pace
        self.said = Said()
        self._customers: dict[str, tuple[str, str]] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def live(self, life: Life) -> None:
        """Send the orders of one life, one after the other."""
        placed, opened, last = 0, None, None
        for step in life.steps:
            if step == "wait":
                last = self._until_closed(last)
            elif step == "cancel":
                self._cancel(last)
            else:
                self.pace(life.before + placed)
                external_id = f"chaos-{life.number}-{placed}"
                last = self._order(life, step, opened, last, external_id)
                if last is None:  # it is over: so are the orders that would have come
                    rest = sum(":" in one for one in life.steps) - placed
                    with self._guard:
                        self.said.refused += rest
                    return
                opened = opened or last
                placed += 1

    def _order(
        self,
        life: Life,
        step: str,
        opened: dict[str, Any] | None,
        last: dict[str, Any] | None,
        external_id: str,
    ) -> dict[str, Any] | None:
        deed, _, offering = step.partition(":")
        if opened is None:
            body = self._opening(life, offering)
        else:
            body = _change(deed, offering, opened, last or opened)
        body["externalId"] = external_id
        wait = 5 if life.number % 3 == 0 else None
        reply = self._until_answered(lambda: self.channel.post(ORDER, body, wait=wait), OVER)
        if reply.status not in (200, 201):
            return None
        with self._guard:
            self.said.accepted[external_id] = reply.body["id"]
        return dict(reply.body)

    def _opening(self, life: Life, offering: str) -> dict[str, Any]:
        kind = "prepaid" if life.prepaid else "postpaid"
        customer, account = self._customer(f"{kind}-{life.number // SUBSCRIBERS_A_CUSTOMER}")
        return order_body(
            customer=customer,
            account=account,
            offering=offering or self.channel.demo["main_offering"],
            msisdn=self.numbers[life.number],
            iccid=self.cards[life.number],
        )

    def _cancel(self, order: dict[str, Any] | None) -> None:
        body = {
            "productOrder": {"id": order["id"] if order else ""},
            "cancellationReason": "客户改变主意",
        }
        reply = self._until_answered(lambda: self.channel.post(CANCEL, body), TOO_LATE)
        with self._guard:
            self.said.cancels += 1
            self.said.too_late += reply.status not in (200, 201)

    def _until_closed(self, order: dict[str, Any] | None) -> dict[str, Any]:
        path = f"{ORDER}/{order['id'] if order else ''}"
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while True:
            reply = self._until_answered(lambda: self.channel.get(path), ())
            if reply.body["state"] in CLOSED:
                return dict(reply.body)
            if time.monotonic() > deadline:
                raise TimeoutError(f"not closed: {reply.body['id']} {reply.body['state']}")
            time.sleep(0.5)

    def _customer(self, name: str) -> tuple[str, str]:
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._customers:
                body = customer_body(len(self._locks), f"chaos-{name}")
                body["name"] = f"混沌{name}"
                body["characteristic"].append(
                    {"name": "chargingMode", "value": name.partition("-")[0]}
                )
                reply = self._until_answered(lambda: self.channel.post(CUSTOMER, body), ())
                self._customers[name] = (reply.body["id"], reply.body["account"][0]["id"])
            return self._customers[name]

    def _until_answered(self, send: Callable[[], Reply], refusals: tuple[str, ...]) -> Reply:
        deadline = time.monotonic() + GIVE_UP_SECONDS
        for attempt in itertools.count():
            try:
                reply = send()
                if reply.status in (200, 201):
                    return reply
                if reply.status < 500 and reply.body.get("code") in refusals:
                    return reply
                if reply.status not in (500, 502, 503):
                    raise RuntimeError(f"refused: {reply}")
                problem = str(reply)
            except Unreachable as error:
                problem = str(error)
            if time.monotonic() > deadline:
                raise TimeoutError(f"not answered in {attempt + 1} tries: {problem}")
            with self._guard:
                self.said.resent += 1
            time.sleep(0.2)
        raise AssertionError("unreachable")


def _change(
    deed: str, offering: str, opened: dict[str, Any], last: dict[str, Any]
) -> dict[str, Any]:
    """Return an order that adds to, changes, shortens or ends what was opened."""
    [first, *_] = opened["productOrderItem"]
    known = {one["name"]: one["value"] for one in first["product"]["productCharacteristic"]}
    item: dict[str, Any] = {"id": "1"}
    match deed:
        case "add":
            item |= {
                "action": "add",
                "productOffering": {"id": offering},
                "product": {
                    "productCharacteristic": [{"name": "subscriber", "value": known["subscriber"]}]
                },
            }
        case "change":
            item |= {
                "action": "modify",
                "productOffering": {"id": offering},
                "product": {"id": first["product"]["id"]},
            }
        case "delete":
            item |= {
                "action": "delete",
                "product": {"id": last["productOrderItem"][0]["product"]["id"]},
            }
        case "terminate":
            item |= {"action": "delete", "product": {"id": first["product"]["id"]}}
    return {"productOrderItem": [item]}

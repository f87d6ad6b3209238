"""A stage on which one story is played again and again, each time with another blow.

A story prepares what there is already, undisturbed, and then does its deed, disturbed. However it
was disturbed, everything that it leaves must be as if it had not been.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from core.systems import System
from integration import connections as connected
from integration.flow import FlowState
from integration.trace import show_trace
from orders import services
from orders.models import CustomerOrder
from orders.reconciliation import reconcile, theirs
from orders.reconciliation.comparing import Difference
from orders.values import ItemRequest, OrderRequest, Submission
from provisioning.numbering import iccid_of, imsi_of
from provisioning.services import load_numbers, load_sims
from provisioning.values import CardRow, NumberRow
from tests.journeys import disturbed
from tests.journeys.conftest import PREPAID, Operator
from tests.journeys.disturbed import Disturbed, Points

CONTENT = "CONTENT-VRBT"  # two network elements, one after the other
PACK = "PACK-DATA-10G"  # nothing for the network to do
PLENTY = 1000  # numbers and cards: each run takes new ones, for the network forgets nothing
SIGNING_IN = ("ConnectRequest", "VerifyRequest", "VerifyResponse", "ConnectResponse")
_first = count(5_000_000, PLENTY)


@dataclass(frozen=True, slots=True)
class Story:
    """What there is before, what is asked for, and how the order must end."""

    prepare: Callable[[Stage], CustomerOrder | None]
    ask: Callable[[Stage, Any], CustomerOrder]
    state: str = "completed"


class Stage:
    """One operator, disturbed, with plenty of numbers and cards."""

    def __init__(self, operator: Operator, points: Points, processes: Disturbed) -> None:
        self.operator, self.points, self.processes = operator, points, processes
        self.free = _resources(operator)
        self.customers: dict[str, CustomerOrder] = {}
        self.numbers: list[str] = []
        self.cards: list[str] = []

    # -- what a story is made of ------------------------------------------------------------------

    def open(self, *offerings: str) -> CustomerOrder:
        """Send the order for a new subscriber, again until it is accepted."""
        mode = "prepaid" if PREPAID in offerings else "postpaid"
        customer = self.customers[mode]
        if not self.numbers:
            self.take()
        resources = {"msisdn": self.numbers[0], "iccid": self.cards[0]}
        items = tuple(
            ItemRequest(
                item_id=str(place),
                action="add",
                offering_code=code,
                characteristics=resources if place == 1 else {},
            )
            for place, code in enumerate(offerings, start=1)
        )
        request = OrderRequest(
            customer_no=customer.customer_no, account_no=customer.account_no, items=items
        )
        return self._until_accepted(
            lambda: services.submit_order(
                request=request,
                submission=Submission(external_id="opening", fingerprint="content"),
                actor=self.operator.actor,
                at=self.operator.now,
            )
        )

    def opened(self, *offerings: str) -> CustomerOrder:
        """Open a subscriber to the end."""
        order = self.open(*offerings)
        self.processes.run()
        return order

    def order(self, opened: CustomerOrder, **wish: str) -> CustomerOrder:
        """Send an order for products of a subscriber, again until it is accepted."""
        name = f"wish {sorted(wish.items())}"
        return self._until_accepted(lambda: self.operator.order(opened, external_id=name, **wish))

    def held(self, element: str, send: Callable[[], CustomerOrder]) -> CustomerOrder:
        """Send an order that an element of the network refuses, once; it is held then."""
        self.operator.simulator.set(element, "refuse", count=1)
        order = send()
        self.processes.run()
        order.refresh_from_db()
        assert order.state == FlowState.HELD
        return order

    def cancel(self, order: CustomerOrder) -> CustomerOrder:
        """Cancel an order, again until somebody answers."""
        return self._until_accepted(
            lambda: (
                services.cancel_order(
                    order_no=order.order_no,
                    reason="客户不要了",
                    actor=self.operator.actor,
                    at=self.operator.now,
                ).order
            )
        )

    def retry(self, order: CustomerOrder, **changes: str) -> CustomerOrder:
        """Retry a held order; whoever got no answer looks at it before he presses again."""

        def press() -> CustomerOrder:
            order.refresh_from_db()
            if order.state != FlowState.HELD:
                return order
            return services.retry_order(
                order_no=order.order_no,
                actor=self.operator.actor,
                at=self.operator.now,
                changes=changes,
            )

        return self._until_accepted(press)

    def skip(self, order: CustomerOrder, position: int) -> CustomerOrder:
        """Skip a refused step, as ``retry`` retries."""

        def press() -> CustomerOrder:
            order.refresh_from_db()
            if order.state != FlowState.HELD:
                return order
            return services.skip_step(
                order_no=order.order_no,
                position=position,
                reason="人工已处理",
                actor=self.operator.actor,
                at=self.operator.now,
            )

        return self._until_accepted(press)

    def take(self) -> tuple[str, str]:
        """Take the next free number and card for this run."""
        msisdn, iccid = next(self.free)
        self.numbers.append(msisdn)
        self.cards.append(iccid)
        return msisdn, iccid

    def _until_accepted(self, send: Callable[[], CustomerOrder]) -> CustomerOrder:
        return self.processes.until_accepted(send)

    def sign_in(self) -> None:
        """Connect every system to every other; whoever is killed later has to sign in again."""
        self.points.begin(None)
        for sender in System:
            for receiver in System:
                connected.have(sender, receiver)

    # -- playing it -------------------------------------------------------------------------------

    def play(self, story: Story, target: int | None = None, blow: str = "kill") -> dict[str, Any]:
        """Play a story, with the blow at ``target``; return all that it leaves."""
        disturbed.forget(disturbed.SUBSCRIBER)
        self.sign_in()
        self.numbers, self.cards = [], []
        self.processes.handed_out.clear()
        for element in ("hlr", "dsmp", "eoms"):
            self.operator.simulator.set(element, "ok")
        before = story.prepare(self)
        acted = disturbed.acted(self.operator.simulator)
        self.points.begin(target, blow)
        order = story.ask(self, before)
        self.processes.run()
        if self.processes.twice:
            self.processes.again()
        order.refresh_from_db()
        assert order.state == story.state, f"{order.state} {order.cause_zh}"
        return self._left(order, acted)

    def at_every_point(self, story: Story, blow: str = "kill", *, thin: bool = False) -> int:
        """Play it undisturbed, then once for each point with the blow there; return how many.

        ``thin`` strikes once between two effects that last: a commit, a task handed to the broker,
        a call of the network. Every prefix of them is played all the same.
        """
        expected = self.play(story, blow=blow)
        names = list(self.points.names)
        chosen = [
            (number, name)
            for number, name in enumerate(names)
            if not thin or number == 0 or _lasts(name)
        ]
        for number, name in chosen:
            found = self.play(story, number, blow)
            assert self.points.struck == name
            self.compare(found, expected, f"{number}: {name}")
        print(f"{len(chosen)} of {len(names)} points: {blow}")
        return len(chosen)

    def compare(self, found: dict[str, Any], expected: dict[str, Any], where: str) -> None:
        """Assert that two plays have left the same."""
        differing = [
            f"{name}\n  is     {more}\n  not    {less}"
            for name in expected
            if found[name] != expected[name]
            for more in [[one for one in found[name] if one not in expected[name]]]
            for less in [[one for one in expected[name] if one not in found[name]]]
        ]
        assert not differing, "\n".join([where, *differing])

    def _left(self, order: CustomerOrder, acted: int) -> dict[str, Any]:
        simulator = self.operator.simulator
        served = str(disturbed.on_the_network(simulator, order.subscriber_no))
        return disturbed.outcome(disturbed.SUBSCRIBER, self.numbers, self.cards) | {
            "on the network": [disturbed.named(served, self.numbers, self.cards)],
            "acted": [disturbed.acted(simulator) - acted],
            "arrows": _arrows(order),
            "differences": [f"{one.kind} {one.fields}" for one in self.differences()],
        }

    def differences(self) -> list[Difference]:
        """Return what CRM, BOSS and provisioning disagree on."""
        found = reconcile(at=timezone.now()).differences
        return [one for one in found if one.system != "network"]


def _lasts(name: str) -> bool:
    return name.startswith("after") and name != "after a message is sent"


def _arrows(order: CustomerOrder) -> list[tuple[str, str, str]]:
    """Return the arrows of an order's trace, each once, in the order of causes.

    Which message had to make a connection first is the road.
    """
    trace = show_trace(order)
    assert not trace["unknown"]
    steps = [one for one in trace["steps"] if one["message"] not in SIGNING_IN]
    return list(dict.fromkeys((one["from"], one["to"], one["message"]) for one in steps))


def _resources(operator: Operator) -> Iterator[tuple[str, str]]:
    first = next(_first)
    with connections["default"].cursor() as cursor:  # subscribers the network has never heard of
        cursor.execute("SELECT setval('subscriber_no_seq', %s)", [first])
    rows = range(first, first + PLENTY)
    numbers = [NumberRow(line=n, msisdn=f"1370{n:07d}") for n in rows]
    cards = [CardRow(line=n, iccid=iccid_of(n), imsi=imsi_of(n)) for n in rows]
    load_numbers(numbers, actor=operator.actor)
    load_sims(cards, actor=operator.actor)
    return iter([(one.msisdn, card.iccid) for one, card in zip(numbers, cards, strict=True)])


def set_the_stage(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Return a stage with a postpaid and a prepaid customer."""
    points = Points()
    points.watch(monkeypatch)
    stage = Stage(operator, points, Disturbed(points, monkeypatch))
    for mode in ("postpaid", "prepaid"):
        stage.customers[mode] = operator.customer(charging_mode=mode)
    # the elements remember every play: what they serve is compared by ``on_the_network``
    monkeypatch.setattr(theirs, "element_rows", lambda: iter(()))
    return stage

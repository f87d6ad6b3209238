"""Killed anywhere, told again or lost a connection: it ends as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from customers.values import NewCustomer
from orders import services
from orders.models import CustomerOrder
from orders.values import ItemRequest, OrderRequest, Submission
from provisioning.numbering import iccid_of, imsi_of
from provisioning.services import load_numbers, load_sims
from provisioning.values import CardRow, NumberRow
from tests.channel import resident_id
from tests.journeys import disturbed
from tests.journeys.conftest import MAIN, PREPAID, Operator
from tests.journeys.disturbed import Disturbed, Points

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)

WITH_CONTENT = "CONTENT-VRBT"  # two network elements, one after the other
PLENTY = 500  # numbers and cards: each run takes new ones, for the network forgets nothing
_first = count(5_000_000, PLENTY)


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch, operator: Operator) -> Points:
    points = Points()
    points.watch(monkeypatch)
    return points


@pytest.fixture
def processes(points: Points, monkeypatch: pytest.MonkeyPatch) -> Disturbed:
    return Disturbed(points, monkeypatch)


@pytest.fixture
def resources(operator: Operator) -> list[tuple[str, str]]:
    """Numbers and cards, one pair a run."""
    first = next(_first)
    rows = range(first, first + PLENTY)
    numbers = [NumberRow(line=n, msisdn=f"1370{n:07d}") for n in rows]
    cards = [CardRow(line=n, iccid=iccid_of(n), imsi=imsi_of(n)) for n in rows]
    load_numbers(numbers, actor=operator.actor)
    load_sims(cards, actor=operator.actor)
    return [(one.msisdn, card.iccid) for one, card in zip(numbers, cards, strict=True)]


def at_every_point(points: Points, blow: str, run: Callable[[], Any]) -> int:
    """Run undisturbed, then once for each point with the blow there; return how many points."""
    points.begin(None, blow)
    expected = run()
    names = list(points.names)
    for number, name in enumerate(names):
        points.begin(number, blow)
        found = run()
        assert points.struck == name
        differing = {one: found[one] for one in expected if found[one] != expected[one]}
        assert differing == {one: expected[one] for one in differing}, f"{number}: {name}"
    print(f"{len(names)} points: {blow}")
    return len(names)


@pytest.mark.parametrize(("blow", "least"), [("kill", 20), ("cut", 10)])
def test_opening_a_customer(operator, points, processes, blow, least):
    def submit() -> CustomerOrder:
        return services.open_customer(
            new=NewCustomer(
                name="客户",
                identity_kind="residentId",
                identity_number=resident_id(7),
            ),
            submission=Submission(external_id="customer", fingerprint="content"),
            actor=operator.actor,
            at=operator.now,
        )

    def run() -> Any:
        disturbed.forget(disturbed.CUSTOMER)
        order = processes.until_accepted(submit)
        processes.run()
        order.refresh_from_db()
        assert order.state == "completed"
        return disturbed.outcome(disturbed.CUSTOMER)

    assert at_every_point(points, blow, run) >= least


@pytest.mark.parametrize(
    ("offerings", "blow", "least"),
    [
        ((MAIN, WITH_CONTENT), "kill", 50),
        ((MAIN, WITH_CONTENT), "cut", 20),
        ((PREPAID,), "kill", 45),
    ],
    ids=["postpaid-kill", "postpaid-cut", "prepaid-kill"],
)
def test_opening_a_subscriber(operator, points, processes, resources, offerings, blow, least):
    mode = "prepaid" if PREPAID in offerings else "postpaid"
    customer = operator.customer(charging_mode=mode)
    free = iter(resources)

    def run() -> Any:
        disturbed.forget(disturbed.SUBSCRIBER)
        msisdn, iccid = next(free)
        request = _request(customer, offerings, msisdn, iccid)
        before = disturbed.acted(operator.simulator)
        order = processes.until_accepted(
            lambda: services.submit_order(
                request=request,
                submission=Submission(external_id="subscriber", fingerprint="content"),
                actor=operator.actor,
                at=operator.now,
            )
        )
        processes.run()
        order.refresh_from_db()
        assert order.state == "completed"
        served = disturbed.on_the_network(operator.simulator, order.subscriber_no)
        named = str(served).replace(msisdn, "<msisdn>").replace(iccid, "<iccid>")
        acted = disturbed.acted(operator.simulator) - before
        left = disturbed.outcome(disturbed.SUBSCRIBER, msisdn, iccid)
        return left | {"on the network": [named], "acted": [str(acted)]}

    assert at_every_point(points, blow, run) >= least


def _request(
    customer: CustomerOrder, offerings: tuple[str, ...], msisdn: str, iccid: str
) -> OrderRequest:
    resources = {"msisdn": msisdn, "iccid": iccid}
    return OrderRequest(
        customer_no=customer.customer_no,
        account_no=customer.account_no,
        items=tuple(
            ItemRequest(
                item_id=str(place),
                action="add",
                offering_code=code,
                characteristics=resources if place == 1 else {},
            )
            for place, code in enumerate(offerings, start=1)
        ),
    )

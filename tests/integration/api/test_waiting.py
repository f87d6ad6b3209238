"""Who asks to wait gets a seat while there is one; everybody else is answered at once."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from config.instance.roles import ROLES
from core.tmf.prefer import parse_prefer
from orders import waiting
from orders.models import CustomerOrder
from tests.channel import customer_body
from tests.integration.api.conftest import ACCOUNT, ALIASES, CUSTOMER, ORDER, Channel

pytestmark = [pytest.mark.django_db(databases=ALIASES), pytest.mark.usefixtures("goods")]


class Clock:
    """Time that passes only while somebody waits; what they wait for may happen meanwhile."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self.happens: dict[float, Any] = {}

    def monotonic(self) -> float:
        return self.now

    def wait_for(self, flow_no: str, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now += seconds
        for moment in [one for one in self.happens if one <= self.now - 1000]:
            self.happens.pop(moment)(flow_no)
            return moment == self.now - 1000
        return False

    @property
    def waited(self) -> float:
        return self.now - 1000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(waiting, "time", clock)
    monkeypatch.setattr(waiting, "wake", SimpleNamespace(wait_for=clock.wait_for))
    return clock


@pytest.fixture
def seats(monkeypatch: pytest.MonkeyPatch) -> threading.BoundedSemaphore:
    """One seat."""
    one = threading.BoundedSemaphore(1)
    monkeypatch.setattr(waiting, "_seats", one)
    return one


def complete(order_no: str) -> None:
    CustomerOrder.objects.filter(order_no=order_no).update(
        state="completed", closed_at=timezone.now()
    )


def test_half_of_the_request_threads_may_wait() -> None:
    arguments = ROLES["web"].arguments
    threads = int(arguments[arguments.index("--blocking-threads") + 1])
    assert threads >= 16
    assert threads // 2 >= settings.WAITING_REQUESTS
    assert settings.WAIT_CAP_SECONDS == 30


def test_who_waits_is_told_when_the_order_has_closed(api: Channel, clock: Clock) -> None:
    clock.happens[3.0] = complete
    answer = api.call("post", ORDER, api.body_of_order(), prefer="wait=15")
    assert answer.status_code == 201
    assert answer.headers["Preference-Applied"] == "wait=15"
    assert answer.json()["state"] == "completed"
    assert clock.waited == 4.0  # nobody woke it: it looks every two seconds
    assert CustomerOrder.objects.get(order_no=answer.json()["id"]).mode == "sync"


def test_a_wake_ends_the_waiting_at_once(api: Channel, clock: Clock) -> None:
    clock.happens[2.0] = complete
    answer = api.call("post", ORDER, api.body_of_order(), prefer="wait=15")
    assert (answer.json()["state"], clock.waited) == ("completed", 2.0)


def test_an_order_that_is_held_is_not_waited_for_any_longer(api: Channel, clock: Clock) -> None:
    def hold(order_no: str) -> None:
        CustomerOrder.objects.filter(order_no=order_no).update(state="held", cause_code="no")

    clock.happens[1.0] = hold
    answer = api.call("post", ORDER, api.body_of_order(), prefer="wait=15")
    assert answer.json()["state"] == "held"
    assert clock.waited == 2.0


@pytest.mark.parametrize(
    ("prefer", "waited"),
    [("wait=5", 5), ("wait=30", 30), ("wait=999", 30), ("wait=0", 0), ("wait=7, wait=20", 7)],
)
def test_when_the_time_is_up_the_state_reached_is_told(
    api: Channel, clock: Clock, prefer: str, waited: int
) -> None:
    answer = api.call("post", ORDER, api.body_of_order(), prefer=prefer)
    assert answer.status_code == 201
    assert answer.json()["state"] in ("acknowledged", "inProgress")
    assert clock.waited == waited
    assert answer.headers["Preference-Applied"] == f"wait={waited}"


@pytest.mark.parametrize("prefer", ["respond-async", "wait=20, respond-async", ""])
def test_who_does_not_ask_to_wait_does_not(api: Channel, clock: Clock, prefer: str) -> None:
    answer = api.call("post", ORDER, api.body_of_order(), prefer=prefer)
    assert answer.status_code == 201
    assert answer.headers.get("Preference-Applied", "") == parse_prefer(prefer).applied
    assert clock.waits == []
    assert CustomerOrder.objects.get(order_no=answer.json()["id"]).mode == "async"


def test_without_a_free_seat_the_answer_comes_at_once(
    api: Channel, clock: Clock, seats: threading.BoundedSemaphore
) -> None:
    bodies = [(ORDER, api.body_of_order()), (CUSTOMER, customer_body(900))]
    party = {"id": api.open_customer()["id"]}
    bodies.append((ACCOUNT, {"name": "二", "relatedParty": [party]}))
    seats.acquire()
    for path, body in bodies:
        answer = api.call("post", path, body, prefer="wait=30")
        assert answer.status_code == 201
        assert "Preference-Applied" not in answer.headers
    assert clock.waits == []
    assert set(CustomerOrder.objects.values_list("mode", flat=True)) == {"async"}


@pytest.mark.parametrize("status", [400, 409, 201])
def test_a_seat_is_given_back_whatever_came_of_it(
    api: Channel, clock: Clock, seats: threading.BoundedSemaphore, status: int
) -> None:
    body = api.body_of_order(externalId="x")
    if status == 400:
        body["billingAccount"] = {"id": "AC1"}
    if status == 409:
        api.post(ORDER, body)
        body["description"] = "other"
    assert api.call("post", ORDER, body, prefer="wait=1").status_code == status
    assert seats.acquire(blocking=False)


def test_customers_and_accounts_wait_for_boss_likewise(api: Channel, clock: Clock) -> None:
    clock.happens[2.0] = complete
    answer = api.call("post", CUSTOMER, customer_body(901), prefer="wait=10")
    assert answer.headers["Preference-Applied"] == "wait=10"
    assert clock.waited == 2.0
    party = {"id": answer.json()["id"]}
    clock.happens[4.0] = complete
    api.call("post", ACCOUNT, {"name": "二", "relatedParty": [party]}, prefer="wait=10")
    assert clock.waited == 4.0


def test_a_repeat_waits_for_the_order_that_is_there(api: Channel, clock: Clock) -> None:
    body = api.body_of_order(externalId="x")
    first = api.post(ORDER, body)
    clock.happens[2.0] = complete
    again = api.call("post", ORDER, body, prefer="wait=10").json()
    assert (again["id"], again["state"]) == (first["id"], "completed")
    assert clock.waited == 2.0
    api.call("post", ORDER, body, prefer="wait=10")
    assert clock.waited == 2.0  # closed: nothing left to wait for


def test_a_long_wait_is_cut_to_half_a_minute() -> None:
    assert parse_prefer("wait=999").wait == settings.WAIT_CAP_SECONDS

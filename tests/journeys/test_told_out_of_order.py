"""Messages told twice, in another order, or late; answers to what nobody waits for any more."""

from __future__ import annotations

import random
from typing import Any

import pytest

from core.errors import DomainError
from core.systems import System
from customers.models import Subscriber, Subscription
from integration.models import InboxMessage
from orders import services
from orders.models import CustomerOrder, SubOrder, WaitingLine
from orders.services import desk
from provisioning.models import PhoneNumber
from tests.journeys import test_killed_at_every_point as flows
from tests.journeys import test_killed_while_mending as mending
from tests.journeys.conftest import MAIN, Operator, fresh
from tests.journeys.stage import CONTENT, PACK, Stage
from tests.journeys.test_at_the_same_time import at_once

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)

STORIES = flows.STORIES | mending.STORIES
ROUNDS = 6  # of what goes on at the same time


def retry(operator: Operator, order: CustomerOrder) -> CustomerOrder:
    return services.retry_order(order_no=order.order_no, actor=operator.actor, at=operator.now)


def cancel(operator: Operator, order: CustomerOrder) -> str:
    done = services.cancel_order(
        order_no=order.order_no, reason="客户不要了", actor=operator.actor, at=operator.now
    )
    return str(done.pk)


def tried_again() -> list[tuple[str, str]]:
    """Return what had to be heard a second time, because its transaction had failed."""
    return [
        row
        for system in System
        for row in InboxMessage.objects.using(system.alias)
        .filter(attempts__gt=0)
        .values_list("name", "error")
    ]


# -- told twice, and in any order ----------------------------------------------------------------


@pytest.mark.parametrize("name", STORIES)
def test_what_is_told_twice_happens_once(stage: Stage, name: str) -> None:
    expected = stage.play(STORIES[name])
    stage.processes.twice = True
    stage.processes.shuffle = random.Random(name)
    stage.compare(stage.play(STORIES[name]), expected, name)


@pytest.mark.parametrize("seed", range(3))
def test_many_orders_end_alike_in_whatever_order_they_are_heard(stage: Stage, seed: int) -> None:
    stage.processes.shuffle = random.Random(seed)
    stage.processes.twice = True
    operator = stage.operator
    opened = [operator.open_subscriber(operator.customer(), number=n) for n in range(5)]
    orders = list(opened)
    for one in opened:
        orders += [
            operator.order(one, add=CONTENT),
            operator.order(one, add=PACK),
            operator.order(one, change=MAIN, to="PLAN-198"),
        ]
    stage.processes.run()
    stage.processes.again()
    assert {fresh(one).state for one in orders} == {"completed"}
    assert not WaitingLine.objects.exists()
    assert stage.differences() == []


# -- late answers --------------------------------------------------------------------------------


def answered_twice(operator: Operator, order: CustomerOrder, position: int) -> None:
    """Retry while the answer is under way: the part is done twice, and answered twice."""
    retry(operator, order)
    part = SubOrder.objects.get(order=order, position=position)
    assert (part.state, part.attempt) == ("inProgress", 2)
    operator.pass_(60)
    operator.settle()


def test_a_line_is_told_again_while_its_answer_is_under_way(operator: Operator) -> None:
    order = operator.open_subscriber(operator.customer(), MAIN, CONTENT)
    operator.settle(System.CRM)  # provisioning has done it, and its answer waits to be carried
    answered_twice(operator, order, 1)
    assert fresh(order).state == "completed"
    assert PhoneNumber.objects.get(msisdn=operator.msisdn(0)).state == "in_use"
    assert operator.differences() == []


def test_billing_is_told_again_while_its_answer_is_under_way(operator: Operator) -> None:
    opened = operator.subscriber(MAIN)
    operator.pass_(60)
    order = operator.order(opened, change=MAIN, to="PLAN-198")
    operator.settle(System.CRM)
    operator.settle(System.PROVISIONING)
    operator.settle(System.CRM)  # BOSS has done it, and its answer waits to be carried
    operator.pass_(3600)
    answered_twice(operator, order, 2)
    assert fresh(order).state == "completed"
    assert operator.differences() == []


def test_the_end_of_a_bill_is_told_again_while_its_answer_is_under_way(
    operator: Operator,
) -> None:
    opened = operator.subscriber(MAIN, CONTENT)
    operator.pass_(60)
    order = operator.order(opened, delete=MAIN)
    for system in (System.CRM, System.PROVISIONING, System.CRM):
        operator.settle(system)
    operator.pass_(3600)
    answered_twice(operator, order, 2)
    assert fresh(order).state == "completed"
    assert operator.differences() == []


def test_an_undoing_is_told_again_while_its_answer_is_under_way(operator: Operator) -> None:
    opened = operator.subscriber(MAIN)
    operator.simulator.set("dsmp", "refuse", count=1)
    order = operator.order(opened, add=CONTENT)
    operator.settle()
    cancel(operator, order)
    operator.settle(System.CRM)
    answered_twice(operator, order, 3)
    assert fresh(order).state == "cancelled"
    assert operator.differences() == []


def test_a_late_refusal_holds_nothing_that_was_tried_again(operator: Operator) -> None:
    operator.simulator.set("hlr", "refuse", count=1)
    order = operator.open_subscriber(operator.customer())
    operator.settle(System.CRM)  # refused, and nobody has heard it yet
    answered_twice(operator, order, 1)
    assert fresh(order).state == "completed"
    assert operator.differences() == []


# -- at the same time ----------------------------------------------------------------------------


def test_a_cancellation_and_the_last_answer_meet(operator: Operator) -> None:
    for number in range(ROUNDS):
        order = operator.open_subscriber(operator.customer(), number=number)
        for system in (System.CRM, System.PROVISIONING, System.CRM):
            operator.settle(system)
        answer, _ = at_once(lambda order=order: cancel(operator, order), operator.settle)
        operator.settle()
        state = fresh(order).state
        assert (state, answer) == ("completed", "orderClosed") or state == "cancelled"
    assert tried_again() == []
    assert operator.differences() == []


def test_cancellations_of_those_who_wait_meet_the_close_of_the_first(operator: Operator) -> None:
    for number in range(ROUNDS):
        opened = operator.subscriber(MAIN, number=number)
        first = operator.order(opened, add=CONTENT)
        behind = [operator.order(opened, add=PACK) for _ in range(2)]
        for system in (System.CRM, System.PROVISIONING, System.CRM):
            operator.settle(system)
        at_once(
            operator.settle,
            *(lambda order=order: cancel(operator, order) for order in behind),
        )
        operator.settle()
        assert fresh(first).state == "completed"
        assert {fresh(order).state for order in behind} <= {"cancelled", "completed"}
    assert tried_again() == []
    assert not WaitingLine.objects.exists()
    assert operator.differences() == []


def test_an_order_for_a_product_meets_the_close_of_its_opening(operator: Operator) -> None:
    for number in range(ROUNDS):
        opened = operator.open_subscriber(operator.customer(), number=number)
        for system in (System.CRM, System.PROVISIONING, System.CRM):
            operator.settle(system)
        change, _ = at_once(
            lambda opened=opened: operator.order(opened, change=MAIN, to="PLAN-198"),
            operator.settle,
        )
        operator.settle()
        assert [fresh(opened).state, fresh(change).state] == ["completed"] * 2
    assert tried_again() == []
    assert operator.differences() == []


def test_an_order_cancelled_twice_at_once_is_cancelled_once(operator: Operator) -> None:
    for number in range(ROUNDS):
        opened = operator.subscriber(MAIN, number=number)
        operator.order(opened, add=CONTENT)
        waits = operator.order(opened, add=PACK)
        answers = at_once(*[lambda waits=waits: cancel(operator, waits)] * 3)
        assert len(set(answers)) == 1
        assert fresh(waits).state == "cancelled"
        operator.settle()
    assert operator.differences() == []


def test_a_waiting_order_begins_while_somebody_cancels_it(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = operator.subscriber(MAIN)
    operator.order(opened, add=CONTENT)
    waits = operator.order(opened, add=PACK)
    lock = desk.lines.lock

    def lock_late(number: str) -> None:
        monkeypatch.setattr(desk.lines, "lock", lock)
        at_once(operator.settle)  # the first closes, the second begins, and ends
        lock(number)

    monkeypatch.setattr(desk.lines, "lock", lock_late)
    with pytest.raises(DomainError) as refusal:
        cancel(operator, waits)
    assert refusal.value.code == "orderClosed"
    assert Subscription.objects.get(offering_id=PACK).status == "active"
    assert operator.differences() == []


def test_retries_at_once_are_one_retry_or_ask_again(operator: Operator) -> None:
    for number in range(ROUNDS):
        operator.simulator.set("hlr", "refuse", count=1)
        order = operator.open_subscriber(operator.customer(), number=number)
        operator.settle()

        def press(order: CustomerOrder = order) -> Any:
            return retry(operator, order).order_no

        at_once(press, press, operator.settle)
        operator.settle()
        assert fresh(order).state == "completed"
        assert Subscriber.objects.get(subscriber_no=order.subscriber_no).status == "active"
    assert tried_again() == []
    assert operator.differences() == []


def test_what_a_waiting_order_should_end_is_never_begun(operator: Operator) -> None:
    operator.simulator.set("hlr", "refuse", count=1)
    opening = operator.open_subscriber(operator.customer())
    operator.settle()
    change = operator.order(opening, change=MAIN, to="PLAN-198")
    cancel(operator, opening)
    operator.settle()
    assert [fresh(opening).state, fresh(change).state] == ["cancelled"] * 2
    rows = Subscription.objects.filter(subscriber__subscriber_no=opening.subscriber_no)
    assert set(rows.values_list("status", flat=True)) == {"cancelled"}
    assert operator.differences() == []


def test_what_a_cancelled_waiting_order_should_end_begins_after_all(operator: Operator) -> None:
    opening = operator.open_subscriber(operator.customer())
    change = operator.order(opening, change=MAIN, to="PLAN-198")
    cancel(operator, change)
    main = Subscription.objects.get(offering_id=MAIN)
    assert (main.status, main.valid_to) == ("pendingActive", None)
    operator.settle()
    main.refresh_from_db()
    assert (main.status, main.valid_to) == ("active", None)
    assert operator.differences() == []

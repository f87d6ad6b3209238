"""Several at once: the same order twice, the same number twice, the last number allowed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, connections, transaction

from core.errors import DomainError
from customers.models import Subscriber
from orders import services
from orders.models import CustomerOrder
from provisioning.models import PhoneNumber, SimCard

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)

CLERKS = 4


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all deeds at the same moment; return what each returned, or the code of its refusal."""
    ready = Barrier(len(deeds))

    def begin(deed: Callable[[], Any]) -> Any:
        try:
            ready.wait(timeout=10)
            return deed()
        except DomainError as refusal:
            return refusal.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(begin, deeds))


def reserved() -> int:
    return sum(model.objects.filter(state="reserved").count() for model in (PhoneNumber, SimCard))


def test_one_order_sent_several_times_at_once_is_accepted_once(operator):
    customer = operator.customer()
    for number in range(3):
        answers = at_once(
            *[
                lambda number=number: (
                    operator.open_subscriber(
                        customer, number=number, external_id=f"e{number}", fingerprint="same"
                    ).order_no
                )
            ]
            * CLERKS
        )
        assert len(set(answers)) == 1
        assert answers[0].startswith("FC")
        assert CustomerOrder.objects.filter(external_id=f"e{number}").count() == 1
    assert Subscriber.objects.count() == 3
    assert reserved() == 6
    operator.settle()
    assert set(CustomerOrder.objects.values_list("state", flat=True)) == {"completed"}


def test_one_number_wanted_by_several_at_once_goes_to_one(operator):
    customers = [operator.customer() for _ in range(CLERKS)]
    answers = at_once(
        *[
            lambda customer=customer: operator.open_subscriber(customer).order_no
            for customer in customers
        ]
    )
    assert sorted(answer[:2] for answer in answers) == sorted(["FC", *["nu"] * (CLERKS - 1)])
    assert set(answers) - {"numberTaken", "numberInUse"} == set(
        CustomerOrder.objects.filter(flow="open_subscriber").values_list("order_no", flat=True)
    )
    assert reserved() == 2
    operator.settle()
    assert Subscriber.objects.get().status == "active"


def test_several_at_once_do_not_pass_the_limit_of_one_identity(operator):
    customer = operator.customer()
    for number in range(3):
        operator.open_subscriber(customer, number=number)
    answers = at_once(
        *[
            lambda number=number: operator.open_subscriber(customer, number=number).order_no
            for number in range(3, 3 + CLERKS)
        ]
    )
    assert answers.count("realNameLimit") == CLERKS - 2
    assert Subscriber.objects.count() == 5
    assert reserved() == 10


def test_what_is_being_taken_back_is_not_tried_again_by_who_waited_for_it(operator):
    """A clerk cancels; a second one, who found the order held, has to wait and comes too late."""
    customer = operator.customer()
    operator.simulator.set("hlr", "refuse", count=1)
    order = operator.open_subscriber(customer)
    operator.settle()
    deed = {"order_no": order.order_no, "actor": operator.actor, "at": operator.now}

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            services.cancel_order(**deed, reason="客户不要了")
            retried = threads.submit(at_once, lambda: services.retry_order(**deed).order_no)
            _until_somebody_waits()
        assert retried.result(timeout=10) == [order.order_no]  # the undoing is told once more
    operator.settle()

    parts = order.sub_orders.order_by("position").values_list("position", "attempt", "state")
    assert list(parts) == [(1, 1, "held"), (2, 1, "acknowledged"), (3, 2, "completed")]
    assert CustomerOrder.objects.get(pk=order.pk).state == "cancelled"
    assert operator.differences() == []


def _until_somebody_waits() -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    deadline = monotonic() + 10
    with connection.cursor() as cursor:
        while not cursor.execute(waiting).fetchone()[0]:
            assert monotonic() < deadline, "nobody waits for the order"
            sleep(0.02)

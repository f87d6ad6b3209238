"""人工工单: work that people do takes its time, and is asked for only when something changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auth_center.actors import Actor
from core.errors import PermissionDenied
from core.states import ArrowNotAllowed
from provisioning import services
from provisioning.models import WorkOrder
from provisioning.refusals import NoSuchWorkOrder
from tests.integration.provisioning import world
from tests.integration.provisioning.world import SOMEBODY, Person, Post, person, sweep
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["oss"])

TECHNICIAN = replace(SOMEBODY, number="9007")


@pytest.fixture
def waiting(network: Simulator, post: Post) -> Person:
    """Somebody whose fibre has yet to be laid."""
    somebody = person()
    post.send(somebody.order("VOICE", "FIBRE"))
    return somebody


def ticket_work(somebody: Person) -> WorkOrder:
    return WorkOrder.objects.get(subscriber_no=somebody.subscriber_no, element="eoms")


def test_the_order_waits_for_people(network: Simulator, waiting: Person) -> None:
    assert world.works(waiting) == [("hlr", "done", 1), ("eoms", "waiting", 1)]
    assert ticket_work(waiting).ticket.startswith("TT")
    assert world.answers(f"{waiting.order_no}-1") == []
    assert world.resources(waiting) == ("reserved", "reserved")
    assert world.trace(waiting.order_no)[2:] == [
        ("provisioning > network", "WorkOrderRequest", "done")
    ]


def test_closing_the_ticket_is_noticed(network: Simulator, waiting: Person) -> None:
    assert sweep(seconds_later=6) == 1
    assert world.works(waiting)[1] == ("eoms", "waiting", 1)
    ticket = ticket_work(waiting).ticket
    network.call("POST", f"/control/eoms/tickets/{ticket}/complete")
    assert sweep(seconds_later=30) == 1
    assert world.works(waiting)[1] == ("eoms", "done", 1)
    assert world.answers(f"{waiting.order_no}-1")[0].outcome.done
    assert world.resources(waiting) == ("in_use", "in_use")
    assert world.trace(waiting.order_no)[2:] == [
        ("provisioning > network", "WorkOrderRequest", "done"),
        ("network > provisioning", "WorkOrderResponse", "done"),
    ]


def test_who_cannot_be_asked_is_asked_later(network: Simulator, waiting: Person) -> None:
    network.set("eoms", "down")
    assert sweep(seconds_later=6) == 1
    assert world.works(waiting)[1] == ("eoms", "waiting", 1)
    assert len(world.trace(waiting.order_no)) == 3


def test_an_operator_says_that_it_is_done_once_or_twice(
    network: Simulator, waiting: Person
) -> None:
    number = ticket_work(waiting).work_order_no
    for _ in range(2):
        services.complete_manual_work(work_order_no=number, actor=TECHNICIAN, at=world.now())
    assert ticket_work(waiting).completed_by == "9007"
    assert len(world.answers(f"{waiting.order_no}-1")) == 1
    assert sweep(seconds_later=3600) == 0


def test_only_who_may_says_so_and_only_of_manual_work(network: Simulator, waiting: Person) -> None:
    nobody = Actor(kind="operator", number="1")
    number = ticket_work(waiting).work_order_no
    with pytest.raises(PermissionDenied):
        services.complete_manual_work(work_order_no=number, actor=nobody, at=world.now())
    with pytest.raises(NoSuchWorkOrder):
        services.complete_manual_work(work_order_no="WO1", actor=TECHNICIAN, at=world.now())
    WorkOrder.objects.filter(element="eoms").update(state="refused", due_at=None)
    with pytest.raises(ArrowNotAllowed):
        services.complete_manual_work(work_order_no=number, actor=TECHNICIAN, at=world.now())
    assert world.answers(f"{waiting.order_no}-1") == []


def test_people_are_not_asked_for_what_they_have_done_already(
    network: Simulator, post: Post, waiting: Person
) -> None:
    number = ticket_work(waiting).work_order_no
    services.complete_manual_work(work_order_no=number, actor=TECHNICIAN, at=world.now())
    post.send(waiting.order("VOICE", "FIBRE", part=2, action="modify", bar="both", version=2))
    assert world.works(waiting)[2:] == [("hlr", "done", 1)]
    post.send(waiting.order("VOICE", part=3, action="modify", version=3))
    assert world.works(waiting)[3:] == [("hlr", "done", 1), ("eoms", "waiting", 1)]


def test_newer_work_on_the_same_line_overtakes_what_people_have_not_done(
    network: Simulator, post: Post, waiting: Person
) -> None:
    post.send(waiting.order("VOICE", part=2, action="modify", version=2))
    assert world.works(waiting)[1:] == [
        ("eoms", "waiting", 1),
        ("hlr", "done", 1),
        ("eoms", "waiting", 1),
    ]
    sweep(seconds_later=6)
    assert world.works(waiting)[1] == ("eoms", "done", 1)
    assert world.answers(f"{waiting.order_no}-1")[0].outcome.done

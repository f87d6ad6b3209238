"""Unreachable, slow, refusing elements; workers that die between the call and its result."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from core.systems import System
from integration.models import FlowStep
from provisioning import services
from provisioning.adapters import http
from provisioning.models import Line, ProvisioningOrder, WorkOrder
from provisioning.services import execution
from tests.integration.provisioning import world
from tests.integration.provisioning.world import Post, person, sweep
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["oss"])

REQUEST = ("provisioning > network", "WorkOrderRequest")
RESPONSE = ("network > provisioning", "WorkOrderResponse")
MOST_SECONDS = 60.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence of one test must not have elements left alone in the next."""
    monkeypatch.setattr(http, "SILENT_CALLS", 1000)


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A worker that dies once, after the network has answered and before that is written."""
    living = execution.record_answer

    class Killed(BaseException):
        pass

    def die(*given: Any, **named: Any) -> bool:
        monkeypatch.setattr(execution, "record_answer", living)
        raise Killed

    monkeypatch.setattr(execution, "record_answer", die)
    return Killed


def test_a_lost_connection_is_tried_again_under_the_same_number(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    network.set("hlr", "drop_before", count=1)
    post.send(somebody.order())
    assert world.answers(f"{somebody.order_no}-1") == []
    assert world.works(somebody) == [("hlr", "ready", 1)]
    assert world.resources(somebody) == ("reserved", "reserved")
    assert sweep() == 0, "not before its pause is over"
    assert sweep(seconds_later=1.5) == 1
    assert world.works(somebody) == [("hlr", "done", 2)]
    assert world.answers(f"{somebody.order_no}-1")[0].outcome.done
    assert world.trace(somebody.order_no) == [
        (*REQUEST, "retried"),
        (*RESPONSE, "retried"),
        (*REQUEST, "done"),
        (*RESPONSE, "done"),
    ]
    assert world.clocks(somebody.order_no) == [8, 9, 10, 11, 12]


def test_what_was_done_before_the_connection_broke_is_done_once(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    before = network.counts("hlr")
    network.set("hlr", "drop_after", count=1)
    post.send(somebody.order())
    sweep(seconds_later=1.5)
    after = network.counts("hlr")
    assert after["acted"] - before["acted"] == 1
    assert after["duplicate"] - before["duplicate"] == 1
    assert world.works(somebody) == [("hlr", "done", 2)]
    assert len(world.answers(f"{somebody.order_no}-1")) == 1


def test_pauses_grow_and_after_the_last_attempt_the_element_counts_as_unreachable(
    network: Simulator, post: Post, settings: Settings
) -> None:
    settings.NETWORK_ATTEMPTS = 4
    somebody = person()
    network.set("hlr", "down")
    post.send(somebody.order("VOICE", "VIDEO"))
    later, pauses = 0.0, []
    for _ in range(3):
        work = WorkOrder.objects.get(subscriber_no=somebody.subscriber_no, element="hlr")
        assert work.due_at is not None
        pauses.append(round((work.due_at - world.now()).total_seconds() - later))
        later += pauses[-1] + 0.5
        assert sweep(seconds_later=later) == 1
    assert pauses == [1, 2, 5]
    assert world.works(somebody) == [("hlr", "failed", 4), ("dsmp", "cancelled", 0)]
    [answer] = world.answers(f"{somebody.order_no}-1")
    assert (answer.outcome.done, answer.outcome.code) == (False, "networkUnreachable")
    assert "不可达" in answer.outcome.zh
    assert "could not be reached" in answer.outcome.en
    assert world.trace(somebody.order_no)[-2:] == [
        (*REQUEST, "timed_out"),
        (*RESPONSE, "timed_out"),
    ]
    assert world.resources(somebody) == ("reserved", "reserved")
    assert not Line.objects.filter(pk=somebody.subscriber_no).exists()


def test_silence_counts_as_unreachable(network: Simulator, post: Post) -> None:
    somebody = person()
    network.set("hlr", "slow", delay_ms=900, count=1)
    post.send(somebody.order())
    assert world.works(somebody) == [("hlr", "ready", 1)]
    note = FlowStep.objects.using("oss").get(name="WorkOrderResponse").note
    assert "no answer within 0.5 s" in note
    sweep(seconds_later=1.5)
    assert world.works(somebody) == [("hlr", "done", 2)]


def test_an_element_that_keeps_silent_is_left_alone_for_a_while(
    network: Simulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "SILENT_CALLS", 1)
    monkeypatch.setattr(http, "LEFT_ALONE_SECONDS", MOST_SECONDS)
    element = http.Element(f"http://127.0.0.1:{network.port}/silent")
    network.set("silent", "slow", delay_ms=900)
    with pytest.raises(http.Unreachable, match="no answer"):
        element.get("/tmf-api/ServiceActivationAndConfiguration/v4/service")
    with pytest.raises(http.Unreachable, match="left alone"):
        element.get("/tmf-api/ServiceActivationAndConfiguration/v4/service")


def test_a_refusal_is_final_and_keeps_what_other_elements_have_done(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    network.set("dsmp", "refuse", match=somebody.subscriber_no)
    post.send(somebody.order("VOICE", "VIDEO", "FIBRE"))
    [answer] = world.answers(f"{somebody.order_no}-1")
    assert (answer.outcome.done, answer.outcome.code) == (False, "networkRefused")
    assert "网元拒绝执行" in answer.outcome.zh
    assert f"dsmp refuses {somebody.subscriber_no}" in answer.outcome.en
    assert [(one.element, one.state) for one in answer.work_orders] == [
        ("hlr", "done"),
        ("dsmp", "refused"),
        ("eoms", "cancelled"),
    ]
    assert world.trace(somebody.order_no)[-2:] == [(*REQUEST, "done"), (*RESPONSE, "refused")]
    assert network.services("hlr", f"?name={somebody.subscriber_no}").body[0]["state"] == "active"
    assert world.resources(somebody) == ("reserved", "reserved")
    assert sweep(seconds_later=3600) == 0


def test_who_is_killed_after_the_call_is_replaced_and_the_work_is_done_once(
    network: Simulator, post: Post, dying: Any
) -> None:
    somebody = person()
    before = network.counts("hlr")
    with pytest.raises(dying):
        post.send(somebody.order())
    assert world.works(somebody) == [("hlr", "running", 1)]
    assert world.trace(somebody.order_no) == [(*REQUEST, "sent")]
    assert sweep(seconds_later=3) == 0, "the claim is not over"
    assert sweep(seconds_later=7) == 1
    after = network.counts("hlr")
    assert after["acted"] - before["acted"] == 1
    assert after["duplicate"] - before["duplicate"] == 1
    assert world.works(somebody) == [("hlr", "done", 2)]
    assert world.trace(somebody.order_no) == [
        (*REQUEST, "retried"),
        (*RESPONSE, "retried"),
        (*REQUEST, "done"),
        (*RESPONSE, "done"),
    ]
    assert [one.outcome.done for one in world.answers(f"{somebody.order_no}-1")] == [True]


def test_who_was_replaced_and_comes_back_writes_nothing(network: Simulator, post: Post) -> None:
    somebody = person()
    network.set("hlr", "drop_before", count=1)
    post.send(somebody.order())
    slow = execution._claim(world.now() + timedelta(seconds=2))
    fast = execution._claim(world.now() + timedelta(seconds=60))
    assert slow is not None
    assert fast is not None
    services.carry_out(fast, clock=world.now)
    services.carry_out(slow, clock=world.now)
    assert len(world.answers(f"{somebody.order_no}-1")) == 1
    assert ProvisioningOrder.objects.get().state == "done"
    assert world.works(somebody) == [("hlr", "done", 3)]
    assert len(world.trace(somebody.order_no)) == 6


def test_a_sweep_takes_up_nothing_more_when_its_time_is_over(
    network: Simulator, post: Post
) -> None:
    network.set("hlr", "drop_before")
    for _ in range(3):
        post.send(person().order())
    later = world.now() + timedelta(seconds=2)
    assert services.resume_work_orders(clock=lambda: later, seconds=0) == 0
    network.set("hlr", "ok")
    assert services.resume_work_orders(clock=lambda: later, seconds=MOST_SECONDS) == 3
    assert len(world.said(System.CRM)) == 3


def test_a_work_order_that_meets_a_bug_keeps_no_other_waiting(
    network: Simulator, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky, lucky = person(), person()
    network.set("hlr", "drop_before", count=2)
    post.send(unlucky.order())
    post.send(lucky.order())
    living = execution.record_answer

    def stumble(job: Any, *given: Any, **named: Any) -> bool:
        if job.order.subscriber_no == unlucky.subscriber_no:
            raise RuntimeError("a bug")
        return living(job, *given, **named)

    monkeypatch.setattr(execution, "record_answer", stumble)
    assert sweep(seconds_later=2) == 2
    assert world.works(lucky) == [("hlr", "done", 2)]
    monkeypatch.setattr(execution, "record_answer", living)
    assert sweep(seconds_later=10) == 1
    assert world.works(unlucky) == [("hlr", "done", 3)]

"""开通类订单: from the request over the network to the answer."""

from __future__ import annotations

import pytest

from core.systems import System
from provisioning.models import Line, PhoneNumber, ProvisioningOrder
from tests.integration.provisioning import world
from tests.integration.provisioning.world import Post, person
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["oss"])

PAIR = [
    ("provisioning > network", "WorkOrderRequest", "done"),
    ("network > provisioning", "WorkOrderResponse", "done"),
]


def test_a_line_is_activated_and_the_sender_answered(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order())
    [answer] = world.answers(f"{somebody.order_no}-1")
    assert answer.outcome.done
    assert [(one.element, one.state) for one in answer.work_orders] == [("hlr", "done")]
    line = Line.objects.get(pk=somebody.subscriber_no)
    assert (line.msisdn, line.iccid, line.bar, line.version, line.state) == (
        somebody.msisdn,
        somebody.iccid,
        "none",
        1,
        "active",
    )
    assert line.services == ["DATA", "MSISDN", "VOICE"]
    assert world.resources(somebody) == ("in_use", "in_use")
    number = PhoneNumber.objects.get(pk=somebody.msisdn)
    assert (number.subscriber_no, number.reserved_until) == (somebody.subscriber_no, None)
    assert ProvisioningOrder.objects.get().state == "done"


def test_the_element_has_the_whole_desired_state(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order(bar="outgoing", version=4))
    [kept] = network.services("hlr", f"?name={somebody.subscriber_no}").body
    values = {one["name"]: one["value"] for one in kept["serviceCharacteristic"]}
    assert kept["state"] == "active"
    assert (values["bar"], values["version"]) == ("outgoing", 4)
    assert values["services"] == ["DATA", "MSISDN", "VOICE"]
    assert values["commands"][0] == {
        "service": "DATA",
        "command": "enable",
        "parameters": {"service": "DATA", "apn": "sanhunet"},
    }
    assert {one["@referredType"]: one["name"] for one in kept["supportingResource"]} == {
        "msisdn": somebody.msisdn,
        "iccid": somebody.iccid,
    }


def test_each_element_has_its_work_order_and_its_pair_of_arrows(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    post.send(somebody.order("VOICE", "VIDEO"))
    assert world.works(somebody) == [("hlr", "done", 1), ("dsmp", "done", 1)]
    assert world.trace(somebody.order_no) == PAIR * 2
    assert world.clocks(somebody.order_no) == [8, 9, 10, 11, 12]
    [kept] = network.services("dsmp", f"?name={somebody.subscriber_no}").body
    assert [one["@referredType"] for one in kept["supportingResource"]] == ["msisdn"]


def test_an_order_without_network_services_still_gives_the_line_its_number(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    post.send(somebody.order("NOTHING"))
    assert world.works(somebody) == [("hlr", "done", 1)]
    assert Line.objects.get(pk=somebody.subscriber_no).services == ["NOTHING"]


def test_the_answer_goes_to_whoever_conducts_the_flow(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order(), sender=System.BOSS)
    assert world.said(System.CRM) == []
    [answer] = world.answers(f"{somebody.order_no}-1", System.BOSS)
    assert answer.outcome.done


def test_a_message_delivered_twice_is_carried_out_once(network: Simulator, post: Post) -> None:
    somebody = person()
    acted = network.counts("hlr")["acted"]
    received = post.send(somebody.order())
    post.deliver(received)
    assert len(world.answers(f"{somebody.order_no}-1")) == 1
    assert network.counts("hlr")["acted"] == acted + 1


def test_a_sub_order_told_again_when_done_is_answered_again_and_not_done_again(
    network: Simulator, post: Post
) -> None:
    somebody = person()
    post.send(somebody.order())
    acted = network.counts("hlr")["acted"]
    post.send(somebody.order())
    assert [one.outcome.done for one in world.answers(f"{somebody.order_no}-1")] == [True, True]
    assert network.counts("hlr")["acted"] == acted
    assert world.works(somebody) == [("hlr", "done", 1)]


def test_an_order_waits_for_services_that_are_not_known_yet(network: Simulator, post: Post) -> None:
    somebody = person()
    post.send(somebody.order("VOICE", "NEW"))
    assert world.works(somebody) == []
    assert world.resources(somebody) == ("reserved", "reserved")
    post.send(world.release(release_no="R2", NEW=[("hlr", "enable", {})]), sender=System.BOSS)
    post.wake()
    assert world.works(somebody) == [("hlr", "done", 1)]
    [learned, *_] = world.said(System.BOSS)
    assert (learned.release_no, learned.outcome.done) == ("R2", True)


def test_a_number_that_belongs_to_another_is_refused_and_nothing_is_sent(
    network: Simulator, post: Post
) -> None:
    owner, thief = person(), person()
    post.send(owner.order())
    acted = network.counts("hlr")["acted"]
    post.send(thief.with_number(owner.msisdn, thief.iccid).order())
    [answer] = world.answers(f"{thief.order_no}-1")
    assert (answer.outcome.done, answer.outcome.code) == (False, "numberTaken")
    assert "已被占用" in answer.outcome.zh
    assert "is taken" in answer.outcome.en
    assert world.works(thief) == []
    assert world.resources(owner) == ("in_use", "in_use")
    assert world.resources(thief) == ("reserved", "reserved")
    assert network.counts("hlr")["acted"] == acted


def test_a_reservation_that_ran_out_under_way_is_taken_again(
    network: Simulator, post: Post
) -> None:
    somebody = person(reserved=False)
    post.send(somebody.order())
    assert world.resources(somebody) == ("in_use", "in_use")
    assert world.answers(f"{somebody.order_no}-1")[0].outcome.done


def test_handling_and_answering_take_few_statements(network: Simulator, post: Post) -> None:
    post.send(person().order())
    somebody = person()
    with world.Statements() as statements:
        post.send(somebody.order())
    # heard: stream, services, number and card, elements, work order numbers, order, trace, inbox;
    # answered: work order, trace, line, number and card, outbox, order, trace
    assert len(statements.sent) == 8 + 7, "\n".join(statements.sent)

"""How an element misbehaves when told to."""

import http.client
import time

import pytest

from tests.unit.simulator.running import API, Client, Simulator, work_order

HUNG_UP = (http.client.RemoteDisconnected, ConnectionError)


def test_a_refusing_element_refuses_and_does_nothing(network: Simulator, element: str) -> None:
    network.set(element, "refuse")
    reply = network.order(element, work_order("WO1"))
    assert (reply.status, reply.body["code"]) == (422, "refused_by_element")
    assert {"code", "reason", "message", "status"} <= set(reply.body)
    assert network.services(element).body == []
    assert network.counts(element)["refused"] == 1


def test_a_refused_work_order_may_be_sent_again(network: Simulator, element: str) -> None:
    network.set(element, "refuse", count=1)
    network.order(element, work_order("WO1"))
    assert network.order(element, work_order("WO1")).status == 201


def test_what_was_carried_out_is_not_refused_later(network: Simulator, element: str) -> None:
    network.order(element, work_order("WO1"))
    network.set(element, "refuse")
    assert network.order(element, work_order("WO1")).status == 200


def test_dropped_before_acting(network: Simulator, element: str) -> None:
    network.set(element, "drop_before", count=1)
    with pytest.raises(HUNG_UP):
        network.order(element, work_order("WO1"))
    assert network.services(element).body == []
    assert network.order(element, work_order("WO1")).status == 201


def test_dropped_after_acting(network: Simulator, element: str) -> None:
    network.set(element, "drop_after", count=1)
    with pytest.raises(HUNG_UP):
        network.order(element, work_order("WO1"))
    assert network.order(element, work_order("WO1")).status == 200
    counts = network.counts(element)
    assert (counts["acted"], counts["duplicate"], counts["dropped"]) == (1, 1, 1)


def test_an_element_that_is_down_hangs_up_on_everyone(network: Simulator, element: str) -> None:
    network.set(element, "down")
    with pytest.raises(HUNG_UP):
        network.order(element, work_order("WO1"))
    with pytest.raises(HUNG_UP):
        network.services(element)
    with pytest.raises(HUNG_UP):
        network.call("GET", f"/{element}/{API}/{element.upper()}00000001")
    network.set(element, "ok")
    assert network.services(element).body == []


def test_a_slow_element_slows_nobody_else(network: Simulator, element: str) -> None:
    network.set(element, "slow", delay_ms=500)
    waiting = Client(network.port)
    began = time.monotonic()
    waiting.ask("POST", f"/{element}/{API}", work_order("WO1"))
    assert network.order(f"{element}-b", work_order("WO1")).status == 201
    assert not waiting.is_answered()
    assert waiting.answer().status == 201
    assert time.monotonic() - began >= 0.5
    waiting.close()


def test_a_counted_fault_hits_that_many_work_orders(network: Simulator, element: str) -> None:
    network.set(element, "refuse", count=2)
    network.services(element)
    statuses = [network.order(element, work_order(f"WO{n}", f"S{n}")).status for n in range(3)]
    assert statuses == [422, 422, 201]
    assert network.call("GET", f"/control/{element}").body["mode"] == "ok"


@pytest.mark.parametrize("match", ["S2", "1390"])
def test_a_matching_fault_hits_only_that_subscriber(
    network: Simulator, element: str, match: str
) -> None:
    network.set(element, "refuse", count=1, match=match)
    assert network.order(element, work_order("WO1", "S1", msisdn="13800")).status == 201
    assert network.order(element, work_order("WO2", "S2", msisdn="13900")).status == 422
    assert network.order(element, work_order("WO2", "S2", msisdn="13900")).status == 201


def test_an_element_down_for_one_subscriber_still_answers_reads(
    network: Simulator, element: str
) -> None:
    network.set(element, "down", match="S2")
    with pytest.raises(HUNG_UP):
        network.order(element, work_order("WO2", "S2"))
    assert network.order(element, work_order("WO1", "S1")).status == 201
    assert [each["name"] for each in network.services(element).body] == ["S1"]


def test_a_setting_that_makes_no_sense_changes_nothing(network: Simulator, element: str) -> None:
    network.set(element, "refuse", count=3)
    settings: tuple[object, ...] = (
        {},
        {"mode": "explode"},
        {"mode": "slow"},
        {"mode": "slow", "delay_ms": -1},
        {"mode": "refuse", "count": 0},
        {"mode": "ok", "match": ""},
        {"mode": "ok", "colour": "red"},
        {"mode": "ok", "eoms_seconds": 1},
        [],
    )
    for setting in settings:
        assert network.call("PUT", f"/control/{element}", setting).status == 400, setting
    report = network.call("GET", f"/control/{element}").body
    assert (report["mode"], report["count"]) == ("refuse", 3)


def test_the_control_api_shows_every_element(network: Simulator) -> None:
    everything = network.call("GET", "/control").body
    assert {"hlr", "dsmp", "eoms"} <= set(everything)
    assert everything["hlr"]["mode"] == "ok"
    assert network.call("GET", "/health").body["status"] == "ok"

"""What an element does with a work order that reaches it."""

from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from provisioning.simulator.wire import Page
from tests.unit.simulator.running import API, Simulator, work_order


def test_a_work_order_is_kept_as_stated(network: Simulator, element: str) -> None:
    order = work_order("WO1", msisdn="13800000000", iccid="8986000", port="7") | {"note": ["x"]}
    reply = network.order(element, order)
    assert reply.status == 201
    service_id = f"{element.upper()}00000001"
    href = f"http://127.0.0.1:{network.port}/{element}/{API}/{service_id}"
    kept = order | {"id": service_id, "href": href, "serviceType": element}
    assert reply.body == kept
    assert reply.headers["Location"] == href
    assert network.call("GET", f"/{element}/{API}/{service_id}").body == kept
    assert network.services(element).body == [kept]


def test_a_work_order_told_twice_acts_once(network: Simulator, element: str) -> None:
    first = network.order(element, work_order("WO1"))
    network.order(element, work_order("WO2", version=2, services=("VOICE",)))
    again = network.order(element, work_order("WO1"))
    assert (again.status, again.body) == (200, first.body)
    assert network.services(element).body[0]["externalReference"][0]["id"] == "WO2"
    expected = {"acted": 2, "duplicate": 1, "ignored": 0, "refused": 0, "dropped": 0}
    assert network.counts(element) == expected


def test_the_order_of_what_is_stated_means_nothing(network: Simulator, element: str) -> None:
    network.order(element, work_order("WO1", services=("VOICE", "DATA")))
    assert network.order(element, work_order("WO1", services=("DATA", "VOICE"))).status == 200


def test_a_reference_used_for_something_else_is_refused(network: Simulator, element: str) -> None:
    before = network.order(element, work_order("WO1")).body
    reply = network.order(element, work_order("WO1", state="terminated"))
    assert (reply.status, reply.body["code"]) == (409, "reference_reused")
    assert network.services(element).body == [before]


def test_an_older_version_is_ignored(network: Simulator, element: str) -> None:
    kept = network.order(element, work_order("WO2", version=2)).body
    late = network.order(element, work_order("WO1", version=1, services=()))
    assert (late.status, late.body) == (200, kept | {"applied": False})
    newer = network.order(element, work_order("WO3", version=3)).body
    assert network.order(element, work_order("WO1", version=1, services=())).body == late.body
    assert network.services(element).body == [newer]
    counts = network.counts(element)
    assert (counts["acted"], counts["ignored"], counts["duplicate"]) == (2, 1, 1)


def test_the_same_version_may_state_more(network: Simulator, element: str) -> None:
    network.order(element, work_order("WO1", version=5))
    assert network.order(element, work_order("WO2", version=5, services=())).status == 201
    assert network.services(element).body[0]["serviceCharacteristic"][2]["value"] == []


def test_a_state_without_version_leaves_the_kept_version(network: Simulator, element: str) -> None:
    network.order(element, work_order("WO1", version=5))
    assert network.order(element, work_order("WO2", version=None)).status == 201
    assert network.order(element, work_order("WO3", version=4)).body["applied"] is False


def test_a_terminated_service_stays_listed(network: Simulator, element: str) -> None:
    network.order(element, work_order("WO1"))
    network.order(element, work_order("WO2", version=2, state="terminated"))
    assert [each["state"] for each in network.services(element).body] == ["terminated"]


@pytest.mark.parametrize("kind", ["msisdn", "iccid"])
def test_what_serves_another_subscriber_is_refused(
    network: Simulator, element: str, kind: str
) -> None:
    card: dict[str, Any] = {kind: "111"}
    network.order(element, work_order("WO1", "S1", **card))
    refused = network.order(element, work_order("WO2", "S2", **card))
    assert (refused.status, refused.body["code"]) == (409, f"{kind}_in_use")
    assert network.services(element, "?name=S2").body == []
    assert network.counts(element)["refused"] == 1

    network.order(element, work_order("WO3", "S1", version=2, state="terminated"))
    assert network.order(element, work_order("WO2", "S2", **card)).status == 201


def test_a_changed_number_sets_the_old_one_free(network: Simulator, element: str) -> None:
    network.order(element, work_order("WO1", "S1", msisdn="111"))
    network.order(element, work_order("WO2", "S1", version=2, msisdn="222"))
    assert network.order(element, work_order("WO3", "S2", msisdn="111")).status == 201
    assert network.order(element, work_order("WO4", "S3", msisdn="222")).status == 409


def test_elements_know_nothing_of_each_other(network: Simulator, element: str) -> None:
    network.order(element, work_order("WO1", "S1", msisdn="111"))
    assert network.order(f"{element}-b", work_order("WO1", "S2", msisdn="111")).status == 201


def test_a_list_comes_in_pages(network: Simulator, element: str) -> None:
    for number in range(5):
        network.order(element, work_order(f"WO{number}", f"S{number}"))
    page = network.services(element, "?offset=1&limit=3")
    assert [each["name"] for each in page.body] == ["S1", "S2", "S3"]
    assert (page.headers["X-Total-Count"], page.headers["X-Result-Count"]) == ("5", "3")
    beyond = network.services(element, "?offset=9")
    assert (beyond.body, beyond.headers["X-Total-Count"]) == ([], "5")
    named = network.services(element, "?name=S4")
    assert [each["name"] for each in named.body] == ["S4"]
    assert named.headers["X-Total-Count"] == "1"


def test_a_page_is_never_longer_than_a_thousand() -> None:
    page = Page.of(make_mocked_request("GET", "/?limit=5000&offset=7"))
    assert (page.offset, page.limit) == (7, 1000)


def test_a_number_stated_twice_is_held_once(network: Simulator, element: str) -> None:
    order = work_order("WO1", msisdn="111")
    order["supportingResource"] *= 2
    assert network.order(element, order).status == 201
    assert network.order(element, work_order("WO2", version=2, state="terminated")).status == 201
    assert network.order(element, work_order("WO3", "S2", msisdn="111")).status == 201

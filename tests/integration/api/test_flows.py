"""/api/v1/flows and traces: which flows there are, and what happened in each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from core.systems import System
from integration import hearing
from integration.queries import SystemSilent
from tests.integration.api.conftest import (
    ACCOUNT,
    ALIASES,
    FLOW,
    Channel,
    NewChannel,
    carry,
)

pytestmark = [pytest.mark.django_db(databases=ALIASES), pytest.mark.usefixtures("goods")]
Flows = Callable[[str], list[str]]


@pytest.fixture
def flows(api: Channel) -> Flows:
    """The flow of each row a query finds, in order."""
    return lambda query: [row["flow"] for row in api.get(f"{FLOW}?{query}")]


def trace_of(api: Channel, no: str, path: str = FLOW) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"{path}/{no}/trace")
    return found


def test_flows_of_every_kind_are_listed_newest_first(api: Channel) -> None:
    customer = api.open_customer()
    party = {"id": customer["id"], "role": "customer"}
    api.post(ACCOUNT, {"name": "二", "relatedParty": [party]})
    order = api.order(customer)
    rows = api.get(FLOW)
    assert [row["flow"] for row in rows] == ["open_subscriber", "open_account", "open_customer"]
    newest = rows[0]
    assert newest["no"] == order["id"]
    assert newest["state"] == order["state"]
    assert newest["mode"] == "async"
    assert newest["settings"] == {"STATUS_MASTER": "boss", "AUTHORIZATION": settings.AUTHORIZATION}
    assert newest["customer"] == customer["id"]
    assert newest["account"] == customer["account"][0]["id"]
    assert newest["subscriber"].startswith("SC")
    assert newest["startedAt"].endswith("Z")
    assert newest["closedAt"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("flow=open_customer", ["open_customer"]),
        ("flow=open_subscriber,open_customer", ["open_subscriber", "open_customer"]),
        ("flow=fly", []),
        ("customer={customer}", ["open_subscriber", "open_customer"]),
        ("customer=CC1", []),
        ("subscriber={subscriber}", ["open_subscriber"]),
        ("subscriber=SC1", []),
        ("account={account}", ["open_subscriber", "open_customer"]),
        ("account={account}&flow=open_customer", ["open_customer"]),
        ("state=completed", ["open_customer"]),
        ("state=inProgress", ["open_subscriber"]),
        ("state=held", []),
        ("startedAt={startedAt}", ["open_subscriber"]),
        ("startedAt.lt={startedAt}", ["open_customer"]),
        ("limit=1", ["open_subscriber"]),
        ("limit=1&offset=1", ["open_customer"]),
        ("sort=startedAt", ["open_customer", "open_subscriber"]),
    ],
)
def test_filters_find_exactly_what_they_say(
    api: Channel, flows: Flows, query: str, expected: list[str]
) -> None:
    customer = api.open_customer()
    carry()
    api.order(customer)
    newest = api.get(FLOW)[0]
    assert flows(query.format_map(newest)) == expected


@pytest.mark.parametrize("query", ["state=lost", "limit=-1", "colour=red", "sort=flow"])
def test_a_bad_question_is_refused(api: Channel, query: str) -> None:
    assert api.get(f"{FLOW}?{query}", status=400)["@type"] == "Error"


# -- traces ------------------------------------------------------------------------------------


def test_a_trace_tells_every_arrow_in_causal_order(api: Channel) -> None:
    api.open_customer()
    carry()
    [flow] = api.get(FLOW)
    trace = trace_of(api, flow["no"])
    assert set(trace) == {"flow", "no", "mode", "settings", "state", "unknown", "steps"}
    assert (trace["flow"], trace["no"], trace["mode"], trace["state"]) == (
        "open_customer", flow["no"], "async", "completed",
    )  # fmt: skip
    assert trace["settings"] == {"STATUS_MASTER": "boss", "AUTHORIZATION": settings.AUTHORIZATION}
    assert trace["unknown"] == []
    assert [(step["from"], step["to"], step["message"]) for step in trace["steps"]] == [
        ("portal", "crm", "OpenCustomerRequest"),
        ("crm", "crm_db", "DataAccess"),
        ("crm", "portal", "OpenCustomerResponse"),
        ("crm", "boss", "CustomerAccountRequest"),
        ("boss", "boss_db", "DataAccess"),
        ("boss", "crm", "CustomerAccountResponse"),
    ]
    for step in trace["steps"]:
        assert {"from", "to", "message", "zh", "note", "at", "status"} <= set(step)
        assert step["status"] == "done"
        assert step["at"].endswith("Z")
        assert step["zh"]


def test_before_it_was_carried_a_message_stands_as_sent(api: Channel) -> None:
    api.open_customer()
    [flow] = api.get(FLOW)
    statuses = {step["message"]: step["status"] for step in trace_of(api, flow["no"])["steps"]}
    assert statuses["CustomerAccountRequest"] == "sent"


def test_orders_and_flows_show_the_same_trace(api: Channel) -> None:
    order = api.order()
    by_order = trace_of(api, order["id"], "/api/v1/orders")
    assert by_order == trace_of(api, order["id"])
    assert by_order["flow"] == "open_subscriber"


def test_a_silent_systems_part_is_marked_unknown(
    api: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.open_customer()
    carry()
    [flow] = api.get(FLOW)

    def silent(*_: object) -> None:
        raise SystemSilent(system="boss")

    monkeypatch.setitem(hearing._ANSWERERS, (System.BOSS, "TraceQuery"), silent)
    trace = trace_of(api, flow["no"])
    assert trace["unknown"] == ["boss"]
    assert "CustomerAccountRequest" in [step["message"] for step in trace["steps"]]
    assert "boss_db" not in [step["to"] for step in trace["steps"]]


def test_what_does_not_exist_has_no_trace(api: Channel) -> None:
    for path in (f"{FLOW}/FC999999999/trace", "/api/v1/orders/FC999999999/trace"):
        assert api.get(path, status=404)["code"] == "flowUnknown"


def test_traces_have_a_permission_of_their_own(api: Channel, new_channel: NewChannel) -> None:
    order = api.order()
    other = new_channel("orders.read", "orders.write", "customers.read")
    for path in (FLOW, f"{FLOW}/{order['id']}/trace", f"/api/v1/orders/{order['id']}/trace"):
        assert other.get(path, status=403)["code"] == "permissionDenied"
    assert new_channel("flows.read").get(f"{FLOW}/{order['id']}/trace")["no"] == order["id"]


# -- costs -------------------------------------------------------------------------------------


def test_lists_and_traces_cost_the_same_for_three_and_for_thirty(api: Channel) -> None:
    orders = [api.order(number=number) for number in range(3)]
    trace = f"{FLOW}/{orders[0]['id']}/trace"
    assert api.queries(FLOW) == (2, 0, 0)
    assert api.queries(trace) == (2, 1, 1)  # the flow, then its part in every system
    for number in range(3, 30):
        api.order(number=number)
    carry()
    assert api.queries(FLOW) == (2, 0, 0)
    assert api.queries(trace) == (2, 1, 1)

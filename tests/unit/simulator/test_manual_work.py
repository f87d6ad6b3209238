"""Work orders that people carry out: tickets of the EOMS-like element."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from provisioning.simulator.desired import Desired
from provisioning.simulator.element import Element
from provisioning.simulator.journal import Journal
from provisioning.simulator.memory import Memory
from provisioning.simulator.records import CompletionSet
from tests.unit.simulator.running import API, Simulator, work_order

COMPLETE = "/control/eoms/tickets/{}/complete"


def test_manual_work_is_done_when_its_ticket_is_completed(start: Callable[..., Simulator]) -> None:
    network = start()
    opened = network.order("eoms", work_order("WO1"))
    assert opened.status == 202
    assert opened.body["state"] == "inactive"
    ticket = opened.body["ticket"]
    assert ticket == {"id": "TT00000001", "state": "open"}
    again = network.order("eoms", work_order("WO1"))
    assert (again.status, again.body) == (202, opened.body)
    assert [each["id"] for each in network.call("GET", "/control/eoms/tickets").body] == [
        ticket["id"]
    ]

    network.kill()
    network.start()
    assert network.call("POST", COMPLETE.format(ticket["id"])).body["state"] == "completed"
    assert network.call("POST", COMPLETE.format(ticket["id"])).status == 200
    network.kill()
    network.start()

    service = network.call("GET", f"/eoms/{API}/{opened.body['id']}").body
    assert service["state"] == "active"
    assert service["ticket"] == {"id": ticket["id"], "state": "completed"}
    assert network.order("eoms", work_order("WO1")).status == 200
    assert network.call("GET", "/control/eoms/tickets").body == []


def test_an_older_ticket_does_not_finish_newer_work(start: Callable[..., Simulator]) -> None:
    network = start()
    first = network.order("eoms", work_order("WO1")).body["ticket"]["id"]
    second = network.order("eoms", work_order("WO2", version=2, state="terminated"))
    network.call("POST", COMPLETE.format(first))
    service = f"/eoms/{API}/{second.body['id']}"
    assert network.call("GET", service).body["state"] == "inactive"
    network.call("POST", COMPLETE.format(second.body["ticket"]["id"]))
    assert network.call("GET", service).body["state"] == "terminated"


def test_manual_work_can_complete_by_itself(start: Callable[..., Simulator]) -> None:
    network = start("--eoms-seconds", "0")
    network.order("eoms", work_order("WO1"))
    assert network.services("eoms").body[0]["state"] == "active"
    network.set("eoms", "ok", eoms_seconds=None)
    assert network.order("eoms", work_order("WO2", version=2)).body["state"] == "inactive"
    network.set("eoms", "ok")
    assert network.services("eoms").body[0]["state"] == "inactive"


def test_a_ticket_is_due_after_its_seconds(tmp_path: Path) -> None:
    eoms = Element("eoms", Memory("eoms", Journal(tmp_path / "eoms.journal")), manual=True)
    eoms.memory.write(CompletionSet(5))
    for second in (0, 3):
        stated = work_order(f"WO{second}", f"S{second}")
        desired = Desired.from_stated(stated, "eoms")
        eoms.carry_out(desired, stated, at=datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC))
    open_at = {}
    for second in (4, 5, 8):
        eoms.complete_due_tickets(at=datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC))
        open_at[second] = list(eoms.memory.open_tickets)
    assert open_at == {4: ["TT00000001", "TT00000002"], 5: ["TT00000002"], 8: []}


@pytest.mark.parametrize("element", ["eoms", "hlr"])
def test_an_unknown_ticket_is_not_found(network: Simulator, element: str) -> None:
    reply = network.call("POST", f"/control/{element}/tickets/TT99999999/complete")
    assert (reply.status, reply.body["code"]) == (404, "ticket_unknown")

"""The simulator's own API: how elements misbehave, what they counted, who does manual work."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import web

from provisioning.simulator import records
from provisioning.simulator.desired import read_json
from provisioning.simulator.element import Element
from provisioning.simulator.faults import Setting
from provisioning.simulator.memory import Ticket
from provisioning.simulator.refusals import Malformed
from provisioning.simulator.wire import NETWORK, Page, read_body, reply

routes = web.RouteTableDef()


@routes.get("/health")
async def tell_health(request: web.Request) -> web.Response:
    elements = request.app[NETWORK].elements
    return reply({"status": "ok", "elements": sorted(elements)})


@routes.get("/control")
async def list_elements(request: web.Request) -> web.Response:
    elements = request.app[NETWORK].elements
    return reply({name: _report(each) for name, each in sorted(elements.items())})


@routes.get("/control/{element}")
async def read_element(request: web.Request) -> web.Response:
    return reply(_report(_element(request)))


@routes.put("/control/{element}")
async def set_fault(request: web.Request) -> web.Response:
    """Replace the element's fault; it outlives restarts, until used up or replaced."""
    setting = Setting.from_stated(read_json(await read_body(request)))
    element = _element(request)
    if setting.eoms_seconds is not msgspec.UNSET:
        if not element.manual:
            raise Malformed("not_manual", f"{element.name} has no manual work")
        element.memory.write(records.CompletionSet(setting.eoms_seconds))
    element.memory.write(records.FaultSet(setting.fault()))
    return reply(_report(element))


@routes.get("/control/{element}/tickets")
async def list_tickets(request: web.Request) -> web.Response:
    """The open tickets, oldest first."""
    page = Page.of(request)
    tickets = list(_element(request).memory.open_tickets.values())
    found = page.cut(tickets)
    return reply([_ticket(each) for each in found], headers=page.counts(len(tickets), len(found)))


@routes.post("/control/{element}/tickets/{id}/complete")
async def complete_ticket(request: web.Request) -> web.Response:
    element = _element(request)
    return reply(_ticket(element.complete_ticket(request.match_info["id"], at=datetime.now(UTC))))


def _element(request: web.Request) -> Element:
    element = request.app[NETWORK].element(request.match_info["element"])
    element.complete_due_tickets(at=datetime.now(UTC))
    return element


def _report(element: Element) -> dict[str, Any]:
    memory = element.memory
    counts = {"acted": memory.acted, "ignored": memory.ignored}
    return {
        "element": element.name,
        **msgspec.structs.asdict(memory.fault),
        "counts": counts | msgspec.structs.asdict(memory.counted),
        "services": len(memory.services),
        "open_tickets": len(memory.open_tickets),
        "eoms_seconds": memory.eoms_seconds,
    }


def _ticket(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "state": ticket.state,
        "service": ticket.name,
        "workOrder": ticket.reference,
        "openedAt": ticket.opened_at,
    }

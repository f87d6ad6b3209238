"""The elements' own API over HTTP, in the shape of TMF640 Service Activation and Configuration."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from provisioning.simulator import control
from provisioning.simulator.desired import Desired, read_json
from provisioning.simulator.element import Element
from provisioning.simulator.network import Network
from provisioning.simulator.refusals import Unknown
from provisioning.simulator.wire import NETWORK, Page, hang_up, read_body, refuse_politely, reply

SERVICES = "/{element}/tmf-api/ServiceActivationAndConfiguration/v4/service"


async def take_work_order(request: web.Request) -> web.Response:
    """POST a subscriber's desired state, which the element's fault may hit on the way."""
    stated = read_json(await read_body(request))
    element = _element(request)
    desired = Desired.from_stated(stated, element.name)
    fault = element.take_fault(desired)
    if fault.delay_ms:
        await asyncio.sleep(fault.delay_ms / 1000)
    if fault.mode in ("down", "drop_before"):
        return _drop(request, element)
    if fault.mode == "refuse":
        element.refuse(desired)
    answer = element.carry_out(desired, stated, at=datetime.now(UTC))
    if fault.mode == "drop_after":
        return _drop(request, element)
    body = _with_href(request, element, answer.body)
    headers = {"Location": body["href"]} if answer.status == 201 else None
    return reply(body, answer.status, headers)


async def list_services(request: web.Request) -> web.Response:
    """GET the services in the order they were first made, by name if asked."""
    element = _element(request)
    if await _is_silent(element):
        return _drop(request, element)
    page = Page.of(request, "name")
    memory = element.memory
    if names := page.filters["name"]:
        services = [memory.by_name[name] for name in dict.fromkeys(names) if name in memory.by_name]
    else:
        services = memory.services
    found = [_with_href(request, element, element.describe(each)) for each in page.cut(services)]
    return reply(found, headers=page.counts(len(services), len(found)))


async def read_service(request: web.Request) -> web.Response:
    """GET one service as it now is."""
    element = _element(request)
    if await _is_silent(element):
        return _drop(request, element)
    Page.of(request)
    service = element.memory.find_service(request.match_info["id"])
    if service is None:
        raise Unknown("service_unknown", f"{element.name} has no such service")
    return reply(_with_href(request, element, element.describe(service)))


def _element(request: web.Request) -> Element:
    element = request.app[NETWORK].element(request.match_info["element"])
    element.complete_due_tickets(at=datetime.now(UTC))
    return element


async def _is_silent(element: Element) -> bool:
    """Whether a read gets no answer: only being slow or down, for everyone, reaches reads."""
    fault = element.memory.fault
    if fault.match is not None or fault.mode not in ("slow", "down"):
        return False
    await asyncio.sleep(fault.delay_ms / 1000)
    return fault.mode == "down"


def _drop(request: web.Request, element: Element) -> web.Response:
    element.hang_up()
    return hang_up(request)


def _with_href(request: web.Request, element: Element, body: dict[str, Any]) -> dict[str, Any]:
    host = request.headers.get("Host", "localhost")
    path = SERVICES.format(element=element.name)
    return body | {"href": f"{request.scheme}://{host}{path}/{body['id']}"}


def make_app(network: Network) -> web.Application:
    """The whole simulator as one web application."""
    app = web.Application(middlewares=[refuse_politely])
    app[NETWORK] = network
    app.router.add_post(SERVICES, take_work_order)
    app.router.add_get(SERVICES, list_services)
    app.router.add_get(SERVICES + "/{id}", read_service)
    app.router.add_routes(control.routes)
    return app

"""The services that an offering brings, and the network commands by which they are done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from core.console import Page, render_page, said
from core.errors import NotFound
from products import permissions
from products.models import OfferingService, ProductOffering, Service
from products.pages.boss import Held, held_by_boss
from products.pages.links import address_of
from products.pages.released import under_way
from products.pages.users import offerings_using
from products.pages.words import COMMANDS, ELEMENTS, RESOURCES, label, worded
from products.states import ServiceKind

Content = dict[str, Any]


class ServiceNotFound(NotFound):
    """No service has this code."""

    code = "serviceNotFound"
    zh = "服务不存在: {service}"
    en = "There is no service {service}"


def fill(actor: Actor, offering: ProductOffering, query: QueryDict, at: datetime) -> Content:
    """Show the services of an offering in their order, with the commands that BOSS holds."""
    links = OfferingService.objects.filter(offering=offering).select_related("service")
    services = [link.service for link in links]
    held = held_by_boss("service", [one.code for one in services])
    return {
        "services": [shown(actor, one, held) for one in services],
        "silent": held.silent,
    }


def shown(actor: Actor, service: Service, held: Held) -> Content:
    """Return a service as a page shows it: what CRM knows, and BOSS's commands."""
    row = held.rows.get(service.code)
    commands = (row or {}).get("commands") or []
    return {
        "code": service.code,
        "address": address_of(actor, "catalogue_service", service.code),
        "name": said(service.name_zh, service.name_en),
        "other_name": said(service.name_en, service.name_zh),
        "kind": label(ServiceKind, service.kind),
        "resource": worded(RESOURCES, service.resource),
        "provider": service.provider,
        "elements": [worded(ELEMENTS, one) for one in service.elements],
        "known": row is not None,
        "differs": row is not None and row.get("digest", "") != service.commands_digest,
        "digest": service.commands_digest,
        "commands": [
            {
                "element": worded(ELEMENTS, one["element"]),
                "command": worded(COMMANDS, one["command"]),
                "parameters": sorted(one.get("parameters", {}).items()),
            }
            for one in commands
        ],
    }


def show_service(request: HttpRequest, code: str) -> HttpResponse:
    """Show one service and which offerings bring it."""
    actor = actor_of(request)
    service = Service.objects.filter(code=code).first()
    if service is None:
        raise ServiceNotFound(service=code)
    held = held_by_boss("service", [code])
    return render_page(
        request,
        "products/service.html",
        title=said(service.name_zh, service.name_en),
        one=shown(actor, service, held),
        silent=held.silent,
        users=offerings_using(actor, service_links__service=service),
        under_way=under_way(actor, f"service:{code}"),
        catalogue=address_of(actor, "catalogue_studio"),
    )


PAGES = (
    Page(
        path="catalogue/services/<number:code>/",
        name="catalogue_service",
        view=show_service,
        permission=permissions.VIEW_OFFERING,
        titles=("服务", "Service"),
        icon="settings_input_antenna",
    ),
)

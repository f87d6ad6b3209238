"""Where a clerk goes on from a customer: pages of other apps, where they are and may be opened."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from core.console import said


@dataclass(frozen=True, slots=True)
class Deed:
    """Something to do: what it is called, where it is done."""

    title: str
    address: str
    icon: str


def deed(request: HttpRequest, name: str, *parts: str) -> Deed | None:
    """Return the page of that name as something to do, None unless it may be opened here."""
    address = address_of(actor_of(request), name, *parts)
    page = crm_console.pages.get(name)
    return Deed(said(*page.titles), address, page.icon) if page and address else None


def address_of(actor: Actor, name: str, *parts: str, **query: str) -> str:
    """Return the address of CRM's page of that name, empty unless it may be opened here."""
    page = crm_console.pages.get(name)
    if page is None or not actor.may(page.permission):
        return ""
    address = reverse(f"{crm_console.name}:{name}", args=parts)
    return f"{address}?{urlencode(query)}" if query else address

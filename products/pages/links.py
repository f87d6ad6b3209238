"""Where the catalogue's pages lead: to pages of this console that the reader may open."""

from __future__ import annotations

from django.urls import reverse
from django.utils.http import urlencode

from auth_center.actors import Actor
from auth_center.consoles import crm_console


def address_of(actor: Actor, name: str, *parts: str, **query: str) -> str:
    """Return the address of the page of that name, empty unless it may be opened here."""
    page = crm_console.pages.get(name)
    if page is None or not actor.may(page.permission):
        return ""
    address = reverse(f"{crm_console.name}:{name}", args=parts)
    return f"{address}?{urlencode(query)}" if query else address

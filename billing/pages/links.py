"""Addresses of pages of this console, for readers who may open them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from auth_center.actors import Actor
from auth_center.consoles import boss_console


def address_of(actor: Actor, name: str, *parts: Any) -> str:
    """Return where a page is, or nothing where this reader may not open it."""
    page = boss_console.pages.get(name)
    if page is None or not actor.may(page.permission):
        return ""
    return reverse(f"{boss_console.name}:{name}", args=list(parts))

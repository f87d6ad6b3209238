"""Where the centre's pages are, and the heading they stand under in the menu."""

from __future__ import annotations

from django.urls import reverse

from auth_center.consoles import crm_console

GROUP = ("权限", "Access")


def address(name: str, *args: str) -> str:
    """Return the address of one of the centre's pages."""
    return reverse(f"{crm_console.name}:{name}", args=args)

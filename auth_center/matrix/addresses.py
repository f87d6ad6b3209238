"""The addresses of this process: pages of the consoles, their tables, and all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from auth_center.consoles import Console, boss_console, crm_console, oss_console
from auth_center.matrix.doors import Declared, Door
from auth_center.matrix.tables import table_door

CONSOLES = {f"{console.name}/": console for console in (crm_console, boss_console, oss_console)}
API = "api"  # the name of the pattern behind which the API dispatches by itself


def addresses(declared: Declared) -> Iterator[Door]:
    """Return a door for every URL pattern that is reached; the API's are read elsewhere."""
    seen = set()
    for route, pattern in routes(get_resolver()):
        if pattern.name == API or route in seen:
            continue
        seen.add(route)  # the first pattern of an address answers, the others never
        prefix = next((one for one in CONSOLES if route.startswith(one)), "")
        if prefix:
            yield from _in_console(CONSOLES[prefix], route, pattern, declared)
        else:
            yield from declared.door(route, kind="address", place="", address=route)


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Return every pattern below ``resolver`` with its whole route."""
    for one in resolver.url_patterns:
        route = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from routes(one, route)
        else:
            yield route, one


def _in_console(
    console: Console, route: str, pattern: URLPattern, declared: Declared
) -> Iterator[Door]:
    rest = route.removeprefix(f"{console.name}/")
    view: Any = pattern.callback
    page = console.pages.get(pattern.name or "")
    if page is not None and page.path == rest:
        yield Door(kind="page", place=console.name, address=route, permission=page.permission)
    elif hasattr(view, "model_admin"):
        yield table_door(console, view.model_admin, route, pattern.name or "")
    else:
        yield from declared.door(
            f"<console>/{_without_apps(rest)}", kind="console", place=console.name, address=route
        )


def _without_apps(rest: str) -> str:
    """Return an address without the names of the apps that one console shows."""
    return "<app>/" if rest.startswith("^(?P<app_label>") else rest

"""What has been declared, and which of it a path means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import TypeVar

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.tmf.resource import Declaration, Endpoint, Resource

D = TypeVar("D", bound=type[Resource] | type[Endpoint])

_declared: dict[str, Declaration] = {}
_routes: Routes | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What a path means: a collection or item of a resource, or an endpoint with its parts."""

    declaration: Declaration
    id: str | None = None
    parts: dict[str, str] | None = None


class Routes:
    """The declarations that this process serves, found by path without walking through them."""

    def __init__(self, declarations: Iterable[Declaration]) -> None:
        self.declarations = list(declarations)
        self._collections: dict[str, Resource] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self._templates: list[tuple[re.Pattern[str], Endpoint]] = []
        for one in self.declarations:
            if isinstance(one, Resource):
                self._collections[one.path] = one
            elif "{" in one.path:
                self._templates.append((_pattern(one.path), one))
            else:
                self._endpoints[one.path.rstrip("/")] = one

    def find(self, path: str) -> Match | None:
        """Return what ``path`` (without or with one trailing slash) means, or None."""
        path = path.removesuffix("/")
        if path in self._endpoints:
            return Match(self._endpoints[path])
        if path in self._collections:
            return Match(self._collections[path])
        for pattern, endpoint in self._templates:
            found = pattern.fullmatch(path)
            if found:
                return Match(endpoint, parts=found.groupdict())
        collection, _, id = path.rpartition("/")
        resource = self._collections.get(collection)
        return Match(resource, id=id) if resource and id else None

    @cached_property
    def places(self) -> dict[str, tuple[str, str]]:
        """The TMF type and path of every resource by its name, for links."""
        return {
            one.name: ("" if one.plain else one.type, one.path)
            for one in reversed(self.declarations)
            if isinstance(one, Resource)
        }


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template.rstrip("/"))
    return re.compile(
        "".join(
            f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part)
            for index, part in enumerate(parts)
        )
    )


def register(declaration: D) -> D:
    """Class decorator: serve the resource or endpoint that this class declares."""
    global _routes
    one = declaration()
    known = _declared.get(one.path)
    if known is not None and type(known).__qualname__ != declaration.__qualname__:
        raise ImproperlyConfigured(f"{one.path} is declared twice")
    _declared[one.path] = one
    _routes = None
    return declaration


@contextmanager
def only(*declarations: type[Resource] | type[Endpoint]) -> Iterator[None]:
    """Serve these declarations and nothing else inside; for tests."""
    global _declared, _routes
    discover()  # now, lest it happens inside and is forgotten
    before = _declared
    _declared, _routes = {}, None
    try:
        for one in declarations:
            register(one)
        yield
    finally:
        _declared, _routes = before, None


def routes() -> Routes:
    """Return the routes of this process: what is declared for the systems that it hosts."""
    global _routes
    if _routes is None:
        hosted = getattr(settings, "HOSTED", None)
        _routes = Routes(
            one
            for one in _declared.values()
            if one.system is None or hosted is None or one.system in hosted
        )
    return _routes


def discover() -> None:
    """Import every module of every installed app's ``api`` package, so that it registers."""
    for app in apps.get_app_configs():
        name = f"{app.name}.api"
        if find_spec(name) is None:
            continue
        package = import_module(name)
        for module in iter_modules(getattr(package, "__path__", ())):
            import_module(f"{name}.{module.name}")

"""The operations of the REST API, each with the permission it takes."""

from __future__ import annotations

from collections.abc import Iterator

from auth_center.matrix.doors import Declared, Door
from core.tmf import documentation
from core.tmf.operations import operations_of
from core.tmf.registry import Match, discover, routes
from core.tmf.resource import Resource


def operations(declared: Declared) -> Iterator[Door]:
    """Return every method at every path of the API, and the pages that describe it."""
    discover()
    for one in routes().declarations:
        for match, path in (
            ((Match(one), one.path), (Match(one, id="1"), f"{one.path}/{{id}}"))
            if isinstance(one, Resource)
            else ((Match(one, parts={}), one.path),)
        ):
            for method, operation in operations_of(match).items():
                if operation.permission:
                    yield Door(
                        kind="api",
                        place=one.system or "",
                        address=path,
                        deed=method,
                        permission=operation.permission,
                    )
                else:
                    key = f"{method} {path}"
                    yield from declared.door(
                        key, kind="api", place=one.system or "", address=path, deed=method
                    )
    for path in (documentation.SCHEMA, documentation.PAGE, documentation.START):
        yield from declared.door(f"GET {path}", kind="api", place="", address=path, deed="GET")

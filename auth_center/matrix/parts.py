"""Parts of pages that apps bring to pages of other apps: panels, ways to find, remarks."""

from __future__ import annotations

from collections.abc import Iterator

from auth_center.matrix.addresses import CONSOLES
from auth_center.matrix.doors import Door
from auth_center.matrix.tables import table_actions
from core.console import panels


def parts() -> Iterator[Door]:
    """Return every part of a page, and what can be done to chosen rows of tables."""
    for page, found in panels._PANELS.items():
        for panel in found.values():
            yield Door(kind="panel", place=page, address=panel.name, permission=panel.permission)
    for page, finders in panels._FINDERS.items():
        for permission, finder in finders:
            yield Door(kind="finder", place=page, address=_name(finder), permission=permission)
    for subject, remarks in panels._REMARKS.items():
        for permission, remark in remarks:
            yield Door(kind="remark", place=subject, address=_name(remark), permission=permission)
    for console in CONSOLES.values():
        yield from table_actions(console)


def _name(function: object) -> str:
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__name__', '')}"

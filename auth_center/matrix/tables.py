"""The tables of the consoles: which operation lets somebody look, and that nobody writes there.

What is asked is found by asking: as the holder of each permission in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.test import RequestFactory

from auth_center.actors import Actor
from auth_center.consoles import Console
from auth_center.matrix.doors import Door, Guard
from auth_center.permissions import permissions

_LOOKS = {"changelist": "list", "change": "details", "history": "history"}
_WRITES = {"add": "has_add_permission", "delete": "has_delete_permission"}


class _Holder:
    """An operator who holds one operation and nothing else."""

    is_active = is_authenticated = is_staff = True
    is_anonymous = False

    def __init__(self, *held: str) -> None:
        self.grants = frozenset(held)

    def has_perm(self, permission: str, obj: object = None) -> bool:
        return permission in self.grants

    def actor(self, *, terminal: str = "") -> Actor:
        return Actor(kind="operator", number="", terminal=terminal, grants=self.grants)


def table_door(console: Console, admin: Any, route: str, name: str) -> Door:
    """Return one address of a table; ``name`` is that of its URL pattern."""
    meta = admin.opts
    deed = name.removeprefix(f"{meta.app_label}_{meta.model_name}_")
    check = _WRITES.get(deed, "has_view_permission" if deed in _LOOKS else "")
    door = {"kind": "table", "place": console.name, "address": route}
    if not name:
        return Door(**door, deed="shortcut", guard=Guard.OPERATOR, why="leads to the details")
    if not check:
        return Door(**door, deed=deed, permission=getattr(admin, "permission", ""))
    asked = asked_by(getattr(admin, check))
    deed = _LOOKS.get(deed, deed)
    if not asked:
        return Door(**door, deed=deed, guard=Guard.NOBODY, why="a table is only looked at")
    return Door(**door, deed=deed, permission=asked)


def table_actions(console: Console) -> Iterator[Door]:
    """Return what can be done to chosen rows of a console's tables."""
    for admin in console._registry.values():
        for function, name, _ in admin._get_base_actions() if admin.actions else ():
            for allowed in getattr(function, "allowed_permissions", ()):
                meta = admin.opts
                asked = asked_by(getattr(admin, f"has_{allowed}_permission"))
                yield Door(
                    kind="action",
                    place=console.name,
                    address=f"{console.name}/{meta.app_label}/{meta.model_name}/",
                    deed=name,
                    guard=Guard.PERMISSION if asked else Guard.NOBODY,
                    permission=asked,
                )


def asked_by(check: Callable[[Any], bool]) -> str:
    """Return the permission that lets its holder pass ``check``; several are joined by a bar."""
    return " | ".join(name for name in sorted(permissions()) if check(_request(name)))


def _request(*held: str) -> Any:
    request: Any = RequestFactory().get("/")
    request.user = _Holder(*held)
    return request

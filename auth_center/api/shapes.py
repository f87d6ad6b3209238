"""What roles and permissions look like outside: an operation is a function and an action."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from auth_center.permissions import permissions
from auth_center.values import EVERYTHING
from core.tmf import Links

BASE = "/tmf-api/rolesAndPermissionsManagement/v4"
ALL = "all"  # the asset of a role that every system knows


def entitlement(name: str, links: Links) -> dict[str, Any]:
    """Return one operation of a role."""
    return {**_operation(name, links), "@type": "Entitlement"}


def privilege(name: str, system: str, links: Links) -> dict[str, Any]:
    """Return one operation that somebody may do in a system."""
    return {
        **_operation(name, links),
        "manageableAsset": {"id": system, "@referredType": "System"},
        "@type": "Privilege",
    }


def granted(entitlements: Collection[str], limits: dict[str, str], links: Links) -> list[Any]:
    """Return the operations of a role in their order, with the limits that go with them."""
    return [
        entitlement(name, links) | ({"limit": limits[name]} if name in limits else {})
        for name in sorted(entitlements)
    ]


def _operation(name: str, links: Links) -> dict[str, Any]:
    function, _, action = name.partition(".")
    known = permissions().get(name)
    words = {}
    if known is not None:
        words = {"name": known.zh if links.language == "zh" else known.en}
    if name == EVERYTHING:
        function, action = EVERYTHING, EVERYTHING
    return {"id": name, "function": function, "action": action, **words}

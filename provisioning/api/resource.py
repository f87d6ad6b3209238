"""TMF639: the numbers and SIM cards that can be chosen, and where each stands."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from core.tmf import Choice, Links, Resource, Text, register
from provisioning import permissions, selectors
from provisioning.models import ResourceRow
from provisioning.states import ResourceState

_S = ResourceState
_SHOWN = {
    _S.FREE: ("available", "idle"),
    _S.RESERVED: ("reserved", "idle"),
    _S.IN_USE: ("reserved", "busy"),
    _S.COOLING: ("suspended", "idle"),
}
_STATUSES = ("standby", "alarm", "available", "reserved", "unknown", "suspended")
_USAGES = ("idle", "active", "busy")


@register
class ResourceResource(Resource):
    """Numbers (category msisdn) and SIM cards (sim); the name is the number or the ICCID itself."""

    name = "resource"
    type = "Resource"
    base = "/tmf-api/resourceInventoryManagement/v4/"
    system = "provisioning"
    key = "name"
    read_permission = permissions.VIEW_RESOURCE
    arrays = ("resourceCharacteristic",)
    filters = {
        "name": Text("name"),
        "category": Choice("category", ("msisdn", "sim")),
        "resourceStatus": Choice(
            "state", {word: tuple(s for s in _SHOWN if _SHOWN[s][0] == word) for word in _STATUSES}
        ),
        "usageState": Choice(
            "state", {word: tuple(s for s in _SHOWN if _SHOWN[s][1] == word) for word in _USAGES}
        ),
        "level": Text("level_id"),
        "region": Text("region"),
    }
    sortable = {"name": "name", "id": "name"}
    ordering = ("name",)

    def queryset(self, actor: Actor) -> QuerySet[ResourceRow]:
        return selectors.list_resources(actor)

    def represent(self, row: ResourceRow, links: Links) -> dict[str, Any]:
        status, usage = _SHOWN[ResourceState(row.state)]
        return {
            "name": row.name,
            "category": row.category,
            "resourceStatus": status,
            "usageState": usage,
            "resourceCharacteristic": [
                {"name": name, "value": value} for name, value in _characteristics(row, links)
            ],
        }


def _characteristics(row: ResourceRow, links: Links) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    if row.region:
        found.append(("region", row.region))
    if row.level is not None:
        level = row.level
        found += [
            ("level", level.code),
            ("levelName", level.name_zh if links.language == "zh" else level.name_en),
            ("price", level.price),
            ("minimumSpend", level.minimum_spend),
            ("currency", level.currency),
        ]
    return found

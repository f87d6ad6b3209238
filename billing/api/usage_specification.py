"""TMF635 usageSpecification: the kinds of usage, and what may be said of one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from billing import permissions
from billing.models import UsageKind
from core.tariff.measures import UNITS
from core.tmf import Links, Resource, Text, register


@register
class UsageSpecificationResource(Resource):
    """Kinds of usage: voice, sms, mms, data, content, one_off."""

    name = "usageSpecification"
    type = "UsageSpecification"
    base = "/tmf-api/usageManagement/v4/"
    system = "boss"
    key = "code"
    read_permission = permissions.VIEW_USAGE
    arrays = ("specCharacteristic",)
    filters = {"name": Text("name_en")}
    sortable = {"id": "code"}
    ordering = ("code",)

    def queryset(self, actor: Actor) -> QuerySet[UsageKind]:
        return UsageKind.objects.all()

    def represent(self, row: UsageKind, links: Links) -> dict[str, Any]:
        units = UNITS[row.measure]
        base = next(iter(units)) if row.measure != "bytes" else "B"
        said: list[tuple[str, str, dict[str, Any]]] = [
            ("key", "string", {"isUnique": True}),
            ("revision", "integer", {}),
            ("number", "string", {}),
            ("quantity", "integer", {"characteristicValueSpecification": [
                {"unitOfMeasure": base, "isDefault": True}
            ]}),
            ("unit", "string", {"characteristicValueSpecification": [
                {"value": unit} for unit in units
            ]}),
            ("zone", "string", {}),
            ("roaming", "string", {}),
            ("peer", "string", {}),
        ]  # fmt: skip
        if row.code == "content":
            said.append(("provider", "string", {}))
        if row.code == "one_off":
            said.append(("amount", "string", {}))
        return {
            "name": row.name_zh if links.language == "zh" else row.name_en,
            "isBundle": False,
            "lifecycleStatus": "Active",
            "version": "1",
            "specCharacteristic": [
                {"name": name, "valueType": kind, "configurable": True, **more}
                for name, kind, more in said
            ],
        }

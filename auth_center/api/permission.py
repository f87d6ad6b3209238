"""TMF672 permission: what an operator may do, through which roles, and from when until when."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, IntegerField, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from auth_center.actors import Actor
from auth_center.api.shapes import ALL, BASE, privilege
from auth_center.models import Operator, Role
from auth_center.permissions import VIEW_OPERATOR, require
from auth_center.scope import narrowed
from core.systems import Centre
from core.tmf import Boolean, Instant, Links, Resource, Text, Whole, register


def _has_role(operator: str, codes: list[str]) -> Q:
    meets = Q(role_codes__overlap=codes)
    return meets if operator == "eq" else ~meets


def _roles() -> ArraySubquery:
    place = Func(
        OuterRef("role_codes"), F("code"), function="array_position", output_field=IntegerField()
    )
    held = Role.objects.annotate(place=place).filter(place__isnull=False).order_by("code")
    return ArraySubquery(
        held.values(
            shown=JSONObject(code=F("code"), permissions=F("permissions"), systems=F("systems"))
        )
    )


@register
class PermissionResource(Resource):
    """What each operator may do; its id is the staff number."""

    name = "permission"
    type = "Permission"
    base = f"{BASE}/"
    system = "crm"
    about = "权限: the roles of an operator and every operation that follows from them."
    key = "staff_no"
    read_permission = VIEW_OPERATOR
    arrays = ("assetUserRole", "privilege")
    filters = {
        "user.id": Text("staff_no"),
        "user.name": Text("name"),
        "assetUserRole.userRole.id": Whole(_has_role),
        "active": Boolean("is_active"),
        "validFor.startDateTime": Instant("active_from"),
        "validFor.endDateTime": Instant("active_until"),
    }
    sortable = {"id": "staff_no"}
    ordering = ("id",)

    def queryset(self, actor: Actor) -> QuerySet[Operator]:
        require(actor, VIEW_OPERATOR)
        operators = narrowed(Operator.objects.using(Centre.SSO.alias), actor)
        return operators.defer("password").annotate(roles=_roles())

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        given = [(role, system) for role in row.roles for system in (role["systems"] or [ALL])]
        held = sorted({(name, system) for role, system in given for name in role["permissions"]})
        return {
            "description": row.position or None,
            "user": {
                "id": row.staff_no,
                "name": row.name,
                "role": "operator",
                "@referredType": "Individual",
            },
            "validFor": {
                "startDateTime": row.active_from,
                **({"endDateTime": row.active_until} if row.active_until else {}),
            },
            "active": row.is_active,
            "assetUserRole": [
                {
                    "manageableAsset": {"id": system, "@referredType": "System"},
                    "userRole": links.reference("userRole", role["code"]),
                    "@type": "AssetUserRole",
                }
                for role, system in given
            ],
            "privilege": [privilege(name, system, links) for name, system in held],
        }

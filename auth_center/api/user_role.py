"""TMF672 userRole: roles, and the operations that they permit."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from msgspec import UNSET, UnsetType

from auth_center.actors import Actor
from auth_center.api.shapes import BASE, granted
from auth_center.models import Role
from auth_center.permissions import MANAGE_ROLES, VIEW_ROLE
from auth_center.selectors import list_roles_for
from auth_center.services import AlreadyThere, save_role
from auth_center.values import Reach
from core.systems import System
from core.tmf import (
    Body,
    Choice,
    Context,
    Create,
    Identifier,
    Links,
    Name,
    Patch,
    Resource,
    Text,
    Whole,
    register,
)
from core.tmf.errors import InvalidValue, MissingValue


class EntitlementBody(Body):
    """One operation by its id, or by function and action; up to where one decides alone."""

    id: Identifier | None = None
    function: Name | None = None
    action: Name | None = None
    limit: Name | None = None


class NewRole(Body):
    """A role to be; without ``system`` every system knows it."""

    id: Identifier
    involvement_role: Name
    entitlement: list[EntitlementBody]
    system: list[Identifier] = []
    data_scope: Reach = Reach.UNIT


class ChangedRole(Body):
    """What of a role shall be otherwise."""

    involvement_role: Name | UnsetType = UNSET
    entitlement: list[EntitlementBody] | UnsetType = UNSET
    data_scope: Reach | UnsetType = UNSET


def make_role(actor: Actor, body: NewRole, context: Context) -> str:
    """Make a role; the same again is the same role."""
    names, limits = _operations(body.entitlement)
    systems = _systems(body.system)
    held = Role.objects.filter(code=body.id).first()
    if held is not None:
        said = (names, limits, sorted(map(str, systems)), str(body.data_scope))
        kept = (set(held.permissions), held.limits, sorted(held.systems), held.data_scope)
        if said != kept or body.involvement_role not in (held.name_zh, held.name_en):
            raise AlreadyThere(what=body.id, field="id")
        return held.code
    role = save_role(
        code=body.id,
        names=(body.involvement_role, body.involvement_role),
        permissions=names,
        systems=systems,
        data_scope=body.data_scope,
        limits=limits,
        version=0,
        actor=actor,
        at=context.at,
    )
    return role.code


def change_role(actor: Actor, row: Role, body: ChangedRole, context: Context) -> str:
    """Name a role otherwise in the request's language, or change what it permits."""
    names = {"zh": row.name_zh, "en": row.name_en}
    if isinstance(body.involvement_role, str):
        names[context.language] = body.involvement_role
    granted_now, limits = set(row.permissions), dict(row.limits)
    if not isinstance(body.entitlement, UnsetType):
        granted_now, limits = _operations(body.entitlement)
    reach = row.data_scope if isinstance(body.data_scope, UnsetType) else body.data_scope
    save_role(
        code=row.code,
        names=(names["zh"], names["en"]),
        permissions=granted_now,
        systems=[System(one) for one in row.systems],
        data_scope=Reach(reach),
        limits=limits,
        version=row.version,
        actor=actor,
        at=context.at,
    )
    return row.code


def _operations(said: list[EntitlementBody]) -> tuple[set[str], dict[str, str]]:
    names: set[str] = set()
    limits: dict[str, str] = {}
    for place, one in enumerate(said):
        name = one.id or (f"{one.function}.{one.action}" if one.function and one.action else "")
        if not name:
            field = f"entitlement[{place}].id"
            raise MissingValue(field=field, name=field)
        names.add(name)
        if one.limit is not None:
            limits[name] = one.limit
    return names, limits


def _systems(said: list[str]) -> list[System]:
    unknown = [one for one in said if one not in tuple(System)]
    if unknown:
        raise InvalidValue("system", "没有这个系统", "there is no such system")
    return [System(one) for one in said]


def _permits(operator: str, names: list[str]) -> Q:
    meets = Q(permissions__overlap=names)
    return meets if operator == "eq" else ~meets


def _either_name(operator: str, values: list[Any]) -> Q:
    one = Text()
    if operator == "ne":
        return ~_either_name("eq", values)
    zh, en = (one.condition(operator, values, name) for name in ("name_zh", "name_en"))
    return zh | en


@register
class UserRoleResource(Resource):
    """Roles; a role's id is its code."""

    name = "userRole"
    type = "UserRole"
    base = f"{BASE}/"
    system = "crm"
    about = "角色: a named set of operations, how far its holders see, up to where they decide."
    key = "code"
    read_permission = VIEW_ROLE
    arrays = ("entitlement", "system")
    fixed = frozenset({"system", "version"})
    filters = {
        "involvementRole": Text(_either_name),
        "entitlement.id": Whole(_permits),
        "dataScope": Choice("data_scope", [one.value for one in Reach]),
    }
    sortable = {"id": "code"}
    ordering = ("id",)
    create = Create(NewRole, permission=MANAGE_ROLES, call=make_role)
    patch = Patch(ChangedRole, permission=MANAGE_ROLES, call=change_role)

    def queryset(self, actor: Actor) -> QuerySet[Role]:
        return list_roles_for(actor)

    def represent(self, row: Role, links: Links) -> dict[str, Any]:
        return {
            "involvementRole": row.name_zh if links.language == "zh" else row.name_en,
            "entitlement": granted(row.permissions, row.limits, links),
            "system": row.systems,
            "dataScope": row.data_scope,
            "version": str(row.version),
        }

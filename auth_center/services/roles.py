"""Roles: named sets of operations, how far their holders see, up to where they decide alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django.db import transaction

from auth_center import audit
from auth_center.actors import EVERYTHING, Actor
from auth_center.models import Operator, Role
from auth_center.permissions import MANAGE_ROLES, permissions, require
from auth_center.services.giving import OwnRoles, may_give
from auth_center.services.refusals import (
    ChangedMeanwhile,
    coded,
    fault,
    refuse,
    unless_made_meanwhile,
    wanted,
)
from auth_center.services.telling import tell
from auth_center.values import Reach
from core.errors import Conflict, DomainError, NotFound
from core.systems import Centre, System
from integration.messages import NamedWords, RoleNotice

ALIAS = Centre.SSO.alias


class RoleNotFound(NotFound):
    """There is no such role."""

    code = "roleNotFound"
    zh = "角色 {role} 不存在"
    en = "There is no role {role}"


class RoleInUse(Conflict):
    """A role that somebody has cannot be removed."""

    code = "roleInUse"
    zh = "角色 {role} 仍有 {people} 名操作员使用"
    en = "{people} operator(s) still have the role {role}"


def save_role(
    *,
    code: str,
    names: tuple[str, str],
    permissions: Iterable[str],
    systems: Iterable[System] = (),
    data_scope: Reach = Reach.ALL,
    limits: Mapping[str, Any] | None = None,
    version: int | None = None,
    actor: Actor,
    at: datetime,
) -> Role:
    """Create a role or change the one that is there; every system learns of it.

    ``names`` is (zh, en); no ``systems`` means every one; ``version`` is the one that was shown, if
    it was. Saving the same again changes nothing. Raises ``NotValid``, ``ChangedMeanwhile``,
    ``OwnRoles`` or ``NotYoursToGive``.
    """
    require(actor, MANAGE_ROLES)
    granted = sorted(set(permissions))
    stated = {name: str(most) for name, most in (limits or {}).items()}
    known_by = sorted(str(one) for one in systems)
    _check(code, names, granted, known_by, stated)
    with transaction.atomic(using=ALIAS):
        role = Role.objects.using(ALIAS).select_for_update().filter(code=code).first()
        if version not in (None, role.version if role else 0):
            raise ChangedMeanwhile(what=code)
        before = shown_role(role) if role else None
        role = role or Role(code=code, version=0)
        role.name_zh, role.name_en = names
        role.permissions, role.systems = granted, known_by
        role.data_scope, role.limits = str(Reach(data_scope)), stated
        if before == shown_role(role):
            return role
        not_own(code, actor)
        may_give([role], actor, at)
        role.version += 1
        with unless_made_meanwhile(code):
            role.save(using=ALIAS)
        _tell(role, actor, at)
        _record(code, before, shown_role(role), actor, at)
    return role


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChange:
    """What a role shall permit, and the version in which it was shown."""

    code: str
    version: int
    permissions: frozenset[str]


def change_permissions(*, changes: Iterable[RoleChange], actor: Actor, at: datetime) -> list[Role]:
    """Change what several roles permit, all of them or none; return those that changed.

    A limit goes with its operation. Raises as ``save_role`` does, and ``RoleNotFound``.
    """
    require(actor, MANAGE_ROLES)
    with transaction.atomic(using=ALIAS):
        return [_permit(one, actor, at) for one in sorted(changes, key=lambda one: one.code)]


def _permit(change: RoleChange, actor: Actor, at: datetime) -> Role:
    role = Role.objects.using(ALIAS).select_for_update().filter(code=change.code).first()
    if role is None:
        raise RoleNotFound(role=change.code[:40])
    return save_role(
        code=role.code,
        names=(role.name_zh, role.name_en),
        permissions=change.permissions,
        systems=[System(one) for one in role.systems],
        data_scope=Reach(role.data_scope),
        limits={name: most for name, most in role.limits.items() if name in change.permissions},
        version=change.version,
        actor=actor,
        at=at,
    )


def remove_role(*, code: str, version: int | None = None, actor: Actor, at: datetime) -> None:
    """Forget a role that nobody has. Raises ``RoleNotFound``, ``RoleInUse``."""
    require(actor, MANAGE_ROLES)
    with transaction.atomic(using=ALIAS):
        role = Role.objects.using(ALIAS).select_for_update().filter(code=code).first()
        if role is None:
            raise RoleNotFound(role=code[:40])
        if version not in (None, role.version):
            raise ChangedMeanwhile(what=code)
        people = Operator.objects.using(ALIAS).filter(role_codes__contains=[code]).count()
        if people:
            raise RoleInUse(role=code, people=people)
        role.version += 1
        _tell(role, actor, at, removed=True)
        _record(code, shown_role(role), None, actor, at)
        role.delete(using=ALIAS)


def not_own(code: str, actor: Actor) -> None:
    """Raise ``OwnRoles`` where ``actor`` has the role."""
    if actor.kind != "operator":
        return
    own = Operator.objects.using(ALIAS).filter(staff_no=actor.number, role_codes__contains=[code])
    if own.exists():
        raise OwnRoles(permission=MANAGE_ROLES)


def shown_role(role: Role) -> dict[str, Any]:
    """Return what of a role can change."""
    return {
        "name_zh": role.name_zh,
        "name_en": role.name_en,
        "permissions": list(role.permissions),
        "systems": list(role.systems),
        "data_scope": role.data_scope,
        "limits": dict(role.limits),
    }


def _check(
    code: str,
    names: tuple[str, str],
    granted: list[str],
    systems: list[str],
    limits: Mapping[str, str],
) -> None:
    faults: list[DomainError] = []
    coded(faults, "code", code)
    wanted(faults, name_zh=names[0], name_en=names[1])
    known = permissions()
    for name in granted:
        if name not in known and name != EVERYTHING:
            faults.append(
                fault("permissions", "没有权限 {name}", "There is no operation {name}", name=name)
            )
    for system in systems:
        if system not in list(System):
            faults.append(fault("systems", "没有系统 {name}", "No system {name}", name=system))
    for name, most in limits.items():
        if name not in granted:
            faults.append(
                fault(
                    f"limit:{name}",
                    "未授予该权限, 不能设上限",
                    "A limit needs its operation to be given",
                )
            )
        elif not _is_limit(most):
            faults.append(fault(f"limit:{name}", "请填写不小于零的数", "A number from 0 up"))
    refuse(faults)


def _is_limit(most: str) -> bool:
    try:
        value = Decimal(most)
    except InvalidOperation:
        return False
    return value.is_finite() and 0 <= value < Decimal("1e12")


def _tell(role: Role, actor: Actor, at: datetime, *, removed: bool = False) -> None:
    notice = RoleNotice(
        code=role.code,
        name=NamedWords(zh=role.name_zh, en=role.name_en),
        permissions=list(role.permissions),
        systems=list(role.systems),
        data_scope=cast(Any, role.data_scope),
        limits=dict(role.limits),
        version=role.version,
        removed=removed,
    )
    tell(notice, subject=f"role:{role.code}", actor=actor, at=at)


def _record(code: str, before: Any, after: Any, actor: Actor, at: datetime) -> None:
    audit.record(System.CRM, actor, MANAGE_ROLES, f"role:{code}", at=at, before=before, after=after)

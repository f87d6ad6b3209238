"""职责分离: nobody gives what they do not hold, and nobody changes what they hold themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from auth_center.actors import EVERYTHING, Actor
from auth_center.authority.grants import holding_in
from auth_center.models import Role
from auth_center.values import Holding, Reach
from core.errors import PermissionDenied
from core.systems import Centre, System

_WIDTH = {Reach.UNIT: 0, Reach.REGION: 1, Reach.ALL: 2}


class NotYoursToGive(PermissionDenied):
    """Somebody wants to give what they do not hold themselves."""

    code = "notYoursToGive"
    zh = "不能授予自己没有的权限: {what}"
    en = "You cannot give what you do not hold yourself: {what}"


class OwnRoles(PermissionDenied):
    """Somebody wants to change what they themselves may do."""

    code = "ownRoles"
    zh = "不能修改自己的角色, 须由他人办理"
    en = "Nobody changes their own roles; somebody else has to"


def may_give(roles: Iterable[Role], actor: Actor, at: datetime) -> None:
    """Raise ``NotYoursToGive`` unless ``actor`` holds all that ``roles`` give, where they do.

    In each system: every operation, as wide a reach, and no lower limit.
    """
    if actor.kind == "system":
        return
    held = {
        system: holding_in(Centre.SSO.alias, actor.number, system, at) if _staff(actor) else NOTHING
        for system in System
    }
    lacking = {what for role in roles for what in _lacking(role, held)}
    if lacking:
        shown = sorted(lacking)
        more = f" (+{len(shown) - 5})" if len(shown) > 5 else ""
        raise NotYoursToGive(what=", ".join(shown[:5]) + more)


NOTHING = Holding()


def _staff(actor: Actor) -> bool:
    return actor.kind == "operator"


def _lacking(role: Role, held: Mapping[System, Holding]) -> Iterable[str]:
    for system in role.systems or list(System):
        own = held[System(system)]
        for name in role.permissions:
            if not own.may(name):
                yield name
            elif above(role.limits.get(name), own, name):
                yield f"{name} > {own.limits[name].most}"
        if _WIDTH[Reach(role.data_scope)] > _WIDTH[own.scope.reach] and role.permissions:
            yield str(role.data_scope)


def above(stated: Any, own: Holding, name: str) -> bool:
    """Tell whether a role's limit for ``name`` (none: no limit) is above one's own."""
    mine = own.limits.get(name)
    if mine is None or EVERYTHING in own.grants:
        return False
    return stated is None or Decimal(stated) > mine.most

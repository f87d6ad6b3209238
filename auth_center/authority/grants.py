"""What the tables say: the roles of an operator, the rows they let see, their limits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connections

from auth_center.values import EVERYTHING, DataScope, Decision, Holding, Limit, Reach
from core.systems import System

NOTHING = Holding()
_WIDTH = {Reach.UNIT: 0, Reach.REGION: 1, Reach.ALL: 2}
# One statement: this is asked at every request. The scheme comes with it, so that another one is
# in force from the next request on.
_ROLES = """
SELECT scheme.name, o.org_unit, o.region, r.permissions, r.data_scope, r.limits
FROM (SELECT (SELECT name FROM auth_center_authorizationscheme) AS name) scheme
LEFT JOIN (
    auth_center_operator o
    JOIN auth_center_role r
      ON r.code = ANY(o.role_codes) AND (r.systems = '{}' OR %s = ANY(r.systems))
) ON o.staff_no = %s AND o.is_active AND o.active_from <= %s
  AND (o.active_until IS NULL OR %s < o.active_until)
"""
_UNITS = "SELECT code FROM auth_center_orgunit WHERE position('/' || %s || '/' IN path) > 0"


class _Role(NamedTuple):
    unit: str
    region: str
    permissions: list[str]
    reach: Reach
    limits: dict[str, Any]


def holding_in(alias: str, staff_no: str, system: System, at: datetime) -> Holding:
    """Return what the tables in the database ``alias`` give the operator in ``system`` at ``at``.

    Whoever is not employed at ``at`` holds nothing.
    """
    return scheme_and_holding(alias, staff_no, system, at)[1]


def scheme_and_holding(
    alias: str, staff_no: str, system: System, at: datetime
) -> tuple[str, Holding]:
    """Return which scheme was chosen, empty where none was, and what ``holding_in`` returns."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_ROLES, [str(system), staff_no, at, at])
        found = cursor.fetchall()
    roles = [
        _Role(unit, region, names, Reach(reach), _read(limits))
        for _, unit, region, names, reach, limits in found
        if names is not None
    ]
    chosen = found[0][0] or ""
    if not roles:
        return chosen, NOTHING
    return chosen, Holding(
        grants=frozenset(name for role in roles for name in role.permissions),
        scope=_scope(alias, roles),
        limits=_limits(roles),
    )


def decision_of(holding: Holding, permission: str) -> Decision:
    """Decide by what is held."""
    if holding.may(permission):
        return Decision(permitted=True)
    if not holding.grants:
        return Decision(
            permitted=False,
            code="noGrants",
            zh="该操作员在本系统没有任何权限",
            en="This operator holds nothing in this system",
        )
    return Decision(permitted=False, code="permissionDenied")


def _read(limits: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(limits) if isinstance(limits, str) else limits
    return found


def _scope(alias: str, roles: Sequence[_Role]) -> DataScope:
    """Return the widest that one of the roles gives."""
    reach = max((role.reach for role in roles), key=_WIDTH.__getitem__)
    unit, region = roles[0].unit, roles[0].region
    if reach != Reach.UNIT:
        return DataScope(reach=reach, region=region)
    with connections[alias].cursor() as cursor:
        cursor.execute(_UNITS, [unit])
        units = {unit, *(code for (code,) in cursor.fetchall())}
    return DataScope(reach=reach, region=region, units=tuple(sorted(units)))


def _limits(roles: Sequence[_Role]) -> dict[str, Limit]:
    """Return the highest that one of the roles that hold an operation gives for it.

    A role that holds an operation without a limit lifts the others' limits; one that holds
    everything lifts them all.
    """
    if any(EVERYTHING in role.permissions for role in roles):
        return {}
    found: dict[str, Limit] = {}
    free: set[str] = set()
    for role in roles:
        for name in role.permissions:
            stated = role.limits.get(name)
            if stated is None:
                free.add(name)
            elif name not in found or Decimal(stated) > found[name].most:
                found[name] = Limit(most=Decimal(stated))
    return {name: limit for name, limit in found.items() if name not in free}

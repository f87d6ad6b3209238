"""数据权限: reads are narrowed to what the actor may see; what lies outside does not exist."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from auth_center.actors import Actor
from auth_center.values import Reach

M = TypeVar("M", bound=Model)


def narrowed(
    rows: QuerySet[M], actor: Actor, *, region: str = "region", unit: str = "org_unit"
) -> QuerySet[M]:
    """Return those of ``rows`` that ``actor`` sees; ``region`` and ``unit`` are where they stand.

    An empty ``unit`` says that rows have none: then a unit's people see their region's.
    """
    scope = actor.scope
    if scope.reach == Reach.ALL:
        return rows
    if scope.reach == Reach.UNIT and unit:
        return rows.filter(**{f"{unit}__in": scope.units})
    return rows.filter(**{region: scope.region})


def narrowing(actor: Actor, *, region: str, unit: str = "") -> tuple[str, list[Any]]:
    """Return the same as a condition of SQL with its parameters; ``TRUE`` for who sees all.

    ``region`` and ``unit`` are columns, written by us and never by somebody who asks.
    """
    scope = actor.scope
    if scope.reach == Reach.ALL:
        return "TRUE", []
    if scope.reach == Reach.UNIT and unit:
        return f"{unit} = ANY(%s)", [list(scope.units)]
    return f"{region} = %s", [scope.region]

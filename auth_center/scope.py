"""数据权限: reads are narrowed to what the actor may see; what lies outside does not exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from auth_center.actors import Actor
from auth_center.values import Reach
from core.masking import FULL_PHONE, mask_phone, mask_text, mask_values, masked
from core.systems import System

M = TypeVar("M", bound=Model)


def sees_all(actor: Actor) -> bool:
    """Tell whether nothing is kept from ``actor``: no read is narrowed."""
    return actor.scope.reach == Reach.ALL


def seen(actor: Actor, *, region: str = "region", unit: str = "org_unit") -> Q:
    """Return the condition for the rows that ``actor`` sees; empty for who sees all.

    ``region`` and ``unit`` are where they stand. An empty ``unit`` says that rows have none: then
    a unit's people see their region's.
    """
    scope = actor.scope
    if scope.reach == Reach.ALL:
        return Q()
    if scope.reach == Reach.UNIT and unit:
        return Q(**{f"{unit}__in": scope.units})
    return Q(**{region: scope.region})


def narrowed(
    rows: QuerySet[M], actor: Actor, *, region: str = "region", unit: str = "org_unit"
) -> QuerySet[M]:
    """Return those of ``rows`` that ``actor`` sees, by ``seen``."""
    return rows.filter(seen(actor, region=region, unit=unit))


def narrowing(actor: Actor, *, region: str, unit: str = "") -> tuple[str, dict[str, Any]]:
    """Return the same as a condition of SQL with its named parameters; ``TRUE`` for who sees all.

    ``region`` and ``unit`` are columns, written by us and never by somebody who asks.
    """
    scope = actor.scope
    if scope.reach == Reach.ALL:
        return "TRUE", {}
    if scope.reach == Reach.UNIT and unit:
        return f"{unit} = ANY(%(scope_units)s::text[])", {"scope_units": list(scope.units)}
    return f"{region} = %(scope_region)s", {"scope_region": scope.region}


def covers(actor: Actor, *, region: str, unit: str = "") -> bool:
    """Tell whether ``actor`` sees what stands in this region and this unit."""
    scope = actor.scope
    if scope.reach == Reach.ALL:
        return True
    if scope.reach == Reach.UNIT and unit:
        return unit in scope.units
    return region == scope.region


# -- flows: what every system keeps of them has no region of its own ------------------------------

Seen = Callable[[Actor], Q]
_FLOWS: dict[System, Seen] = {}


def narrow_flows(system: System, seen_by: Seen) -> None:
    """Say which rows with a ``flow_no`` (messages, steps) of ``system`` a narrowed actor sees."""
    _FLOWS[system] = seen_by


def flows_within(system: System, rows: QuerySet[M], actor: Actor) -> QuerySet[M]:
    """Return those of ``rows`` that belong to flows within the actor's scope.

    A flow about nobody (a release, a sign-on) is seen by who sees all, and where nobody has said
    which flows are whose, all of them are.
    """
    if sees_all(actor):
        return rows
    seen_by = _FLOWS.get(system)
    return rows.none() if seen_by is None else rows.filter(seen_by(actor))


# -- numbers by which people are called ------------------------------------------------------------


def shown_to(actor: Actor, rows: QuerySet[M]) -> QuerySet[M]:
    """Return rows for ``actor`` to look at: phone numbers masked unless they may be seen."""
    return rows if actor.may(FULL_PHONE) else masked(rows)


def phone_for(actor: Actor, number: str) -> str:
    """Return a service or contact number as ``actor`` may see it."""
    return number if actor.may(FULL_PHONE) else mask_phone(number)


def text_for(actor: Actor, text: str) -> str:
    """Return words in which a number may stand, as ``actor`` may see them."""
    return text if actor.may(FULL_PHONE) else mask_text(text)


def values_for(actor: Actor, value: Any) -> Any:
    """Return what JSON holds, as ``actor`` may see it."""
    return value if actor.may(FULL_PHONE) else mask_values(value)

"""Reading units, roles, operators and clients at the centre."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.idp.oidc.models import Client
from django.db.models import Count, Q, QuerySet

from auth_center.actors import Actor
from auth_center.models import Operator, OrgUnit, Role
from auth_center.permissions import VIEW_CLIENT, VIEW_OPERATOR, VIEW_ROLE, VIEW_UNIT, require
from auth_center.scope import narrowed
from core.systems import Centre

ALIAS = Centre.SSO.alias
STANDINGS = ("active", "future", "left")


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorsSought:
    """Which operators somebody looks for; what is empty narrows nothing.

    ``unit`` brings those of the units below as well; ``standing`` is one of ``STANDINGS``.
    """

    term: str = ""
    unit: str = ""
    role: str = ""
    standing: str = ""


def list_employed(at: datetime) -> QuerySet[Operator]:
    """Return those who are active and whose period has not ended at ``at``."""
    operators = Operator.objects.using(ALIAS).defer("password")
    return operators.filter(Q(active_until=None) | Q(active_until__gt=at), is_active=True)


def list_operators(actor: Actor, sought: OperatorsSought, at: datetime) -> QuerySet[Operator]:
    """Return those whom ``actor`` sees and looks for, by staff number."""
    require(actor, VIEW_OPERATOR)
    found = narrowed(Operator.objects.using(ALIAS).defer("password"), actor).order_by("staff_no")
    if sought.term:
        named = Q(name__icontains=sought.term) | Q(staff_no__istartswith=sought.term)
        found = found.filter(named)
    if sought.unit:
        below = OrgUnit.objects.using(ALIAS).filter(path__contains=f"/{sought.unit}/")
        found = found.filter(org_unit__in=below.values("code"))
    if sought.role:
        found = found.filter(role_codes__contains=[sought.role])
    gone = Q(is_active=False) | Q(active_until__lte=at)
    if sought.standing == "left":
        return found.filter(gone)
    if sought.standing == "future":
        return found.filter(active_from__gt=at).exclude(gone)
    if sought.standing == "active":
        return found.filter(active_from__lte=at).exclude(gone)
    return found


def find_operator(actor: Actor, staff_no: str) -> Operator | None:
    """Return the operator, if ``actor`` sees them."""
    require(actor, VIEW_OPERATOR)
    return narrowed(Operator.objects.using(ALIAS), actor).filter(staff_no=staff_no).first()


def list_units() -> QuerySet[OrgUnit]:
    """Return all units, each before those below it."""
    return OrgUnit.objects.using(ALIAS).order_by("path")


def list_units_for(actor: Actor) -> QuerySet[OrgUnit]:
    """Return the tree of units for whoever may see it."""
    require(actor, VIEW_UNIT)
    return list_units()


def count_people(at: datetime) -> dict[str, int]:
    """Return how many operators work in each unit, those below it not counted."""
    counted = list_employed(at).order_by().values_list("org_unit")
    return dict(counted.annotate(people=Count("pk")))


def list_roles() -> QuerySet[Role]:
    """Return all roles by code."""
    return Role.objects.using(ALIAS).order_by("code")


def list_roles_for(actor: Actor) -> QuerySet[Role]:
    """Return all roles for whoever may see what they permit."""
    require(actor, VIEW_ROLE)
    return list_roles()


def count_holders(codes: Iterable[str]) -> dict[str, int]:
    """Return how many operators have each of these roles."""
    counts = dict.fromkeys(codes, 0)
    rows = Operator.objects.using(ALIAS).order_by().values_list("role_codes", flat=True)
    for held in rows:
        for code in held:
            if code in counts:
                counts[code] += 1
    return counts


def list_clients(actor: Actor) -> QuerySet[Client]:
    """Return the outside systems and channels, and the instance's own clients, by id."""
    require(actor, VIEW_CLIENT)
    found: QuerySet[Client] = Client.objects.using(ALIAS).order_by("id")
    return found

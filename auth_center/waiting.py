"""Reading requests for approval: what waits for whom, what one has asked for, who may decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from auth_center.actors import EVERYTHING, Actor
from auth_center.models import ApprovalRequest, Operator, OrgUnit, Role
from auth_center.permissions import VIEW_AUDIT
from auth_center.scope import narrowed, sees_all
from auth_center.states import ApprovalState
from auth_center.values import Reach
from core.errors import NotFound
from core.systems import System

COUNTED = 99  # a count in the sidebar stops there
NAMED = 5  # of those who may decide


class RequestNotFound(NotFound):
    """There is no such request, or not for this reader."""

    code = "requestNotFound"
    zh = "没有审批单 {number}"
    en = "There is no request {number}"


def list_requests(system: System, actor: Actor) -> QuerySet[ApprovalRequest]:
    """Return what ``actor`` sees: their own requests and, within their data scope, those of others.

    Others' are seen by who holds the operation that is asked for, and by who reads the audit.
    """
    others = Q()
    if not (actor.may(VIEW_AUDIT) or EVERYTHING in actor.grants):
        others = Q(permission__in=sorted(actor.grants))
    if not sees_all(actor):
        seen = narrowed(Operator.objects.using(system.alias), actor).values("staff_no")
        others &= Q(requested_by__in=seen)
    own = Q(requested_by=actor.number)
    rows = ApprovalRequest.objects.using(system.alias)
    return rows.filter(own | others) if others else rows.all()


def get_request(system: System, actor: Actor, number: str) -> ApprovalRequest:
    """Return one request; raise ``RequestNotFound``."""
    request = list_requests(system, actor).filter(number=number).first()
    if request is None:
        raise RequestNotFound(number=number[:40])
    return request


def list_waiting(
    system: System, actor: Actor, permissions: Iterable[str], at: datetime
) -> QuerySet[ApprovalRequest]:
    """Return what waits for ``actor``'s own word: asked by somebody else and within their limit.

    ``permissions`` are the operations that a second person may have to approve.
    """
    within = [_within(actor, name) for name in permissions if actor.may(name)]
    if not within:
        return ApprovalRequest.objects.using(system.alias).none()
    waiting = list_requests(system, actor).filter(state=ApprovalState.PENDING, expires_at__gt=at)
    return waiting.filter(reduce(or_, within)).exclude(requested_by=actor.number)


def _within(actor: Actor, permission: str) -> Q:
    limit = actor.limits.get(permission)
    most = Q() if limit is None else Q(amount__range=(-limit.most, limit.most))
    return Q(permission=permission) & most


def named(rows: QuerySet[ApprovalRequest], term: str) -> QuerySet[ApprovalRequest]:
    """Return those with that number, about a thing with that number, or asked by that person."""
    return rows.filter(Q(number=term) | Q(subject__endswith=f":{term}") | Q(requested_by=term))


def count_up_to(rows: QuerySet[ApprovalRequest]) -> int:
    """Return how many there are, no further than one above ``COUNTED``."""
    return rows.order_by()[: COUNTED + 1].count()


def find_latest(system: System, permission: str, subject: str) -> ApprovalRequest | None:
    """Return the last request about a thing, for the thing's own page and doors."""
    rows = ApprovalRequest.objects.using(system.alias)
    return rows.filter(permission=permission, subject=subject).order_by("-pk").first()


def names_of(system: System, staff: Iterable[str]) -> Mapping[str, str]:
    """Return what these members of staff are called, as ``system`` knows them."""
    rows = Operator.objects.using(system.alias).filter(staff_no__in=set(staff))
    return dict(rows.values_list("staff_no", "name"))


def list_deciders(system: System, request: ApprovalRequest, at: datetime) -> list[tuple[str, str]]:
    """Return staff number and name of some who may decide about a request, by staff number.

    As the system's own copies of roles and operators say: those who hold the operation up to the
    amount and see who asked.
    """
    roles = _roles_covering(system, request)
    operators = Operator.objects.using(system.alias)
    asker = operators.filter(staff_no=request.requested_by).first()
    path = _path(system, asker)
    found: list[tuple[str, str]] = []
    candidates = operators.filter(role_codes__overlap=list(roles), is_active=True)
    for one in candidates.exclude(staff_no=request.requested_by).order_by("staff_no"):
        reaches = {reach for code, reach in roles.items() if code in one.role_codes}
        if one.works_at(at) and _sees(one, reaches, asker, path):
            found.append((one.staff_no, one.name))
            if len(found) == NAMED:
                break
    return found


def _roles_covering(system: System, request: ApprovalRequest) -> dict[str, str]:
    return {
        role.code: role.data_scope
        for role in Role.objects.using(system.alias)
        if (not role.systems or str(system) in role.systems) and _covers(role, request)
    }


def _covers(role: Role, request: ApprovalRequest) -> bool:
    if EVERYTHING in role.permissions:
        return True
    if request.permission not in role.permissions:
        return False
    most = role.limits.get(request.permission)
    return most is None or abs(request.amount) <= Decimal(most)


def _path(system: System, asker: Operator | None) -> str:
    if asker is None:
        return ""
    unit = OrgUnit.objects.using(system.alias).filter(code=asker.org_unit).first()
    return unit.path if unit else f"/{asker.org_unit}/"


def _sees(one: Operator, reaches: set[str], asker: Operator | None, path: str) -> bool:
    if Reach.ALL.value in reaches:
        return True
    if asker is None:
        return False
    if Reach.REGION.value in reaches and one.region == asker.region:
        return True
    return Reach.UNIT.value in reaches and f"/{one.org_unit}/" in path

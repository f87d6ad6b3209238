"""Operators: hired, moved, given roles, gone; every system learns of it by message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from allauth.idp.oidc.models import Token
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from auth_center import audit
from auth_center.actors import Actor
from auth_center.models import Operator, OrgUnit, Role
from auth_center.permissions import MANAGE_OPERATORS, require
from auth_center.portal.guard import forgive
from auth_center.portal.passwords import remember
from auth_center.services.copies import NO_PASSWORD
from auth_center.services.giving import may_give
from auth_center.services.refusals import (
    ChangedMeanwhile,
    fault,
    refuse,
    unless_made_meanwhile,
    wanted,
)
from auth_center.services.telling import tell
from auth_center.sign_on.services import end_all_sign_ons
from core.errors import DomainError, NotFound, PermissionDenied
from core.systems import Centre, System
from integration.messages import OperatorNotice

ALIAS = Centre.SSO.alias
STAFF_NO = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,19}")
REGION = re.compile(r"[A-Z0-9][A-Z0-9-]{0,39}")


class OperatorNotFound(NotFound):
    """There is no such operator, or not for this actor."""

    code = "operatorNotFound"
    zh = "操作员 {staff_no} 不存在"
    en = "There is no operator {staff_no}"


class OwnRecord(PermissionDenied):
    """Somebody wants to change their own record: what it says decides what they may do and see."""

    code = "ownRecord"
    zh = "不能修改自己的资料, 须由他人办理"
    en = "Nobody changes their own record; somebody else has to"


class OutsideYourScope(PermissionDenied):
    """An operator would be put where the actor does not see them."""

    code = "outsideYourScope"
    zh = "{place} 不在您的数据权限之内"
    en = "{place} lies outside of what you see"


@dataclass(frozen=True, slots=True, kw_only=True)
class Employment:
    """Who an operator is, where they work, what they may do, and from when until when."""

    name: str
    org_unit: str
    region: str
    position: str = ""
    email: str = ""
    role_codes: tuple[str, ...] = ()
    is_active: bool = True
    active_from: datetime | None = None
    active_until: datetime | None = None


def save_operator(
    *,
    staff_no: str,
    about: Employment,
    password: str | None = None,
    must_change_password: bool = True,
    version: int | None = None,
    actor: Actor,
    at: datetime,
) -> Operator:
    """Hire an operator or change the one that is there.

    ``version`` is the one that was shown (0: none), if it was. Without ``password`` nobody signs in
    until one is given. Saving the same again changes nothing. Raises ``NotValid``,
    ``OutsideYourScope``, ``OperatorNotFound``, ``ChangedMeanwhile``, ``OwnRecord`` or
    ``NotYoursToGive``.
    """
    require(actor, MANAGE_OPERATORS)
    with transaction.atomic(using=ALIAS):
        locked = Operator.objects.using(ALIAS).select_for_update()
        operator = locked.filter(staff_no=staff_no).first()
        if operator is not None:
            in_scope(operator, actor)
        if version not in (None, operator.version if operator else 0):
            raise ChangedMeanwhile(what=staff_no)
        roles = _checked(staff_no, about, operator, at)
        before = shown_operator(operator) if operator else None
        held = set(operator.role_codes) if operator else set()
        new = operator is None
        operator = operator or Operator(
            staff_no=staff_no, password=NO_PASSWORD, version=0, active_from=at
        )
        email = operator.email
        _fill(operator, about)
        sealed = password is not None and (new or not operator.check_password(password))
        if before == shown_operator(operator) and not sealed:
            return operator
        not_oneself(staff_no, actor)
        if set(about.role_codes) != held:
            may_give([role for role in roles if role.code not in held], actor, at)
        if not new and (sealed or email != operator.email):
            may_give(roles, actor, at)  # whoever sets what proves somebody can be that somebody
        if sealed:
            remember(operator, at)
            forgive(staff_no)
            operator.password = make_password(password)
            operator.must_change_password = must_change_password
        in_scope(operator, actor, placing=True)
        write(operator, before, actor, at, note="new password" if sealed and not new else "")
        if not new and not operator.works_at(at):
            cut_off(operator, "left", actor, at)
        elif not new and sealed:
            cut_off(operator, "password_changed", actor, at)
    return operator


def not_oneself(staff_no: str, actor: Actor) -> None:
    """Raise ``OwnRecord`` where ``actor`` is the operator: unit and region decide what is seen."""
    if actor.kind == "operator" and actor.number == staff_no:
        raise OwnRecord(permission=MANAGE_OPERATORS)


def cut_off(operator: Operator, why: str, actor: Actor, at: datetime) -> int:
    """End all of an operator's sign-ons and take every token back; return how many there were."""
    Token.objects.using(ALIAS).filter(user_id=operator.pk).delete()
    return end_all_sign_ons(operator.staff_no, why, at, actor=actor)


def roles_of(codes: Iterable[str]) -> list[Role]:
    """Return the roles with these codes, locked so that none is changed or removed meanwhile."""
    locked = Role.objects.using(ALIAS).select_for_update().order_by("code")
    return list(locked.filter(code__in=list(codes)))


def in_scope(operator: Operator, actor: Actor, *, placing: bool = False) -> None:
    """Raise unless ``actor`` sees the operator; whoever is outside of it does not exist."""
    scope = actor.scope
    seen = scope.reach == "all" or (
        operator.org_unit in scope.units
        if scope.reach == "unit"
        else operator.region == scope.region
    )
    if not seen and placing:
        raise OutsideYourScope(
            permission=MANAGE_OPERATORS, place=f"{operator.org_unit}/{operator.region}"
        )
    if not seen:
        raise OperatorNotFound(staff_no=operator.staff_no)


def write(operator: Operator, before: Any, actor: Actor, at: datetime, *, note: str = "") -> None:
    """Save a changed operator, tell every system, and record it."""
    operator.version += 1
    with unless_made_meanwhile(operator.staff_no):
        operator.save(using=ALIAS)
    notice = OperatorNotice(
        staff_no=operator.staff_no,
        name=operator.name,
        email=operator.email,
        org_unit=operator.org_unit,
        region=operator.region,
        position=operator.position,
        role_codes=list(operator.role_codes),
        is_active=operator.is_active,
        active_from=operator.active_from,
        active_until=operator.active_until,
        version=operator.version,
    )
    tell(notice, subject=f"staff:{operator.staff_no}", actor=actor, at=at)
    after = shown_operator(operator)
    if before is not None:
        before, after = audit.changed(before, after)
    audit.record(
        System.CRM,
        actor,
        MANAGE_OPERATORS,
        f"operator:{operator.staff_no}",
        at=at,
        before=before,
        after=after | ({"note": note} if note else {}),
    )


def shown_operator(operator: Operator) -> dict[str, Any]:
    """Return what of an operator can change, and nothing that proves them."""
    until = operator.active_until
    return {
        "name": operator.name,
        "email": operator.email,
        "org_unit": operator.org_unit,
        "region": operator.region,
        "position": operator.position,
        "role_codes": list(operator.role_codes),
        "is_active": operator.is_active,
        "active_from": operator.active_from.astimezone(UTC).isoformat(),
        "active_until": until.astimezone(UTC).isoformat() if until else None,
    }


def _fill(operator: Operator, about: Employment) -> None:
    operator.name, operator.email = about.name.strip(), about.email.strip()
    operator.org_unit, operator.region = about.org_unit, about.region
    operator.position = about.position.strip()
    operator.role_codes = sorted(set(about.role_codes))
    operator.is_active = about.is_active
    operator.active_from = about.active_from or operator.active_from
    operator.active_until = about.active_until


def _checked(
    staff_no: str, about: Employment, operator: Operator | None, at: datetime
) -> list[Role]:
    """Return the roles; raise ``NotValid`` with all that is wrong."""
    faults = list(_faults(staff_no, about, operator, at))
    units = OrgUnit.objects.using(ALIAS).filter(code=about.org_unit)
    stays = operator is not None and operator.org_unit == about.org_unit
    if not stays and not units.filter(is_retired=False).exists():
        faults.append(
            fault("org_unit", "组织机构不存在或已停用", "There is no such open organisation unit")
        )
    roles = roles_of(about.role_codes)
    for code in sorted(set(about.role_codes) - {role.code for role in roles}):
        faults.append(fault("role_codes", "没有角色 {name}", "There is no role {name}", name=code))
    refuse(faults)
    return roles


def _faults(
    staff_no: str, about: Employment, operator: Operator | None, at: datetime
) -> Iterable[DomainError]:
    faults: list[DomainError] = []
    if not STAFF_NO.fullmatch(staff_no):
        faults.append(
            fault(
                "staff_no",
                "工号只能用字母、数字和 - _ . (最多 20 个字符)",
                "Letters, digits and - _ . only, at most 20",
            )
        )
    wanted(faults, name=about.name)
    if not REGION.fullmatch(about.region):
        faults.append(
            fault("region", "区域须为大写字母、数字", "Capital letters, digits and - for a region")
        )
    if len(about.position) > 60:
        faults.append(fault("position", "最多 60 个字符", "At most 60 characters"))
    if about.email and not _is_email(about.email):
        faults.append(fault("email", "邮箱格式不正确", "This is no e-mail address"))
    begins = about.active_from or (operator.active_from if operator else at)
    if about.active_until is not None and about.active_until <= begins:
        faults.append(
            fault("active_until", "离职时间须晚于入职时间", "The end must lie after the beginning")
        )
    return faults


def _is_email(text: str) -> bool:
    try:
        validate_email(text.strip())
    except ValidationError:
        return False
    return len(text) <= 254

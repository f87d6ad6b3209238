"""Organisation units: a tree that is opened, renamed, moved and retired, never deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connections, transaction

from auth_center import audit
from auth_center.actors import Actor
from auth_center.models import OrgUnit
from auth_center.permissions import MANAGE_UNITS, require
from auth_center.selectors import list_employed
from auth_center.services.refusals import ChangedMeanwhile, coded, fault, refuse, wanted
from auth_center.services.telling import tell
from core.errors import Conflict, DomainError, NotFound
from core.systems import Centre, System
from integration.messages import NamedWords, OrgUnitNotice

DEEPEST = 8
ALIAS = Centre.SSO.alias


class UnitNotFound(NotFound):
    """There is no such unit."""

    code = "unitNotFound"
    zh = "组织机构 {unit} 不存在"
    en = "There is no organisation unit {unit}"


class UnitInUse(Conflict):
    """A unit with people or open units below it cannot be retired."""

    code = "unitInUse"
    zh = "组织机构 {unit} 下还有 {people} 名在职操作员、{units} 个下级机构"
    en = "{unit} still has {people} operator(s) and {units} unit(s) below it"


def save_unit(
    *,
    code: str,
    names: tuple[str, str],
    parent_code: str = "",
    version: int | None = None,
    actor: Actor,
    at: datetime,
) -> OrgUnit:
    """Open a unit, or rename and move the one that is there, with all that lies below it.

    ``names`` is (zh, en); ``version`` the one that was shown, if it was. Saving the same again
    changes nothing. Raises ``NotValid`` or ``ChangedMeanwhile``.
    """
    require(actor, MANAGE_UNITS)
    with transaction.atomic(using=ALIAS):
        _one_at_a_time()
        unit = OrgUnit.objects.using(ALIAS).filter(code=code).first()
        parent = _placed(code, names, parent_code, unit)
        if unit is not None and version not in (None, unit.version):
            raise ChangedMeanwhile(what=code)
        before = _shown(unit) if unit else None
        unit = unit or OrgUnit(code=code, version=0)
        old_path = unit.path
        unit.name_zh, unit.name_en = names
        unit.parent_code, unit.is_retired = parent_code, False
        unit.path = f"{parent.path if parent else '/'}{code}/"
        if before == _shown(unit):
            return unit
        _write(unit, actor, at)
        if old_path and old_path != unit.path:
            _carry(old_path, unit.path, actor, at)
        _record(unit, before, actor, at)
    return unit


def retire_unit(*, code: str, version: int | None = None, actor: Actor, at: datetime) -> OrgUnit:
    """Close a unit: nobody is put there any more; what stands there stays seen from above.

    Raises ``UnitNotFound``, ``UnitInUse`` or ``ChangedMeanwhile``.
    """
    require(actor, MANAGE_UNITS)
    with transaction.atomic(using=ALIAS):
        _one_at_a_time()
        unit = OrgUnit.objects.using(ALIAS).filter(code=code, is_retired=False).first()
        if unit is None:
            raise UnitNotFound(unit=code[:40])
        if version not in (None, unit.version):
            raise ChangedMeanwhile(what=code)
        people = list_employed(at).filter(org_unit=code).count()
        below = OrgUnit.objects.using(ALIAS).filter(parent_code=code, is_retired=False).count()
        if people or below:
            raise UnitInUse(unit=code, people=people, units=below)
        before = _shown(unit)
        unit.is_retired = True
        _write(unit, actor, at)
        _record(unit, before, actor, at)
    return unit


def _one_at_a_time() -> None:
    """Let one change of the tree follow the other: a move rewrites many paths."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('auth_center_orgunit'))")


def _placed(
    code: str, names: tuple[str, str], parent_code: str, unit: OrgUnit | None
) -> OrgUnit | None:
    """Return the parent (none: a top); raise ``NotValid`` where the unit cannot stand there."""
    faults: list[DomainError] = []
    coded(faults, "code", code)
    wanted(faults, name_zh=names[0], name_en=names[1])
    parent = None
    if parent_code:
        units = OrgUnit.objects.using(ALIAS)
        parent = units.filter(code=parent_code, is_retired=False).first()
        if parent is None:
            faults.append(
                fault("parent_code", "上级机构不存在或已停用", "There is no such open unit")
            )
        elif f"/{code}/" in parent.path:
            faults.append(
                fault("parent_code", "不能移到自己的下级之下", "A unit cannot lie below itself")
            )
        elif parent.path.count("/") + _height(unit) > DEEPEST + 1:
            faults.append(fault("parent_code", f"最多 {DEEPEST} 级", f"At most {DEEPEST} levels"))
    refuse(faults)
    return parent


def _height(unit: OrgUnit | None) -> int:
    """Return how many levels move with a unit, its own counted."""
    if unit is None:
        return 1
    paths = OrgUnit.objects.using(ALIAS).filter(path__startswith=unit.path)
    deepest = max(path.count("/") for path in paths.values_list("path", flat=True))
    return deepest - unit.path.count("/") + 1


def _carry(old_path: str, new_path: str, actor: Actor, at: datetime) -> None:
    for below in OrgUnit.objects.using(ALIAS).filter(path__startswith=old_path).order_by("code"):
        below.path = new_path + below.path.removeprefix(old_path)
        _write(below, actor, at)


def _write(unit: OrgUnit, actor: Actor, at: datetime) -> None:
    unit.version += 1
    unit.save(using=ALIAS)
    notice = OrgUnitNotice(
        code=unit.code,
        name=NamedWords(zh=unit.name_zh, en=unit.name_en),
        parent_code=unit.parent_code,
        path=unit.path,
        version=unit.version,
        removed=unit.is_retired,
    )
    tell(notice, subject=f"unit:{unit.code}", actor=actor, at=at)


def _shown(unit: OrgUnit) -> dict[str, Any]:
    return {
        "name_zh": unit.name_zh,
        "name_en": unit.name_en,
        "parent_code": unit.parent_code,
        "path": unit.path,
        "is_retired": unit.is_retired,
    }


def _record(unit: OrgUnit, before: Any, actor: Actor, at: datetime) -> None:
    after = _shown(unit)
    if before is not None:
        before, after = audit.changed(before, after)
    audit.record(
        System.CRM,
        actor,
        MANAGE_UNITS,
        f"unit:{unit.code}",
        at=at,
        before=before,
        after=after,
    )

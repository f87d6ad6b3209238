"""What a system does on hearing of staff: keep its copy, unless it knows something newer."""

from __future__ import annotations

from auth_center.models import Operator, OrgUnit, Role
from core.systems import System
from integration.messages import OperatorNotice, OrgUnitNotice, RoleNotice

NO_PASSWORD = "!"  # noqa: S105 - what proves an operator stays at the centre


def hold_unit(notice: OrgUnitNotice, system: System) -> None:
    """Keep the unit as ``notice`` states it."""
    held = OrgUnit.objects.using(system.alias).select_for_update().filter(code=notice.code).first()
    if held is not None and held.version >= notice.version:
        return
    unit = held or OrgUnit(code=notice.code)
    unit.name_zh, unit.name_en = notice.name.zh, notice.name.en
    unit.parent_code, unit.path = notice.parent_code, notice.path
    unit.is_retired = notice.removed
    unit.version = notice.version
    unit.save(using=system.alias)


def hold_role(notice: RoleNotice, system: System) -> None:
    """Keep the role as ``notice`` states it, or forget it."""
    held = Role.objects.using(system.alias).select_for_update().filter(code=notice.code).first()
    if held is not None and held.version >= notice.version:
        return
    if notice.removed:
        if held is not None:
            held.delete(using=system.alias)
        return
    role = held or Role(code=notice.code)
    role.name_zh, role.name_en = notice.name.zh, notice.name.en
    role.permissions, role.systems = notice.permissions, notice.systems
    role.data_scope, role.limits = notice.data_scope, notice.limits
    role.version = notice.version
    role.save(using=system.alias)


def hold_operator(notice: OperatorNotice, system: System) -> None:
    """Keep the operator as ``notice`` states it, without a password."""
    operators = Operator.objects.using(system.alias)
    held = operators.select_for_update().filter(staff_no=notice.staff_no).first()
    if held is not None and held.version >= notice.version:
        return
    operator = held or Operator(staff_no=notice.staff_no, password=NO_PASSWORD)
    operator.name, operator.email = notice.name, notice.email
    operator.org_unit, operator.region = notice.org_unit, notice.region
    operator.position, operator.role_codes = notice.position, notice.role_codes
    operator.is_active = notice.is_active
    operator.active_from, operator.active_until = notice.active_from, notice.active_until
    operator.version = notice.version
    operator.save(using=system.alias)

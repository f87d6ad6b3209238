"""Operators, roles and units as the console's own system knows them, to look at.

CRM's console has pages on which they are kept as well; the tables are found by search there.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from auth_center.actors import EVERYTHING
from auth_center.consoles import actor_of, boss_console, crm_console, oss_console
from auth_center.models import Operator, OrgUnit, Role
from auth_center.permissions import VIEW_OPERATOR, VIEW_ROLE, VIEW_UNIT, permissions
from auth_center.scope import narrowed
from core.console import ReadOnly, said


class OperatorAdmin(ReadOnly):
    permission = VIEW_OPERATOR
    icon = "badge"
    list_display: ClassVar[Any] = [
        "staff_no", "name", "role_names", "org_unit", "region", "is_active", "active_from",
        "active_until", "last_login",
    ]  # fmt: skip
    list_filter: ClassVar[Any] = ["is_active"]
    search_fields: ClassVar[Any] = ["staff_no__exact", "name__exact"]
    search_help_text = _("Staff number or whole name")
    ordering: ClassVar[Any] = ["staff_no"]
    fields: ClassVar[Any] = [
        ("staff_no", "name"), ("role_names", "email"), ("org_unit", "region"),
        ("position", "version"), ("is_active", "last_login"), ("active_from", "active_until"),
    ]  # fmt: skip
    readonly_fields: ClassVar[Any] = ["role_names"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Operator]:
        rows: QuerySet[Operator] = super().get_queryset(request)
        return narrowed(rows.defer("password"), actor_of(request))

    @admin.display(description=_("roles"))
    def role_names(self, operator: Operator) -> str:
        return ", ".join(operator.role_codes) or "-"


class RoleAdmin(ReadOnly):
    permission = VIEW_ROLE
    icon = "shield_person"
    finds_numbers = False
    list_display: ClassVar[Any] = ["code", "name_zh", "name_en", "reach", "granted"]
    search_fields: ClassVar[Any] = ["code", "name_zh", "name_en"]
    ordering: ClassVar[Any] = ["code"]
    fields: ClassVar[Any] = [
        ("code", "version"), ("name_zh", "name_en"), ("systems", "reach"), "limits", "operations",
    ]  # fmt: skip
    readonly_fields: ClassVar[Any] = ["operations", "reach"]

    @admin.display(description=_("operations permitted"))
    def granted(self, role: Role) -> str:
        everything = EVERYTHING in role.permissions
        return said("全部", "all") if everything else str(len(role.permissions))

    @admin.display(description=_("operations permitted"))
    def operations(self, role: Role) -> str | SafeString:
        if EVERYTHING in role.permissions:
            return said("全部", "all")
        known = permissions()
        words = [
            (said(known[name].zh, known[name].en) if name in known else "", name)
            for name in role.permissions
        ]
        return format_html_join("", "<div>{} <code>{}</code></div>", words)

    @admin.display(description=_("data scope"))
    def reach(self, role: Role) -> str:
        return REACHES.get(role.data_scope, lambda: role.data_scope)()


REACHES = {
    "unit": lambda: said("本机构及下级", "own unit and below"),
    "region": lambda: said("本区域", "own region"),
    "all": lambda: said("全部", "everything"),
}


class OrgUnitAdmin(ReadOnly):
    permission = VIEW_UNIT
    icon = "domain"
    finds_numbers = False
    list_display: ClassVar[Any] = ["code", "name_zh", "name_en", "parent_code", "is_retired"]
    search_fields: ClassVar[Any] = ["code", "name_zh", "name_en"]
    ordering: ClassVar[Any] = ["path"]
    fields: ClassVar[Any] = [
        ("code", "parent_code"), ("name_zh", "name_en"), "path", ("is_retired", "version"),
    ]  # fmt: skip


for _console in (boss_console, oss_console):
    _console.register(Operator, OperatorAdmin)
    _console.register(Role, RoleAdmin)
    _console.register(OrgUnit, OrgUnitAdmin)


class KeptOperatorAdmin(OperatorAdmin):
    in_sidebar = False


class KeptRoleAdmin(RoleAdmin):
    in_sidebar = False


class KeptOrgUnitAdmin(OrgUnitAdmin):
    in_sidebar = False


crm_console.register(Operator, KeptOperatorAdmin)
crm_console.register(Role, KeptRoleAdmin)
crm_console.register(OrgUnit, KeptOrgUnitAdmin)

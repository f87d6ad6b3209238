"""The fields of an operator's form."""

from __future__ import annotations

from typing import Any

from auth_center import selectors
from auth_center.models import Operator
from auth_center.pages.forms import Field, Form, Troubles, options_of
from core.console import said


def fields_of(
    shown: dict[str, Any], operator: Operator | None, troubles: Troubles, *, may: bool
) -> list[Field]:
    """Return the fields as they stand in ``shown``; who may not change them only reads."""
    units = [one for one in selectors.list_units() if not one.is_retired]
    places = [("", said("请选择", "Choose")), *options_of(units)]
    here = shown.get("org_unit", "")
    if here and here not in dict(places):
        places.append((here, here))
    field = Form(shown=shown, troubles=troubles, may=may).field
    fields = [
        field(
            "staff_no",
            said("工号", "Staff number"),
            needed=True,
            most=20,
            fixed=operator is not None,
        ),
        field("name", said("姓名", "Name"), needed=True),
        field(
            "org_unit",
            said("组织机构", "Organisation unit"),
            kind="choice",
            options=places,
            needed=True,
        ),
        field(
            "region",
            said("区域", "Region"),
            needed=True,
            most=40,
            hint=said(
                "如 GZ; 数据权限为“本区域”的角色按此过滤",
                "Such as GZ; roles that see their region go by it",
            ),
        ),
        field("position", said("岗位", "Position")),
        field("email", said("邮箱", "E-mail"), kind="email", most=254),
        field("active_from", said("入职日期", "Employed from"), kind="date"),
        field(
            "active_until",
            said("最后在职日", "Last day"),
            kind="date",
            hint=said("空白表示长期", "Empty: no end"),
        ),
        field(
            "role_codes",
            said("角色", "Roles"),
            kind="checks",
            options=options_of(selectors.list_roles()),
            hint=said("只能授予自己拥有的权限", "You can give only what you hold yourself"),
        ),
    ]
    if operator is not None:
        fields.append(field("is_active", said("启用", "Enabled"), kind="check"))
    return fields

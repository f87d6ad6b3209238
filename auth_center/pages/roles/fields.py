"""The fields of a role's form, and the operations one ticks, app by app."""

from __future__ import annotations

from typing import Any

from auth_center import permissions
from auth_center.actors import Actor
from auth_center.models import Role
from auth_center.pages.forms import Field, Form, Troubles
from auth_center.pages.roles.words import SYSTEMS, by_app, reach_words
from auth_center.values import Reach
from core.console import said


def fields_of(
    shown: dict[str, Any], role: Role | None, troubles: Troubles, *, may: bool
) -> list[Field]:
    """Return the fields as they stand in ``shown``; who may not change them only reads."""
    field = Form(shown=shown, troubles=troubles, may=may).field
    return [
        field("code", said("编码", "Code"), needed=True, most=34, fixed=role is not None),
        field("name_zh", said("中文名称", "Chinese name"), needed=True),
        field("name_en", said("英文名称", "English name"), needed=True),
        field(
            "data_scope",
            said("数据权限", "Sees"),
            kind="choice",
            options=[(str(one), reach_words(one)) for one in Reach],
            hint=said(
                "持有多个角色时取最宽的", "Of several roles the one that sees furthest counts"
            ),
        ),
        field(
            "systems",
            said("适用系统", "Holds in"),
            kind="checks",
            options=[(str(one), said(*words)) for one, words in SYSTEMS.items()],
            hint=said("不选表示所有系统", "None ticked: in every system"),
        ),
    ]


def sections_of(shown: dict[str, Any], troubles: Troubles, actor: Actor) -> list[dict[str, Any]]:
    """Return the operations app by app; one may tick what one holds oneself."""
    held, limits = set(shown["permissions"]), shown["limits"]
    return [
        {
            "title": title,
            "rows": [
                {
                    "name": one.name,
                    "words": said(one.zh, one.en),
                    "ticked": one.name in held,
                    "givable": actor.may(one.name) or one.name in held,
                    "limit": Field(
                        name=f"limit:{one.name}",
                        label=said("上限", "Up to"),
                        value=limits.get(one.name, ""),
                        suffix=said(*one.limit) if one.limit else "",
                        troubles=troubles.of(f"limit:{one.name}"),
                        most=15,
                    )
                    if one.limit
                    else None,
                }
                for one in some
            ],
        }
        for title, some in by_app(permissions.permissions())
    ]

"""角色: the matrix of what each role permits, and each role's own form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from auth_center import permissions, selectors, services
from auth_center.actors import EVERYTHING, Actor
from auth_center.consoles import actor_of
from auth_center.models import Operator, Role
from auth_center.pages.forms import Field, Troubles, chosen, typed, version_of
from auth_center.pages.operators import GROUP, address
from auth_center.permissions import Permission
from auth_center.services import RoleChange
from auth_center.values import Reach
from core.console import Page, render_page, said
from core.errors import DomainError
from core.systems import Centre, System

SYSTEMS = {
    System.CRM: ("CRM", "CRM"),
    System.BOSS: ("BOSS", "BOSS"),
    System.PROVISIONING: ("开通", "Provisioning"),
}

LAST_APPS = ("integration", "auth_center")


def reach_words(reach: str) -> str:
    """Return how far somebody sees, in words."""
    return {
        "unit": said("本机构及下级", "Own unit and below"),
        "region": said("本区域", "Own region"),
        "all": said("全部", "Everything"),
    }.get(reach, reach)


def systems_words(role: Role) -> str:
    """Return which systems know a role."""
    if not role.systems:
        return said("所有系统", "Every system")
    return ", ".join(said(*SYSTEMS[System(one)]) for one in role.systems)


def by_app(known: Mapping[str, Permission]) -> list[tuple[str, list[Permission]]]:
    """Return the operations app by app: the business first, then what runs it."""
    order = [one.label for one in apps.get_app_configs() if one.label not in LAST_APPS]
    order += LAST_APPS
    found: dict[str, list[Permission]] = {}
    for name in known:
        found.setdefault(name.partition(".")[0], []).append(known[name])
    labels = sorted(found, key=lambda label: order.index(label) if label in order else 99)
    return [(_app(label, order), found[label]) for label in labels]


def _app(label: str, known: Iterable[str]) -> str:
    return gettext(str(apps.get_app_config(label).verbose_name)) if label in known else label


# -- the matrix ------------------------------------------------------------------------------------


def show_matrix(request: HttpRequest) -> HttpResponse:
    """Show which role permits what; what was ticked is shown as a difference before it is saved."""
    actor = actor_of(request)
    roles = list(selectors.list_roles_for(actor))
    if request.method == "POST":
        if not actor.may(permissions.MANAGE_ROLES):
            permissions.require(actor, permissions.MANAGE_ROLES)
        return _change(request, actor, roles)
    return _matrix(request, actor, roles, {role.code: set(role.permissions) for role in roles})


def _change(request: HttpRequest, actor: Actor, roles: list[Role]) -> HttpResponse:
    ticked = _ticked(request)
    known = permissions.permissions()
    own = _own(actor)
    changes: list[RoleChange] = []
    for role in roles:
        version = request.POST.get(f"version:{role.code}", "")
        if not version.isdigit() or role.code in own or EVERYTHING in role.permissions:
            continue
        unknown = {name for name in role.permissions if name not in known}
        wanted = frozenset(ticked.get(role.code, set()) & set(known) | unknown)
        changes.append(RoleChange(code=role.code, version=int(version), permissions=wanted))
    shown = {role.code: set(role.permissions) for role in roles}
    shown |= {one.code: set(one.permissions) for one in changes}
    held = {role.code: role for role in roles}
    stale = [one.code for one in changes if held[one.code].version != one.version]
    if stale:
        refusal: DomainError = services.ChangedMeanwhile(what=", ".join(stale))
        return _matrix(request, actor, roles, shown, Troubles(refusal), status=refusal.status)
    changes = [one for one in changes if one.permissions != set(held[one.code].permissions)]
    if request.POST.get("deed") != "save":
        return _matrix(request, actor, roles, shown, difference=_difference(changes, held))
    try:
        saved = services.change_permissions(changes=changes, actor=actor, at=timezone.now())
    except DomainError as refused:
        troubles = Troubles(refused)
        return _matrix(request, actor, roles, shown, troubles, status=refused.status)
    messages.success(request, said(f"已保存 {len(saved)} 个角色", f"{len(saved)} role(s) saved"))
    return redirect(address("roles_matrix"))


def _ticked(request: HttpRequest) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for cell in chosen(request, "cell"):
        code, _, name = cell.partition(":")
        found.setdefault(code, set()).add(name)
    return found


def _own(actor: Actor) -> set[str]:
    """Return the roles that the reader has: nobody changes those."""
    rows = Operator.objects.using(Centre.SSO.alias).filter(staff_no=actor.number)
    return {code for codes in rows.values_list("role_codes", flat=True) for code in codes}


def _difference(changes: list[RoleChange], held: dict[str, Role]) -> list[dict[str, Any]]:
    known = permissions.permissions()

    def words(names: Iterable[str]) -> list[str]:
        return [
            said(known[one].zh, known[one].en) if one in known else one for one in sorted(names)
        ]

    return [
        {
            "role": held[one.code],
            "given": words(one.permissions - set(held[one.code].permissions)),
            "taken": words(set(held[one.code].permissions) - one.permissions),
        }
        for one in changes
    ]


def _matrix(
    request: HttpRequest,
    actor: Actor,
    roles: list[Role],
    shown: dict[str, set[str]],
    troubles: Troubles | None = None,
    *,
    difference: list[dict[str, Any]] | None = None,
    status: int = 200,
) -> HttpResponse:
    may, own = actor.may(permissions.MANAGE_ROLES), _own(actor)
    held = {role.code: set(role.permissions) for role in roles}
    heads: list[dict[str, Any]] = [
        {
            "role": role,
            "version": request.POST.get(f"version:{role.code}") or role.version,
            "everything": EVERYTHING in role.permissions,
            "own": role.code in own,
            "fixed": not may or role.code in own or EVERYTHING in role.permissions,
            "address": address("role", role.code),
        }
        for role in roles
    ]
    sections = [
        {
            "title": title,
            "rows": [
                {
                    "permission": one,
                    "words": said(one.zh, one.en),
                    "cells": [
                        {
                            "value": f"{head['role'].code}:{one.name}",
                            "role": head["role"],
                            "ticked": head["everything"] or one.name in shown[head["role"].code],
                            "changed": (one.name in shown[head["role"].code])
                            != (one.name in held[head["role"].code]),
                            "fixed": head["fixed"],
                        }
                        for head in heads
                    ],
                }
                for one in some
            ],
        }
        for title, some in by_app(permissions.permissions())
    ]
    return render_page(
        request,
        "auth_center/matrix.html",
        title=said("角色权限矩阵", "Roles and what they permit"),
        status=status,
        heads=heads,
        sections=sections,
        difference=difference,
        troubles=troubles,
        may_manage=may,
        wide=len(heads) + 1,
    )


# -- the list and one role -------------------------------------------------------------------------


def show_roles(request: HttpRequest) -> HttpResponse:
    """Show the roles: where they hold, how far their holders see, and how many have them."""
    actor = actor_of(request)
    roles = list(selectors.list_roles_for(actor))
    people = selectors.count_holders(role.code for role in roles)
    return render_page(
        request,
        "auth_center/roles.html",
        title=said("角色", "Roles"),
        rows=[
            {
                "role": role,
                "systems": systems_words(role),
                "reach": reach_words(role.data_scope),
                "everything": EVERYTHING in role.permissions,
                "count": len(role.permissions),
                "limits": len(role.limits),
                "people": people[role.code],
                "address": address("role", role.code),
                "staff": address("operators") + f"?role={role.code}",
            }
            for role in roles
        ],
        may_manage=actor.may(permissions.MANAGE_ROLES),
        may_see_staff=actor.may(permissions.VIEW_OPERATOR),
    )


def show_role(request: HttpRequest, code: str) -> HttpResponse:
    """Show a role; whoever may changes it here."""
    actor = actor_of(request)
    role = selectors.list_roles_for(actor).filter(code=code).first()
    if role is None:
        raise services.RoleNotFound(role=code[:40])
    if request.method == "POST":
        return _save(request, actor, role)
    shown = {
        "version": role.version,
        "code": role.code,
        "name_zh": role.name_zh,
        "name_en": role.name_en,
        "systems": role.systems,
        "data_scope": role.data_scope,
        "permissions": role.permissions,
        "limits": role.limits,
    }
    return _page(request, actor, role, shown, Troubles())


def add_role(request: HttpRequest) -> HttpResponse:
    """Make a role."""
    actor = actor_of(request)
    if request.method == "POST":
        return _save(request, actor, None)
    shown = {"version": 0, "data_scope": "region", "permissions": [], "systems": [], "limits": {}}
    return _page(request, actor, None, shown, Troubles())


def remove(request: HttpRequest, code: str) -> HttpResponse:
    """Remove a role that nobody has."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        services.remove_role(
            code=code, version=version_of(request), actor=actor_of(request), at=timezone.now()
        )
    except services.RoleNotFound:
        raise
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
        return redirect(address("role", code))
    messages.success(request, said("角色已删除", "The role is removed"))
    return redirect(address("roles"))


def _save(request: HttpRequest, actor: Actor, role: Role | None) -> HttpResponse:
    shown = _typed(request, role)
    troubles, status = Troubles(), 400
    if shown["data_scope"] not in tuple(Reach):
        troubles.add("data_scope", "请选择数据权限", "Choose how far its holders see")
    if not set(shown["systems"]) <= set(System):
        troubles.add("systems", "没有这个系统", "There is no such system")
    if not troubles:
        try:
            services.save_role(
                code=role.code if role else shown["code"],
                names=(shown["name_zh"], shown["name_en"]),
                permissions=shown["permissions"],
                systems=[System(one) for one in shown["systems"]],
                data_scope=Reach(shown["data_scope"]),
                limits=shown["limits"],
                version=shown["version"] if role else 0,
                actor=actor,
                at=timezone.now(),
            )
        except DomainError as refusal:
            if role is None and isinstance(refusal, services.ChangedMeanwhile):
                refusal = services.AlreadyThere(what=shown["code"], field="code")
            troubles, status = Troubles(refusal), refusal.status
        else:
            messages.success(request, said("已保存, 各系统随即更新", "Saved; every system is told"))
            return redirect(address("roles"))
    return _page(request, actor, role, shown, troubles, status=status)


def _typed(request: HttpRequest, role: Role | None) -> dict[str, Any]:
    known = permissions.permissions()
    kept = [name for name in (role.permissions if role else ()) if name not in known]
    granted = [*chosen(request, "permissions"), *kept]
    limits = {
        name: typed(request, f"limit:{name}", 20)
        for name in granted
        if typed(request, f"limit:{name}", 20)
    }
    if role is not None:  # what this page shows no field for stays as it is
        limits |= {
            name: most
            for name, most in role.limits.items()
            if name in granted and f"limit:{name}" not in request.POST
        }
    return {
        "version": version_of(request),
        "code": typed(request, "code"),
        "name_zh": typed(request, "name_zh"),
        "name_en": typed(request, "name_en"),
        "systems": chosen(request, "systems"),
        "data_scope": typed(request, "data_scope"),
        "permissions": granted,
        "limits": limits,
    }


def _page(
    request: HttpRequest,
    actor: Actor,
    role: Role | None,
    shown: dict[str, Any],
    troubles: Troubles,
    *,
    status: int = 200,
) -> HttpResponse:
    own = role is not None and role.code in _own(actor)
    may = actor.may(permissions.MANAGE_ROLES) and not own
    return render_page(
        request,
        "auth_center/role.html",
        title=said(role.name_zh, role.name_en) if role else said("新角色", "New role"),
        status=status,
        role=role,
        own=own,
        version=shown["version"],
        fields=_fields(shown, role, troubles, may=may),
        sections=_sections(shown, troubles, actor),
        everything=EVERYTHING in shown["permissions"],
        troubles=troubles,
        wrong=troubles.of("permissions"),
        may_manage=may,
    )


def _sections(shown: dict[str, Any], troubles: Troubles, actor: Actor) -> list[dict[str, Any]]:
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


def _fields(
    shown: dict[str, Any], role: Role | None, troubles: Troubles, *, may: bool
) -> list[Field]:
    def field(name: str, label: str, **about: Any) -> Field:
        return Field(
            name=name,
            label=label,
            value=shown.get(name, ""),
            troubles=troubles.of(name),
            fixed=about.pop("fixed", False) or not may,
            **about,
        )

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


PAGES = (
    Page(
        path="access/roles/",
        name="roles",
        view=show_roles,
        permission=permissions.VIEW_ROLE,
        titles=("角色", "Roles"),
        icon="shield_person",
        group=GROUP,
    ),
    Page(
        path="access/roles-matrix/",
        name="roles_matrix",
        view=show_matrix,
        permission=permissions.VIEW_ROLE,
        titles=("角色权限矩阵", "Matrix of roles"),
        icon="grid_on",
        group=GROUP,
    ),
    Page(
        path="access/roles-new/",
        name="role_new",
        view=add_role,
        permission=permissions.MANAGE_ROLES,
        titles=("新角色", "New role"),
    ),
    Page(
        path="access/roles/<str:code>/",
        name="role",
        view=show_role,
        permission=permissions.VIEW_ROLE,
        titles=("角色", "Role"),
    ),
    Page(
        path="access/roles/<str:code>/remove/",
        name="role_remove",
        view=remove,
        permission=permissions.MANAGE_ROLES,
        titles=("删除角色", "Remove a role"),
    ),
)

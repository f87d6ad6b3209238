"""角色权限矩阵: which role permits what, and what was ticked as a difference before it is saved."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from auth_center import permissions, selectors, services
from auth_center.actors import EVERYTHING, Actor
from auth_center.consoles import actor_of
from auth_center.models import Role
from auth_center.pages.forms import Troubles, chosen, version_of
from auth_center.pages.places import address
from auth_center.pages.roles.own import own_roles
from auth_center.pages.roles.words import by_app
from auth_center.services import RoleChange
from core.console import render_page, said
from core.errors import DomainError


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
    own = own_roles(actor)
    changes: list[RoleChange] = []
    for role in roles:
        version = version_of(request, f"version:{role.code}")
        if version < 0 or role.code in own or EVERYTHING in role.permissions:
            continue
        unknown = {name for name in role.permissions if name not in known}
        wanted = frozenset(ticked.get(role.code, set()) & set(known) | unknown)
        changes.append(RoleChange(code=role.code, version=version, permissions=wanted))
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
    may, own = actor.may(permissions.MANAGE_ROLES), own_roles(actor)
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

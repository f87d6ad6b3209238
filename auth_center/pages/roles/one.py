"""One role: its names, where it holds, what it permits and up to what limits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center import permissions, selectors, services
from auth_center.actors import EVERYTHING, Actor
from auth_center.consoles import actor_of
from auth_center.models import Role
from auth_center.pages.forms import Troubles, chosen, taken, typed, version_of
from auth_center.pages.places import address
from auth_center.pages.roles.fields import fields_of, sections_of
from auth_center.pages.roles.own import own_roles
from auth_center.values import Reach
from core.console import render_page, said
from core.errors import DomainError
from core.systems import System


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
            refusal = refusal if role else taken(refusal, shown["code"])
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
    own = role is not None and role.code in own_roles(actor)
    may = actor.may(permissions.MANAGE_ROLES) and not own
    return render_page(
        request,
        "auth_center/role.html",
        title=said(role.name_zh, role.name_en) if role else said("新角色", "New role"),
        status=status,
        role=role,
        own=own,
        version=shown["version"],
        fields=fields_of(shown, role, troubles, may=may),
        sections=sections_of(shown, troubles, actor),
        everything=EVERYTHING in shown["permissions"],
        troubles=troubles,
        wrong=troubles.of("permissions"),
        may_manage=may,
    )

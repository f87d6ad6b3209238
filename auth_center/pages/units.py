"""组织机构: the tree of units, and each one's form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center import permissions, selectors, services
from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.models import OrgUnit
from auth_center.pages.forms import Field, Form, Troubles, options_of, taken, typed, version_of
from auth_center.pages.places import GROUP, address
from core.console import Page, render_page, said
from core.errors import DomainError


def show_units(request: HttpRequest) -> HttpResponse:
    """Show the tree with how many people work in each unit."""
    actor, at = actor_of(request), timezone.now()
    people = selectors.count_people(at)
    units = list(selectors.list_units_for(actor))
    everybody = request.GET.get("retired") == "1"
    shown = [one for one in units if everybody or not one.is_retired]
    return render_page(
        request,
        "auth_center/units.html",
        title=said("组织机构", "Organisation units"),
        rows=[
            {
                "unit": one,
                "level": one.path.count("/") - 2,
                "people": people.get(one.code, 0),
                "whole": sum(
                    people.get(below.code, 0) for below in units if below.path.startswith(one.path)
                ),
                "address": address("unit", one.code),
                "staff": address("operators") + f"?unit={one.code}",
                "below": address("unit_new") + f"?parent={one.code}",
            }
            for one in shown
        ],
        retired=sum(one.is_retired for one in units),
        everybody=everybody,
        may_manage=actor.may(permissions.MANAGE_UNITS),
        may_see_staff=actor.may(permissions.VIEW_OPERATOR),
    )


def show_unit(request: HttpRequest, code: str) -> HttpResponse:
    """Show a unit; whoever may renames, moves or retires it here."""
    actor = actor_of(request)
    unit = selectors.list_units_for(actor).filter(code=code).first()
    if unit is None:
        raise services.UnitNotFound(unit=code[:40])
    if request.method == "POST":
        return _save(request, actor, unit)
    shown = {
        "version": unit.version,
        "code": unit.code,
        "name_zh": unit.name_zh,
        "name_en": unit.name_en,
        "parent_code": unit.parent_code,
    }
    return _page(request, actor, unit, shown, Troubles())


def add_unit(request: HttpRequest) -> HttpResponse:
    """Open a unit."""
    actor = actor_of(request)
    if request.method == "POST":
        return _save(request, actor, None)
    parent = request.GET.get("parent", "").replace("\x00", "")[:40]
    return _page(request, actor, None, {"version": 0, "parent_code": parent}, Troubles())


def retire(request: HttpRequest, code: str) -> HttpResponse:
    """Close a unit."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        services.retire_unit(
            code=code, version=version_of(request), actor=actor_of(request), at=timezone.now()
        )
    except services.UnitNotFound:
        raise
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
        return redirect(address("unit", code))
    messages.success(request, said("已停用", "Retired"))
    return redirect(address("units"))


def _save(request: HttpRequest, actor: Actor, unit: OrgUnit | None) -> HttpResponse:
    shown: dict[str, Any] = {
        name: typed(request, name) for name in ("code", "name_zh", "name_en", "parent_code")
    }
    shown["version"] = version_of(request)
    code = unit.code if unit else shown["code"]
    try:
        services.save_unit(
            code=code,
            names=(shown["name_zh"], shown["name_en"]),
            parent_code=shown["parent_code"],
            version=shown["version"] if unit else 0,
            actor=actor,
            at=timezone.now(),
        )
    except DomainError as refusal:
        refusal = refusal if unit else taken(refusal, code)
        return _page(request, actor, unit, shown, Troubles(refusal), status=refusal.status)
    messages.success(request, said("已保存, 各系统随即更新", "Saved; every system is told"))
    return redirect(address("units"))


def _page(
    request: HttpRequest,
    actor: Actor,
    unit: OrgUnit | None,
    shown: dict[str, Any],
    troubles: Troubles,
    *,
    status: int = 200,
) -> HttpResponse:
    may = actor.may(permissions.MANAGE_UNITS)
    return render_page(
        request,
        "auth_center/unit.html",
        title=said(unit.name_zh, unit.name_en) if unit else said("新组织机构", "New unit"),
        status=status,
        unit=unit,
        version=shown["version"],
        fields=_fields(shown, unit, troubles, may=may),
        troubles=troubles,
        may_manage=may,
    )


def _fields(
    shown: dict[str, Any], unit: OrgUnit | None, troubles: Troubles, *, may: bool
) -> list[Field]:
    open_units = [one for one in selectors.list_units() if not one.is_retired]
    if unit is not None:  # nothing lies below itself
        open_units = [one for one in open_units if not one.path.startswith(unit.path)]

    field = Form(shown=shown, troubles=troubles, may=may).field
    return [
        field("code", said("编码", "Code"), needed=True, most=34, fixed=unit is not None),
        field("name_zh", said("中文名称", "Chinese name"), needed=True),
        field("name_en", said("英文名称", "English name"), needed=True),
        field(
            "parent_code",
            said("上级机构", "Part of"),
            kind="choice",
            options=[("", said("无 (最上级)", "Nothing: a top unit")), *options_of(open_units)],
            hint=said("移动时下级机构一并移动", "What lies below moves along"),
        ),
    ]


PAGES = (
    Page(
        path="access/units/",
        name="units",
        view=show_units,
        permission=permissions.VIEW_UNIT,
        titles=("组织机构", "Organisation units"),
        icon="domain",
        group=GROUP,
    ),
    Page(
        path="access/units-new/",
        name="unit_new",
        view=add_unit,
        permission=permissions.MANAGE_UNITS,
        titles=("新组织机构", "New unit"),
    ),
    Page(
        path="access/units/<str:code>/",
        name="unit",
        view=show_unit,
        permission=permissions.VIEW_UNIT,
        titles=("组织机构", "Organisation unit"),
    ),
    Page(
        path="access/units/<str:code>/retire/",
        name="unit_retire",
        view=retire,
        permission=permissions.MANAGE_UNITS,
        titles=("停用机构", "Retire a unit"),
    ),
)

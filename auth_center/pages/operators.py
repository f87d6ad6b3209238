"""操作员: who works here, what they may do, and everything one does about one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from auth_center import permissions, selectors, services
from auth_center.actors import Actor
from auth_center.consoles import actor_of, crm_console
from auth_center.models import Operator, OrgUnit, Role
from auth_center.pages.forms import (
    Field,
    Troubles,
    chosen,
    day_of,
    instant_of,
    options_of,
    typed,
    version_of,
)
from auth_center.selectors import STANDINGS, OperatorsSought
from auth_center.services import Employment, OperatorNotFound
from core.console import Page, render_page, said
from core.errors import DomainError
from core.sheets import sheet_answer

ROWS = 50
MOST_EXPORTED = 10_000
SIGN_ONS = 10
GROUP = ("权限", "Access")


def address(name: str, *args: str) -> str:
    """Return the address of one of the centre's pages."""
    return reverse(f"{crm_console.name}:{name}", args=args)


# -- the list --------------------------------------------------------------------------------------


def show_operators(request: HttpRequest) -> HttpResponse:
    """Show the operators whom the reader sees, narrowed to what is looked for."""
    actor, sought, at = actor_of(request), _sought(request), timezone.now()
    found = selectors.list_operators(actor, sought, at)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    units = {unit.code: unit for unit in selectors.list_units()}
    roles = {role.code: role for role in selectors.list_roles()}
    asked = {"q": sought.term, "unit": sought.unit, "role": sought.role}
    asked = {key: value for key, value in (asked | {"standing": sought.standing}).items() if value}
    return render_page(
        request,
        "auth_center/operators.html",
        title=said("操作员", "Operators"),
        rows=[_row(one, units, roles, at) for one in page],
        page=page,
        count=page.paginator.count,
        sought=sought,
        anything=bool(asked),
        asked=urlencode(asked),
        units=options_of(units.values()),
        roles=options_of(roles.values()),
        standings=[(one, standing_words(one)) for one in STANDINGS],
        may_manage=actor.may(permissions.MANAGE_OPERATORS),
    )


def export_operators(request: HttpRequest) -> HttpResponse:
    """Answer with the operators that are looked for as a file that can be imported again."""
    rows = selectors.list_operators(actor_of(request), _sought(request), timezone.now())
    return sheet_answer(
        "operators.csv",
        ("staff_no", "name", "org_unit", "region", "position", "email", "roles", "active_from",
         "active_until"),
        (
            (one.staff_no, one.name, one.org_unit, one.region, one.position, one.email,
             ";".join(one.role_codes), day_of(one.active_from), day_of(one.active_until, last=True))
            for one in rows[:MOST_EXPORTED]
        ),
    )  # fmt: skip


def _sought(request: HttpRequest) -> OperatorsSought:
    def asked(name: str) -> str:
        return request.GET.get(name, "").replace("\x00", "").strip()[:60]

    standing = asked("standing")
    return OperatorsSought(
        term=asked("q"),
        unit=asked("unit"),
        role=asked("role"),
        standing=standing if standing in STANDINGS else "",
    )


def _row(
    one: Operator, units: dict[str, OrgUnit], roles: dict[str, Role], at: datetime
) -> dict[str, Any]:
    standing = standing_of(one, at)
    return {
        "number": one.staff_no,
        "name": one.name,
        "position": one.position,
        "unit": named(units, one.org_unit),
        "unit_code": one.org_unit,
        "region": one.region,
        "roles": [named(roles, code) for code in one.role_codes],
        "standing": standing_words(standing),
        "tone": TONES[standing],
        "until": day_of(one.active_until, last=True),
        "last_login": one.last_login,
        "address": address("operator", one.staff_no),
    }


TONES = {"active": "success", "future": "info", "left": "quiet"}


def standing_of(one: Operator, at: datetime) -> str:
    """Return which of ``STANDINGS`` an operator is in."""
    if not one.is_active or (one.active_until is not None and one.active_until <= at):
        return "left"
    return "future" if one.active_from > at else "active"


def standing_words(standing: str) -> str:
    """Return how a standing is called."""
    return {
        "active": said("在职", "Employed"),
        "future": said("未到岗", "Not yet begun"),
        "left": said("离职或停用", "Left or disabled"),
    }[standing]


def named(things: dict[str, Any], code: str) -> str:
    """Return the name of a unit or a role, or its code where nobody knows it."""
    thing = things.get(code)
    return said(thing.name_zh, thing.name_en) if thing else code


# -- one operator ----------------------------------------------------------------------------------


def show_operator(request: HttpRequest, staff_no: str) -> HttpResponse:
    """Show an operator; whoever may changes them here."""
    actor = actor_of(request)
    operator = selectors.find_operator(actor, staff_no)
    if operator is None:
        raise OperatorNotFound(staff_no=staff_no[:20])
    if request.method == "POST":
        return _save(request, actor, operator)
    return _page(request, actor, operator, _held(operator), Troubles())


def add_operator(request: HttpRequest) -> HttpResponse:
    """Hire an operator."""
    actor = actor_of(request)
    if request.method == "POST":
        return _save(request, actor, None)
    shown = {"region": actor.scope.region, "active_from": day_of(timezone.now())}
    return _page(request, actor, None, shown, Troubles())


def _save(request: HttpRequest, actor: Actor, operator: Operator | None) -> HttpResponse:
    shown = _typed(request)
    about, troubles = _about(shown, operator)
    staff_no = operator.staff_no if operator else shown["staff_no"]
    version = version_of(request) if operator else 0
    status = 400
    if not troubles:
        try:
            services.save_operator(
                staff_no=staff_no, about=about, version=version, actor=actor, at=timezone.now()
            )
        except DomainError as refusal:
            troubles, status = Troubles(_taken(refusal, operator, staff_no)), refusal.status
        else:
            messages.success(request, said("已保存, 各系统随即更新", "Saved; every system is told"))
            return redirect(address("operator", staff_no))
    return _page(request, actor, operator, shown, troubles, status=status)


def _taken(refusal: DomainError, operator: Operator | None, staff_no: str) -> DomainError:
    """Return a stale version of somebody new as what it means: the number is taken."""
    if operator is None and isinstance(refusal, services.ChangedMeanwhile):
        return services.AlreadyThere(what=staff_no, field="staff_no")
    return refusal


def _held(operator: Operator) -> dict[str, Any]:
    return {
        "version": operator.version,
        "staff_no": operator.staff_no,
        "name": operator.name,
        "org_unit": operator.org_unit,
        "region": operator.region,
        "position": operator.position,
        "email": operator.email,
        "role_codes": operator.role_codes,
        "is_active": operator.is_active,
        "active_from": day_of(operator.active_from),
        "active_until": day_of(operator.active_until, last=True),
    }


def _typed(request: HttpRequest) -> dict[str, Any]:
    texts = ("staff_no", "name", "org_unit", "region", "position", "email", "active_from")
    shown: dict[str, Any] = {name: typed(request, name) for name in (*texts, "active_until")}
    shown["region"] = shown["region"].upper()
    return shown | {
        "version": version_of(request),
        "role_codes": chosen(request, "role_codes"),
        "is_active": bool(request.POST.get("is_active")),
    }


def _about(shown: dict[str, Any], operator: Operator | None) -> tuple[Employment, Troubles]:
    troubles = Troubles()
    begins, read = instant_of(shown["active_from"], operator.active_from if operator else None)
    ends, until_read = instant_of(
        shown["active_until"], operator.active_until if operator else None, last=True
    )
    for name, well in (("active_from", read), ("active_until", until_read)):
        if not well:
            troubles.add(name, "日期无效", "This is no day")
    about = Employment(
        name=shown["name"],
        org_unit=shown["org_unit"],
        region=shown["region"],
        position=shown["position"],
        email=shown["email"],
        role_codes=tuple(shown["role_codes"]),
        is_active=shown["is_active"] or operator is None,
        active_from=begins,
        active_until=ends,
    )
    return about, troubles


def _page(
    request: HttpRequest,
    actor: Actor,
    operator: Operator | None,
    shown: dict[str, Any],
    troubles: Troubles,
    *,
    status: int = 200,
    secret: str = "",
) -> HttpResponse:
    at = timezone.now()
    oneself = operator is not None and actor.number == operator.staff_no
    may = actor.may(permissions.MANAGE_OPERATORS) and not oneself
    standing = standing_of(operator, at) if operator else ""
    return render_page(
        request,
        "auth_center/operator.html",
        title=f"{operator.name} ({operator.staff_no})"
        if operator
        else said("新操作员", "New operator"),
        status=status,
        operator=operator,
        version=shown.get("version", 0),
        fields=_fields(shown, operator, troubles, may=may),
        troubles=troubles,
        may_manage=may,
        oneself=oneself,
        standing=standing_words(standing) if standing else "",
        tone=TONES.get(standing, ""),
        working=standing in ("active", "future"),
        sign_ons=_sign_ons(operator) if operator else [],
        secret=secret,
    )


def _sign_ons(operator: Operator) -> list[dict[str, Any]]:
    rows = selectors.list_sign_ons(operator.staff_no)[:SIGN_ONS]
    return [
        {"one": one, "going_on": one.ended_at is None and one.expires_at > timezone.now()}
        for one in rows
    ]


def _fields(
    shown: dict[str, Any], operator: Operator | None, troubles: Troubles, *, may: bool
) -> list[Field]:
    units = [one for one in selectors.list_units() if not one.is_retired]
    places = [("", said("请选择", "Choose")), *options_of(units)]
    here = shown.get("org_unit", "")
    if here and here not in dict(places):
        places.append((here, here))
    fields = [
        Field(
            name="staff_no",
            label=said("工号", "Staff number"),
            needed=True,
            most=20,
            fixed=operator is not None,
        ),
        Field(name="name", label=said("姓名", "Name"), needed=True),
        Field(
            name="org_unit",
            label=said("组织机构", "Organisation unit"),
            kind="choice",
            options=places,
            needed=True,
        ),
        Field(
            name="region",
            label=said("区域", "Region"),
            needed=True,
            most=40,
            hint=said(
                "如 GZ; 数据权限为“本区域”的角色按此过滤",
                "Such as GZ; roles that see their region go by it",
            ),
        ),
        Field(name="position", label=said("岗位", "Position")),
        Field(name="email", label=said("邮箱", "E-mail"), kind="email", most=254),
        Field(name="active_from", label=said("入职日期", "Employed from"), kind="date"),
        Field(
            name="active_until",
            label=said("最后在职日", "Last day"),
            kind="date",
            hint=said("空白表示长期", "Empty: no end"),
        ),
        Field(
            name="role_codes",
            label=said("角色", "Roles"),
            kind="checks",
            options=options_of(selectors.list_roles()),
            hint=said("只能授予自己拥有的权限", "You can give only what you hold yourself"),
        ),
    ]
    if operator is not None:
        fields.append(Field(name="is_active", label=said("启用", "Enabled"), kind="check"))
    return list(_filled(fields, shown, troubles, may=may))


def _filled(
    fields: Iterable[Field], shown: dict[str, Any], troubles: Troubles, *, may: bool
) -> Iterable[Field]:
    for field in fields:
        yield replace(
            field,
            value=shown.get(field.name, ""),
            troubles=troubles.of(field.name),
            fixed=field.fixed or not may,
        )


# -- deeds -----------------------------------------------------------------------------------------


def do_deed(request: HttpRequest, staff_no: str, deed: str) -> HttpResponse:
    """Dismiss an operator, sign them off everywhere, or help with a password or second factor."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor, at = actor_of(request), timezone.now()
    here = redirect(address("operator", staff_no))
    try:
        if deed == "dismiss":
            services.dismiss_operator(
                staff_no=staff_no, version=version_of(request), actor=actor, at=at
            )
            done = said("已离职, 各系统随即失效", "Dismissed; out of every system within seconds")
        elif deed == "sign-off":
            ended = services.sign_off_operator(staff_no=staff_no, actor=actor, at=at)
            done = said(f"已强制退出 {ended} 个登录", f"{ended} sign-on(s) ended")
        elif deed == "factor":
            removed = services.remove_factors(staff_no=staff_no, actor=actor, at=at)
            done = (
                said(
                    "第二因素已移除, 下次登录不再要求",
                    "The second factor is gone; none is asked for",
                )
                if removed
                else said("没有第二因素", "There was no second factor")
            )
        elif deed == "password":
            return _give_password(request, actor, staff_no, at)
        else:
            raise OperatorNotFound(staff_no=staff_no[:20])
    except OperatorNotFound:
        raise
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
        return here
    messages.success(request, done)
    return here


def _give_password(request: HttpRequest, actor: Actor, staff_no: str, at: datetime) -> HttpResponse:
    """Show the password at once: it stands nowhere else, so no other page could."""
    password = services.give_password(
        staff_no=staff_no, version=version_of(request), actor=actor, at=at
    )
    operator = selectors.find_operator(actor, staff_no)
    if operator is None:
        raise OperatorNotFound(staff_no=staff_no[:20])
    answer = _page(request, actor, operator, _held(operator), Troubles(), secret=password)
    answer.headers["Cache-Control"] = "no-store"
    return answer


PAGES = (
    Page(
        path="access/operators/",
        name="operators",
        view=show_operators,
        permission=permissions.VIEW_OPERATOR,
        titles=("操作员", "Operators"),
        icon="badge",
        group=GROUP,
    ),
    Page(
        path="access/operators-export/",
        name="operators_export",
        view=export_operators,
        permission=permissions.VIEW_OPERATOR,
        titles=("导出操作员", "Export operators"),
    ),
    Page(
        path="access/operators-new/",
        name="operator_new",
        view=add_operator,
        permission=permissions.MANAGE_OPERATORS,
        titles=("新操作员", "New operator"),
    ),
    Page(
        path="access/operators/<str:staff_no>/",
        name="operator",
        view=show_operator,
        permission=permissions.VIEW_OPERATOR,
        titles=("操作员", "Operator"),
    ),
    Page(
        path="access/operators/<str:staff_no>/<slug:deed>/",
        name="operator_deed",
        view=do_deed,
        permission=permissions.MANAGE_OPERATORS,
        titles=("办理", "Deed"),
    ),
)

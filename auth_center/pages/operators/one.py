"""One operator: where they work, for how long, and their roles."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from auth_center import permissions, selectors, services
from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.days import day_of, instant_of
from auth_center.models import Operator
from auth_center.pages.forms import Troubles, chosen, taken, typed, version_of
from auth_center.pages.operators.fields import fields_of
from auth_center.pages.operators.standing import TONES, standing_of, standing_words
from auth_center.pages.places import address
from auth_center.portal.signed_on import last_of
from auth_center.services import Employment, OperatorNotFound
from core.console import render_page, said
from core.errors import DomainError

SIGN_ONS = 10


def show_operator(request: HttpRequest, staff_no: str) -> HttpResponse:
    """Show an operator; whoever may changes them here."""
    actor = actor_of(request)
    operator = selectors.find_operator(actor, staff_no)
    if operator is None:
        raise OperatorNotFound(staff_no=staff_no[:20])
    if request.method == "POST":
        return _save(request, actor, operator)
    return render_operator(request, actor, operator, held_of(operator), Troubles())


def add_operator(request: HttpRequest) -> HttpResponse:
    """Hire an operator."""
    actor = actor_of(request)
    if request.method == "POST":
        return _save(request, actor, None)
    shown = {"region": actor.scope.region, "active_from": day_of(timezone.now())}
    return render_operator(request, actor, None, shown, Troubles())


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
            refusal = refusal if operator else taken(refusal, staff_no, "staff_no")
            troubles, status = Troubles(refusal), refusal.status
        else:
            messages.success(request, said("已保存, 各系统随即更新", "Saved; every system is told"))
            return redirect(address("operator", staff_no))
    return render_operator(request, actor, operator, shown, troubles, status=status)


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
    days: dict[str, datetime | None] = {"active_from": None, "active_until": None}
    for name in days:
        held = getattr(operator, name) if operator else None
        try:
            days[name] = instant_of(shown[name], held, last=name == "active_until")
        except ValueError:
            troubles.add(name, "日期无效", "This is no day")
    about = Employment(
        name=shown["name"],
        org_unit=shown["org_unit"],
        region=shown["region"],
        position=shown["position"],
        email=shown["email"],
        role_codes=tuple(shown["role_codes"]),
        is_active=shown["is_active"] or operator is None,
        **days,
    )
    return about, troubles


def held_of(operator: Operator) -> dict[str, Any]:
    """Return what stands in the fields of an operator as held."""
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


def render_operator(
    request: HttpRequest,
    actor: Actor,
    operator: Operator | None,
    shown: dict[str, Any],
    troubles: Troubles,
    *,
    status: int = 200,
    secret: str = "",
) -> HttpResponse:
    """Answer with an operator's page; ``secret`` is a password that is shown this once."""
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
        fields=fields_of(shown, operator, troubles, may=may),
        troubles=troubles,
        may_manage=may,
        oneself=oneself,
        standing=standing_words(standing) if standing else "",
        tone=TONES.get(standing, ""),
        working=standing in ("active", "future"),
        sign_ons=last_of(operator.staff_no, "", at)[:SIGN_ONS] if operator else [],
        may_see_flows=actor.may(permissions.VIEW_FLOW),
        secret=secret,
    )

"""鉴权方案: which scheme is in force, both side by side as measured, and the switch."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from auth_center import services
from auth_center.authority import looking, present_scheme
from auth_center.authority.measured import measured_figures
from auth_center.consoles import actor_of
from auth_center.pages.scheme_rows import comparison, length_of
from auth_center.permissions import CHOOSE_SCHEME, VIEW_SCHEME
from auth_center.values import SCHEMES
from core.console import Page, render_page, said
from core.systems import System

NAMES = {
    "distributed": ("鉴权分散", "Distributed authorization"),
    "centralized": ("鉴权集中", "Centralized authorization"),
}
ABOUT = {
    "distributed": (
        "登录由统一认证中心负责; 每个系统按自己数据库中的角色副本鉴权, 不询问中心。",
        "The centre signs operators on; each system decides by the copy of roles in its own "
        "database and asks nobody.",
    ),
    "centralized": (
        "登录和鉴权都由统一认证中心负责: 菜单和每个操作都询问中心, 答复保留规定的时间。",
        "The centre signs operators on and decides: for the menu and for each operation it is "
        "asked, and its word holds for a stated time.",
    ),
}
CHANGES = 5


def show(request: HttpRequest) -> HttpResponse:
    """The scheme in force beside the other one; a POST chooses."""
    actor = actor_of(request)
    if request.method == "POST":
        return _choose(request)
    present = present_scheme(System.CRM)
    wanted = request.GET.get("to", "")
    asked = wanted if wanted in SCHEMES and wanted != present else ""
    figures = measured_figures()
    return render_page(
        request,
        "auth_center/scheme.html",
        title=said("鉴权方案", "Authorization scheme"),
        schemes=[_scheme(name, present) for name in SCHEMES],
        name=said(*NAMES[present]),
        chosen=looking.find_scheme(),
        may_choose=actor.may(CHOOSE_SCHEME),
        asked=_scheme(asked, present) if asked else None,
        kept=length_of(_kept_seconds()),
        told=looking.list_told_of_scheme(),
        changes=[_change(one) for one in looking.list_scheme_changes()[:CHANGES]],
        rows=comparison(figures) if figures else [],
        measured_at=parse_datetime(figures["measured_at"]) if figures else None,
        machine=figures["machine"] if figures else "",
    )


def _choose(request: HttpRequest) -> HttpResponse:
    name = request.POST.get("scheme", "")
    if services.choose_scheme(name=name, actor=actor_of(request), at=timezone.now()):
        words = said(
            f"已切换为{NAMES[name][0]}, 下一次操作起生效",
            f"{NAMES[name][1]} is in force from the next operation on",
        )
        messages.success(request, words)
    return redirect(reverse("crm:authorization_scheme"))


def _scheme(name: str, present: str) -> dict[str, Any]:
    return {
        "code": name,
        "name": said(*NAMES[name]),
        "about": said(*ABOUT[name]),
        "in_force": name == present,
    }


def _change(entry: Any) -> dict[str, Any]:
    return {
        "at": entry.at,
        "who": entry.actor_number,
        "terminal": entry.terminal,
        "before": said(*NAMES[entry.before["scheme"]]),
        "after": said(*NAMES[entry.after["scheme"]]),
    }


def _kept_seconds() -> float:
    from django.conf import settings

    return float(settings.AUTHORIZATION_SECONDS)


PAGES = (
    Page(
        path="access/scheme/",
        name="authorization_scheme",
        view=show,
        permission=VIEW_SCHEME,
        titles=("鉴权方案", "Authorization scheme"),
        icon="account_tree",
        group=("权限", "Access"),
    ),
)

"""操作员: those whom the reader sees, narrowed to what is looked for, on a page and as a file."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from auth_center import permissions, selectors
from auth_center.consoles import actor_of
from auth_center.days import day_of
from auth_center.models import Operator, OrgUnit, Role
from auth_center.pages.forms import options_of
from auth_center.pages.operators.standing import TONES, standing_of, standing_words
from auth_center.pages.places import address
from auth_center.selectors import STANDINGS, OperatorsSought
from core.console import render_page, said
from core.sheets import sheet_answer

ROWS = 50
MOST_EXPORTED = 10_000


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


def named(things: dict[str, Any], code: str) -> str:
    """Return the name of a unit or a role, or its code where nobody knows it."""
    thing = things.get(code)
    return said(thing.name_zh, thing.name_en) if thing else code

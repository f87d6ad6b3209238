"""What one does about an operator: dismissal, signing off, help with password or second factor."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center import selectors, services
from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.pages.forms import Troubles, version_of
from auth_center.pages.operators.one import held_of, render_operator
from auth_center.pages.places import address
from auth_center.services import OperatorNotFound
from core.console import said
from core.errors import DomainError


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
    answer = render_operator(
        request, actor, operator, held_of(operator), Troubles(), secret=password
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer

"""复核审批: what waits for one's own word, what one has asked for, and deciding about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from auth_center import approvals, waiting
from auth_center.actors import EVERYTHING, Actor
from auth_center.consoles import actor_of
from auth_center.models import ApprovalRequest
from auth_center.pages.approvals_words import (
    amount_words,
    limit_words,
    person_words,
    state_badge,
    subject_address,
)
from auth_center.pages.audit_words import operation_words, subject_words
from auth_center.permissions import VIEW_APPROVAL, VIEW_FLOW
from auth_center.scope import text_for, values_for
from auth_center.states import ApprovalState
from core.console import Page, number_of, render_page, said
from core.errors import DomainError
from core.systems import System

ROWS = 25
VIEWS = {
    "waiting": ("待我审批", "For me"),
    "mine": ("我的申请", "My requests"),
    "all": ("全部", "All"),
}
DONE = {
    "approve": ("已批准并办理", "Approved and done"),
    "refuse": ("已驳回", "Refused"),
    "withdraw": ("已撤回", "Withdrawn"),
}


def show_list(request: HttpRequest) -> HttpResponse:
    """Show what waits for the reader, what they asked for, or all they may see; newest first."""
    asked: Any = request
    system, actor, now = asked.console.system, actor_of(request), timezone.now()
    view, state = request.GET.get("view", ""), request.GET.get("state", "")
    term = number_of(request.GET.get("q", "").replace("\x00", ""))[:60]
    view = view if view in VIEWS else "waiting"
    state = state if state in ApprovalState.values and view != "waiting" else ""
    found = _narrowed(_listed(view, system, actor, now), state, term)
    rows, newer, older = _turned(found, request)
    chosen = {"view": view, "state": state, "q": term}
    people = waiting.names_of(system, {one.requested_by for one in rows})
    return render_page(
        request,
        "auth_center/approvals.html",
        title=said("复核审批", "Approvals"),
        view=view,
        state=state,
        term=term,
        views=[
            {"word": said(*words), "address": _address(view=name), "chosen": name == view}
            for name, words in VIEWS.items()
        ],
        states=[(name, said(*state_badge(name)[0])) for name in ApprovalState.values],
        waiting=count_waiting(system, actor),
        counted=waiting.COUNTED,
        rows=[_row(request, actor, one, people, now) for one in rows],
        newer=_address(**chosen, before=str(newer)) if newer else "",
        older=_address(**chosen, after=str(older)) if older else "",
        anything=bool(state or term),
        operations=[operation_words(one.permission) for one in approvals.approvables(system)],
    )


def show_one(request: HttpRequest, number: str) -> HttpResponse:
    """Show one request whole, beside the reader's own limit; take the reader's decision."""
    asked: Any = request
    system, actor = asked.console.system, actor_of(request)
    deed = request.POST.get("deed", "") if request.method == "POST" else ""
    if deed not in DONE:
        return _page(request, system, actor, waiting.get_request(system, actor, number))
    why = request.POST.get("why", "").replace("\x00", "")
    try:
        _decide(deed, system, number, actor, why)
    except waiting.RequestNotFound:
        raise
    except DomainError as refusal:
        shown = waiting.get_request(system, actor, number)
        return _page(request, system, actor, shown, refusal=refusal, why=why)
    messages.success(request, said(*DONE[deed]))
    return redirect(reverse(f"{asked.console.name}:approval", args=[number]))


def _decide(deed: str, system: System, number: str, actor: Actor, why: str) -> None:
    at = timezone.now()
    if deed == "approve":
        approvals.approve(system=system, number=number, actor=actor, at=at, why=why)
    elif deed == "refuse":
        approvals.refuse(system=system, number=number, actor=actor, at=at, why=why)
    else:
        approvals.withdraw(system=system, number=number, actor=actor, at=at, why=why)


def count_waiting(system: System, actor: Actor) -> int:
    """Return how much waits for the actor's own word."""
    return waiting.count_up_to(_waiting(system, actor, timezone.now()))


def _waiting(system: System, actor: Actor, at: datetime) -> QuerySet[ApprovalRequest]:
    names = [one.permission for one in approvals.approvables(system)]
    return waiting.list_waiting(system, actor, names, at)


def _listed(view: str, system: System, actor: Actor, at: datetime) -> QuerySet[ApprovalRequest]:
    if view == "waiting":
        return _waiting(system, actor, at)
    found = waiting.list_requests(system, actor)
    return found.filter(requested_by=actor.number) if view == "mine" else found


def _narrowed(found: QuerySet[ApprovalRequest], state: str, term: str) -> QuerySet[ApprovalRequest]:
    found = found.filter(state=state) if state else found
    return waiting.named(found, term) if term else found


def _turned(
    found: QuerySet[ApprovalRequest], request: HttpRequest
) -> tuple[list[ApprovalRequest], int, int]:
    """Return a page's requests, and the keys from which the newer and the older ones follow."""
    before, after = _key(request, "before"), _key(request, "after")
    if before:
        rows = list(found.filter(pk__gt=before).order_by("pk")[: ROWS + 1])
        more, rows = len(rows) > ROWS, rows[:ROWS][::-1]
        if rows:
            return rows, rows[0].pk if more else 0, rows[-1].pk
    older = found.filter(pk__lt=after) if after else found
    rows = list(older.order_by("-pk")[: ROWS + 1])
    more, rows = len(rows) > ROWS, rows[:ROWS]
    return rows, rows[0].pk if after and rows else 0, rows[-1].pk if more else 0


def _key(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _address(**parts: str) -> str:
    return "?" + urlencode({name: text for name, text in parts.items() if text})


def _row(
    request: HttpRequest, actor: Actor, one: ApprovalRequest, people: Any, now: datetime
) -> dict[str, Any]:
    asked: Any = request
    late = one.state == ApprovalState.PENDING and one.expires_at <= now
    words, colour = state_badge(ApprovalState.EXPIRED if late else one.state)
    return {
        "request": one,
        "address": reverse(f"{asked.console.name}:approval", args=[one.number]),
        "operation": operation_words(one.permission),
        "summary": text_for(actor, said(one.summary_zh, one.summary_en)),
        "amount": amount_words(one.amount, one.unit),
        "who": person_words(one.requested_by, people),
        "state": said(*words),
        "colour": colour,
        "late": late,
    }


def _page(
    request: HttpRequest,
    system: System,
    actor: Actor,
    one: ApprovalRequest,
    *,
    refusal: DomainError | None = None,
    why: str = "",
) -> HttpResponse:
    asked: Any = request
    now = timezone.now()
    people = waiting.names_of(system, {one.requested_by, one.decided_by})
    row = _row(request, actor, one, people, now)
    open_now = one.state == ApprovalState.PENDING and not row["late"]
    own = one.requested_by == actor.number
    holds = actor.may(one.permission)
    limit = actor.limits.get(one.permission)
    covers = limit is None or abs(one.amount) <= limit.most
    flow = ""
    if one.flow_no and actor.may(VIEW_FLOW) and "flow" in asked.console.pages:
        flow = reverse(f"{asked.console.name}:flow", args=[one.flow_no])
    return render_page(
        request,
        "auth_center/approval.html",
        title=said(f"审批单 {one.number}", f"Request {one.number}"),
        status=refusal.status if refusal else 200,
        home=reverse(f"{asked.console.name}:approvals"),
        row=row,
        one=one,
        arguments=values_for(actor, one.arguments),
        subject=subject_words(text_for(actor, one.subject)),
        subject_address=subject_address(one.subject, actor),
        flow=flow,
        decided_by=person_words(one.decided_by, people),
        own=own,
        holds=holds,
        covers=covers,
        own_limit=limit_words(limit, one.unit) if holds else "",
        unlimited=EVERYTHING in actor.grants or limit is None,
        open_now=open_now,
        can_decide=open_now and holds and covers and not own,
        can_withdraw=open_now and own and holds,
        deciders=[
            person_words(number, {number: name})
            for number, name in (waiting.list_deciders(system, one, now) if open_now else [])
        ],
        fault=said(one.fault_zh, one.fault_en) if open_now else "",
        refusal=said(refusal.zh, refusal.en) if refusal else "",
        about_why=refusal is not None and refusal.field == "why",
        why=why,
        longest=approvals.LONGEST,
    )


PAGES = (
    Page(
        path="approvals/",
        name="approvals",
        view=show_list,
        permission=VIEW_APPROVAL,
        titles=("复核审批", "Approvals"),
        icon="fact_check",
        group=("待办", "To do"),
        count=count_waiting,
    ),
    Page(
        path="approvals/<number:number>/",
        name="approval",
        view=show_one,
        permission=VIEW_APPROVAL,
        titles=("审批单", "Request for approval"),
    ),
)

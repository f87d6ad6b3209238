"""人工施工: the tickets that wait for people, said to be done one by one or several at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.consoles import actor_of
from core.ages import since
from core.console import render_page, render_part, said
from core.errors import DomainError
from provisioning import picturing, services, wording
from provisioning.models import WorkOrder
from provisioning.pages import words
from provisioning.permissions import COMPLETE_MANUAL_WORK

MOST_AT_ONCE = 100


def show(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, and what was completed today."""
    at = timezone.now()
    found = picturing.get_manual_work(actor_of(request), day_began=_day_began(at))
    return render_page(
        request,
        "provisioning/manual_work.html",
        title=said("人工施工", "Manual work"),
        waiting=[_row(request, work, found.names, at) for work in found.waiting],
        more=found.more,
        done=[_row(request, work, found.names, at) for work in found.done],
        may_complete=actor_of(request).may(COMPLETE_MANUAL_WORK),
        newest=max((work.pk for work in found.waiting), default=0),
        shown=len(found.waiting),
    )


def show_count(request: HttpRequest) -> HttpResponse:
    """How many wait now, for a page that shows ``shown`` of them and does not move by itself."""
    shown = request.GET.get("shown", "0")
    count = picturing.count_work(actor_of(request), timezone.now()).waiting
    return render_part(
        request,
        "provisioning/manual_work_waiting.html",
        count=count,
        changed=str(count) != shown,
    )


def complete(request: HttpRequest) -> HttpResponse:
    """Say that work is done: one at once, several after being asked whether that is meant."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    numbers = list(dict.fromkeys(request.POST.getlist("number")))[:MOST_AT_ONCE]
    only = request.POST.get("only", "")
    if only:
        return _complete_one(request, only)
    if numbers and "sure" not in request.POST:
        return _ask(request, numbers)
    done = 0
    for number in numbers:
        try:
            _complete(request, number)
            done += 1
        except DomainError as refusal:
            messages.error(request, f"{number}: {said(refusal.zh, refusal.en)}")
    if done:
        messages.success(request, said(f"{done} 张工单已回单", f"{done} work order(s) completed"))
    elif not numbers:
        messages.info(request, said("没有选择工单", "No work order was chosen"))
    return redirect(words.address(request, "manual_work"))


def _complete_one(request: HttpRequest, number: str) -> HttpResponse:
    """Complete one; a page that fetches its parts keeps its rows where they are."""
    quietly = bool(request.headers.get("HX-Request"))
    try:
        _complete(request, number)
    except DomainError as refusal:
        words_of_it = said(refusal.zh, refusal.en)
        if quietly:
            return render_part(
                request, "provisioning/manual_work_done.html", number=number, refused=words_of_it
            )
        messages.error(request, f"{number}: {words_of_it}")
    else:
        if quietly:
            return render_part(request, "provisioning/manual_work_done.html", number=number)
        messages.success(request, said(f"工单 {number} 已回单", f"Work order {number} completed"))
    return redirect(words.address(request, "manual_work"))


def _complete(request: HttpRequest, number: str) -> None:
    services.complete_manual_work(work_order_no=number, actor=actor_of(request), at=timezone.now())


def _ask(request: HttpRequest, numbers: list[str]) -> HttpResponse:
    at = timezone.now()
    found = picturing.get_manual_work(actor_of(request), day_began=at, numbers=numbers)
    return render_page(
        request,
        "provisioning/manual_work_confirm.html",
        title=said("确认回单", "Complete these?"),
        rows=[_row(request, work, found.names, at) for work in found.waiting],
        gone=len(numbers) - len(found.waiting),
    )


def _row(request: HttpRequest, work: WorkOrder, names: Any, at: datetime) -> dict[str, Any]:
    order = work.order
    return {
        "work": work,
        "action": words.action(order.action),
        "line": words.line_number(order),
        "tasks": wording.commands_in_words(work.request, names),
        "age": since(work.sent_at or order.created_at, work.closed_at or at),
        "by": work.completed_by or said("EOMS 回单", "closed in EOMS"),
        "flow": words.flow_address(request, order.flow_no),
    }


def _day_began(at: datetime) -> datetime:
    return timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)

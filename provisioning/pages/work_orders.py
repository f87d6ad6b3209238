"""工单: what waits, fails or runs at the network now, tried again at once where that helps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from auth_center.consoles import actor_of
from core.ages import since, until
from core.console import number_of, render_page, render_part, said
from core.errors import DomainError
from integration.states import StepStatus
from provisioning import picturing, retries, wording
from provisioning.models import WorkOrder
from provisioning.pages import words
from provisioning.permissions import RETRY_WORK_ORDER
from provisioning.picturing import Standing, WorkLife, WorkSearch, WorkSlice
from provisioning.services import desk
from provisioning.states import WorkState

FIELDS = ("q", "standing", "element", "age")
MOST_RETRIED = 200  # work orders hurried at once
STANDINGS = {
    Standing.OPEN: ("未完成", "Unfinished"),
    Standing.FAILING: ("重试中", "Trying again"),
    Standing.RUNNING: ("执行中", "Running"),
    Standing.WAITING: ("等人工", "Waiting for people"),
    Standing.ENDED: ("拒绝和失败", "Refused or failed"),
    Standing.ALL: ("全部, 新的在前", "All, newest first"),
}
AGES = {
    "1m": (timedelta(minutes=1), ("超过 1 分钟", "over 1 minute")),
    "10m": (timedelta(minutes=10), ("超过 10 分钟", "over 10 minutes")),
    "1h": (timedelta(hours=1), ("超过 1 小时", "over 1 hour")),
    "1d": (timedelta(days=1), ("超过 1 天", "over 1 day")),
}
STEP_COLOURS = {
    StepStatus.DONE: "success",
    StepStatus.REFUSED: "danger",
    StepStatus.TIMED_OUT: "danger",
    StepStatus.RETRIED: "warning",
    StepStatus.SENT: "info",
}


def show(request: HttpRequest) -> HttpResponse:
    """The whole page; its rows come again by themselves."""
    asked = _asked(request)
    at = timezone.now()
    counts = picturing.count_work(actor_of(request), at)
    numbers = {
        Standing.OPEN: counts.open,
        Standing.FAILING: counts.failing,
        Standing.RUNNING: counts.running,
        Standing.WAITING: counts.waiting,
    }
    return render_page(
        request,
        "provisioning/work_orders.html",
        title=said("工单", "Work orders"),
        asked=asked,
        standings=[
            {
                "key": key,
                "word": said(*both),
                "count": _capped(numbers[key]) if key in numbers else "",
                "query": urlencode({**_query(asked), "standing": key, "q": ""}),
                "chosen": not asked["q"] and asked["standing"] == key,
            }
            for key, both in STANDINGS.items()
        ],
        elements=[(one.code, said(one.name_zh, one.name_en)) for one in picturing.list_elements()],
        ages=[(key, said(*both)) for key, (_, both) in AGES.items()],
        query=urlencode({**_query(asked), "after": request.GET.get("after", "")}),
        **_rows(request, asked, at),
    )


def show_rows(request: HttpRequest) -> HttpResponse:
    """The rows alone, as they are now."""
    asked = _asked(request)
    rows = _rows(request, asked, timezone.now())
    return render_part(request, "provisioning/work_order_rows.html", **rows)


def show_one(request: HttpRequest, number: str) -> HttpResponse:
    """One work order: what it asks for, each attempt, the others of its order."""
    life = picturing.get_work(actor_of(request), number)
    work, at = life.work, timezone.now()
    silence = picturing.last_silences([work]).get(work.work_order_no, "")
    return render_page(
        request,
        "provisioning/work_order.html",
        title=said(f"工单 {number}", f"Work order {number}"),
        work=work,
        row=_row(request, work, silence, at),
        asked_for=wording.commands_in_words(work.request, life.names),
        order_badge=words.badge(words.ORDER_STATES, work.order.state),
        siblings=[{"work": one, "badge": words.work_badge(one)} for one in life.siblings],
        attempts=_attempts(life),
        deeds=life.deeds,
        most_attempts=retries.most_attempts(),
        may_retry=actor_of(request).may(RETRY_WORK_ORDER),
        back=request.get_full_path(),
    )


def retry(request: HttpRequest) -> HttpResponse:
    """Let work orders be taken up at once: the named ones."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor, at, hurried, left = actor_of(request), timezone.now(), 0, 0
    for number in dict.fromkeys(request.POST.getlist("number")[:MOST_RETRIED]):
        try:
            if desk.retry_work_order(work_order_no=number, actor=actor, at=at):
                hurried += 1
            else:
                left += 1
        except DomainError as refusal:
            messages.error(request, said(refusal.zh, refusal.en))
    if hurried:
        text = said(f"{hurried} 张工单将立即执行", f"{hurried} work order(s) will be tried at once")
        messages.success(request, text)
    elif left:
        text = said(f"{left} 张工单正在执行", f"{left} work order(s) are being tried already")
        messages.info(request, text)
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("back", "")
    here = words.address(request, "work_orders")
    if wanted.startswith(here) and url_has_allowed_host_and_scheme(wanted, None):
        return wanted
    return here


def _asked(request: HttpRequest) -> dict[str, str]:
    asked = {name: request.GET.get(name, "").strip() for name in FIELDS}
    asked["q"] = number_of(asked["q"])
    if asked["standing"] not in STANDINGS:
        asked["standing"] = Standing.OPEN
    return asked


def _query(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


def _rows(request: HttpRequest, asked: dict[str, str], at: datetime) -> dict[str, Any]:
    age = AGES.get(asked["age"])
    found = picturing.page_of_work(
        actor_of(request),
        WorkSearch(
            number=asked["q"],
            standing=asked["standing"],
            element=asked["element"],
            older_than=age[0] if age else None,
        ),
        at=at,
        after=request.GET.get("after", ""),
    )
    address = words.address(request, "work_orders")
    query = {**_query(asked), "after": request.GET.get("after", "")}
    return {
        "rows": _described(request, found, at),
        "next_page": urlencode({**_query(asked), "after": found.after}) if found.after else "",
        "first_page": urlencode(_query(asked)) if request.GET.get("after") else "",
        "may_retry": actor_of(request).may(RETRY_WORK_ORDER),
        "back": f"{address}?{urlencode(query)}",
        "looked_back": f"{picturing.LOOKED_BACK:,}",
        "is_all": not asked["q"] and asked["standing"] == Standing.ALL,
        "at": at,
    }


def _described(request: HttpRequest, found: WorkSlice, at: datetime) -> list[dict[str, Any]]:
    return [
        _row(request, work, found.silences.get(work.work_order_no, ""), at) for work in found.works
    ]


def _row(request: HttpRequest, work: WorkOrder, silence: str, at: datetime) -> dict[str, Any]:
    order = work.order
    waits = work.state == WorkState.READY and work.due_at is not None
    looks = work.state == WorkState.WAITING
    return {
        "work": work,
        "badge": words.work_badge(work),
        "element": said(work.element.name_zh, work.element.name_en),
        "action": words.action(order.action),
        "line": words.line_number(order),
        "age": since(order.created_at, work.closed_at or at),
        "next": until(work.due_at, at) if waits or looks else "",
        "next_is_look": looks,
        "why": said(work.error_zh, work.error_en) or wording.silence_in_words(silence),
        "flow": words.flow_address(request, order.flow_no),
        "can_retry": waits or looks,
    }


def _attempts(life: WorkLife) -> list[dict[str, Any]]:
    """Return each attempt with when it was sent and what came of it, the newest first."""
    attempts: list[dict[str, Any]] = []
    for step in life.steps:
        if step.source != "network" or not attempts:
            attempts.append({"number": len(attempts) + 1, "sent_at": step.at, "note": ""})
        else:
            note = step.note.partition(": ")[2]
            attempts[-1]["answered_at"] = step.at
            if step.status == StepStatus.RETRIED:
                note = wording.silence_in_words(note)
            attempts[-1]["note"] = note
        attempts[-1]["word"] = _ended(step.status)
        attempts[-1]["colour"] = STEP_COLOURS.get(StepStatus(step.status), "quiet")
    if attempts and life.work.error_code:
        attempts[-1]["note"] = said(life.work.error_zh, life.work.error_en)
    return attempts[::-1]


def _ended(status: str) -> str:
    names = {
        StepStatus.SENT: ("已发送", "Sent"),
        StepStatus.DONE: ("完成", "Done"),
        StepStatus.REFUSED: ("拒绝", "Refused"),
        StepStatus.RETRIED: ("没有应答", "No answer"),
        StepStatus.TIMED_OUT: ("超时", "Timed out"),
    }
    return said(*names.get(StepStatus(status), (status, status)))


def _capped(count: int) -> str:
    return f"{picturing.COUNTED:,}+" if count > picturing.COUNTED else f"{count:,}"

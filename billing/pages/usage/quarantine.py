"""异常话单: what was set aside, by reason; tried again, corrected, or discarded."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from auth_center.consoles import actor_of
from auth_center.scope import shown_to
from billing import permissions, usage
from billing.models import QuarantinedRecord
from billing.pages.usage import words
from billing.pages.usage.turning import text, turned
from billing.states import QuarantineState
from billing.usage import Retried, Which
from billing.usage.judging import FIELDS
from core.console import render_page, said
from core.errors import DomainError
from core.masking import FULL_PHONE

MOST_AT_ONCE = 100_000
LABELS = {
    "key": ("标识", "Key"),
    "revision": ("更正次数", "Revision"),
    "usage": ("业务", "Usage"),
    "number": ("业务号码", "Number"),
    "subscriber": ("用户编号", "Subscriber"),
    "started_at": ("开始时间", "Start"),
    "quantity": ("数量", "Quantity"),
    "unit": ("单位", "Unit"),
    "zone": ("区域", "Zone"),
    "roaming": ("漫游地", "Roaming"),
    "peer": ("对端", "Peer"),
    "provider": ("内容提供方", "Provider"),
    "amount": ("金额", "Amount"),
}


def show_list(request: HttpRequest) -> HttpResponse:
    """Show what waits, or what has waited, with what can be done with all of a reason."""
    actor = actor_of(request)
    state, reason, batch = _asked(request)
    found = usage.list_quarantined(actor)
    if batch:
        found = found.filter(batch_id=int(batch))
    if state != "all":
        found = found.filter(state=state)
    reasons = list(
        found.filter(state=QuarantineState.OPEN)
        .order_by()
        .values_list("reason")
        .annotate(count=Count("pk"))
        .order_by("-count")
    )
    if reason:
        found = found.filter(reason=reason)
    rows, newer, older = turned(shown_to(actor, found), request)
    asked = {"state": state, "reason": reason, "batch": batch}

    def address(**more: str) -> str:
        told = {**asked, **more}
        return "?" + urlencode({key: one for key, one in told.items() if one})

    return render_page(
        request,
        "billing/usage/quarantine.html",
        title=said("异常话单", "Quarantined usage"),
        may=actor.may(permissions.MEND_USAGE),
        state=state,
        reason=reason,
        batch=batch,
        states=[(key, said(zh, en)) for key, (zh, en, _) in words.QUARANTINE.items()],
        reasons=[
            {
                "code": code,
                "word": words.word(words.REASONS, code),
                "count": count,
                "address": address(reason="" if code == reason else code, state="open"),
                "chosen": code == reason,
            }
            for code, count in reasons
        ],
        chosen=words.word(words.REASONS, reason) if reason else "",
        rows=[_row(one) for one in rows],
        newer=address(after=newer) if newer else "",
        older=address(before=older) if older else "",
    )


def show_one(request: HttpRequest, id: int) -> HttpResponse:
    """Show one line as it came and what was understood of it, and let it be corrected."""
    actor = actor_of(request)
    if request.method == "POST":
        return _correct(request, id)
    held = shown_to(actor, usage.list_quarantined(actor)).filter(pk=id).first()
    if held is None:
        raise usage.QuarantineUnknown(id=id)
    waits = held.state == QuarantineState.OPEN
    may = waits and actor.may(permissions.MEND_USAGE)
    return render_page(
        request,
        "billing/usage/quarantined.html",
        title=said("异常话单", "Quarantined usage"),
        row=_row(held),
        may=may,
        # what is masked cannot be sent back
        may_correct=may and held.usage_id is None and actor.may(FULL_PHONE),
        fields=[
            {"name": name, "label": said(*LABELS[name]), "value": held.fields.get(name, "")}
            for name in FIELDS
        ],
        record=reverse("boss:usage_record", args=[held.usage_id]) if held.usage_id else "",
        home=reverse("boss:usage_quarantine"),
    )


def mend(request: HttpRequest) -> HttpResponse:
    """Try again, or discard, what was ticked or all of a reason."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor, at = actor_of(request), timezone.now()
    ids = [int(one) for one in request.POST.getlist("id") if one.isascii() and one.isdecimal()]
    reason, batch = request.POST.get("reason", ""), request.POST.get("batch", "")
    everything = request.POST.get("everything") == "yes"
    which = Which(ids=ids)
    if everything:
        number = int(batch) if batch.isascii() and batch.isdecimal() else None
        which = Which(reason=reason[:40], batch_id=number)
    try:
        if request.POST.get("deed") == "discard":
            why = request.POST.get("why", "").replace("\x00", "")
            count = usage.discard_quarantined(
                which=which, why=why, actor=actor, at=at, most=MOST_AT_ONCE
            )
            zh, en = f"已丢弃 {count} 条", f"{count} discarded"
            messages.success(request, said(zh, en))
        else:
            done = usage.retry_quarantined(which=which, actor=actor, at=at, most=MOST_AT_ONCE)
            messages.success(request, _told(done))
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
    query = urlencode({"reason": reason, "batch": batch} if reason or batch else {})
    return redirect(f"{reverse('boss:usage_quarantine')}?{query}")


def _correct(request: HttpRequest, id: int) -> HttpResponse:
    fields = {name: request.POST.get(name, "").strip() for name in FIELDS}
    try:
        done = usage.correct_quarantined(
            id=id, fields=fields, actor=actor_of(request), at=timezone.now()
        )
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
    else:
        messages.success(request, _told(done))
    return redirect("boss:usage_quarantined", id=id)


def _asked(request: HttpRequest) -> tuple[str, str, str]:
    state, reason, batch = (text(request, name, 40) for name in ("state", "reason", "batch"))
    return (
        state if state == "all" or state in words.QUARANTINE else str(QuarantineState.OPEN),
        reason,
        batch if batch.isascii() and batch.isdecimal() and len(batch) <= 18 else "",
    )


def _row(one: QuarantinedRecord) -> dict[str, Any]:
    return {
        "held": one,
        "address": reverse("boss:usage_quarantined", args=[one.pk]),
        "reason": words.word(words.REASONS, one.reason),
        "detail": said(one.detail_zh, one.detail_en),
        "badge": words.badge(words.QUARANTINE, one.state),
        "put": f"{timezone.localtime(one.put_at):%Y-%m-%d %H:%M:%S}",
        "ended": f"{timezone.localtime(one.ended_at):%Y-%m-%d %H:%M}" if one.ended_at else "",
    }


def _told(done: Retried) -> str:
    return said(
        f"恢复 {done.recovered} 条, 重新批价 {done.to_rate} 条, 仍异常 {done.left} 条",
        f"{done.recovered} recovered, {done.to_rate} to be rated again, {done.left} still wrong",
    )

"""账单争议: contesting a bill on its page, and saying what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from billing import permissions
from billing.models import Bill, Dispute
from billing.pages.bills import words
from billing.payments.disputing import close_dispute, dispute_bill
from billing.states import BillState, DisputeState
from core.console import said
from core.errors import DomainError


def contest(request: HttpRequest, bill_no: str) -> HttpResponse:
    """Contest a bill, or say what came of that."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    told, actor, at = request.POST, actor_of(request), timezone.now()
    try:
        if told.get("deed") == "close":
            close_dispute(
                bill_no=bill_no,
                upheld=told.get("upheld") == "yes",
                outcome=told.get("outcome", ""),
                actor=actor,
                at=at,
            )
        else:
            dispute_bill(bill_no=bill_no, reason=told.get("reason", ""), actor=actor, at=at)
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
    else:
        messages.success(request, said("已记录", "Noted"))
    return redirect("boss:bill", bill_no=bill_no)


def disputes_of(bill: Bill, actor: Actor) -> dict[str, Any]:
    """Return what a bill's page shows of its disputes."""
    rows = list(Dispute.objects.filter(bill_id=bill.pk).order_by("-pk")[:50])
    is_open = any(one.state == DisputeState.OPEN for one in rows)
    may = actor.may(permissions.DISPUTE)
    return {
        "disputes": [
            {"dispute": one, "badge": words.badge(words.DISPUTES, one.state)} for one in rows
        ],
        "may_contest": may and not is_open and bill.state == BillState.ISSUED,
        "may_close": may and is_open,
    }

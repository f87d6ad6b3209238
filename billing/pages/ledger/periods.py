"""会计期间: which months are closed, what keeps one open, and closing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.consoles import actor_of
from billing import permissions
from billing.ledger.browsing import list_periods
from billing.ledger.closing import close_period, hindrances
from billing.models import AccountingPeriod
from billing.pages.bills.words import moment
from billing.pages.links import address_of
from billing.pages.turning import address
from billing.states import PeriodState
from core.console import render_page, said
from core.errors import DomainError


def show_list(request: HttpRequest) -> HttpResponse:
    """Show all periods; of the first open one also what keeps it from being closed."""
    actor, at = actor_of(request), timezone.now()
    periods = list_periods()
    waiting = [one for one in periods if one.state == PeriodState.OPEN]
    first = waiting[-1] if waiting else None
    return render_page(
        request,
        "billing/ledger/periods.html",
        title=said("会计期间", "Accounting periods"),
        may=actor.may(permissions.CLOSE_PERIOD),
        rows=[_row(one, at, one is first) for one in periods],
        balance=address_of(actor, "trial_balance"),
        proof=address_of(actor, "ledger_proof"),
    )


def close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a period."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        period = close_period(code=code, actor=actor_of(request), at=timezone.now())
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
    else:
        messages.success(
            request,
            said(
                f"会计期间 {code} 已关闭, 共 {period.entries:,} 笔分录",
                f"Period {code} is closed, it holds {period.entries:,} entries",
            ),
        )
    return redirect("boss:accounting_periods")


def _row(one: AccountingPeriod, at: datetime, next_to_close: bool) -> dict[str, Any]:
    closed = one.state == PeriodState.CLOSED
    kept_open = hindrances(one, at) if next_to_close else []
    return {
        "period": one,
        "word": said("已关闭", "Closed") if closed else said("开放", "Open"),
        "colour": "quiet" if closed else "info",
        "from": moment(one.starts_at, "%Y-%m-%d"),
        "until": moment(one.ends_at, "%Y-%m-%d"),
        "closed": moment(one.closed_at),
        "balance": address({"period": one.code}),
        "hindrances": [said(refusal.zh, refusal.en) for refusal in kept_open],
        "closable": next_to_close and not kept_open,
    }

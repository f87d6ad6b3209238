"""充值卡: making lots of vouchers, whose secrets are told once, and what became of them."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.consoles import actor_of
from billing.pages.payments import words
from billing.pages.turning import day_of
from billing.payments.vouchers import MOST_AT_ONCE, issue_vouchers, spelled, void_vouchers
from billing.selectors.vouchers import list_lots
from core.console import render_page, said
from core.errors import DomainError
from core.sheets import sheet_answer

MOST_LOTS = 100
SHOWN_DAYS = 730


def show_list(request: HttpRequest) -> HttpResponse:
    """The lots of two years, the latest first, and a place to make one."""
    return _page(request)


def issue(request: HttpRequest) -> HttpResponse:
    """Make a lot and answer with its file, the only place where its secrets ever are."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    told = request.POST
    count = told.get("count", "")
    at = timezone.now()
    try:
        made = issue_vouchers(
            count=int(count) if count.isascii() and count.isdigit() and len(count) < 9 else 0,
            amount=told.get("amount", "").strip(),
            expires_at=day_of(told.get("expires", ""), after=True) or at,
            actor=actor_of(request),
            at=at,
        )
    except DomainError as refused:
        return _page(request, refusal=said(refused.zh, refused.en))
    return sheet_answer(
        f"vouchers-{made[0][0][:12]}.csv",
        [said("卡号", "Serial"), said("密码", "Secret")],
        ((serial, spelled(secret)) for serial, secret in made),
    )


def void(request: HttpRequest) -> HttpResponse:
    """Make what is not used of a lot worthless."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    told = request.POST
    try:
        ended = void_vouchers(
            lot=told.get("lot", ""),
            reason=told.get("reason", ""),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as refused:
        messages.error(request, said(refused.zh, refused.en))
    else:
        messages.success(request, said(f"已作废 {ended} 张", f"{ended} vouchers are void"))
    return redirect("boss:voucher_list")


def _page(request: HttpRequest, refusal: str = "") -> HttpResponse:
    now = timezone.now()
    return render_page(
        request,
        "billing/payments/vouchers.html",
        title=said("充值卡", "Vouchers"),
        status=400 if refusal else 200,
        refusal=refusal,
        told=request.POST,
        most=MOST_AT_ONCE,
        in_a_year=f"{timezone.localdate(now) + timedelta(days=365):%Y-%m-%d}",
        lots=[
            {"lot": one, "amount": words.money(one.amount), "over": one.expires_at <= now}
            for one in list_lots(now - timedelta(days=SHOWN_DAYS), most=MOST_LOTS)
        ],
    )

"""赠送余额: the form by which somebody is given money for nothing."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.consoles import actor_of
from billing.pages.turning import day_of
from billing.payments.parties import account_of
from billing.prepaid.asking import ask_gift
from core.console import render_page, said
from core.errors import DomainError


def give(request: HttpRequest, account_no: str) -> HttpResponse:
    """Give a gift or dedicated book; above the giver's limit a second person is asked."""
    actor = actor_of(request)
    account = account_of(account_no, actor)
    refusal = ""
    if request.method == "POST":
        told = request.POST
        groups = told.get("charge_groups", "").replace(",", " ").split()
        try:
            answer = ask_gift(
                account_no=account.account_no,
                amount=told.get("amount", "").strip(),
                kind=told.get("kind", ""),
                charge_groups=[one[:40] for one in groups[:20]],
                expires_at=day_of(told.get("until", ""), after=True),
                reason=told.get("reason", ""),
                reference=f"gift:{told.get('ticket', '')[:50]}",
                actor=actor,
                at=timezone.now(),
            )
        except DomainError as refused:
            refusal = said(refused.zh, refused.en)
        else:
            if answer.request is not None:
                number = answer.request.number
                words = (
                    f"超出您的权限, 已提交审批 {number}",
                    f"Above your limit: {number} waits for a second person",
                )
            else:
                words = ("已赠送", "It is given")
            messages.success(request, said(*words))
            return redirect("boss:balances", account_no=account.account_no)
    return render_page(
        request,
        "billing/balances/give.html",
        title=f"{said('赠送余额', 'Give a balance')} · {account.name}",
        status=400 if refusal else 200,
        account=account,
        told=request.POST,
        ticket=request.POST.get("ticket") or str(uuid.uuid4()),
        refusal=refusal,
    )

"""收费台: find an account, see what it owes, take its money, give the change."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from auth_center.consoles import actor_of
from auth_center.scope import phone_for
from billing import payments, permissions
from billing.models import BillingAccount, Payment
from billing.pages.links import address_of
from billing.pages.payments import words
from billing.payments.asking import ask_adjustment, ask_refund
from billing.payments.parties import account_of
from billing.payments.taking import COUNTER
from billing.payments.vouchers import use_voucher
from billing.selectors.desk import find_accounts, list_books, list_open_bills
from core.console import number_of, render_page, said
from core.errors import DomainError

RECENT = 5


def find(request: HttpRequest) -> HttpResponse:
    """Look for an account; one that is meant for certain opens at once."""
    term = number_of(request.GET.get("q", ""))[:80]
    found = find_accounts(actor_of(request), term)
    if len(found) == 1:
        return redirect("boss:desk", account_no=found[0].account_no)
    return render_page(
        request,
        "billing/payments/find.html",
        title=said("收费", "Payment desk"),
        term=term,
        rows=found,
    )


def serve(request: HttpRequest, account_no: str) -> HttpResponse:
    """Show what an account owes and holds, and take a payment."""
    actor, at = actor_of(request), timezone.now()
    account = account_of(account_no, actor)
    refusal = ""
    if request.method == "POST":
        try:
            payment = _take(request, account)
        except DomainError as refused:
            refusal = said(refused.zh, refused.en)
        else:
            handed = request.POST.get("handed", "")[:20] if payment.method == "cash" else ""
            address = reverse("boss:payment", args=[payment.payment_no])
            return redirect(f"{address}?{urlencode({'taken': '1', 'handed': handed})}")
    bills = list_open_bills(account)
    owed = sum((one.open_amount for one in bills), Decimal())
    return render_page(
        request,
        "billing/payments/desk.html",
        title=f"{said('收费', 'Payment desk')} · {account.name}",
        status=400 if refusal else 200,
        account=account,
        numbers=_numbers(request, account),
        bills=[
            {
                "bill": one,
                "late": one.due_on < timezone.localdate(at),
                "address": address_of(actor, "bill", one.bill_no),
            }
            for one in bills
        ],
        owed=words.money(owed),
        books=[{"book": one, "kind": words.word(words.BOOKS, one.kind)}
               for one in list_books(account)],
        methods=words.options(words.METHODS, words.AT_DESK),
        method=request.POST.get("method", "cash"),
        amount=request.POST.get("amount", f"{owed:.2f}" if owed else ""),
        ticket=request.POST.get("ticket") or str(uuid.uuid4()),
        refusal=refusal,
        recent=[_recent(one) for one in account.payments.order_by("-pk")[:RECENT]],
        may_adjust=actor.may(permissions.ADJUST),
        adjustments=address_of(actor, "adjustment_list"),
        may_refund=actor.may(permissions.REFUND),
    )  # fmt: skip


def adjust(request: HttpRequest, account_no: str) -> HttpResponse:
    """Give or take money of an account for a reason, on a bill or on the balance."""
    account = account_of(account_no, actor_of(request))
    refusal = ""
    if request.method == "POST":
        sign = "-" if request.POST.get("direction") == "take" else ""
        try:
            answer = ask_adjustment(
                account_no=account.account_no,
                amount=sign + request.POST.get("amount", "").strip(),
                kind=request.POST.get("kind", ""),
                bill_no=request.POST.get("bill_no", ""),
                reason=request.POST.get("reason", ""),
                reference=f"desk:{request.POST.get('ticket', '')[:60]}",
                actor=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as refused:
            refusal = said(refused.zh, refused.en)
        else:
            if answer.request is not None:
                return _asked(request, answer.request.number, account)
            number = answer.outcome["adjustment"]
            messages.success(request, said(f"已调账 {number}", f"Adjusted: {number}"))
            return redirect("boss:desk", account_no=account.account_no)
    return render_page(
        request,
        "billing/payments/adjust.html",
        title=f"{said('调账', 'Adjustment')} · {account.name}",
        status=400 if refusal else 200,
        account=account,
        bills=list_open_bills(account),
        kinds=words.options(words.ADJUSTMENTS),
        told=request.POST,
        ticket=request.POST.get("ticket") or str(uuid.uuid4()),
        refusal=refusal,
    )


def refund(request: HttpRequest, account_no: str) -> HttpResponse:
    """Give a part of the cash balance back."""
    account = account_of(account_no, actor_of(request))
    refusal = ""
    if request.method == "POST":
        try:
            answer = ask_refund(
                account_no=account.account_no,
                amount=request.POST.get("amount", "").strip(),
                method=request.POST.get("method", ""),
                reason=request.POST.get("reason", ""),
                reference=request.POST.get("ticket", "")[:80],
                actor=actor_of(request),
                at=timezone.now(),
            )
        except DomainError as refused:
            refusal = said(refused.zh, refused.en)
        else:
            if answer.request is not None:
                return _asked(request, answer.request.number, account)
            return redirect("boss:payment", payment_no=answer.outcome["payment"])
    cash = [one for one in list_books(account) if one.kind == "cash"]
    free = sum((one.amount - one.reserved for one in cash), Decimal())
    return render_page(
        request,
        "billing/payments/refund.html",
        title=f"{said('退款', 'Refund')} · {account.name}",
        status=400 if refusal else 200,
        account=account,
        free=words.money(free),
        methods=words.options(words.METHODS, ("cash", "card", "transfer")),
        told=request.POST,
        ticket=request.POST.get("ticket") or str(uuid.uuid4()),
        refusal=refusal,
    )


def _asked(request: HttpRequest, number: str, account: BillingAccount) -> HttpResponse:
    words = (
        f"超出您的权限, 已提交审批 {number}",
        f"Above your limit: {number} waits for a second person",
    )
    messages.success(request, said(*words))
    return redirect("boss:desk", account_no=account.account_no)


def _take(request: HttpRequest, account: BillingAccount) -> Payment:
    told = request.POST
    actor, at = actor_of(request), timezone.now()
    if told.get("method") == "voucher":
        return use_voucher(
            account_no=account.account_no, secret=told.get("secret", "")[:80], actor=actor, at=at
        )
    return payments.take_payment(
        account_no=account.account_no,
        amount=told.get("amount", "").strip(),
        method=told.get("method", ""),
        source=COUNTER,
        reference=told.get("ticket", "")[:80] or str(uuid.uuid4()),
        actor=actor,
        at=at,
    )


def _numbers(request: HttpRequest, account: BillingAccount) -> list[str]:
    """Return the service numbers that the account pays for by default, as the reader sees them."""
    rows = account.payment_relations.filter(charge_group="*", valid_to=None)
    found = rows.order_by("pk").values_list("subscriber__service_number", flat=True)[:5]
    return [phone_for(actor_of(request), one) for one in found]


def _recent(one: Payment) -> dict[str, Any]:
    return {
        "payment": one,
        "kind": words.word(words.KINDS, one.kind),
        "method": words.word(words.METHODS, one.method),
        "badge": words.badge(words.STATES, one.state),
    }

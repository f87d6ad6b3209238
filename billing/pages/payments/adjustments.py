"""调账记录: what was given or taken for a reason, and undoing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.consoles import actor_of
from billing import permissions
from billing.models import Adjustment, Bill
from billing.pages.links import address_of
from billing.pages.payments import words
from billing.pages.turning import address, asked_of, day_of, turned
from billing.payments.asking import ask_adjustment_reversal
from billing.selectors.payments import get_adjustment, list_adjustments
from billing.states import AdjustmentState
from core.console import number_of, render_page, said
from core.errors import DomainError
from core.numbers import ADJUSTMENT, BILL
from core.sheets import sheet_answer

ROWS = 50
MOST_EXPORTED = 20_000
ASKED = ("q", "kind", "state", "from", "to", "operator")


def show_list(request: HttpRequest) -> HttpResponse:
    """Adjustments, the newest first."""
    asked = asked_of(request, *ASKED)
    found = turned(_sought(request, asked), request, asked, size=ROWS)
    actor = actor_of(request)
    return render_page(
        request,
        "billing/payments/adjustments.html",
        title=said("调账记录", "Adjustments"),
        asked=asked,
        found=found,
        rows=[_row(one) for one in found.rows],
        kinds=words.options(words.ADJUSTMENTS),
        states=[(key, said(zh, en)) for key, (zh, en, _) in words.ADJUSTMENT_STATES.items()],
        export=address_of(actor, "adjustment_export") + address(asked),
    )


def export(request: HttpRequest) -> HttpResponse:
    """Answer with the adjustments that are looked for as a table to take along."""
    rows = _sought(request, asked_of(request, *ASKED))
    return sheet_answer(
        "adjustments.csv",
        [said("调账编号", "Number"), said("账户", "Account"), said("类型", "Kind"),
         said("币种", "Currency"), said("金额", "Amount"), said("原因", "Reason"),
         said("状态", "State"), said("时间", "At"), said("经办人", "Operator"),
         said("审批人", "Approved by"), said("外部编号", "Reference")],
        (
            (one.adjustment_no, one.account.account_no, words.word(words.ADJUSTMENTS, one.kind),
             one.currency, words.money(one.amount), one.reason,
             words.badge(words.ADJUSTMENT_STATES, one.state)["word"],
             timezone.localtime(one.created_at).strftime("%Y-%m-%d %H:%M:%S"), one.operator_no,
             one.approved_by, one.reference)
            for one in rows[:MOST_EXPORTED]
        ),
    )  # fmt: skip


def show_one(request: HttpRequest, adjustment_no: str) -> HttpResponse:
    """One adjustment: on what, by whom, and a place to undo it."""
    actor = actor_of(request)
    one = get_adjustment(adjustment_no, actor)
    bill = Bill.objects.filter(pk=one.bill_id or 0).first()
    done = one.state == AdjustmentState.DONE
    return render_page(
        request,
        "billing/payments/adjustment.html",
        title=f"{said('调账', 'Adjustment')} {one.adjustment_no}",
        **_row(one),
        bill=bill,
        bill_page=address_of(actor, "bill", bill.bill_no) if bill else "",
        account_page=address_of(actor, "account", one.account.account_no),
        may_undo=done and actor.may(permissions.ADJUST),
    )


def reverse(request: HttpRequest, adjustment_no: str) -> HttpResponse:
    """Undo an adjustment for a reason; above one's limit a second person is asked."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        answer = ask_adjustment_reversal(
            adjustment_no=adjustment_no,
            reason=request.POST.get("reason", ""),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as refused:
        messages.error(request, said(refused.zh, refused.en))
    else:
        done = ("已撤销调账", "The adjustment is undone")
        if answer.request is not None:
            number = answer.request.number
            done = (
                f"超出您的权限, 已提交审批 {number}",
                f"Above your limit: {number} waits for a second person",
            )
        messages.success(request, said(*done))
    return redirect("boss:adjustment", adjustment_no=adjustment_no)


def _row(one: Adjustment) -> dict[str, Any]:
    return {
        "adjustment": one,
        "kind": words.word(words.ADJUSTMENTS, one.kind),
        "badge": words.badge(words.ADJUSTMENT_STATES, one.state),
        "shown": ("+" if one.amount > 0 else "−") + words.money(abs(one.amount)),
    }


def _sought(request: HttpRequest, asked: dict[str, str]) -> QuerySet[Adjustment]:
    rows = list_adjustments(actor_of(request))
    term = number_of(asked["q"])
    if term.startswith(ADJUSTMENT):
        rows = rows.filter(adjustment_no=term)
    elif term.startswith(BILL):
        rows = rows.filter(bill_id__in=Bill.objects.filter(bill_no=term).values("id"))
    elif term:
        found = rows.filter(account__account_no=term)
        rows = found if found.exists() else rows.filter(reference=asked["q"])
    for name, column in (("kind", "kind"), ("state", "state"), ("operator", "operator_no")):
        if asked[name]:
            rows = rows.filter(**{column: asked[name]})
    first, last = day_of(asked["from"]), day_of(asked["to"], after=True)
    rows = rows.filter(created_at__gte=first) if first else rows
    return rows.filter(created_at__lt=last) if last else rows

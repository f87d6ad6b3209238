"""缴费记录: every payment and refund, its receipt, and undoing it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import urlencode

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from billing import permissions
from billing.calendar import midnight
from billing.models import Allocation, Bill, Payment
from billing.pages.links import address_of
from billing.pages.payments import words
from billing.pages.payments.receipt import draw_receipt
from billing.payments.asking import ask_reversal
from billing.payments.reversing import NotReversible, preview_reversal
from billing.selectors.payments import get_payment, list_payments
from billing.who import source_of_payment, who
from core.console import number_of, render_page, said
from core.errors import DomainError
from core.sheets import sheet_answer

ROWS = 50
MOST_EXPORTED = 20_000


def show_list(request: HttpRequest) -> HttpResponse:
    """Payments and refunds, the newest first, a page after another by the last number shown."""
    rows, asked = _sought(request)
    page = list(rows[: ROWS + 1])
    more = page[ROWS - 1].pk if len(page) > ROWS else None
    return render_page(
        request,
        "billing/payments/list.html",
        title=said("缴费记录", "Payments"),
        rows=[row_of(one) for one in page[:ROWS]],
        asked=asked,
        query=urlencode(asked),
        more=more,
        methods=words.options(words.METHODS),
        states=[(key, said(zh, en)) for key, (zh, en, _) in words.STATES.items()],
    )


def export(request: HttpRequest) -> HttpResponse:
    """Answer with the payments that are looked for as a table to take along."""
    rows, _ = _sought(request)
    return sheet_answer(
        "payments.csv",
        [said("缴费编号", "Number"), said("类型", "Kind"), said("账户", "Account"),
         said("方式", "Method"), said("币种", "Currency"), said("金额", "Amount"),
         said("状态", "State"), said("时间", "At"), said("操作员", "Operator"),
         said("外部编号", "Reference")],
        (
            (one.payment_no, words.word(words.KINDS, one.kind), one.account.account_no,
             words.word(words.METHODS, one.method), one.currency, words.money(one.amount),
             words.badge(words.STATES, one.state)["word"],
             timezone.localtime(one.paid_at).strftime("%Y-%m-%d %H:%M:%S"), who(one.operator_no),
             one.reference)
            for one in rows[:MOST_EXPORTED]
        ),
    )  # fmt: skip


def show_one(request: HttpRequest, payment_no: str) -> HttpResponse:
    """A payment's receipt: what it paid, what is left of it, and what became of it."""
    actor = actor_of(request)
    payment = get_payment(payment_no, actor)
    handed = _amount(request.GET.get("handed", ""))
    return render_page(
        request,
        "billing/payments/receipt.html",
        title=f"{words.word(words.KINDS, payment.kind)} {payment_no}",
        **_with_pages(receipt_of(payment), actor),
        account_page=address_of(actor, "account", payment.account.account_no),
        taken="taken" in request.GET,
        handed=words.money(handed) if handed > payment.amount else "",
        change=words.money(handed - payment.amount) if handed > payment.amount else "",
        may_reverse=(
            payment.kind == "payment"
            and payment.state == "done"
            and actor.may(permissions.REVERSE_PAYMENT)
        ),
    )


def receipt_pdf(request: HttpRequest, payment_no: str) -> HttpResponse:
    """Answer with the receipt to print."""
    payment = get_payment(payment_no, actor_of(request))
    answer = HttpResponse(
        draw_receipt(payment, receipt_of(payment)), content_type="application/pdf"
    )
    answer.headers["Content-Disposition"] = f'inline; filename="{payment_no}.pdf"'
    return answer


def reverse(request: HttpRequest, payment_no: str) -> HttpResponse:
    """Say what reversing a payment would do, and do it once a reason is given."""
    actor = actor_of(request)
    refusal = ""
    if request.method == "POST":
        try:
            answer = ask_reversal(
                payment_no=payment_no,
                reason=request.POST.get("reason", ""),
                actor=actor,
                at=timezone.now(),
            )
        except DomainError as refused:
            refusal = said(refused.zh, refused.en)
        else:
            done = (f"已返销 {payment_no}", f"{payment_no} is reversed")
            if answer.request is not None:
                number = answer.request.number
                done = (
                    f"超出您的权限, 已提交审批 {number}",
                    f"Above your limit: {number} waits for a second person",
                )
            messages.success(request, said(*done))
            return redirect("boss:payment", payment_no=payment_no)
    try:
        found = preview_reversal(payment_no=payment_no, actor=actor)
    except NotReversible as refused:
        messages.error(request, said(refused.zh, refused.en))
        return redirect("boss:payment", payment_no=payment_no)
    return render_page(
        request,
        "billing/payments/reverse.html",
        title=f"{said('返销', 'Reversal')} {payment_no}",
        status=400 if refusal else 200,
        payment=found.payment,
        amount=words.money(found.payment.amount),
        reopened=_by_bill(found.reopened, found.bills),
        undone=_by_bill(found.undone, found.bills),
        rest=words.money(found.rest),
        missing=words.money(found.missing) if found.missing else "",
        refusal=refusal,
        reason=request.POST.get("reason", ""),
    )


def receipt_of(payment: Payment) -> dict[str, Any]:
    """Return what a receipt shows: the bills paid, charge by charge, and the rest."""
    rows = list(Allocation.objects.filter(payment_id=payment.pk, undoes_id=None).order_by("pk"))
    bills = Bill.objects.select_related("cycle").in_bulk({one.bill_id for one in rows})
    paid = sum((one.amount for one in rows), Decimal())
    return {
        **row_of(payment),
        "amount": words.money(payment.amount),
        "source": source_of_payment(payment.source, payment.reference),
        "paid": [
            {"bill": bills[one.bill_id], "group": one.charge_group, "amount": one.amount}
            for one in rows
            if one.bill_id in bills
        ],
        "rest": words.money(payment.amount - paid) if payment.kind == "payment" else "",
        "refunds": [row_of(one) for one in payment.refunds.order_by("pk")],
    }


def _with_pages(receipt: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """Add where the bills that were paid are shown, if the reader may go there."""
    for one in receipt["paid"]:
        one["address"] = address_of(actor, "bill", one["bill"].bill_no)
    return receipt


def row_of(payment: Payment) -> dict[str, Any]:
    """Return a payment with its words, as lists show it."""
    return {
        "payment": payment,
        "kind": words.word(words.KINDS, payment.kind),
        "method": words.word(words.METHODS, payment.method),
        "badge": words.badge(words.STATES, payment.state),
        "shown": words.money(payment.amount),
    }


def _sought(request: HttpRequest) -> tuple[QuerySet[Payment], dict[str, str]]:
    asked = {
        name: request.GET.get(name, "").strip()[:80]
        for name in ("q", "method", "state", "from", "to", "operator")
        if request.GET.get(name, "").strip()
    }
    rows = list_payments(actor_of(request))
    term = number_of(asked.get("q", ""))
    if term:
        field = "payment_no" if term.startswith("M") else "account__account_no"
        found = rows.filter(**{field: term})
        rows = found if found.exists() else rows.filter(reference=asked["q"])
    for name, column in (("method", "method"), ("state", "state"), ("operator", "operator_no")):
        if name in asked:
            rows = rows.filter(**{column: asked[name]})
    first, last = _day(asked.get("from", "")), _day(asked.get("to", ""))
    if first:
        rows = rows.filter(paid_at__gte=midnight(first))
    if last:
        rows = rows.filter(paid_at__lt=midnight(last + timedelta(days=1)))
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    return rows, asked


def _by_bill(rows: Any, bills: dict[int, Bill]) -> list[dict[str, Any]]:
    sums: dict[int, Decimal] = {}
    for one in rows:
        sums[one.bill_id] = sums.get(one.bill_id, Decimal()) + one.amount
    return [
        {"bill_no": bills[bill].bill_no, "amount": words.money(amount)}
        for bill, amount in sums.items()
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _amount(text: str) -> Decimal:
    try:
        value = Decimal(text or 0)
    except InvalidOperation:
        return Decimal()
    return value if value.is_finite() else Decimal()

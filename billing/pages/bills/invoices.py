"""发票: issuing them over bills, undoing them by red ones, and looking them up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone

from auth_center.consoles import actor_of
from billing import permissions
from billing.invoicing import issue_invoice, undo_invoice
from billing.models import Bill, Invoice
from billing.pages.bills import words
from billing.pages.bills.explained import title_of
from billing.pages.links import address_of
from billing.pages.turning import asked_of, day_of, turned
from billing.selectors.bills import get_bill, named
from billing.selectors.invoices import get_invoice, invoiced_lines, list_invoices
from billing.states import InvoiceState
from core.console import number_of, render_page, said
from core.errors import DomainError
from core.numbers import BILL, INVOICE

ROWS = 40
LINES = 500


def show_list(request: HttpRequest) -> HttpResponse:
    """Invoices, the newest first."""
    actor, asked = actor_of(request), asked_of(request, "q", "state", "since", "until")
    number = number_of(asked["q"])
    rows = list_invoices(actor)
    if number.startswith(INVOICE):
        rows = rows.filter(invoice_no=number)
    elif number.startswith(BILL):
        rows = rows.filter(bill_id__in=Bill.objects.filter(bill_no=number).values("id"))
    elif number:
        rows = rows.filter(account__account_no=number)
    if asked["state"] in InvoiceState.values:
        rows = rows.filter(state=asked["state"])
    since, until = day_of(asked["since"]), day_of(asked["until"], after=True)
    rows = rows.filter(issued_at__gte=since) if since else rows
    rows = rows.filter(issued_at__lt=until) if until else rows
    found = turned(rows, request, asked, size=ROWS)
    return render_page(
        request,
        "billing/bills/invoices.html",
        title=said("发票", "Invoices"),
        asked=asked,
        anything=any(asked.values()),
        states=[(key, said(zh, en)) for key, (zh, en, _) in words.INVOICE_STATES.items()],
        found=found,
        rows=[_row(one) for one in found.rows],
    )


def show_one(request: HttpRequest, invoice_no: str) -> HttpResponse:
    """One invoice: to whom, over which lines, and what became of it."""
    actor = actor_of(request)
    invoice = get_invoice(invoice_no, actor)
    lines = named(invoiced_lines(invoice)[: LINES + 1])
    bill = Bill.objects.get(pk=invoice.bill_id)
    sign = -1 if invoice.state == InvoiceState.RED else 1
    return render_page(
        request,
        "billing/bills/invoice.html",
        title=f"{said('发票', 'Invoice')} {invoice.invoice_no}",
        **_row(invoice),
        bill=bill,
        bill_page=address_of(actor, "bill", bill.bill_no),
        account_page=address_of(actor, "account", invoice.account.account_no),
        undone_by=getattr(invoice, "undone_by", None),
        lines=[
            {
                "line": one.line,
                "title": title_of(one),
                "kind": words.word(words.LINE_KINDS, one.line.kind),
                "amount": words.money(sign * one.line.amount, invoice.currency),
                "tax": words.money(sign * one.line.tax, invoice.currency),
            }
            for one in lines[:LINES]
        ],
        more=len(lines) > LINES,
        may_undo=invoice.state == InvoiceState.ISSUED and actor.may(permissions.ISSUE_INVOICE),
    )


def issue(request: HttpRequest, bill_no: str) -> HttpResponse:
    """Issue an invoice over a bill: over the lines that are chosen, or all that are free."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor = actor_of(request)
    bill = get_bill(bill_no, actor)
    chosen = [int(one) for one in request.POST.getlist("line") if one.isdecimal() and len(one) < 9]
    try:
        invoice = issue_invoice(
            bill_no=bill.bill_no,
            title=request.POST.get("title", ""),
            tax_number=request.POST.get("tax_number", ""),
            line_nos=chosen or None,
            actor=actor,
            at=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
        return redirect("boss:bill", bill_no=bill.bill_no)
    number = invoice.invoice_no
    messages.success(request, said(f"已开具发票 {number}", f"Issued the invoice {number}"))
    return redirect("boss:invoice", invoice_no=number)


def undo(request: HttpRequest, invoice_no: str) -> HttpResponse:
    """Undo an invoice by a red one."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        red = undo_invoice(
            invoice_no=invoice_no,
            reason=request.POST.get("reason", ""),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, said(refusal.zh, refusal.en))
        return redirect("boss:invoice", invoice_no=invoice_no)
    number = red.invoice_no
    messages.success(request, said(f"已红冲, 红字发票 {number}", f"Undone by {number}"))
    return redirect("boss:invoice", invoice_no=number)


def _row(one: Invoice) -> dict[str, Any]:
    return {
        "invoice": one,
        "badge": words.badge(words.INVOICE_STATES, one.state),
        "amount": words.money(one.amount, one.currency),
        "tax": words.money(one.tax, one.currency),
        "net": words.money(one.amount - one.tax, one.currency),
    }

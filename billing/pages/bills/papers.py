"""Bills and invoices as PDF.

What draws them is loaded when the first is asked for: no process pays for it that draws none.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse

from auth_center.actors import Actor
from auth_center.consoles import actor_of
from auth_center.scope import phone_for
from billing.charge_groups import group_word
from billing.models import Bill
from billing.pages.bills import words
from billing.pages.bills.bills import covers_of
from billing.pages.bills.explained import title_of
from billing.pages.bills.shown import cycle_words
from billing.papers.values import PaperLine, PaperSum
from billing.selectors.bills import (
    NamedLine,
    children_of,
    get_bill,
    list_lines,
    named,
    sums_of,
    whole_of,
)
from billing.selectors.invoices import get_invoice, invoiced_lines
from billing.states import InvoiceState, LineKind

MOST_LINES = 2_000


def bill_paper(request: HttpRequest, bill_no: str) -> HttpResponse:
    """Answer with a bill as PDF, in the reader's language."""
    actor = actor_of(request)
    return _pdf(f"bill-{bill_no}", paper_of_bill(actor, get_bill(bill_no, actor)))


def invoice_paper(request: HttpRequest, invoice_no: str) -> HttpResponse:
    """Answer with an invoice as PDF, in the reader's language."""
    from billing.papers.invoice import draw_invoice

    actor = actor_of(request)
    invoice = get_invoice(invoice_no, actor)
    bill = Bill.objects.get(pk=invoice.bill_id)
    sign = -1 if invoice.state == InvoiceState.RED else 1
    sums: dict[tuple[str, Decimal], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for one in invoiced_lines(invoice):
        kept = sums[one.kind, one.tax_rate]
        kept[0] += sign * (one.amount - (one.tax if bill.tax_inclusive else 0))
        kept[1] += sign * one.tax
    currency = invoice.currency
    document = draw_invoice(
        invoice,
        [
            (
                PaperSum(
                    name=words.word(words.LINE_KINDS, kind),
                    about="",
                    amount=words.money(net, currency),
                ),
                f"{rate.normalize():f}%",
                words.money(tax, currency),
            )
            for (kind, rate), (net, tax) in sums.items()
        ],
        bill_no=bill.bill_no,
        net=words.money(invoice.amount - invoice.tax, currency),
        tax=words.money(invoice.tax, currency),
        amount=words.money(invoice.amount, currency),
    )
    return _pdf(f"invoice-{invoice.invoice_no}", document)


def paper_of_bill(actor: Actor, bill: Bill) -> bytes:
    """Return a bill as PDF."""
    from billing.papers.bill import draw_bill

    lines = list(list_lines(bill).order_by("subscriber_id", "line_no")[: MOST_LINES + 1])
    whole = len(lines) <= MOST_LINES
    parts = whole_of(bill)
    return draw_bill(
        bill,
        [_line(actor, bill, one) for one in named(lines)] if whole else [],
        [
            PaperSum(
                name=words.word(words.LINE_KINDS, one["kind"]),
                about=group_word(one["charge_group"]),
                amount=words.money(one["sum"], bill.currency),
            )
            for one in sums_of(bill)
        ],
        [
            PaperSum(
                name=f"{one.account.name} ({one.account.account_no})",
                about=one.bill_no,
                amount=words.money(one.open_amount, one.currency),
            )
            for one in children_of(bill)[:MOST_LINES]
        ],
        together=words.money(parts.open_amount, bill.currency) if parts else "",
        cycle=cycle_words(bill),
        money=words.money,
        whole=whole,
    )


def _line(actor: Actor, bill: Bill, one: NamedLine) -> PaperLine:
    line = one.line
    used = one.tariff.rules.get("usage", "") if one.tariff else line.charge_group
    return PaperLine(
        number=phone_for(actor, one.subscriber.service_number) if one.subscriber else "",
        name=title_of(one)
        if line.kind == LineKind.LATE_FEE
        else f"{title_of(one)} · {words.word(words.LINE_KINDS, line.kind)}",
        covers=covers_of(line),
        quantity=words.quantity(used, line.quantity) if line.quantity is not None else "",
        amount=words.money(line.amount, bill.currency),
        tax=words.money(line.tax, bill.currency),
    )


def _pdf(name: str, document: bytes) -> HttpResponse:
    headers: dict[str, Any] = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(document, content_type="application/pdf", headers=headers)

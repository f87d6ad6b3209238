"""Reading tax invoices."""

from __future__ import annotations

from django.db.models import QuerySet

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing.models import Bill, BillLine, Invoice, InvoicedLine
from core.errors import NotFound


class NoSuchInvoice(NotFound):
    """There is no such invoice, or not within what the actor may see."""

    code = "invoiceUnknown"
    zh = "没有发票 {invoice_no}"
    en = "There is no invoice {invoice_no}"


def list_invoices(actor: Actor) -> QuerySet[Invoice]:
    """Return the invoices of the accounts that ``actor`` may see, in no order."""
    rows = Invoice.objects.select_related("account__customer", "red_of", "undone_by")
    return narrowed(
        rows, actor, region="account__customer__region", unit="account__customer__org_unit"
    )


def get_invoice(invoice_no: str, actor: Actor) -> Invoice:
    """Return the invoice of that number; raise ``NoSuchInvoice``."""
    found = list_invoices(actor).filter(invoice_no=invoice_no).first()
    if found is None:
        raise NoSuchInvoice(invoice_no=invoice_no[:24])
    return found


def invoices_of(bill: Bill) -> QuerySet[Invoice]:
    """Return the invoices that were issued over a bill, red ones too, the earliest first."""
    return Invoice.objects.filter(bill_id=bill.pk).select_related("red_of").order_by("pk")


def invoiced_lines(invoice: Invoice) -> QuerySet[BillLine]:
    """Return the lines that an invoice is about, in the order of the bill."""
    ids = InvoicedLine.objects.filter(invoice=invoice).values("line_id")
    return BillLine.objects.filter(pk__in=ids).order_by("line_no")


def line_invoices(bill: Bill) -> int:
    """Return how many lines of the bill an invoice stands over."""
    lines = BillLine.objects.filter(bill_id=bill.pk).values("id")
    return InvoicedLine.objects.filter(line_id__in=lines, stands=True).count()

"""红冲: an invoice is undone by a red one; its lines are free again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.models import Invoice, InvoicedLine
from billing.selectors.invoices import get_invoice
from billing.states import InvoiceState
from core.errors import Conflict, DomainError
from core.numbers import INVOICE, issue
from core.systems import System


class InvoiceNotStanding(Conflict):
    """It was undone before, or is a red one itself."""

    code = "invoiceNotStanding"
    zh = "发票 {invoice_no} 已红冲或本身是红字发票"
    en = "Invoice {invoice_no} was undone before, or is a red one itself"


class UndoingReasonMissing(DomainError):
    """A red invoice says why."""

    code = "reasonMissing"
    zh = "请填写红冲原因 (最多 200 字)"
    en = "Say why the invoice is undone (up to 200 letters)"


def undo_invoice(*, invoice_no: str, reason: str, actor: Actor, at: datetime) -> Invoice:
    """Issue the red invoice that undoes one, and return it.

    Raises ``NoSuchInvoice``, ``InvoiceNotStanding`` or ``UndoingReasonMissing``.
    """
    require(actor, permissions.ISSUE_INVOICE)
    why = reason.strip()
    if not why or len(why) > 200:
        raise UndoingReasonMissing(field="reason")
    found = get_invoice(invoice_no, actor)
    with transaction.atomic(using=System.BOSS.alias):
        old = Invoice.objects.select_for_update().get(pk=found.pk)
        if old.state != InvoiceState.ISSUED:
            raise InvoiceNotStanding(invoice_no=invoice_no)
        red = Invoice.objects.create(
            invoice_no=issue(System.BOSS, INVOICE)[0],
            account_id=old.account_id,
            bill_id=old.bill_id,
            title=old.title,
            tax_number=old.tax_number,
            currency=old.currency,
            amount=-old.amount,
            tax=-old.tax,
            state=InvoiceState.RED,
            red_of=old,
            issued_at=at,
            issued_by=actor.number,
            reason=why,
        )
        lines = InvoicedLine.objects.filter(invoice=old)
        InvoicedLine.objects.bulk_create(
            InvoicedLine(invoice=red, line_id=line_id, stands=False)
            for line_id in lines.order_by("pk").values_list("line_id", flat=True)
        )
        lines.update(stands=False)
        old.state = InvoiceState.UNDONE
        old.save(update_fields=["state"])
        record(
            *(System.BOSS, actor, permissions.ISSUE_INVOICE, f"invoice:{old.invoice_no}"),
            at=at,
            before={"state": InvoiceState.ISSUED},
            after={"state": InvoiceState.UNDONE, "red": red.invoice_no, "reason": why},
        )
    return red

"""开具发票: over all lines of a bill that no invoice stands over, or over those that are named."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.models import Bill, BillLine, Invoice, InvoicedLine
from billing.selectors.bills import get_bill
from billing.states import BillState, InvoiceState
from core.errors import Conflict, DomainError
from core.numbers import INVOICE, issue
from core.systems import System

_TAX_NUMBER = re.compile(r"[0-9A-Z]{15,20}")


class BillNotInForce(Conflict):
    """Nobody owes a trial or what was superseded: there is nothing to invoice."""

    code = "billNotInForce"
    zh = "账单 {bill_no} 不是有效账单, 不能开票"
    en = "Bill {bill_no} is not in force and cannot be invoiced"


class TitleMissing(DomainError):
    """An invoice says to whom it is issued."""

    code = "invoiceTitleMissing"
    zh = "请填写发票抬头 (最多 200 字)"
    en = "Say to whom the invoice is issued (up to 200 letters)"


class TaxNumberInvalid(DomainError):
    """A taxpayer's number has 15 to 20 digits and capitals; a person has none."""

    code = "taxNumberInvalid"
    zh = "纳税人识别号应为 15 到 20 位数字或大写字母"
    en = "A taxpayer's number has 15 to 20 digits and capital letters"


class LineInvoiced(Conflict):
    """An invoice stands over one of the lines."""

    code = "billLineInvoiced"
    zh = "账单 {bill_no} 第 {line_no} 行已开具发票 {invoice_no}"
    en = "Invoice {invoice_no} stands over line {line_no} of bill {bill_no}"


class NothingToInvoice(Conflict):
    """No line is left, or together they come to nothing or less."""

    code = "nothingToInvoice"
    zh = "账单 {bill_no} 没有可开票的金额"
    en = "Bill {bill_no} has nothing to invoice"


def issue_invoice(
    *,
    bill_no: str,
    title: str,
    actor: Actor,
    at: datetime,
    tax_number: str = "",
    line_nos: Collection[int] | None = None,
) -> Invoice:
    """Issue an invoice over the lines ``line_nos`` of a bill; over all that are free if None.

    Its amount contains the tax, whether the bill's prices do or not. Raises ``NoSuchBill``,
    ``BillNotInForce``, ``TitleMissing``, ``TaxNumberInvalid``, ``LineInvoiced`` or
    ``NothingToInvoice``: then nothing is written.
    """
    require(actor, permissions.ISSUE_INVOICE)
    name, number = title.strip(), tax_number.strip().upper()
    if not name or len(name) > 200:
        raise TitleMissing(field="title")
    if number and not _TAX_NUMBER.fullmatch(number):
        raise TaxNumberInvalid(field="tax_number")
    found = get_bill(bill_no, actor)
    with transaction.atomic(using=System.BOSS.alias):
        # waits for one that makes the bill again, and keeps others from doing so
        bill = Bill.objects.select_for_update(no_key=True).get(pk=found.pk)
        if bill.state != BillState.ISSUED:
            raise BillNotInForce(bill_no=bill_no)
        lines = _free_lines(bill, line_nos)
        tax = sum((one.tax for one in lines), Decimal(0))
        amount = sum((one.amount for one in lines), Decimal(0))
        amount += Decimal(0) if bill.tax_inclusive else tax
        if amount <= 0:
            raise NothingToInvoice(bill_no=bill_no)
        invoice = Invoice.objects.create(
            invoice_no=issue(System.BOSS, INVOICE)[0],
            account_id=bill.account_id,
            bill_id=bill.pk,
            title=name,
            tax_number=number,
            currency=bill.currency,
            amount=amount,
            tax=tax,
            state=InvoiceState.ISSUED,
            issued_at=at,
            issued_by=actor.number,
        )
        InvoicedLine.objects.bulk_create(
            InvoicedLine(invoice=invoice, line_id=one.pk) for one in lines
        )
        record(
            *(System.BOSS, actor, permissions.ISSUE_INVOICE, f"bill:{bill.bill_no}"),
            at=at,
            after={"invoice_no": invoice.invoice_no, "amount": amount, "lines": len(lines)},
        )
    return invoice


def _free_lines(bill: Bill, line_nos: Collection[int] | None) -> list[BillLine]:
    """Return the lines to invoice; one that is named and not free is refused."""
    rows = BillLine.objects.filter(bill_id=bill.pk).order_by("line_no")
    if line_nos is not None:
        rows = rows.filter(line_no__in=line_nos)
    standing = InvoicedLine.objects.filter(line_id__in=rows.values("id"), stands=True)
    if line_nos is not None:
        taken = standing.select_related("invoice").first()
        if taken is not None:
            line_no = BillLine.objects.values_list("line_no", flat=True).get(pk=taken.line_id)
            raise LineInvoiced(
                bill_no=bill.bill_no, line_no=line_no, invoice_no=taken.invoice.invoice_no
            )
    return list(rows.exclude(pk__in=standing.values("line_id")))

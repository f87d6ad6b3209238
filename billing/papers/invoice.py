"""发票 on paper: who issued it to whom, over what, with which tax."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone

from billing.models import Invoice
from billing.papers.amounts_in_words import in_words
from billing.papers.paper import Column, Paper
from billing.papers.values import PaperSum
from billing.states import InvoiceState
from core.words import said


def draw_invoice(
    invoice: Invoice,
    sums: Sequence[tuple[PaperSum, str, str]],
    *,
    bill_no: str,
    net: str,
    tax: str,
    amount: str,
) -> bytes:
    """Return an invoice as a document.

    ``sums`` are its lines by kind and tax rate: net amount, rate and tax; ``net``, ``tax`` and
    ``amount`` what they come to.
    """
    red = invoice.state == InvoiceState.RED
    title = said("红字发票", "Red invoice") if red else said("发票", "Invoice")
    paper = Paper(
        f"{title} {invoice.invoice_no}",
        f"{settings.OPERATOR_NAME} · {title} {invoice.invoice_no}",
    )
    paper.heading(settings.OPERATOR_NAME, size=11)
    paper.heading(title + _state(invoice), size=18)
    paper.facts(
        [
            (said("发票号码", "Number"), invoice.invoice_no),
            (
                said("开票时间", "Issued"),
                f"{timezone.localtime(invoice.issued_at):%Y-%m-%d %H:%M}",
            ),
            (said("购买方", "To"), invoice.title),
            (said("纳税人识别号", "Taxpayer no."), invoice.tax_number or "–"),
            (said("销售方", "From"), settings.OPERATOR_NAME),
            (said("纳税人识别号", "Taxpayer no."), settings.OPERATOR_TAX_NUMBER or "–"),
            (said("账单", "Bill"), bill_no),
            (said("账户", "Account"), invoice.account.account_no),
        ]
    )
    if red and invoice.red_of is not None:
        paper.facts(
            [
                (said("冲销发票", "Undoes"), invoice.red_of.invoice_no),
                (said("原因", "Because"), invoice.reason),
            ]
        )
    paper.table(
        [
            Column(said("项目", "Item"), 4),
            Column(said("金额 (不含税)", "Net"), 2, right=True),
            Column(said("税率", "Rate"), 1.2, right=True),
            Column(said("税额", "Tax"), 1.6, right=True),
        ],
        [(one.name, one.amount, rate, taxed) for one, rate, taxed in sums],
        totals=(said("合计", "Together"), net, "", tax),
    )
    paper.facts(
        [
            (said("价税合计", "Total"), f"{amount} {invoice.currency}"),
            *([(said("大写", "In words"), in_words(invoice.amount))]
              if invoice.currency == "CNY" else []),
            (said("开票人", "Issued by"), invoice.issued_by),
        ]
    )  # fmt: skip
    return paper.finished()


def _state(invoice: Invoice) -> str:
    if invoice.state == InvoiceState.UNDONE:
        return said(" (已红冲)", " (undone)")
    return ""

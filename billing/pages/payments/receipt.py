"""收据: a payment's receipt as a small PDF, in the reader's language."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.utils import timezone
from reportlab.lib.pagesizes import A5
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from billing.charge_groups import group_word
from billing.models import Payment
from core.console import said

FONT = "STSong-Light"
_LEFT, _RIGHT = 36, A5[0] - 36
_LINE = 16
_MOST_LINES = 24  # of what was paid; the page of the payment shows all


def draw_receipt(payment: Payment, told: dict[str, Any]) -> bytes:
    """Return the receipt of a payment; ``told`` is what its page shows."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    text = BytesIO()
    canvas = Canvas(text, pagesize=A5)
    canvas.setTitle(payment.payment_no)
    canvas.setFont(FONT, 16)
    title = said("退款凭证", "Refund") if payment.kind == "refund" else said("缴费收据", "Receipt")
    canvas.drawCentredString(A5[0] / 2, A5[1] - 48, title)
    height = _facts(canvas, payment, told, A5[1] - 84)
    height = _paid(canvas, payment, told, height - 8)
    if payment.state == "reversed":
        canvas.setFont(FONT, 28)
        canvas.setFillGray(0.6)
        canvas.drawCentredString(A5[0] / 2, height - 40, said("已返销", "REVERSED"))
    canvas.showPage()
    canvas.save()
    return text.getvalue()


def _facts(canvas: Canvas, payment: Payment, told: dict[str, Any], height: float) -> float:
    at = timezone.localtime(payment.paid_at).strftime("%Y-%m-%d %H:%M:%S")
    facts = [
        (said("编号", "Number"), payment.payment_no),
        (said("账户", "Account"), f"{payment.account.account_no}  {payment.account.name}"[:48]),
        (said("金额", "Amount"), f"{told['amount']} {payment.currency}"),
        (said("方式", "How"), told["method"]),
        (said("时间", "At"), at),
        (said("操作员", "Operator"), f"{payment.operator_no} {payment.org_unit}".strip() or "–"),
    ]
    canvas.setFont(FONT, 10)
    for name, value in facts:
        canvas.drawString(_LEFT, height, name)
        canvas.drawString(_LEFT + 84, height, value)
        height -= _LINE
    return height


def _paid(canvas: Canvas, payment: Payment, told: dict[str, Any], height: float) -> float:
    if payment.kind == "refund":
        return height
    rows = [
        (f"{one['bill'].bill_no}  {one['bill'].cycle.starts_on:%Y-%m-%d}  "
         f"{group_word(one['group'])}",
         f"{one['amount']:,.2f}")
        for one in told["paid"][:_MOST_LINES]
    ]  # fmt: skip
    if len(told["paid"]) > _MOST_LINES:
        rows.append(("…", ""))
    rows.append((said("存入现金余额", "To the cash balance"), told["rest"]))
    canvas.line(_LEFT, height + 10, _RIGHT, height + 10)
    for name, value in rows:
        canvas.drawString(_LEFT, height, name)
        canvas.drawRightString(_RIGHT, height, value)
        height -= _LINE
    return height

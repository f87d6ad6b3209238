"""账单 on paper: what is owed, for what, until when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from billing.models import Bill
from billing.papers.paper import Column, Paper
from billing.papers.values import PaperLine, PaperSum
from core.words import said


def draw_bill(
    bill: Bill,
    lines: Sequence[PaperLine],
    sums: Sequence[PaperSum],
    children: Sequence[PaperSum],
    *,
    together: str,
    cycle: str,
    money: Callable[[Any, str], str],
    whole: bool,
) -> bytes:
    """Return a bill as a document.

    ``lines`` are its lines by subscriber; where they are not the ``whole`` of it, it says so and
    gives ``sums`` by kind only. ``together`` is what is open of it and of all bills that go with
    it; ``children`` are these, or the first of very many.
    """
    account = bill.account
    paper = Paper(
        f"{said('账单', 'Bill')} {bill.bill_no}",
        f"{settings.OPERATOR_NAME} · {said('账单', 'Bill')} {bill.bill_no} · {account.account_no}",
    )
    paper.heading(settings.OPERATOR_NAME, size=11)
    paper.heading(said("账单", "Bill") + _state(bill), size=18)
    paper.facts(
        [
            (said("账户", "Account"), f"{account.name} ({account.account_no})"),
            (said("账单编号", "Bill number"), bill.bill_no),
            (said("客户", "Customer"), f"{account.customer.name} ({account.customer.customer_no})"),
            (said("账期", "Period"), cycle),
            (
                said("出账时间", "Issued"),
                f"{timezone.localtime(bill.issued_at):%Y-%m-%d %H:%M}",
            ),
            (said("付款截止", "To be paid by"), f"{bill.due_on:%Y-%m-%d}"),
        ]
    )
    _draw_sums(paper, bill, money)
    paper.heading(said("费用构成", "What it is made of"), size=12)
    paper.table(
        [
            Column(said("类型", "Kind"), 3),
            Column(said("费用组", "Charge group"), 2),
            Column(said("金额", "Amount"), 2, right=True),
        ],
        [(one.name, one.about, one.amount) for one in sums],
    )
    if children:
        paper.heading(said("合并的账单", "Bills that go with it"), size=12)
        paper.table(
            [
                Column(said("账户", "Account"), 3),
                Column(said("账单", "Bill"), 2),
                Column(said("未销", "Open"), 2, right=True),
            ],
            [(one.name, one.about, one.amount) for one in children],
            totals=(said("连同本账单合计未销", "Open together with this one"), "", together),
        )
    if whole:
        _draw_lines(paper, lines)
    else:
        paper.words(
            said(
                "明细过多, 未逐行打印; 可在账务系统中查看或导出。",
                "There are too many lines to print; they can be seen and exported on screen.",
            )
        )
    return paper.finished()


def _state(bill: Bill) -> str:
    if bill.state == "trial":
        return said(" (试算, 不作为付款依据)", " (trial, not to be paid)")
    if bill.state == "superseded":
        return said(" (已被取代)", " (superseded)")
    return ""


def _draw_sums(paper: Paper, bill: Bill, money: Callable[[Any, str], str]) -> None:
    inside = said("其中税额 (价内)", "of which tax")
    on_top = said("税额 (价外)", "Tax on top")
    rows = [
        (said("费用", "Charges"), bill.charges),
        (said("优惠", "Discounts"), -bill.discounts),
        *([] if bill.tax_inclusive else [(on_top, bill.tax)]),
        (said("合计", "Total"), bill.total),
        *([(inside, bill.tax)] if bill.tax_inclusive else []),
        *([(said("已付", "Paid before"), -bill.paid_before)] if bill.paid_before else []),
        *([(said("转入余额", "To the balance"), bill.to_balance)] if bill.to_balance else []),
        (said("应收", "Amount due"), bill.receivable),
    ]
    paper.table(
        [
            Column(said("项目", "Item"), 4),
            Column(f"{said('金额', 'Amount')} ({bill.currency})", 2, right=True),
        ],
        [(name, money(amount, bill.currency)) for name, amount in rows],
        totals=(said("尚未支付", "Still open"), money(bill.open_amount, bill.currency)),
    )


def _draw_lines(paper: Paper, lines: Sequence[PaperLine]) -> None:
    paper.heading(said("明细", "Lines"), size=12)
    columns = [
        Column(said("号码", "Number"), 2.2),
        Column(said("项目", "Item"), 4.4),
        Column(said("服务期", "For"), 2.2),
        Column(said("数量", "Quantity"), 2.2, right=True),
        Column(said("金额", "Amount"), 1.7, right=True),
        Column(said("税额", "Tax"), 1.3, right=True),
    ]
    number = None
    rows = []
    for one in lines:
        shown = "" if one.number == number else one.number
        rows.append((shown, one.name, one.covers, one.quantity, one.amount, one.tax))
        number = one.number
    paper.table(columns, rows)

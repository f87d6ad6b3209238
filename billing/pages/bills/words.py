"""The words of bills, runs, entries and invoices, in both languages, and how money is shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache

from django.utils import timezone

from billing.bill_run.left_out import REASONS
from billing.models import Currency
from billing.pages.measured import USAGES as USAGES
from billing.pages.measured import place as place
from billing.pages.measured import quantity as quantity
from core.words import said

Both = Mapping[str, tuple[str, str]]
Coloured = Mapping[str, tuple[str, str, str]]

BILL_STATES: Coloured = {
    "trial": ("试算", "Trial", "info"),
    "issued": ("已出账", "Issued", "success"),
    "superseded": ("已被取代", "Superseded", "quiet"),
}
PAID = {
    "paid": ("已销清", "Paid", "success"),
    "open": ("未销清", "Open", "warning"),
    "overdue": ("已逾期", "Overdue", "danger"),
    "disputed": ("争议", "In dispute", "warning"),
}
LINE_KINDS: Both = {
    "recurring": ("周期费", "Recurring"),
    "one_off": ("一次性费用", "One-off"),
    "usage": ("使用费", "Usage"),
    "penalty": ("提前终止违约金", "Early leaving"),
    "minimum": ("最低消费补足", "Minimum"),
    "cap": ("封顶减免", "Cap"),
    "discount": ("优惠", "Discount"),
    "late_fee": ("逾期违约金", "Late fee"),
    "correction": ("更正", "Correction"),
}
RUN_KINDS: Both = {
    "trial": ("试算", "Trial"),
    "final": ("正式", "Final"),
    "rebill": ("重出", "Made again"),
}
RUN_STATES: Coloured = {
    "running": ("进行中", "Running", "info"),
    "stopped": ("已暂停", "Stopped", "warning"),
    "done": ("完成", "Done", "success"),
    "failed": ("失败", "Failed", "danger"),
    "cancelled": ("已取消", "Cancelled", "quiet"),
}
CYCLE_STATES: Coloured = {
    "open": ("开放", "Open", "info"),
    "closed": ("已关账", "Closed", "warning"),
    "billed": ("已出账", "Billed", "success"),
}
INVOICE_STATES: Coloured = {
    "issued": ("已开具", "Issued", "success"),
    "undone": ("已红冲", "Undone", "quiet"),
    "red": ("红字发票", "Red invoice", "danger"),
}
DISPUTES: Coloured = {
    "open": ("处理中", "Open", "warning"),
    "upheld": ("成立", "Upheld", "success"),
    "rejected": ("不成立", "Rejected", "quiet"),
}
REFUSED: Both = REASONS  # why accounts are left out of a run
BOOKS: Both = {
    "cash": ("现金", "Cash"),
    "gift": ("赠送", "Gift"),
    "dedicated": ("专用", "Dedicated"),
}
MODES: Both = {"prepaid": ("预付费", "Prepaid"), "postpaid": ("后付费", "Postpaid")}
ACCOUNT_STATES: Coloured = {
    "active": ("正常", "Active", "success"),
    "closed": ("已销户", "Closed", "quiet"),
}
# Movements of an account by what one looks for, each with its entries' kinds.
MOVEMENTS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "bills": ("账单", "Bills", ("bill", "bill_superseded", "late_fee")),
    "payments": ("缴费", "Payments", ("payment", "payment_reversed", "refund")),
    "write_off": ("余额销账", "Paid from balances", ("write_off", "write_off_undone")),
    "charges": ("实时扣费", "Charged at once", ("charge", "charge_corrected")),
    "adjustments": ("调账", "Adjustments", ("adjustment", "adjustment_undone", "bad_debt")),
    "balances": ("余额变动", "Gifts and balances", ("gift", "expiry", "transfer")),
}
ENTRIES: Both = {
    "bill": ("出账", "Bill"),
    "bill_superseded": ("账单作废", "Bill withdrawn"),
    "payment": ("缴费", "Payment"),
    "payment_reversed": ("返销", "Payment reversed"),
    "refund": ("退款", "Refund"),
    "write_off": ("余额销账", "Paid from the balance"),
    "write_off_undone": ("销账撤销", "Write-off undone"),
    "charge": ("实时扣费", "Charge"),
    "charge_corrected": ("实时扣费更正", "Charge corrected"),
    "gift": ("赠送", "Gift"),
    "expiry": ("余额失效", "Balance expired"),
    "adjustment": ("调账", "Adjustment"),
    "adjustment_undone": ("调账撤销", "Adjustment undone"),
    "transfer": ("余额转移", "Balance moved"),
    "late_fee": ("违约金", "Late fee"),
    "bad_debt": ("坏账核销", "Bad debt"),
    "suspense": ("挂账", "Suspense"),
    "suspense_cleared": ("挂账处理", "Suspense cleared"),
    "cashier_difference": ("长短款", "Cashier's difference"),
}


def word(words: Both, key: str) -> str:
    """Return what a key is called; a key without a word is its own."""
    return said(*words.get(key, (key, key)))


def badge(words: Coloured, key: str) -> dict[str, str]:
    """Return a state as a word and a colour."""
    zh, en, colour = words.get(key, (key, key, "quiet"))
    return {"word": said(zh, en), "colour": colour}


def options(words: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Return keys with their words, for a choice."""
    return [(key, said(both[0], both[1])) for key, both in words.items()]


def money(amount: Decimal | str | None, currency: str = "CNY") -> str:
    """Return an amount as it is shown: the currency's decimals, or as many as it has."""
    value = Decimal(amount or 0)
    units = _minor_units().get(currency, 2)
    rounded = round(value, units)
    return f"{rounded:,.{units}f}" if value == rounded else f"{value.normalize():,f}"


def moment(at: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """Return an instant at the operator's place."""
    return "" if at is None else timezone.localtime(at).strftime(form)


@cache
def _minor_units() -> dict[str, int]:
    """Return how many decimals each currency has; a new currency is known after a restart."""
    return dict(Currency.objects.values_list("code", "minor_units"))

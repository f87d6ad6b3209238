"""The words of payments' states and ways, in both languages, with their colours."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.console import said

METHODS = {
    "cash": ("现金", "Cash"),
    "card": ("刷卡", "Card"),
    "transfer": ("转账", "Transfer"),
    "voucher": ("充值卡", "Voucher"),
    "top_up": ("充值", "Top-up"),
    "online": ("第三方支付", "Payment service"),
    "bank_file": ("银行代收", "Bank file"),
}
AT_DESK = ("cash", "card", "transfer", "voucher")
KINDS = {"payment": ("缴费", "Payment"), "refund": ("退款", "Refund")}
STATES = {
    "done": ("成功", "Done", "success"),
    "reversed": ("已返销", "Reversed", "danger"),
}
FILE_STATES = {
    "posting": ("入账中", "Being posted", "info"),
    "done": ("完成", "Done", "success"),
    "refused": ("被拒绝", "Refused", "danger"),
}
LINE_STATES = {
    "waiting": ("待入账", "Waiting", "info"),
    "paid": ("已入账", "Paid", "success"),
    "suspense": ("挂账", "Suspense", "warning"),
    "returned": ("已退回", "Returned", "quiet"),
    "repeated": ("重复", "Repeated", "quiet"),
}
LINE_REASONS = {
    "account_unknown": ("没有该账户", "No such account"),
    "currency": ("币种与账户不同", "Not the account's currency"),
    "repeated": ("流水号已入账", "The serial number was told before"),
    "serial_taken": ("流水号已用于另一笔", "The serial number stands for other money"),
    "returned": ("已退回付款人", "Sent back"),
    "reversed": ("缴费已返销", "The payment was reversed"),
}
DAY_STATES = {
    "open": ("未日结", "Open", "warning"),
    "closed": ("已日结", "Closed", "info"),
    "confirmed": ("已复核", "Confirmed", "success"),
}
BOOKS = {
    "cash": ("现金", "Cash"),
    "gift": ("赠送", "Gift"),
    "dedicated": ("专用", "Dedicated"),
}
ADJUSTMENTS = {
    "goodwill": ("补偿", "Goodwill"),
    "correction": ("更正", "Correction"),
    "write_off": ("坏账核销", "Bad debt"),
}

ADJUSTMENT_STATES = {
    "done": ("已生效", "Done", "success"),
    "reversed": ("已撤销", "Undone", "quiet"),
}
VOUCHER_STATES = {
    "issued": ("可用", "Usable", "success"),
    "used": ("已用", "Used", "quiet"),
    "void": ("作废", "Void", "danger"),
}


def word(words: dict[str, tuple[str, str]], key: str) -> str:
    """Return what a key is called."""
    both = words.get(key)
    return said(*both) if both else key


def badge(words: dict[str, tuple[str, str, str]], key: str) -> dict[str, str]:
    """Return a state as a coloured word."""
    zh, en, colour = words.get(key, (key, key, "quiet"))
    return {"word": said(zh, en), "colour": colour}


def money(amount: Decimal | str | None) -> str:
    """Return an amount as it is shown: two decimals, or as many as it has."""
    value = Decimal(amount or 0)
    return f"{value:,.2f}" if value == round(value, 2) else f"{value.normalize():,f}"


def options(words: dict[str, tuple[str, str]], keys: Any = ()) -> list[tuple[str, str]]:
    """Return keys with their words, for a choice."""
    return [(key, said(*words[key])) for key in keys or words]

"""The words of the ledger in both languages, and how its amounts are shown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

SOURCES: Mapping[str, tuple[str, str]] = {
    "bill": ("账单", "Bill"),
    "payment": ("缴费", "Payment"),
    "adjustment": ("调账", "Adjustment"),
    "charge": ("实时扣费", "Charge"),
    "book": ("账本", "Balance"),
    "bank_line": ("银行明细", "Bank's line"),
    "cashier_day": ("收款日结", "Cashier's day"),
    "gift": ("赠送", "Gift"),
    "transfer": ("余额转移", "Move"),
    "expiry": ("余额失效", "Expiry"),
    "top_up": ("充值", "Top-up"),
}
KINDS: Mapping[str, tuple[str, str]] = {
    "asset": ("资产", "Asset"),
    "liability": ("负债", "Liability"),
    "revenue": ("收入", "Revenue"),
    "expense": ("费用", "Expense"),
}


def amount(value: Decimal | int) -> str:
    """Return an amount of the ledger: two decimals, or as many more as it has."""
    exact = Decimal(value)
    rounded = round(exact, 2)
    return f"{rounded:,.2f}" if rounded == exact else f"{exact.normalize():,f}"

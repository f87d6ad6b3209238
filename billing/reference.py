"""What BOSS cannot do without: the chart of accounts, currencies, standard terms, taxes,
and the kinds of usage.

Written after each migration where it is missing, never over what an operator has changed.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps as installed
from django.db import router

CURRENCIES = (
    ("CNY", 2, "人民币", "Renminbi"),
    ("USD", 2, "美元", "US dollar"),
    ("HKD", 2, "港币", "Hong Kong dollar"),
    ("EUR", 2, "欧元", "Euro"),
    ("JPY", 0, "日元", "Japanese yen"),
)
CHART = (
    (1001, "asset", "库存现金", "Cash at the counters"),
    (1002, "asset", "银行存款", "Bank"),
    (1012, "asset", "第三方支付待清算", "Payment providers, to be cleared"),
    (1122, "asset", "应收账款", "Receivables"),
    (2202, "liability", "应付内容提供方", "Payable to content providers"),
    (2203, "liability", "预收款 (现金余额)", "Cash balances"),
    (2204, "liability", "赠送余额", "Gift balances"),
    (2205, "liability", "专用余额", "Dedicated balances"),
    (2221, "liability", "应交税费", "Tax payable"),
    (2241, "liability", "挂账款", "Suspense"),
    (6001, "revenue", "服务收入", "Service revenue"),
    (6002, "revenue", "优惠折让", "Discounts"),
    (6003, "revenue", "提前终止违约金", "Penalties for leaving early"),
    (6004, "revenue", "违约金", "Late fees"),
    (6005, "revenue", "舍入差", "Rounding"),
    (6006, "revenue", "余额失效", "Forfeited balances"),
    (6401, "expense", "内容成本", "Content cost"),
    (6601, "expense", "赠送费用", "Promotion"),
    (6602, "expense", "调账", "Goodwill and corrections"),
    (6701, "expense", "坏账", "Bad debt"),
    (6711, "expense", "长短款", "Cashier differences"),
)
USAGES = (
    ("voice", "通话", "Calls", "seconds"),
    ("sms", "短信", "Text messages", "messages"),
    ("mms", "彩信", "Multimedia messages", "messages"),
    ("data", "流量", "Data", "bytes"),
    ("content", "内容", "Content", "items"),
    ("one_off", "一次性", "Single things with their amount", "items"),
)


def write_reference_rows(sender: Any, using: str, apps: Any = installed, **_: Any) -> None:
    """Insert what is missing, after a migration of BOSS's database."""
    if not router.allow_migrate(using, "billing", model_name="ledgeraccount"):
        return
    tables = {name: apps.get_model("billing", name).objects.using(using) for name in _ROWS}
    for name, rows in _ROWS.items():
        tables[name].bulk_create([tables[name].model(**row) for row in rows], ignore_conflicts=True)


_ROWS: dict[str, list[dict[str, Any]]] = {
    "Currency": [
        {"code": code, "minor_units": units, "name_zh": zh, "name_en": en}
        for code, units, zh, en in CURRENCIES
    ],
    "LedgerAccount": [
        {"code": code, "kind": kind, "name_zh": zh, "name_en": en} for code, kind, zh, en in CHART
    ],
    "UsageKind": [
        {"code": code, "name_zh": zh, "name_en": en, "measure": measure}
        for code, zh, en, measure in USAGES
    ],
    "BillTerms": [
        {
            "code": "standard",
            "name_zh": "标准",
            "name_en": "Standard",
            "due_days": 20,
            "late_fee_percent_a_day": "0.05",
            "late_fee_cap_percent": "100",
        }
    ],
    "TaxProfile": [
        {
            "code": "standard",
            "name_zh": "一般 (价内税)",
            "name_en": "Standard (prices contain the tax)",
            "inclusive": True,
            "rates": {"*": "6", "voice": "9", "sms": "9"},
        }
    ],
}

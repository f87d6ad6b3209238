"""科目表: the few ledger accounts that every movement of money is told with.

A balance that a customer paid is a liability, a gift is an expense of promotion and never revenue,
so using up a gift takes that expense's liability away and books no revenue. Signs as in
``Posting``: debits positive.
"""

from __future__ import annotations

from enum import IntEnum


class Ledger(IntEnum):
    """The codes of the chart; migration 0005 holds the same with their names."""

    TILL = 1001  # 库存现金: cash at the counters
    BANK = 1002  # 银行存款
    CLEARING = 1012  # 第三方支付待清算
    RECEIVABLE = 1122  # 应收账款, of one bill each
    CASH_BALANCE = 2203  # 预收款: cash balances, ours to give back
    GIFT_BALANCE = 2204  # 赠送余额
    DEDICATED_BALANCE = 2205  # 专用余额
    TAX_PAYABLE = 2221  # 应交税费
    PROVIDER_PAYABLE = 2202  # 应付内容提供方
    SUSPENSE = 2241  # 挂账: money whose account nobody knows yet
    REVENUE = 6001  # 服务收入
    DISCOUNTS = 6002  # 优惠折让, against revenue
    PENALTIES = 6003  # 提前终止违约金
    LATE_FEES = 6004  # 违约金
    ROUNDING = 6005  # 舍入差
    FORFEITED = 6006  # 余额失效收入
    PROVIDER_COST = 6401  # 内容成本
    PROMOTION = 6601  # 赠送费用
    GOODWILL = 6602  # 调账
    BAD_DEBT = 6701  # 坏账
    TILL_DIFFERENCE = 6711  # 长短款

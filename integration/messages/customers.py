"""Messages about customers and accounts."""

from __future__ import annotations

import msgspec

from integration.messages.base import Message, message
from integration.messages.outcome import Outcome


class CustomerValue(msgspec.Struct, frozen=True, kw_only=True):
    """The customer as both systems know it: never an identity document."""

    customer_no: str
    name: str
    kind: str
    segment: str
    org_unit: str
    region: str


class AccountValue(msgspec.Struct, frozen=True, kw_only=True):
    """An account: who pays, and when (``charging_mode`` prepaid or postpaid)."""

    account_no: str
    customer_no: str
    name: str
    charging_mode: str
    currency: str
    billing_day: int
    parent_no: str | None = None


@message
class CustomerAccountRequest(Message, frozen=True):
    """CRM asks BOSS to hold its half of a customer and its accounts."""

    zh = "创建客户、账户请求"
    sub_order_no: str
    customer: CustomerValue
    accounts: list[AccountValue]


@message
class CustomerAccountResponse(Message, frozen=True):
    """BOSS says whether it holds them."""

    zh = "创建客户、账户响应"
    sub_order_no: str
    outcome: Outcome

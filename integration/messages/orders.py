"""Messages by which an order's sub-orders reach BOSS and provisioning."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from integration.messages.base import Message, message
from integration.messages.outcome import Outcome

Bar = Literal["none", "outgoing", "both"]
LineAction = Literal["activate", "modify", "deactivate"]
BillingAction = Literal["open", "change", "terminate", "restate"]


@message
class ProvisioningOrderRequest(Message, frozen=True):
    """The desired state of one subscriber's line, whole, with its version.

    ``services`` are all service codes the line shall have afterwards; ``action`` says why:
    ``activate`` a new line, ``modify`` one, or ``deactivate`` it (number into cooling).
    ``reservation`` is the reference under which number and SIM are kept for this subscriber.
    A line that is no mobile one has a ``service_number`` and neither ``msisdn`` nor ``iccid``.
    """

    zh = "开通类订单请求"
    VERSION = 2
    sub_order_no: str
    action: LineAction
    subscriber_no: str
    msisdn: str
    iccid: str
    reservation: str
    services: list[str]
    bar: Bar = "none"
    version: int = 1
    service_kind: str = "mobile"
    service_number: str = ""


class WorkOrderValue(msgspec.Struct, frozen=True, kw_only=True):
    """How one work order ended on its network element."""

    work_order_no: str
    element: str
    state: str


@message
class ProvisioningOrderResponse(Message, frozen=True):
    """Provisioning says how the network took it."""

    zh = "开通类订单响应"
    sub_order_no: str
    outcome: Outcome
    work_orders: list[WorkOrderValue] = []


class SubscriberValue(msgspec.Struct, frozen=True, kw_only=True):
    """A subscriber as both systems know it."""

    subscriber_no: str
    customer_no: str
    service_kind: str
    service_number: str


class TariffValue(msgspec.Struct, frozen=True, kw_only=True):
    """The tariff version that a subscription bought and keeps."""

    code: str
    version: int


class SubscriptionValue(msgspec.Struct, frozen=True, kw_only=True):
    """An offering that a subscriber has, from an instant on; its parent is the bundle's."""

    subscription_no: str
    offering_code: str
    tariffs: list[TariffValue]
    valid_from: datetime
    parent_no: str = ""


class PaymentRelationValue(msgspec.Struct, frozen=True, kw_only=True):
    """Which account pays a charge group of the subscriber ("*" is the default payer)."""

    account_no: str
    charge_group: str
    priority: int
    valid_from: datetime


@message
class SubscriptionOrderRequest(Message, frozen=True):
    """CRM asks BOSS to bill what the customer has ordered.

    ``restate`` gives the whole truth about a subscriber, for a repair: BOSS makes its half equal.
    """

    zh = "订购类订单请求"
    VERSION = 2
    sub_order_no: str
    action: BillingAction
    subscriber: SubscriberValue
    subscriptions: list[SubscriptionValue]
    payment_relations: list[PaymentRelationValue]

    def needs(self) -> list[str]:
        """BOSS must hold the customer and every paying account first."""
        return [
            f"customer:{self.subscriber.customer_no}",
            *(f"account:{relation.account_no}" for relation in self.payment_relations),
        ]


@message
class SubscriptionOrderResponse(Message, frozen=True):
    """BOSS says whether it bills it now."""

    zh = "订购类订单响应"
    sub_order_no: str
    outcome: Outcome

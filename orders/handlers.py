"""What CRM does when BOSS or provisioning answers a sub-order."""

from __future__ import annotations

from core.systems import System
from integration.context import FlowContext
from integration.hearing import handles
from integration.messages import (
    CustomerAccountResponse,
    ProvisioningOrderResponse,
    SubscriptionOrderResponse,
)
from orders.answers import take_answer


@handles(CustomerAccountResponse, by=System.CRM)
def customer_account_response(message: CustomerAccountResponse, context: FlowContext) -> None:
    """BOSS holds its half of a customer, or refuses it."""
    take_answer(message.sub_order_no, message.outcome, context)


@handles(ProvisioningOrderResponse, by=System.CRM)
def provisioning_order_response(message: ProvisioningOrderResponse, context: FlowContext) -> None:
    """The network has done a sub-order's work, or refuses it."""
    take_answer(message.sub_order_no, message.outcome, context)


@handles(SubscriptionOrderResponse, by=System.CRM)
def subscription_order_response(message: SubscriptionOrderResponse, context: FlowContext) -> None:
    """BOSS bills what was ordered, or refuses it."""
    take_answer(message.sub_order_no, message.outcome, context)

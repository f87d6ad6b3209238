"""开账户: one more account for a customer, here and in BOSS."""

from __future__ import annotations

from core.systems import System
from customers import services as parties
from customers.models import Account
from customers.values import NewAccount
from integration.context import FlowContext
from integration.flow import Flow, Plan, register, sub_order_no
from integration.messages import CustomerAccountRequest
from orders.flows.open_customer import account_value, customer_value
from orders.models import CustomerOrder
from orders.records import new_order
from orders.values import Submission


@register
class OpenAccount(Flow):
    """Create the account here, then in BOSS: the flow of a customer's opening, account only."""

    name = "open_account"
    zh = "开账户"
    request = "OpenCustomerRequest"
    response = "OpenCustomerResponse"
    decomposed = False

    def capture(
        self, new: NewAccount, submission: Submission, context: FlowContext
    ) -> tuple[CustomerOrder, list[Plan]]:
        """Write the account; return the order and what BOSS must do."""
        account = parties.create_account(new, at=context.at)
        context.wrote("创建账户数据，及其扩展信息A")
        order = new_order(context, submission, customer_no=account.customer.customer_no)
        order.account_no = account.account_no
        return order, [self.plan(order, account)]

    def plan(self, order: CustomerOrder, account: Account) -> Plan:
        """Return the message that gives BOSS its half."""
        message = CustomerAccountRequest(
            sub_order_no=sub_order_no(order.order_no, 1),
            customer=customer_value(account.customer),
            accounts=[account_value(account)],
        )
        subject = account.customer.customer_no
        return Plan(kind="party", system=System.BOSS, message=message, subject=subject, final=True)

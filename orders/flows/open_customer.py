"""客户开户: CRM creates customer and account, BOSS creates its half."""

from __future__ import annotations

from core.systems import System
from customers import services as parties
from customers.identity import SealedIdentity
from customers.models import Account, Customer
from customers.values import NewCustomer
from integration.context import FlowContext
from integration.flow import Flow, Plan, register, sub_order_no
from integration.messages import AccountValue, CustomerAccountRequest, CustomerValue
from orders.models import CustomerOrder
from orders.records import new_order
from orders.values import Submission


@register
class OpenCustomer(Flow):
    """Create the customer with its account here, then in BOSS; it is pending in between."""

    name = "open_customer"
    zh = "客户开户"
    request = "OpenCustomerRequest"
    response = "OpenCustomerResponse"
    decomposed = False

    def capture(
        self,
        new: NewCustomer,
        document: SealedIdentity | None,
        submission: Submission,
        context: FlowContext,
    ) -> tuple[CustomerOrder, list[Plan]]:
        """Write CRM's half; return the order and what BOSS must do."""
        customer, account = parties.create_customer(new, document, at=context.at)
        context.wrote("创建账户、客户数据，及其扩展信息A")
        order = new_order(context, submission, customer_no=customer.customer_no)
        order.account_no = account.account_no
        return order, [self.plan(order, customer, account)]

    def plan(self, order: CustomerOrder, customer: Customer, account: Account) -> Plan:
        """Return the message that gives BOSS its half."""
        message = CustomerAccountRequest(
            sub_order_no=sub_order_no(order.order_no, 1),
            customer=customer_value(customer),
            accounts=[account_value(account)],
        )
        return Plan(
            kind="party",
            system=System.BOSS,
            message=message,
            subject=customer.customer_no,
            final=True,
        )

    def complete(self, order: CustomerOrder, context: FlowContext) -> None:
        """BOSS holds its half: the customer is no longer pending."""
        parties.confirm_customer(order.customer_no)

    def undone(self, order: CustomerOrder, context: FlowContext) -> None:
        """BOSS never held it: the customer is closed."""
        parties.close_customer(order.customer_no)


def customer_value(customer: Customer) -> CustomerValue:
    """Return a customer as both systems know it."""
    return CustomerValue(
        customer_no=customer.customer_no,
        name=customer.name,
        kind=customer.kind,
        segment=customer.segment,
        org_unit=customer.org_unit,
        region=customer.region,
    )


def account_value(account: Account) -> AccountValue:
    """Return an account as both systems know it."""
    return AccountValue(
        account_no=account.account_no,
        customer_no=account.customer.customer_no,
        name=account.name,
        charging_mode=account.charging_mode,
        currency=account.currency,
        billing_day=account.billing_day,
        parent_no=None if account.parent is None else account.parent.account_no,
    )

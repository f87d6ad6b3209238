"""稽核修复: CRM states again, whole, what BOSS and the network shall hold."""

from __future__ import annotations

from collections.abc import Iterable

from core.systems import System
from customers.models import Account, Customer, Subscriber, Subscription
from integration.context import FlowContext
from integration.flow import Flow, Plan, register, sub_order_no
from integration.messages import CustomerAccountRequest
from orders import stating
from orders.flows.open_customer import account_value, customer_value
from orders.models import CustomerOrder
from orders.reconciliation.comparing import Difference
from orders.reconciliation.ours import SERVED
from orders.records import new_order
from orders.values import Submission

Owner = tuple[str, str]


@register
class Restate(Flow):
    """Give BOSS and provisioning the whole truth about a customer or a subscriber again."""

    name = "restate"
    zh = "稽核修复"
    request = "RestateRequest"
    response = "RestateResponse"

    def owners_of(self, differences: Iterable[Difference]) -> set[Owner]:
        """Return (customer number, subscriber number or "") of all that CRM knows among them.

        Of subscribers only those in service: one not yet active or gone is nobody's to restate.
        """
        numbers: dict[str, set[str]] = {}
        for difference in differences:
            numbers.setdefault(difference.kind, set()).add(difference.number)
        customers = set(
            Customer.objects.filter(customer_no__in=numbers.get("customer", ())).values_list(
                "customer_no", flat=True
            )
        ) | set(
            Account.objects.filter(account_no__in=numbers.get("account", ())).values_list(
                "customer__customer_no", flat=True
            )
        )
        subscribers = numbers.get("subscriber", set()) | numbers.get("line", set())
        subscribers |= set(
            Subscription.objects.filter(
                subscription_no__in=numbers.get("subscription", ())
            ).values_list("subscriber__subscriber_no", flat=True)
        )
        known = Subscriber.objects.filter(subscriber_no__in=subscribers, status__in=SERVED)
        pairs = set(known.values_list("customer__customer_no", "subscriber_no"))
        return {(customer, "") for customer in customers} | pairs

    def capture(
        self, customer_no: str, subscriber_no: str, context: FlowContext
    ) -> tuple[CustomerOrder, list[Plan]]:
        """Return the order and the messages that restate one customer or one subscriber."""
        order = new_order(context, Submission(), customer_no=customer_no)
        if not subscriber_no:
            return order, [self._customer(order, customer_no)]
        order.subscriber_no = subscriber_no
        subscriber = Subscriber.objects.select_related("customer").get(subscriber_no=subscriber_no)
        return order, [self._billing(order, subscriber), self._line(order, subscriber)]

    def _customer(self, order: CustomerOrder, customer_no: str) -> Plan:
        accounts = Account.objects.filter(customer__customer_no=customer_no)
        values = [account_value(one) for one in accounts.select_related("customer", "parent")]
        message = CustomerAccountRequest(
            sub_order_no=sub_order_no(order.order_no, 1),
            customer=customer_value(Customer.objects.get(customer_no=customer_no)),
            accounts=values,
        )
        return Plan(kind="party", system=System.BOSS, message=message, subject=customer_no)

    def _billing(self, order: CustomerOrder, subscriber: Subscriber) -> Plan:
        message = stating.state_billing(
            sub_order_no(order.order_no, 1),
            "restate",
            subscriber,
            stating.shall_have(subscriber.subscriber_no, stating.NO_CHANGE),
        )
        subject = subscriber.subscriber_no
        return Plan(kind="subscription", system=System.BOSS, message=message, subject=subject)

    def _line(self, order: CustomerOrder, subscriber: Subscriber) -> Plan:
        had = stating.shall_have(subscriber.subscriber_no, stating.NO_CHANGE)
        message = stating.state_line(
            sub_order_no(order.order_no, 2),
            subscriber.subscriber_no,
            [one.offering_id for one in had],
            at=order.created_at,
            reservation=order.order_no,
        )
        subject = subscriber.subscriber_no
        return Plan(
            kind="provisioning", system=System.PROVISIONING, message=message, subject=subject
        )

"""稽核修复: CRM states again, whole, what BOSS and the network shall hold."""

from __future__ import annotations

from collections.abc import Iterable

from core.systems import System
from customers.models import Account, Customer, Subscriber, Subscription
from integration.context import FlowContext
from integration.flow import Flow, Plan, register, sub_order_no
from integration.messages import (
    CustomerAccountRequest,
    PaymentRelationValue,
    ProvisioningOrderRequest,
    SubscriberValue,
    SubscriptionOrderRequest,
    SubscriptionValue,
    TariffValue,
)
from orders.flows.open_customer import account_value, customer_value
from orders.models import CustomerOrder
from orders.reconciliation.comparing import Difference
from orders.reconciliation.ours import SERVED, bar_of, services_of
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
        subscriptions = subscriber.subscriptions.filter(status__in=("active", "suspended"))
        payers = subscriber.payment_relations.filter(valid_to=None).select_related("account")
        message = SubscriptionOrderRequest(
            sub_order_no=sub_order_no(order.order_no, 1),
            action="restate",
            subscriber=SubscriberValue(
                subscriber_no=subscriber.subscriber_no,
                customer_no=subscriber.customer.customer_no,
                service_kind=subscriber.service_kind,
                service_number=subscriber.service_number,
            ),
            subscriptions=[
                SubscriptionValue(
                    subscription_no=one.subscription_no,
                    offering_code=one.offering_id,
                    tariffs=[TariffValue(**tariff) for tariff in one.tariffs],
                    valid_from=one.valid_from,
                )
                for one in subscriptions
            ],
            payment_relations=[
                PaymentRelationValue(
                    account_no=one.account.account_no,
                    charge_group=one.charge_group,
                    priority=one.priority,
                    valid_from=one.valid_from,
                )
                for one in payers
            ],
        )
        subject = subscriber.subscriber_no
        return Plan(kind="subscription", system=System.BOSS, message=message, subject=subject)

    def _line(self, order: CustomerOrder, subscriber: Subscriber) -> Plan:
        codes = subscriber.subscriptions.filter(status="active").values_list(
            "offering_id", flat=True
        )
        message = ProvisioningOrderRequest(
            sub_order_no=sub_order_no(order.order_no, 2),
            action="modify",
            subscriber_no=subscriber.subscriber_no,
            msisdn=subscriber.service_number,
            iccid=subscriber.iccid,
            reservation=order.order_no,
            services=services_of([str(code) for code in codes], order.created_at),
            bar=bar_of(subscriber.suspend_reasons),
            version=subscriber.status_version,
        )
        return Plan(
            kind="provisioning",
            system=System.PROVISIONING,
            message=message,
            subject=subscriber.subscriber_no,
        )

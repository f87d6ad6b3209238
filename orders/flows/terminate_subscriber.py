"""销户: bar the line, let BOSS end what it bills, then take the line out of the network."""

from __future__ import annotations

from customers import selectors as customers
from customers import services as parties
from customers.values import Served
from integration.context import FlowContext
from integration.flow import Plan, register
from integration.messages import Bar
from orders import lines, stating
from orders.flows.order_product import plan_billing, plan_line, refuse_ended
from orders.flows.serving import ServingFlow
from orders.models import CustomerOrder, OrderItem
from orders.records import new_order
from orders.values import OrderRequest, Submission


@register
class TerminateSubscriber(ServingFlow):
    """End a subscriber: its products, its bill, its line; its number cools.

    The point of no return is BOSS's end of the bill; until then the bar is taken back.
    """

    name = "terminate_subscriber"
    zh = "销户"
    request = "TerminateRequest"
    response = "TerminateResponse"
    at_least: Bar = "both"

    def capture(
        self, request: OrderRequest, number: str, submission: Submission, context: FlowContext
    ) -> tuple[CustomerOrder, list[Plan], Served]:
        """Return the order and its sub-orders; holds the lock of the subscriber's lines."""
        lines.lock(number)
        served = customers.get_served(number)
        refuse_ended(served, giving_up=True)
        order = new_order(context, submission, customer_no=served.customer_no)
        order.account_no, order.subscriber_no = served.account_no, number
        order.extension = request.extension
        return order, self.decompose(order, served), served

    def decompose(self, order: CustomerOrder, served: Served) -> list[Plan]:
        """Bar, then the final bill, then the network."""
        return [
            plan_line(order, served, position=1, note="全停"),
            plan_billing(
                *(order, served, "terminate"),
                position=2,
                after=(1,),
                note="终止订购, 出末次账单",
            ),
            plan_line(
                *(order, served),
                position=3,
                action="deactivate",
                after=(2,),
                note="拆除, 号码进入冷却",
            ),
        ]

    def captured(self, order: CustomerOrder, request: OrderRequest, served: Served) -> None:
        """Write the item."""
        [item] = request.items
        main = next(one for one in served.products if one.subscription_no == item.product_no)
        OrderItem.objects.create(
            order=order,
            item_id=item.item_id,
            action=item.action,
            offering_code=main.offering_code,
            subscriber_no=order.subscriber_no,
            subscription_no=main.subscription_no,
            characteristics=item.characteristics,
            extension=item.extension,
        )

    def complete(self, order: CustomerOrder, context: FlowContext) -> None:
        """The subscriber is gone, with everything it had."""
        lines.lock_those_of(order)
        parties.terminate_subscriber(order.subscriber_no, at=context.at)

    def undone(self, order: CustomerOrder, context: FlowContext) -> None:
        """What it has goes on, without an end."""
        lines.lock_those_of(order)
        held = stating.shall_have(order.subscriber_no, stating.NO_CHANGE)
        stays = [one.subscription_no for one in held]
        parties.take_back_subscriptions([], stays, at=context.at)

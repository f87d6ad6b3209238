"""What the page of a customer shows of its orders, in few queries."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet

from auth_center.actors import Actor
from auth_center.permissions import require
from auth_center.scope import phone_for, shown_to
from customers import permissions as customer_permissions
from customers.selectors import subscribers_of
from orders import permissions
from orders.models import CustomerOrder, OrderItem, WaitingLine
from orders.selectors import order_seen, orders_of
from products.models import ProductOffering


@dataclass(slots=True, kw_only=True)
class OrderPicture:
    """An order with what was ordered, and the service numbers of its subscribers."""

    order: CustomerOrder
    numbers: dict[str, str] = field(default_factory=dict)
    items: list[tuple[OrderItem, ProductOffering | None]] = field(default_factory=list)


def list_orders_of(actor: Actor, customer_no: str, before: str = "") -> QuerySet[CustomerOrder]:
    """Return everything accepted for a customer, the latest first; those before an order's."""
    require(actor, permissions.VIEW_ORDER)
    orders = shown_to(actor, orders_of(actor)).filter(customer_no=customer_no).order_by("-id")
    if before:
        orders = orders.filter(id__lt=CustomerOrder.objects.filter(order_no=before).values("id"))
    return orders


def picture_orders(actor: Actor, orders: list[CustomerOrder]) -> list[OrderPicture]:
    """Return orders with their items, offerings and service numbers, in a query each."""
    pictures = {order.pk: OrderPicture(order=order) for order in orders}
    rows = shown_to(actor, OrderItem.objects.filter(order__in=list(pictures)))
    items = list(rows.order_by("id"))
    codes = {item.offering_code for item in items}
    offerings = {one.code: one for one in ProductOffering.objects.filter(code__in=codes)}
    for item in items:
        pictures[item.order_id].items.append((item, offerings.get(item.offering_code)))
    if actor.may(customer_permissions.VIEW_SUBSCRIBER):
        subscriber_nos = {order.subscriber_no for order in orders}
        subscriber_nos |= {item.subscriber_no for item in items if item.subscriber_no}
        found = subscribers_of(actor).filter(subscriber_no__in=subscriber_nos)
        numbers = {
            subscriber_no: phone_for(actor, number)
            for subscriber_no, number in found.values_list("subscriber_no", "service_number")
        }
        for picture in pictures.values():
            picture.numbers = numbers
    return list(pictures.values())


def find_order(actor: Actor, number: str) -> CustomerOrder | None:
    """Return the order of that number, or of which that is a sub-order's number, if there is."""
    require(actor, permissions.VIEW_ORDER)
    orders = shown_to(actor, orders_of(actor))
    return orders.filter(order_no=number.partition("-")[0]).first()


def list_places_of(actor: Actor, subscriber_nos: list[str]) -> QuerySet[WaitingLine]:
    """Return the orders that are open for subscribers, in their turn, whoever of them works."""
    require(actor, permissions.VIEW_ORDER)
    places = WaitingLine.objects.filter(order_seen(actor, "order__"))
    places = places.filter(subscriber_no__in=subscriber_nos)
    return places.select_related("order").order_by("id")

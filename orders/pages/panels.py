"""What orders bring to the page of a customer: its orders, what is under way, order numbers."""

from __future__ import annotations

import re
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from auth_center.actors import Actor
from auth_center.consoles import crm_console
from core.console import said
from core.console.panels import (
    Findings,
    Found,
    Panel,
    Remark,
    add_finder,
    add_panel,
    add_remarks,
)
from integration.flow import FlowState
from orders import permissions
from orders.models import CustomerOrder, OrderItem, WaitingLine
from orders.pages.flow_words import ACTIONS, flow_words, pair_words, state_tone, state_words
from orders.picturing import (
    OrderPicture,
    find_order,
    list_orders_of,
    list_places_of,
    picture_orders,
)

ORDERS_A_PAGE = 8
ORDER_NO = re.compile(r"F[A-Z][0-9]{8,}(-[0-9]+)?")
LONGEST_NUMBER = 24
# What a subscriber is on its way to, where it is its status that changes.
TARGETS = {
    "open_subscriber": ("在用", "Active"),
    "terminate_subscriber": ("已销户", "Terminated"),
}


def fill_orders(actor: Actor, customer_no: str, query: QueryDict) -> dict[str, Any]:
    """Show what was accepted for the customer, the latest first, some at a time."""
    before = query.get("before", "")[:LONGEST_NUMBER]
    orders = list(list_orders_of(actor, customer_no, before)[: ORDERS_A_PAGE + 1])
    shown = orders[:ORDERS_A_PAGE]
    more = len(orders) > ORDERS_A_PAGE
    return {
        "rows": [_row(actor, picture) for picture in picture_orders(actor, shown)],
        "first": not before,
        "more": urlencode({"before": shown[-1].order_no}) if more else "",
    }


def remark_on_subscribers(actor: Actor, subscriber_nos: list[str]) -> dict[str, list[Remark]]:
    """Say which orders are open for subscribers, and what they lead to."""
    remarks: dict[str, list[Remark]] = {}
    for place in list_places_of(actor, subscriber_nos):
        remarks.setdefault(place.subscriber_no, []).append(_remark(actor, place))
    return remarks


def find_by_order(actor: Actor, term: str) -> Findings:
    """Find an order by its whole number, or by that of one of its parts."""
    number = term.strip().upper()
    if not ORDER_NO.fullmatch(number):
        return Findings()
    order = find_order(actor, number)
    address = flow_address(actor, order.order_no) if order else ""
    if order is None or not address:
        return Findings()
    return Findings(
        found=(
            Found(
                title=f"{flow_words(order.flow)} {order.order_no}",
                address=address,
                why=(said("订单号", "Order number"),),
                icon="receipt_long",
                facts=tuple(fact for fact in (order.customer_no, order.subscriber_no) if fact),
                badges=((state_words(order.state), state_tone(order.state)),),
                whole=True,
            ),
        )
    )


def flow_address(actor: Actor, order_no: str) -> str:
    """Return where an order is followed, empty for who may not look."""
    page = crm_console.pages.get("flow")
    return reverse("crm:flow", args=[order_no]) if page and actor.may(page.permission) else ""


def _row(actor: Actor, picture: OrderPicture) -> dict[str, Any]:
    order = picture.order
    return {
        "order": order,
        "title": flow_words(order.flow),
        "state": state_words(order.state),
        "tone": state_tone(order.state),
        "address": flow_address(actor, order.order_no),
        "number": picture.numbers.get(order.subscriber_no, ""),
        "items": [_item(picture, item, offering) for item, offering in picture.items],
        "cause": said(order.cause_zh, order.cause_en),
    }


def _item(picture: OrderPicture, item: OrderItem, offering: Any) -> dict[str, Any]:
    elsewhere = item.subscriber_no and item.subscriber_no != picture.order.subscriber_no
    return {
        "action": pair_words(ACTIONS, item.action),
        "offering": offering,
        "code": item.offering_code,
        "number": picture.numbers.get(item.subscriber_no, "") if elsewhere else "",
    }


def _remark(actor: Actor, place: WaitingLine) -> Remark:
    order: CustomerOrder = place.order
    target = TARGETS.get(order.flow)
    return Remark(
        title=state_words(order.state),
        words=f"{flow_words(order.flow)} {order.order_no}",
        address=flow_address(actor, order.order_no),
        target=said(*target) if target and order.state not in _TAKEN_BACK else "",
        tone=state_tone(order.state),
    )


_TAKEN_BACK = (FlowState.ASSESSING_CANCELLATION, FlowState.PENDING_CANCELLATION)

add_panel(
    "customer",
    Panel(
        name="orders",
        titles=("最近订单", "Recent orders"),
        permission=permissions.VIEW_ORDER,
        template="orders/panel_orders.html",
        fill=fill_orders,
        column="main",
        position=20,
    ),
)
add_remarks("subscriber", permissions.VIEW_ORDER, remark_on_subscribers)
add_finder("find", permissions.VIEW_ORDER, find_by_order)

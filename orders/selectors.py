"""Reading orders and flows."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from auth_center.actors import Actor
from auth_center.models import SignOn
from auth_center.permissions import VIEW_FLOW, require
from auth_center.scope import sees_all, shown_to
from core.errors import NotFound
from core.systems import System
from customers.selectors import customers_of
from integration.flow import FlowState
from integration.models import FlowStep
from orders import permissions
from orders.models import (
    Cancellation,
    CustomerOrder,
    OrderHistory,
    OrderItem,
    SubOrder,
    WaitingLine,
)
from products.models import CatalogueRelease
from products.states import ReleaseStatus

# Flows that order no product: parties and repairs.
WITHOUT_ITEMS = ("open_customer", "open_account", "restate")


class FlowUnknown(NotFound):
    """There is no flow of that number, or not for this actor."""

    code = "flowUnknown"
    zh = "流程 {number} 不存在"
    en = "There is no flow {number}"


def list_orders(actor: Actor) -> QuerySet[CustomerOrder]:
    """Return the product orders that ``actor`` may see, with their items."""
    require(actor, permissions.VIEW_ORDER)
    rows = orders_of(actor).exclude(flow__in=WITHOUT_ITEMS)
    items = Prefetch("items", shown_to(actor, OrderItem.objects.all()))
    return shown_to(actor, rows).prefetch_related(items)


def list_cancellations(actor: Actor) -> QuerySet[Cancellation]:
    """Return the cancellations of the orders that ``actor`` may see."""
    require(actor, permissions.VIEW_ORDER)
    rows = Cancellation.objects.filter(order_seen(actor, "order__"))
    return shown_to(actor, rows.select_related("order"))


def list_flows(actor: Actor) -> QuerySet[CustomerOrder]:
    """Return the flows of every kind that ``actor`` may see, to look at."""
    require(actor, VIEW_FLOW)
    return shown_to(actor, orders_of(actor))


def orders_of(actor: Actor) -> QuerySet[CustomerOrder]:
    """Return the orders within the actor's scope: those of the customers within it."""
    return CustomerOrder.objects.filter(order_seen(actor))


def order_seen(actor: Actor, way: str = "") -> Q:
    """Return the condition for orders within the actor's scope; empty for who sees all.

    ``way`` leads from the rows to their order. An order that is nobody's is seen by who sees all.
    """
    if sees_all(actor):
        return Q()
    whose: Any = customers_of(actor).filter(customer_no=OuterRef(f"{way}customer_no"))
    return Q(Exists(whose))


def get_flow(actor: Actor, flow_no: str) -> CustomerOrder:
    """Return a flow by its number, releases and sign-ons included; raise ``FlowUnknown``."""
    flow = list_flows(actor).filter(order_no=flow_no).first() or _flow_elsewhere(actor, flow_no)
    if flow is None:
        raise FlowUnknown(number=flow_no[:40])
    return flow


def flow_seen(actor: Actor) -> Q:
    """Return the condition for what CRM keeps of flows: those of orders within the scope."""
    orders: Any = orders_of(actor).filter(order_no=OuterRef("flow_no"))
    return Q(Exists(orders))


def show_flow(actor: Actor, flow_no: str) -> CustomerOrder:
    """Return a flow with its items, sub-orders and history in order; raise ``FlowUnknown``."""
    parts = (
        Prefetch("items", shown_to(actor, OrderItem.objects.order_by("id"))),
        Prefetch("sub_orders", shown_to(actor, SubOrder.objects.order_by("position"))),
        Prefetch("history", shown_to(actor, OrderHistory.objects.order_by("id"))),
    )
    flow = list_flows(actor).filter(order_no=flow_no).prefetch_related(*parts).first()
    flow = flow or _flow_elsewhere(actor, flow_no)
    if flow is None:
        raise FlowUnknown(number=flow_no[:40])
    return flow


def _flow_elsewhere(actor: Actor, flow_no: str) -> CustomerOrder | None:
    """Return a flow that no order stands for as if it were one: it has no parts of its own."""
    flow = (
        _flow_of_release(flow_no)
        or _flow_of_sign_on(actor, flow_no)
        or _flow_of_connection(actor, flow_no)
    )
    if flow is not None:
        flow._prefetched_objects_cache = {  # type: ignore[attr-defined]
            "items": OrderItem.objects.none(),
            "sub_orders": SubOrder.objects.none(),
            "history": OrderHistory.objects.none(),
        }
    return flow


def _flow_of_sign_on(actor: Actor, flow_no: str) -> CustomerOrder | None:
    """Return an operator's sign-on: one's own, and anybody's for who sees all."""
    sign_on = SignOn.objects.filter(number=flow_no).first()
    if sign_on is None or not (sees_all(actor) or sign_on.staff_no == actor.number):
        return None
    return CustomerOrder(
        pk=0,
        order_no=sign_on.number,
        flow="sign_in",
        mode="sync",
        settings={"AUTHORIZATION": sign_on.scheme},
        state=FlowState.IN_PROGRESS if sign_on.ended_at is None else FlowState.COMPLETED,
        actor_kind="operator",
        actor_number=sign_on.staff_no,
        terminal=sign_on.terminal,
        created_at=sign_on.started_at,
        closed_at=sign_on.ended_at,
        clock=sign_on.clock,
    )


def _flow_of_connection(actor: Actor, flow_no: str) -> CustomerOrder | None:
    """Return CRM's signing in at another system, for who sees all."""
    steps = FlowStep.objects.filter(flow_no=flow_no, source=System.CRM, name="ConnectRequest")
    asked = steps.order_by("id").first() if sees_all(actor) else None
    if asked is None:
        return None
    return CustomerOrder(
        pk=0,
        order_no=flow_no,
        flow="system_sign_on",
        mode="sync",
        settings={},
        state=FlowState.COMPLETED,  # both arrows are written when it has been answered
        actor_kind="system",
        actor_number=asked.source,
        created_at=asked.at,
        closed_at=asked.at,
        clock=asked.clock,
    )


def _flow_of_release(flow_no: str) -> CustomerOrder | None:
    """Return the release of products whose number it is."""
    release = CatalogueRelease.objects.filter(release_no=flow_no).first()
    if release is None:
        return None
    return CustomerOrder(
        pk=0,
        order_no=release.release_no,
        flow="release_product",
        mode="async",
        settings={},
        state=_AS_AN_ORDER[ReleaseStatus(release.status)],
        actor_kind="operator",
        actor_number=release.requested_by or release.created_by,
        created_at=release.requested_at or release.created_at,
        closed_at=release.closed_at,
        cause_zh=release.cause_zh,
        cause_en=release.cause_en,
        clock=release.clock,
    )


_AS_AN_ORDER = {
    ReleaseStatus.DRAFT: FlowState.ACKNOWLEDGED,
    ReleaseStatus.REQUESTED: FlowState.IN_PROGRESS,
    ReleaseStatus.ACCEPTED: FlowState.IN_PROGRESS,
    ReleaseStatus.CONFIGURED: FlowState.IN_PROGRESS,
    ReleaseStatus.LAUNCHED: FlowState.COMPLETED,
    ReleaseStatus.REFUSED: FlowState.REJECTED,
    ReleaseStatus.WITHDRAWN: FlowState.CANCELLED,
}


def find_line_holder(order: CustomerOrder) -> str:
    """Return the number of the order that holds a line this one waits in ("" for none)."""
    mine = WaitingLine.objects.filter(order=order).first()
    if mine is None:
        return ""
    lines = Q(product=True) if mine.product else Q()
    lines |= Q(status=True) if mine.status else Q()
    ahead = WaitingLine.objects.filter(
        lines, subscriber_no=mine.subscriber_no, holds=True, id__lt=mine.pk
    )
    return ahead.order_by("id").values_list("order__order_no", flat=True).first() or ""

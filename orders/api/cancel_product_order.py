"""TMF622: cancelling a product order. What becomes of it is read off the order."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from core.tmf import Body, Context, Create, Identifier, Instant, Links, Resource, Text, register
from integration.flow import FlowState
from orders import permissions, selectors, services
from orders.models import Cancellation

DONE = (FlowState.CANCELLED, FlowState.FAILED)
UNDER_WAY = (FlowState.ASSESSING_CANCELLATION, FlowState.PENDING_CANCELLATION, FlowState.HELD)
NO_REASON = "客户撤单 cancelled by the customer"


class OrderReference(Body):
    """The order to cancel."""

    id: Identifier


class CancelBody(Body):
    """A cancellation as a channel asks for it."""

    product_order: OrderReference
    cancellation_reason: str = ""


def cancel(actor: Actor, body: CancelBody, context: Context) -> str:
    """Cancel the order; what was done is undone in the background."""
    cancellation = services.cancel_order(
        order_no=body.product_order.id,
        reason=body.cancellation_reason or NO_REASON,
        actor=actor,
        at=context.at,
    )
    return cancellation.order.order_no


@register
class CancelProductOrderResource(Resource):
    """Cancellations of product orders; one has the id of its order."""

    name = "cancelProductOrder"
    type = "CancelProductOrder"
    base = "/tmf-api/productOrderingManagement/v4/"
    system = "crm"
    key = "order__order_no"
    read_permission = permissions.VIEW_ORDER
    extension = "extension"
    fixed = frozenset({"state", "effectiveCancellationDate"})
    filters = {
        "productOrder.id": Text("order__order_no"),
        "requestedCancellationDate": Instant("requested_at"),
    }
    sortable = {"id": "order__order_no", "requestedCancellationDate": "requested_at"}
    create = Create(CancelBody, permission=permissions.CANCEL_ORDER, call=cancel)

    def queryset(self, actor: Actor) -> QuerySet[Cancellation]:
        return selectors.list_cancellations(actor)

    def id_of(self, row: Cancellation) -> str:
        """Return the number of the order."""
        return row.order.order_no

    def represent(self, row: Cancellation, links: Links) -> dict[str, Any]:
        order = row.order
        return {
            "cancellationReason": row.reason,
            "requestedCancellationDate": row.requested_at,
            "effectiveCancellationDate": order.closed_at if order.state in DONE else None,
            "state": _state(order.state),
            "productOrder": links.reference("productOrder", order.order_no),
        }


def _state(order_state: str) -> str:
    """Return how the cancellation stands, in the words of TMF622's TaskStateType."""
    if order_state in DONE:
        return "done"
    return "inProgress" if order_state in UNDER_WAY else "terminatedWithError"

"""Flows of every kind and their traces: what really happened, message by message."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from auth_center.permissions import VIEW_FLOW
from auth_center.scope import values_for
from core.tmf import Choice, Endpoint, Instant, Links, Resource, Text, register
from core.tmf.resource import Ask
from integration.flow import FlowState
from integration.trace import show_trace
from orders import selectors
from orders.models import CustomerOrder


@register
class FlowResource(Resource):
    """Every flow, newest first."""

    plain = True
    name = "flows"
    type = "Flow"
    base = "/api/v1/"
    system = "crm"
    key = "order_no"
    read_permission = VIEW_FLOW
    filters = {
        "flow": Text("flow"),
        "customer": Text("customer_no"),
        "subscriber": Text("subscriber_no"),
        "account": Text("account_no"),
        "state": Choice("state", FlowState),
        "startedAt": Instant("created_at"),
    }
    sortable = {"no": "order_no", "startedAt": "created_at"}
    ordering = ("-id",)

    def queryset(self, actor: Actor) -> QuerySet[CustomerOrder]:
        return selectors.list_flows(actor)

    def represent(self, row: CustomerOrder, links: Links) -> dict[str, Any]:
        return {
            "no": row.order_no,
            "flow": row.flow,
            "state": row.state,
            "mode": row.mode,
            "settings": row.settings,
            "customer": row.customer_no,
            "account": row.account_no,
            "subscriber": row.subscriber_no,
            "channel": row.channel,
            "actor": {"kind": row.actor_kind, "number": row.actor_number},
            "cause": row.cause_zh if links.language == "zh" else row.cause_en,
            "startedAt": row.created_at,
            "closedAt": row.closed_at,
        }


class TraceEndpoint(Endpoint):
    """The trace of one flow, as every system stored its part."""

    permission = VIEW_FLOW
    system = "crm"

    def get(self, actor: Actor, ask: Ask) -> dict[str, Any]:
        trace = show_trace(selectors.get_flow(actor, ask.path["no"]))
        return {**trace, "steps": values_for(actor, trace["steps"])}


@register
class FlowTrace(TraceEndpoint):
    """A flow's trace by its flow number."""

    path = "/api/v1/flows/{no}/trace"
    about = "Trace of a flow"


@register
class OrderTrace(TraceEndpoint):
    """The same by the order number, which is the flow number."""

    path = "/api/v1/orders/{no}/trace"
    about = "Trace of an order"

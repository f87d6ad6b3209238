"""What the flows that change a subscriber's products have in common: restating and undoing."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec
from django.db import transaction

from core.systems import System
from customers import services as parties
from customers.models import Subscriber
from integration.context import FlowContext
from integration.flow import Flow, FlowState, Plan
from integration.messages import (
    Bar,
    Message,
    ProvisioningOrderRequest,
    ResourceReleaseRequest,
)
from integration.messages.base import convert
from integration.queries import SystemSilent, ask_quietly
from orders import stating
from orders.models import CustomerOrder, SubOrder

PROVISION = ProvisioningOrderRequest.__name__


class ServingFlow(Flow):
    """A flow about what network and BOSS do for subscribers.

    A new line and a new billing subscriber are told as planned. Every other message is made when
    it is sent: the whole of what the subscriber shall have, with or (when undoing) without what
    the order changes. A line is undone by taking it away or by its former state, billing by its
    end; a change of what BOSS bills is final.
    """

    at_least: Bar = "none"  # the bar that its changes of a line put on it

    def message(self, order: CustomerOrder, part: SubOrder, context: FlowContext) -> Message:
        """Return what a sub-order says as things stand now."""
        action = part.payload["action"]
        if action in ("activate", "open"):
            return super().message(order, part, context)
        if part.message == PROVISION:
            return self.state_line(order, part, context)
        return self.state_billing(order, part, context)

    def state_line(self, order: CustomerOrder, part: SubOrder, context: FlowContext) -> Message:
        """Return the whole state of the line; one that is taken away has no services."""
        number, action = part.payload["subscriber_no"], part.payload["action"]
        offerings: list[str] = []
        if action != "deactivate":
            change = stating.change_of(order, number) if part.undoes is None else stating.NO_CHANGE
            offerings = [one.offering_id for one in stating.shall_have(number, change)]
        return stating.state_line(
            part.payload["sub_order_no"],
            number,
            offerings,
            at=context.at,
            action=action,
            reservation=part.payload["reservation"],
            at_least=self.at_least if part.undoes is None else "none",
        )

    def state_billing(self, order: CustomerOrder, part: SubOrder, context: FlowContext) -> Message:
        """Return all that BOSS shall bill, dated now: what joins from now, what leaves till now.

        Asked again without having been refused, BOSS may have done it already: the dates stay.
        """
        number = part.payload["subscriber"]["subscriber_no"]
        subscriber = Subscriber.objects.select_related("customer").get(subscriber_no=number)
        first = part.state != FlowState.IN_PROGRESS
        subscriptions = []
        if part.payload["action"] == "change":
            change = stating.change_of(order, number)
            if first:
                parties.date_subscriptions(change.joining, change.leaving, at=context.at)
            subscriptions = stating.shall_have(number, change)
        elif first:
            parties.date_subscriptions([], stating.billed(number), at=context.at)
        return stating.state_billing(
            part.payload["sub_order_no"], part.payload["action"], subscriber, subscriptions
        )

    def undo(self, order: Any, part: Any) -> Plan | None:
        """Take a line away or give it its former state; end what BOSS began to bill."""
        action = part.payload["action"]
        if part.message == PROVISION:
            back = {"activate": "deactivate", "modify": "modify"}.get(action)
        else:
            done = part.state == FlowState.COMPLETED
            back = {"open": "terminate"}.get(action) if done else None
        if back is None:
            return None
        planned = convert(part.message, part.payload)
        return Plan(
            kind=part.kind,
            system=System(part.system),
            message=msgspec.structs.replace(planned, action=back),
            subject=part.subject,
            note="撤销",
        )


def release_unsent(order: CustomerOrder) -> None:
    """Let go, after the commit, what was kept for lines that provisioning was never told of."""
    unsent = order.sub_orders.filter(message=PROVISION, undoes=None, sent_at=None)
    for payload in unsent.values_list("payload", flat=True):
        if payload["action"] == "activate":
            let_go = partial(release, payload["reservation"])
            transaction.on_commit(let_go, using=System.CRM.alias, robust=True)


def release(reference: str) -> None:
    """Let the reservation of an order go; if that fails it expires by itself."""
    try:
        ask_quietly(System.CRM, System.PROVISIONING, ResourceReleaseRequest(reference=reference))
    except SystemSilent:
        return

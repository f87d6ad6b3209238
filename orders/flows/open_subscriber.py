"""用户开户: create the subscriber, let the network serve it, then start to bill it."""

from __future__ import annotations

from dataclasses import replace

from core.systems import System
from customers import selectors as customers
from customers import services as parties
from integration.context import FlowContext
from integration.flow import FlowState, NothingToCorrect, Plan, register
from integration.messages import ResourceReserveRequest
from integration.queries import ask
from orders import lines, refusals
from orders.checking import chosen, on_sale, refuse_in_arrears, refuse_unless_allowed
from orders.flows.opening import (
    Opening,
    check_real_name_limit,
    facts_of,
    items_of,
    new_subscriber,
    plans_of,
    prepare_opening,
    reserve,
)
from orders.flows.serving import PROVISION, ServingFlow, release_unsent
from orders.models import CustomerOrder, SubOrder
from orders.records import insert_items_holding_lines, new_order
from orders.values import OrderRequest, Submission
from products.values import OfferingTerms


@register
class OpenSubscriber(ServingFlow):
    """Open a subscriber with a main product and the add-ons ordered with it."""

    name = "open_subscriber"
    zh = "用户开户"
    request = "OpenSubscriberRequest"
    response = "OpenSubscriberResponse"

    def prepare(self, request: OrderRequest, reference: str, context: FlowContext) -> Opening:
        """Check the request against the catalogue and the customer; raise what is wrong with it."""
        request, terms = _main_first(request, context)
        holder = customers.get_holder(request.customer_no, request.account_no)
        refuse_unless_allowed(
            terms,
            facts_of(holder, terms[0], context.actor.channel),
            fields={one.offering_code: f"productOrderItem.{one.item_id}" for one in request.items},
        )
        return prepare_opening(holder, request.items, terms, reference)

    def ask_others(self, opening: Opening, context: FlowContext) -> None:
        """Reserve number and SIM, and ask for arrears; nothing is written in CRM.

        Raises the other system's refusal, or ``SystemSilent`` when no number can be reserved.
        """
        reserve(opening, context)
        refuse_in_arrears(opening.holder.customer_no, opening.holder.account_no, context)

    def capture(
        self, opening: Opening, submission: Submission, context: FlowContext
    ) -> tuple[CustomerOrder, list[Plan]]:
        """Write the subscriber and its subscriptions; return the order and its sub-orders."""
        check_real_name_limit(opening.holder)
        parties.create_subscriber(new_subscriber(opening, context.at))
        context.wrote("创建用户，及附加信息A")
        order = new_order(context, submission, customer_no=opening.holder.customer_no)
        order.account_no = opening.holder.account_no
        order.subscriber_no = opening.subscriber_no
        return order, plans_of(order.order_no, opening, 1, context.at)

    def captured(self, order: CustomerOrder, opening: Opening) -> None:
        """Write what needs the order's row: its items, its place in the waiting lines."""
        insert_items_holding_lines(order, opening.subscriber_no, lines.BOTH, items_of(opening))

    def complete(self, order: CustomerOrder, context: FlowContext) -> None:
        """The network serves it and BOSS bills it: the subscriber is active."""
        lines.lock_those_of(order)
        parties.activate_subscriber(order.subscriber_no, at=context.at)

    def undone(self, order: CustomerOrder, context: FlowContext) -> None:
        """There never was such a subscriber; what was kept for it is free again."""
        lines.lock_those_of(order)
        parties.terminate_subscriber(order.subscriber_no, at=context.at)
        release_unsent(order)

    def ask_for_correction(
        self, order: CustomerOrder, changes: dict[str, str], context: FlowContext
    ) -> None:
        """Keep the other number or card for this order; raise why it cannot be had."""
        if not changes.keys() <= {"msisdn", "iccid"}:
            raise NothingToCorrect(field=min(changes))
        kept = order.sub_orders.get(message=PROVISION, undoes=None).payload
        question = ResourceReserveRequest(
            msisdn=changes.get("msisdn", kept["msisdn"]),
            iccid=changes.get("iccid", kept["iccid"]),
            reference=kept["reservation"],
        )
        ask(context, System.PROVISIONING, question)

    def correct(self, order: CustomerOrder, parts: list[SubOrder], changes: dict[str, str]) -> None:
        """Take another number or another card, which are kept for this order already."""
        billed = any(one.message != PROVISION and one.state == FlowState.COMPLETED for one in parts)
        known = {"iccid"} if billed else {"iccid", "msisdn"}  # BOSS has the number it began with
        if not known.issuperset(changes):
            raise NothingToCorrect(field=min(set(changes) - known))
        number, iccid = changes.get("msisdn", ""), changes.get("iccid", "")
        parties.correct_line(order.subscriber_no, service_number=number, iccid=iccid)
        version = parties.next_line_state(order.subscriber_no).version  # outdoes the first attempt
        for item in order.items.all():
            given = {key: value for key, value in changes.items() if key in item.characteristics}
            if given:
                item.characteristics |= given
                item.save(update_fields=["characteristics"])
        for part in parts:
            if part.message == PROVISION:
                part.payload |= {**changes, "version": version}
                part.payload |= {"service_number": number} if number else {}
            elif number:
                part.payload["subscriber"]["service_number"] = number
            part.save(update_fields=["payload"])


def _main_first(
    request: OrderRequest, context: FlowContext
) -> tuple[OrderRequest, list[OfferingTerms]]:
    """Return the request with its one main product first, and the terms of what it orders."""
    terms = {
        item.offering_code: on_sale(
            item.offering_code, f"productOrderItem.{item.item_id}.productOffering.id", context.at
        )
        for item in request.items
    }
    mains = [item for item in request.items if terms[item.offering_code].kind == "main"]
    rest = [item for item in request.items if terms[item.offering_code].kind == "addon"]
    if len(mains) != 1 or len(rest) != len(request.items) - 1:
        raise refusals.ActionNotOffered(
            action="add",
            offering=", ".join(item.offering_code for item in request.items)[:200],
            field="productOrderItem",
        )
    items = tuple(chosen(item, terms[item.offering_code]) for item in (*mains, *rest))
    return replace(request, items=items), [terms[item.offering_code] for item in items]

"""组合产品: several subscribers in one order, one a leg, under one bundle.

The first leg is the bundle's main leg: the bundle's own subscription is its subscriber's, BOSS
bills it first, and the bundle ends with it; the other legs then go on at their own price. A leg
that is refused holds the order while the others' work under way goes on; skipped, the order closes
as partial; cancelled, every leg is undone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from core import numbers
from core.errors import Conflict
from core.systems import System
from customers import selectors as customers
from customers import services as parties
from integration.context import FlowContext
from integration.flow import Plan
from orders import lines, refusals
from orders.checking import chosen, on_sale, refuse_in_arrears, refuse_unless_allowed
from orders.flows.opening import (
    Opening,
    check_real_name_limit,
    facts_of,
    items_of,
    new_subscriber,
    parts_of_bundle,
    plans_of,
    prepare_opening,
    reserve,
)
from orders.models import CustomerOrder, OrderItem
from orders.records import new_order
from orders.values import ItemRequest, OrderRequest, Submission
from products.relations import check as check_relations
from products.states import RelationKind
from products.values import OfferingTerms

LONGEST_REFERENCE = 200
Legs = tuple[Opening, ...]


@dataclass(slots=True)
class Leg:
    """What becomes one subscriber: a main product and what is ordered with it."""

    items: list[ItemRequest]
    terms: list[OfferingTerms]

    def takes(self, addon: OfferingTerms) -> bool:
        """Tell whether an add-on requires something of this leg, or nothing at all."""
        needs = [one.target for one in addon.relations if one.kind == RelationKind.REQUIRES]
        return not needs or any(one.code in needs for one in self.terms)


def prepare_bundle(request: OrderRequest, reference: str, context: FlowContext) -> Legs:
    """Check a bundle's order; return its legs, the main one first, or raise what is wrong."""
    terms = {item.item_id: _terms(item, context) for item in request.items}
    items = tuple(chosen(item, terms[item.item_id]) for item in request.items)
    request = replace(request, items=items)
    bundle = _the_bundle(request, terms)
    legs = _legs(request, terms, bundle)
    _check_parts(request, terms, bundle)
    holder = customers.get_holder(request.customer_no, request.account_no)
    openings = []
    for leg in legs:
        fields = {item.offering_code: _field(item, "productOffering.id") for item in leg.items}
        facts = facts_of(holder, leg.terms[0], context.actor.channel)
        refuse_unless_allowed(leg.terms, facts, fields=fields)
        kept = _reference(reference, leg.items[0].item_id)
        openings.append(prepare_opening(holder, leg.items, leg.terms, kept))
    main = _with_bundle(openings[0], bundle, terms[bundle.item_id])
    return (main, *(replace(one, bundle_no=main.bundle_no) for one in openings[1:]))


def ask_others(legs: Legs, context: FlowContext) -> None:
    """Reserve every leg's number and card, and ask for arrears; raises the first refusal."""
    for leg in legs:
        reserve(leg, context)
    holder = legs[0].holder
    refuse_in_arrears(holder.customer_no, holder.account_no, context)


def capture_bundle(
    legs: Legs, submission: Submission, context: FlowContext
) -> tuple[CustomerOrder, list[Plan]]:
    """Write every leg's subscriber; return the order and its sub-orders."""
    main = legs[0]
    check_real_name_limit(main.holder, more=len(legs))
    for leg in legs:
        parties.create_subscriber(new_subscriber(leg, context.at))
    parts = [number for leg in legs for number in leg.subscription_nos if leg.parent_of(number)]
    parties.join_bundle(main.bundle_no, parts)
    context.wrote("创建组合产品的各用户，及附加信息A")
    order = new_order(context, submission, customer_no=main.holder.customer_no)
    order.account_no, order.subscriber_no = main.holder.account_no, main.subscriber_no
    return order, list(_plans(order, legs, context))


def captured(order: CustomerOrder, legs: Legs) -> None:
    """Write the items, and each leg's place in its lines."""
    items = [item for leg in legs for item in items_of(leg)]
    for item in items:
        item.order = order
    OrderItem.objects.bulk_create(items)
    for leg in legs:
        lines.take_place(order, leg.subscriber_no, lines.BOTH, holds=True)


def _plans(order: CustomerOrder, legs: Legs, context: FlowContext) -> Iterator[Plan]:
    """Each leg is provisioned and billed; the bundle, with the main leg, is billed first."""
    main_bill = 1 if legs[0].prepaid else 2
    for number, leg in enumerate(legs):
        for plan in plans_of(order.order_no, leg, 2 * number + 1, context.at):
            waits = number > 0 and plan.kind == "subscription"
            yield replace(plan, after=(*plan.after, main_bill)) if waits else plan


def _the_bundle(request: OrderRequest, terms: dict[str, OfferingTerms]) -> ItemRequest:
    bundles = [item for item in request.items if terms[item.item_id].kind == "bundle"]
    if len(bundles) != 1 or any(item.action != "add" for item in request.items):
        raise refusals.ActionNotOffered(
            action="add",
            offering=", ".join(item.offering_code for item in request.items)[:200],
            field="productOrderItem",
        )
    [bundle] = bundles
    others = {item.item_id for item in request.items} - {bundle.item_id}
    if bundle.parts and set(bundle.parts) != others:
        odd = min(set(bundle.parts) ^ others)
        field = _field(bundle, "productOrderItemRelationship")
        raise refusals.BundlePartsUnclear(item=odd[:40], field=field)
    return replace(bundle, parts=bundle.parts or tuple(sorted(others)))


def _legs(request: OrderRequest, terms: dict[str, OfferingTerms], bundle: ItemRequest) -> list[Leg]:
    """A main product makes a leg; an add-on goes with the first leg that has what it requires."""
    legs = [
        Leg([item], [terms[item.item_id]])
        for item in request.items
        if terms[item.item_id].kind == "main"
    ]
    if not legs:
        raise refusals.ActionNotOffered(
            action="add", offering=bundle.offering_code, field="productOrderItem"
        )
    for item in request.items:
        addon = terms[item.item_id]
        if addon.kind == "addon":
            leg = next((one for one in legs if one.takes(addon)), legs[0])
            leg.items.append(item)
            leg.terms.append(addon)
    return legs


def _check_parts(
    request: OrderRequest, terms: dict[str, OfferingTerms], bundle: ItemRequest
) -> None:
    whole = terms[bundle.item_id]
    parts = [one for one in whole.relations if one.kind == RelationKind.PART_OF]
    names = {one.code: (one.name_zh, one.name_en) for one in terms.values()}
    wanted = [item.offering_code for item in request.items]
    against = check_relations([], wanted, parts, names=names)
    for item in request.items:
        main = terms[item.item_id].kind == "main"
        if main and item.offering_code not in parts_of_bundle(whole):
            field = _field(item, "productOffering.id")
            against.append(
                refusals.NotPartOfBundle(part=item.offering_code, bundle=whole.code, field=field)
            )
    if against:
        first = against[0]
        raise Conflict(code=first.code, zh=first.zh, en=first.en, field=first.field, errors=against)


def _with_bundle(main: Opening, bundle: ItemRequest, terms: OfferingTerms) -> Opening:
    """The bundle's own subscription is the last of the main leg's."""
    [number] = numbers.issue(System.CRM, numbers.SUBSCRIPTION)
    return replace(
        main,
        items=(*main.items, bundle),
        terms=(*main.terms, terms),
        subscription_nos=(*main.subscription_nos, number),
        bundle_no=number,
    )


def _terms(item: ItemRequest, context: FlowContext) -> OfferingTerms:
    return on_sale(item.offering_code, _field(item, "productOffering.id"), context.at)


def _reference(reference: str, item_id: str) -> str:
    """Each leg's number and card are kept under a reference of their own."""
    whole = f"{reference}#{item_id}"
    if len(whole) <= LONGEST_REFERENCE:
        return whole
    return hashlib.sha256(whole.encode()).hexdigest()


def _field(item: ItemRequest, name: str) -> str:
    return f"productOrderItem.{item.item_id}.{name}"

"""TMF622: product orders, as a channel places and reads them."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import QuerySet

from auth_center.actors import Actor
from core.tmf import (
    Answer,
    Body,
    Characteristic,
    Choice,
    Constant,
    Context,
    Create,
    Identifier,
    Instant,
    ItemIdentifier,
    Links,
    Resource,
    Text,
    register,
)
from integration.flow import FlowState
from orders import permissions, refusals, selectors, services
from orders.api.submitting import submit
from orders.models import CustomerOrder, OrderItem
from orders.values import ItemRequest, OrderRequest


class Reference(Body):
    """A reference to something of ours by its id."""

    id: Identifier


class PartyReference(Body):
    """A party and the role it plays in the order."""

    id: Identifier
    role: str = "customer"


class ProductBody(Body):
    """The product an item is about: its characteristics, or the one that exists."""

    id: Identifier | None = None
    product_characteristic: list[Characteristic] = []


class ItemRelationship(Body):
    """How an item stands to another of the same order: a bundle ``bundles`` its legs."""

    id: ItemIdentifier
    relationship_type: str = "bundles"


class ItemBody(Body):
    """One line of an order."""

    id: ItemIdentifier
    action: str
    product_offering: Reference | None = None
    product: ProductBody = msgspec.field(default_factory=ProductBody)
    product_order_item_relationship: list[ItemRelationship] = []


class OrderBody(Body):
    """A product order as a channel sends it."""

    product_order_item: list[ItemBody]
    related_party: list[PartyReference] = []
    billing_account: Reference | None = None
    external_id: Identifier | None = None


def place_order(actor: Actor, body: OrderBody, context: Context) -> Answer:
    """Submit the order; wait for its close where asked and a seat is free."""
    request = _request(body, context)
    return submit(
        context,
        lambda submission: services.submit_order(
            request=request, submission=submission, actor=actor, at=context.at
        ),
        lambda order: order.order_no,
    )


def _request(body: OrderBody, context: Context) -> OrderRequest:
    customers = [party.id for party in body.related_party if party.role.lower() == "customer"]
    items = tuple(_item(item) for item in body.product_order_item)
    opens = not all(item.product_no or "subscriber" in item.characteristics for item in items)
    if not customers and opens:  # otherwise the subscriber tells whose order it is
        raise refusals.CustomerNotNamed(field="relatedParty")
    return OrderRequest(
        customer_no=customers[0] if customers else "",
        account_no=body.billing_account.id if body.billing_account else None,
        items=items,
        extension=context.extension,
    )


def _item(item: ItemBody) -> ItemRequest:
    return ItemRequest(
        item_id=item.id,
        action=item.action,
        offering_code=item.product_offering.id if item.product_offering else "",
        product_no=(item.product.id or "") if item.action != "add" else "",
        parts=tuple(
            one.id
            for one in item.product_order_item_relationship
            if one.relationship_type == "bundles"
        ),
        characteristics={one.name: str(one.value) for one in item.product.product_characteristic},
    )


@register
class ProductOrderResource(Resource):
    """Orders for products; an order's id is its number."""

    name = "productOrder"
    type = "ProductOrder"
    base = "/tmf-api/productOrderingManagement/v4/"
    system = "crm"
    key = "order_no"
    read_permission = permissions.VIEW_ORDER
    extension = "extension"
    arrays = ("productOrderItem", "relatedParty", "channel")
    fixed = frozenset({"state", "orderDate", "completionDate"})
    filters = {
        "state": Choice("state", FlowState),
        "externalId": Text("external_id"),
        "category": Text("flow"),
        "relatedParty.id": Text("customer_no"),
        "relatedParty.role": Constant("customer"),
        "billingAccount.id": Text("account_no"),
        "subscriber": Text("subscriber_no"),
        "orderDate": Instant("created_at"),
        "completionDate": Instant("closed_at"),
    }
    sortable = {"id": "order_no", "orderDate": "created_at", "completionDate": "closed_at"}
    create = Create(
        OrderBody, permission=permissions.OPEN_SUBSCRIBER, call=place_order, prefers=True
    )

    def queryset(self, actor: Actor) -> QuerySet[CustomerOrder]:
        return selectors.list_orders(actor)

    def represent(self, row: CustomerOrder, links: Links) -> dict[str, Any]:
        return {
            "externalId": row.external_id or None,
            "category": row.flow,
            "state": row.state,
            "orderDate": row.created_at,
            "completionDate": row.closed_at,
            "statusReason": _cause(row, links),
            "channel": [{"id": row.channel, "name": row.channel}],
            "relatedParty": [links.reference("customer", row.customer_no, role="customer")],
            "billingAccount": links.reference("billingAccount", row.account_no),
            "productOrderItem": [_represent_item(row, item, links) for item in row.items.all()],
        }


def _represent_item(order: CustomerOrder, item: OrderItem, links: Links) -> dict[str, Any]:
    replaces = item.leaving_no if item.leaving_no != item.subscription_no else ""
    return {
        "id": item.item_id,
        "action": item.action,
        "state": order.state,
        "@type": "ProductOrderItem",
        "productOffering": links.reference("productOffering", item.offering_code),
        "productOrderItemRelationship": [
            {"id": part, "relationshipType": "bundles"} for part in item.parts
        ],
        "product": {
            "id": item.subscription_no,
            "href": links.href("product", item.subscription_no),
            "@type": "Product",
            "productRelationship": [
                {"relationshipType": "replaces", "product": links.reference("product", replaces)}
            ]
            if replaces
            else [],
            "productCharacteristic": [
                {"name": name, "value": value}
                for name, value in {
                    **item.characteristics,
                    "subscriber": item.subscriber_no,
                    "subscription": item.subscription_no,
                }.items()
            ],
        },
    }


def _cause(order: CustomerOrder, links: Links) -> str | None:
    if not order.cause_code:
        return None
    return order.cause_zh if links.language == "zh" else order.cause_en

"""TMF637: the products that customers have, which we call subscriptions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from core.tmf import Choice, Constant, Instant, Links, Resource, Text, Whole, register
from customers import permissions, selectors
from customers.models import Subscription
from customers.states import SubscriptionStatus


@register
class ProductResource(Resource):
    """Subscriptions; each names its subscriber and number among its characteristics."""

    name = "product"
    type = "Product"
    base = "/tmf-api/productInventory/v4/"
    system = "crm"
    key = "subscription_no"
    read_permission = permissions.VIEW_SUBSCRIPTION
    extension = "extension"
    arrays = ("productCharacteristic", "relatedParty", "productRelationship")
    filters = {
        "status": Choice("status", SubscriptionStatus),
        "productOffering.id": Text("offering_id"),
        "relatedParty.id": Text("subscriber__customer__customer_no"),
        "relatedParty.role": Constant("customer"),
        "subscriber": Text("subscriber__subscriber_no"),
        "msisdn": Whole("subscriber__service_number"),
        "productSerialNumber": Whole("subscriber__service_number"),
        "startDate": Instant("valid_from"),
        "terminationDate": Instant("valid_to"),
    }
    sortable = {"id": "subscription_no", "startDate": "valid_from"}

    def queryset(self, actor: Actor) -> QuerySet[Subscription]:
        return selectors.list_subscriptions(actor)

    def represent(self, row: Subscription, links: Links) -> dict[str, Any]:
        subscriber = row.subscriber
        holder = subscriber or row.account
        owner = holder.customer if holder else None
        name = row.offering.name_zh if links.language == "zh" else row.offering.name_en
        document: dict[str, Any] = {
            "name": name,
            "status": row.status,
            "startDate": row.valid_from,
            "terminationDate": row.valid_to,
            "orderDate": row.created_at,
            "isBundle": row.offering.kind == "bundle",
            "productOffering": links.reference("productOffering", row.offering_id, name=name),
            "relatedParty": [],
            "productCharacteristic": [],
        }
        if owner is not None:
            document["relatedParty"] = [
                {
                    **links.reference("customer", owner.customer_no, name=owner.name),
                    "role": "customer",
                }
            ]
        if subscriber is not None:
            document["productSerialNumber"] = subscriber.service_number
            document["productCharacteristic"] = [
                {"name": "subscriber", "value": subscriber.subscriber_no},
                {"name": "msisdn", "value": subscriber.service_number},
                {"name": "iccid", "value": subscriber.iccid},
                {"name": "subscriberStatus", "value": subscriber.status},
            ]
        return document

"""TMF666: billing accounts. Creating one opens it for a customer, which orders conduct."""

from __future__ import annotations

from typing import Any, Literal

from django.db.models import QuerySet

from auth_center.actors import Actor
from core.tmf import (
    Answer,
    Body,
    Choice,
    Constant,
    Context,
    Create,
    Identifier,
    Instant,
    Links,
    Name,
    RelatedParty,
    Resource,
    Text,
    register,
)
from customers import permissions as customer_permissions
from customers import selectors as customers
from customers.models import Account
from customers.states import ChargingMode
from customers.values import NewAccount
from orders import permissions, refusals, services
from orders.api.submitting import submit


class AccountBody(Body):
    """An account as a channel sends it; ``ratingType`` is the charging mode."""

    name: Name
    related_party: list[RelatedParty]
    rating_type: Literal["prepaid", "postpaid"] = "postpaid"
    external_id: Identifier | None = None


def open_account(actor: Actor, body: AccountBody, context: Context) -> Answer:
    """Open the account; wait for BOSS's confirmation where asked and a seat is free."""
    owners = [party.id for party in body.related_party if party.role in (None, "customer", "owner")]
    if not owners:
        raise refusals.CustomerNotNamed(field="relatedParty")
    new = NewAccount(
        customer_no=owners[0],
        name=body.name,
        charging_mode=body.rating_type,
        extension=context.extension,
    )
    return submit(
        context,
        lambda submission: services.open_account(
            new=new, submission=submission, actor=actor, at=context.at
        ),
        lambda order: order.account_no,
    )


@register
class BillingAccountResource(Resource):
    """Billing accounts; an account's id is its number."""

    name = "billingAccount"
    type = "BillingAccount"
    base = "/tmf-api/accountManagement/v4/"
    system = "crm"
    key = "account_no"
    read_permission = customer_permissions.VIEW_ACCOUNT
    extension = "extension"
    arrays = ("relatedParty", "accountRelationship")
    fixed = frozenset({"lastModified"})
    filters = {
        "name": Text("name"),
        "ratingType": Choice("charging_mode", ChargingMode),
        "relatedParty.id": Text("customer__customer_no"),
        "relatedParty.role": Constant("customer"),
        "lastModified": Instant("created_at"),
    }
    sortable = {"id": "account_no", "name": "name", "lastModified": "created_at"}
    create = Create(
        AccountBody, permission=permissions.OPEN_ACCOUNT, call=open_account, prefers=True
    )

    def queryset(self, actor: Actor) -> QuerySet[Account]:
        return customers.list_accounts(actor)

    def represent(self, row: Account, links: Links) -> dict[str, Any]:
        owner = links.reference("customer", row.customer.customer_no, name=row.customer.name)
        document: dict[str, Any] = {
            "name": row.name,
            "ratingType": row.charging_mode,
            "state": row.customer.status,
            "lastModified": row.created_at,
            "relatedParty": [{**owner, "role": "customer"}],
        }
        if row.parent is not None:
            document["accountRelationship"] = [
                {
                    "relationshipType": "parent",
                    "account": links.reference("billingAccount", row.parent.account_no),
                    "validFor": {"startDateTime": row.created_at},
                }
            ]
        return document

"""TMF629: customers. Creating one opens it, which orders conduct."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from core.tmf import (
    Answer,
    Body,
    Characteristic,
    Choice,
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
from customers.models import Customer
from customers.states import CustomerStatus
from customers.values import NewCustomer
from orders import permissions, services
from orders.api.submitting import submit


class CustomerBody(Body):
    """A customer as a channel sends it; identity and account details are characteristics."""

    name: Name
    engaged_party: RelatedParty
    characteristic: list[Characteristic] = []
    contact_medium: list[dict[str, Any]] = []
    external_id: Identifier | None = None


# Characteristics that have a field of ours; the others are kept as the client sent them.
_FIELDS = {
    "identityType": "identity_kind",
    "identityNumber": "identity_number",
    "customerType": "kind",
    "segment": "segment",
    "level": "level",
    "region": "region",
    "orgUnit": "org_unit",
    "accountName": "account_name",
    "chargingMode": "charging_mode",
}
# TM Forum's words for a party, in ours.
_KINDS = {"individual": "person", "organization": "organisation"}


def open_customer(actor: Actor, body: CustomerBody, context: Context) -> Answer:
    """Open the customer; wait for BOSS's confirmation where asked and a seat is free."""
    new = _new_customer(body, context)
    return submit(
        context,
        lambda submission: services.open_customer(
            new=new, submission=submission, actor=actor, at=context.at
        ),
        lambda order: order.customer_no,
    )


def _new_customer(body: CustomerBody, context: Context) -> NewCustomer:
    fields: dict[str, Any] = {}
    kept = []
    for one in body.characteristic:
        if one.name in _FIELDS:
            fields[_FIELDS[one.name]] = str(one.value)
        else:
            kept.append({"name": one.name, "value": one.value})
    if "kind" in fields:
        fields["kind"] = _KINDS.get(fields["kind"].lower(), fields["kind"])
    extension = dict(context.extension)
    if kept:
        extension["characteristic"] = kept
    if body.external_id:
        extension["externalId"] = body.external_id
    return NewCustomer(
        name=body.name,
        engaged_party=context.raw.get("engagedParty", {}),
        contact_medium=body.contact_medium,
        extension=extension,
        **fields,
    )


@register
class CustomerResource(Resource):
    """Customers; a customer's id is its number."""

    name = "customer"
    type = "Customer"
    base = "/tmf-api/customerManagement/v4/"
    system = "crm"
    key = "customer_no"
    read_permission = customer_permissions.VIEW_CUSTOMER
    extension = "extension"
    arrays = ("account", "characteristic", "contactMedium")
    fixed = frozenset({"status", "createdAt"})
    filters = {
        "name": Text("name"),
        "status": Choice("status", CustomerStatus),
        "account.id": Text("accounts__account_no", many=True),
        "engagedParty.id": Text("engaged_party__id"),
        "engagedParty.name": Text("engaged_party__name"),
        "externalId": Text("extension__externalId"),
        "createdAt": Instant("created_at"),
    }
    sortable = {"id": "customer_no", "name": "name", "createdAt": "created_at"}
    create = Create(
        CustomerBody, permission=permissions.OPEN_CUSTOMER, call=open_customer, prefers=True
    )

    def queryset(self, actor: Actor) -> QuerySet[Customer]:
        return (
            customers.list_customers(actor).select_related("identity").prefetch_related("accounts")
        )

    def represent(self, row: Customer, links: Links) -> dict[str, Any]:
        kept = row.extension.get("characteristic", [])
        return {
            "name": row.name,
            "status": row.status,
            "engagedParty": row.engaged_party,
            "contactMedium": row.contact_medium,
            "createdAt": row.created_at,
            "account": [
                links.reference("billingAccount", account.account_no, name=account.name)
                for account in row.accounts.all()
            ],
            "characteristic": [*_characteristics(row), *kept],
        }


def _characteristics(row: Customer) -> list[dict[str, Any]]:
    values = {
        "customerType": row.kind,
        "segment": row.segment,
        "level": row.level,
        "region": row.region,
        "orgUnit": row.org_unit,
    }
    identity = getattr(row, "identity", None)
    if identity is not None:
        values |= {"identityType": identity.kind, "identityNumber": identity.number_masked}
    return [{"name": name, "value": value} for name, value in values.items() if value]

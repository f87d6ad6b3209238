"""TMF678 customerBillOnDemand: the bill of an account's last cycle, wanted now."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from billing import permissions
from billing.api.customer_bill import BASE
from billing.bill_run.on_demand import (
    DONE,
    IN_PROGRESS,
    REJECTED,
    ask_for_bill,
    list_requests,
)
from billing.models import BillRequest
from core.identifiers import uuid7
from core.tmf import (
    Answer,
    Body,
    Choice,
    Context,
    Create,
    Identifier,
    Instant,
    Links,
    Name,
    Reference,
    Resource,
    Text,
    register,
)


class NewBillRequest(Body):
    """Whose bill is wanted."""

    billing_account: Reference
    name: Name | None = None
    description: Name | None = None
    external_id: Identifier | None = None


def ask(actor: Actor, body: NewBillRequest, context: Context) -> Answer:
    """Ask for the bill; under the same externalId it is one request."""
    kept = {name: one for name, one in context.extension.items() if name != "externalId"}
    wanted = ask_for_bill(
        account_no=body.billing_account.id,
        reference=context.external_id or str(uuid7()),
        name=body.name or "",
        description=body.description or "",
        extension=kept or None,
        actor=actor,
        at=context.at,
    )
    return Answer(str(wanted.pk), status=201 if wanted.asked_at == context.at else 200)


@register
class CustomerBillOnDemandResource(Resource):
    """Requests for bills; ``state`` is done once the account has its bill of the last cycle.

    It is inProgress until the cycle's run, and rejected where there was nothing to bill.
    """

    name = "customerBillOnDemand"
    type = "CustomerBillOnDemand"
    base = BASE
    system = "boss"
    about = "即时账单: told under the client's own externalId; told again it is the same request."
    key = "pk"
    read_permission = permissions.VIEW_BILL
    extension = "extension"
    fixed = frozenset({"state", "lastUpdate", "customerBill"})
    filters = {
        "state": Choice(
            "state", {IN_PROGRESS: (IN_PROGRESS,), DONE: (DONE,), REJECTED: (REJECTED,)}
        ),
        "billingAccount.id": Text("account__account_no"),
        "customerBill.id": Text("bill_no"),
        "relatedParty.id": Text("account__customer__customer_no"),
        "lastUpdate": Instant("asked_at"),
    }
    sortable = {"id": "pk", "lastUpdate": "asked_at"}
    create = Create(NewBillRequest, permission=permissions.BILL_ON_DEMAND, call=ask)

    def queryset(self, actor: Actor) -> QuerySet[BillRequest]:
        return list_requests(actor)

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        customer = row.account.customer
        document: dict[str, Any] = {
            "name": row.name or None,
            "description": row.description or None,
            "lastUpdate": row.asked_at,
            "state": row.state,
            "billingAccount": links.reference(
                "billingAccount", row.account.account_no, name=row.account.name
            ),
            "relatedParty": {
                **links.reference("customer", customer.customer_no, name=customer.name),
                "role": "customer",
            },
        }
        if row.bill_no:
            document["customerBill"] = links.reference(
                "customerBill", row.bill_no, type="CustomerBill"
            )
        return document

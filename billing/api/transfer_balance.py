"""TMF654 transferBalance: cash that becomes another account's, or is set aside for a use."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from billing import permissions, prepaid
from billing.api.balances import BASE, Quantity, money, reference_of
from billing.models import JournalEntry
from core.tmf import (
    Answer,
    Body,
    Context,
    Create,
    Identifier,
    Instant,
    Links,
    Prose,
    Reference,
    Resource,
    register,
)


class NewTransfer(Body):
    """From one account's cash to another's; ``chargeGroup`` sets it aside for those charges."""

    amount: Quantity
    party_account: Reference
    receiver_party_account: Reference
    reason: Prose
    charge_group: list[Identifier] = []
    external_id: Identifier | None = None


def transfer(actor: Actor, body: NewTransfer, context: Context) -> Answer:
    """Move it; under the same externalId it is moved once."""
    moved = prepaid.transfer_balance(
        account_no=body.party_account.id,
        to_account_no=body.receiver_party_account.id,
        amount=body.amount.amount,
        currency=body.amount.units or "",
        charge_groups=body.charge_group,
        reason=body.reason,
        reference=reference_of(actor, context),
        actor=actor,
        at=context.at,
    )
    return Answer(str(moved.pk), status=201 if moved.posted_at == context.at else 200)


@register
class TransferBalanceResource(Resource):
    """Transfers between accounts, one journal entry each."""

    name = "transferBalance"
    type = "TransferBalance"
    base = BASE
    system = "boss"
    about = "余额转移: free cash moves; gifts do not."
    read_permission = permissions.VIEW_BALANCE
    arrays = ("relatedParty", "impactedBucket")
    filters = {"requestedDate": Instant("posted_at")}
    sortable = {"id": "pk", "requestedDate": "posted_at"}
    create = Create(NewTransfer, permission=permissions.TRANSFER, call=transfer)

    def queryset(self, actor: Actor) -> QuerySet[JournalEntry]:
        return prepaid.list_transfers(actor)

    def represent(self, row: Any, links: Links) -> dict[str, Any]:
        return {
            "status": "completed",
            "usageType": "monetary",
            "amount": money(row.amount, row.currency),
            "reason": row.reason,
            "requestedDate": row.posted_at,
            "confirmationDate": row.posted_at,
            "bucket": links.reference("bucket", row.giver_book),
            "partyAccount": links.reference("billingAccount", row.giver_no),
            "receiverBucket": links.reference("bucket", row.taker_book),
            "receiverPartyAccount": links.reference("billingAccount", row.taker_no),
        }

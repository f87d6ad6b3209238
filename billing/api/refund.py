"""TMF676 refund: a part of an account's cash balance, given back."""

from __future__ import annotations

from typing import Any

from auth_center.actors import Actor
from billing import payments, permissions
from billing.api.payment import (
    STATUSES,
    PaymentMethodSaid,
    PaymentsAlike,
    kept,
    method_of,
    source_of,
)
from billing.models import Payment
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
    Money,
    Name,
    Reference,
    Text,
    register,
)


class NewRefund(Body):
    """A refund as a channel asks for it; ``description`` is its reason."""

    account: Reference
    payment_method: PaymentMethodSaid
    total_amount: Money
    description: Name
    payment: Reference | None = None
    correlator_id: Identifier | None = None
    external_id: Identifier | None = None


def give_back(actor: Actor, body: NewRefund, context: Context) -> Answer:
    """Give the amount back; under the same correlatorId, or externalId, it is given once."""
    made = payments.refund(
        account_no=body.account.id,
        amount=body.total_amount.value,
        method=method_of(body.payment_method),
        reason=body.description,
        source=source_of(actor),
        reference=context.external_id or body.correlator_id or str(uuid7()),
        refund_of=body.payment.id if body.payment else "",
        extension=kept(context),
        actor=actor,
        at=context.at,
    )
    return Answer(made.payment_no, status=201 if made.recorded_at == context.at else 200)


@register
class RefundResource(PaymentsAlike):
    """Refunds, each with the payment that it gives back where one was named."""

    name = "refund"
    type = "Refund"
    kind = "refund"
    arrays = ()
    fixed = frozenset({"status", "statusDate", "refundDate", "amount"})
    filters = {
        "status": Choice("state", STATUSES),
        "account.id": Text("account__account_no"),
        "refundDate": Instant("paid_at"),
        "correlatorId": Text("reference"),
        "payment.id": Text("refund_of__payment_no"),
    }
    sortable = {"id": "payment_no", "refundDate": "paid_at"}
    create = Create(NewRefund, permission=permissions.REFUND, call=give_back)

    def represent(self, row: Payment, links: Links) -> dict[str, Any]:
        document = {**super().represent(row, links), "refundDate": row.paid_at}
        if row.refund_of is not None:
            document["payment"] = links.reference("payment", row.refund_of.payment_no)
        return document

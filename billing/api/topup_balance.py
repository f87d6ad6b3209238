"""TMF654 topupBalance: money that a channel has taken to be kept on a balance."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from auth_center.actors import Actor
from billing import payments, permissions
from billing.api.balances import BASE, Quantity, account_reference, kept, money
from billing.api.payment import source_of
from billing.models import Payment
from billing.payments.vouchers import use_voucher
from billing.selectors.payments import list_payments
from billing.states import PaymentMethod, PaymentState
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
    Prose,
    Reference,
    Resource,
    Text,
    register,
)
from core.tmf.errors import InvalidValue

STATUSES = {"completed": (PaymentState.DONE,), "cancelled": (PaymentState.REVERSED,)}


class NewTopup(Body):
    """How much for which account; or a voucher's secret, which says how much."""

    party_account: Reference
    amount: Quantity | None = None
    voucher: Identifier | None = None
    description: Name | None = None
    reason: Prose | None = None
    external_id: Identifier | None = None


def top_up(actor: Actor, body: NewTopup, context: Context) -> Answer:
    """Take it: open bills are paid first, the rest is balance; once under one externalId."""
    account_no = body.party_account.id
    if body.voucher is not None:
        paid = use_voucher(account_no=account_no, secret=body.voucher, actor=actor, at=context.at)
    elif body.amount is None:
        raise InvalidValue("amount", "应有金额或充值卡密码", "an amount or a voucher is expected")
    else:
        paid = payments.take_payment(
            account_no=account_no,
            amount=body.amount.amount,
            currency=body.amount.units or "",
            method=PaymentMethod.TOP_UP,
            source=source_of(actor),
            reference=context.external_id or str(uuid7()),
            reason=body.description or "",
            extension=kept(context),
            actor=actor,
            at=context.at,
        )
    return Answer(paid.payment_no, status=201 if paid.recorded_at == context.at else 200)


@register
class TopupBalanceResource(Resource):
    """Top-ups; each is a payment, and cancelled once that is reversed."""

    name = "topupBalance"
    type = "TopupBalance"
    base = BASE
    system = "boss"
    about = "充值: told under the client's own externalId; told again it is the same top-up."
    key = "payment_no"
    read_permission = permissions.VIEW_PAYMENT
    extension = "extension"
    arrays = ("relatedParty", "impactedBucket")
    fixed = frozenset({"status", "requestedDate", "confirmationDate", "impactedBucket", "payment"})
    filters = {
        "status": Choice("state", STATUSES),
        "partyAccount.id": Text("account__account_no"),
        "requestedDate": Instant("recorded_at"),
    }
    sortable = {"id": "payment_no", "requestedDate": "recorded_at"}
    create = Create(NewTopup, permission=permissions.TAKE_PAYMENT, call=top_up)

    def queryset(self, actor: Actor) -> QuerySet[Payment]:
        methods = [PaymentMethod.TOP_UP, PaymentMethod.VOUCHER]
        return list_payments(actor).filter(kind="payment", method__in=methods)

    def represent(self, row: Payment, links: Links) -> dict[str, Any]:
        return {
            "status": "completed" if row.state == PaymentState.DONE else "cancelled",
            "usageType": "monetary",
            "amount": money(row.amount, row.currency),
            "requestedDate": row.recorded_at,
            "confirmationDate": row.reversed_at or row.recorded_at,
            "description": row.reason,
            "partyAccount": account_reference(row.account, links),
            "payment": [links.reference("payment", row.payment_no)],
        }

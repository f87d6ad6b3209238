"""TMF676 payment: money that a channel has taken for an account."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.models import QuerySet

from auth_center.actors import Actor
from billing import payments, permissions
from billing.models import Payment
from billing.payments.vouchers import use_voucher
from billing.selectors.payments import list_payments
from billing.states import PaymentState
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
    Resource,
    Text,
    register,
)
from core.tmf.errors import InvalidValue

BASE = "/tmf-api/paymentManagement/v4/"
# TM Forum's kinds of payment methods, and ours.
METHODS = {
    "Cash": "cash",
    "BankCard": "card",
    "BankAccountTransfer": "transfer",
    "Voucher": "voucher",
    "BucketPrepayment": "top_up",
    "DigitalWallet": "online",
    "BankAccountDebit": "bank_file",
}
_TYPES = {ours: theirs for theirs, ours in METHODS.items()}
STATUSES = {"done": (PaymentState.DONE,), "reversed": (PaymentState.REVERSED,)}


class PaymentMethodSaid(Body):
    """How it was paid: one of TM Forum's kinds; ``code`` is a voucher's secret."""

    type: Name = msgspec.field(name="@type")
    code: Identifier | None = None


class NewPayment(Body):
    """A payment as a channel tells of it."""

    account: Reference
    payment_method: PaymentMethodSaid
    total_amount: Money
    correlator_id: Identifier | None = None
    external_id: Identifier | None = None
    description: Name | None = None


def take(actor: Actor, body: NewPayment, context: Context) -> Answer:
    """Take the payment; under the same correlatorId, or externalId, it is taken once."""
    method = method_of(body.payment_method)
    if method == "voucher":
        if body.payment_method.code is None:
            field = "paymentMethod.code"
            raise InvalidValue(field, "应为充值卡密码", "the voucher's secret is expected")
        paid = use_voucher(
            account_no=body.account.id,
            secret=body.payment_method.code,
            actor=actor,
            at=context.at,
        )
        return Answer(paid.payment_no)
    reference = context.external_id or body.correlator_id
    paid = payments.take_payment(
        account_no=body.account.id,
        amount=body.total_amount.value,
        currency=body.total_amount.unit,
        method=method,
        source=source_of(actor),
        reference=reference or str(uuid7()),
        reason=body.description or "",
        extension=kept(context),
        actor=actor,
        at=context.at,
    )
    return Answer(paid.payment_no, status=201 if paid.recorded_at == context.at else 200)


def method_of(said: PaymentMethodSaid) -> str:
    """Return our word for a payment method; raise ``InvalidValue``."""
    if said.type not in METHODS:
        known = ", ".join(METHODS)
        raise InvalidValue("paymentMethod.@type", f"应为 {known}", f"one of {known} is expected")
    return METHODS[said.type]


def source_of(actor: Actor) -> str:
    """Return the source of what this client tells: references are its own."""
    return f"api:{actor.number}"[:40]


def kept(context: Context) -> dict[str, Any] | None:
    """Return what the client said beyond what we know, to be told again."""
    return {name: one for name, one in context.extension.items() if name != "externalId"} or None


def _said(row: Payment) -> dict[str, Any]:
    """Return what a client said of the method beyond its kind."""
    said = (row.extension or {}).get("paymentMethod")
    return said if isinstance(said, dict) else {}


class PaymentsAlike(Resource):
    """What payments and refunds have in common."""

    base = BASE
    system = "boss"
    key = "payment_no"
    read_permission = permissions.VIEW_PAYMENT
    extension = "extension"
    kind = "payment"

    def queryset(self, actor: Actor) -> QuerySet[Payment]:
        return list_payments(actor).filter(kind=self.kind)

    def represent(self, row: Payment, links: Links) -> dict[str, Any]:
        amount = {"unit": row.currency, "value": row.amount}
        method = {} if "name" in _said(row) else {"name": row.method}
        return {
            "status": row.state,
            "statusDate": row.reversed_at or row.recorded_at,
            "description": row.reason,
            "correlatorId": row.reference,
            "account": links.reference(
                "billingAccount", row.account.account_no, name=row.account.name
            ),
            "paymentMethod": {**method, "@type": _TYPES[row.method]},
            "amount": amount,
            "totalAmount": amount,
        }


@register
class PaymentResource(PaymentsAlike):
    """Payments; ``status`` is done or reversed."""

    name = "payment"
    type = "Payment"
    about = "缴费: told under the client's own correlatorId; told again it is the same payment."
    arrays = ("paymentItem", "relatedParty")
    fixed = frozenset({"status", "statusDate", "paymentDate", "amount", "paymentItem"})
    filters = {
        "status": Choice("state", STATUSES),
        "account.id": Text("account__account_no"),
        "paymentDate": Instant("paid_at"),
        "correlatorId": Text("reference"),
        "paymentMethod.@type": Choice("method", {one: (ours,) for one, ours in METHODS.items()}),
    }
    sortable = {"id": "payment_no", "paymentDate": "paid_at"}
    create = Create(NewPayment, permission=permissions.TAKE_PAYMENT, call=take)

    def represent(self, row: Payment, links: Links) -> dict[str, Any]:
        return {**super().represent(row, links), "paymentDate": row.paid_at}

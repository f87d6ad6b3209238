"""缴费: taking money for an account, once however often it is told."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.models import BillingAccount, CashierDay, Payment
from billing.payments.cashiers import day_for, unit_of
from billing.payments.money import judged, paid_when
from billing.payments.parties import account_of, lock_accounts
from billing.payments.posting import post_payments
from billing.states import PaymentMethod, PaymentState
from core.errors import Conflict, DomainError
from core.numbers import PAYMENT, issue
from core.systems import System

COUNTER = "counter"  # the source of what a clerk takes at the desk


class MethodUnknown(DomainError):
    """There is no such way to pay, or not at this door."""

    code = "paymentMethodUnknown"
    zh = "不支持的缴费方式 {method}"
    en = "There is no way to pay called {method}"


class ReferenceTaken(Conflict):
    """The payer's side told of another payment under this reference."""

    code = "paymentReferenceTaken"
    zh = "编号 {reference} 已用于另一笔缴费 {payment_no}"
    en = "The reference {reference} stands for another payment, {payment_no}"


def take_payment(
    *,
    account_no: str,
    amount: Decimal | str,
    method: str,
    source: str,
    reference: str,
    actor: Actor,
    at: datetime,
    currency: str = "",
    paid_at: datetime | None = None,
    reason: str = "",
    extension: dict[str, Any] | None = None,
) -> Payment:
    """Take ``amount`` for an account: it writes off what is open, the rest goes to its cash book.

    ``source`` and ``reference`` are the payer's side own name for the payment: told again with the
    same content it returns the payment that was taken, and nothing moves. ``currency`` is the
    account's own when empty, ``paid_at`` is ``at`` when none. What an operator takes at the counter
    belongs to that cashier's day. ``extension`` is what a channel said beyond this.

    Raises ``AccountUnknown``, ``AmountInvalid``, ``CurrencyOfAnother``, ``MethodUnknown``,
    ``ReferenceTaken`` (other content), ``DayClosed`` or ``PeriodClosed``: then nothing is written.
    """
    require(actor, permissions.TAKE_PAYMENT)
    return take_permitted(
        account_no=account_no,
        amount=amount,
        method=method,
        source=source,
        reference=reference,
        actor=actor,
        at=at,
        currency=currency,
        paid_at=paid_at,
        reason=reason,
        extension=extension,
    )


def take_permitted(
    *,
    account_no: str,
    amount: Decimal | str,
    method: str,
    source: str,
    reference: str,
    actor: Actor,
    at: datetime,
    currency: str = "",
    paid_at: datetime | None = None,
    reason: str = "",
    extension: dict[str, Any] | None = None,
) -> Payment:
    """Take a payment whose way in has asked for its own permission: a voucher, a signed callback.

    Otherwise as ``take_payment``.
    """
    if method not in PaymentMethod.values:
        raise MethodUnknown(method=method[:20], field="method")
    account = account_of(account_no, actor)
    value = judged(amount, account, currency)
    digest = content_digest(account.account_no, method, value, account.currency)
    with transaction.atomic(using=System.BOSS.alias):
        lock_accounts([account.pk])
        known = taken_before(source, reference, digest)
        if known is not None:
            return known
        payment = written(
            Payment(
                payment_no=issue(System.BOSS, PAYMENT)[0],
                account=account,
                method=method,
                source=source,
                reference=reference,
                content_digest=digest,
                currency=account.currency,
                amount=value,
                state=PaymentState.DONE,
                paid_at=paid_when(paid_at or at, at),
                recorded_at=at,
                operator_no=actor.number if actor.kind == "operator" else "",
                org_unit=unit_of(actor),
                reason=reason,
                extension=extension,
                cashier_day=_day(actor, source, account, at),
            )
        )
        post_payments([payment], actor=actor, at=at)
        record(
            *(System.BOSS, actor, permissions.TAKE_PAYMENT, f"payment:{payment.payment_no}"),
            at=at,
            after={"account": account.account_no, "amount": value, "method": method},
        )
    return payment


def content_digest(account_no: str, method: str, amount: Decimal, currency: str) -> str:
    """Return what tells one payment under a reference from another one."""
    content = "\0".join([account_no, method, f"{amount:.6f}", currency])
    return hashlib.sha256(content.encode()).hexdigest()


def _day(actor: Actor, source: str, account: BillingAccount, at: datetime) -> CashierDay | None:
    if source != COUNTER or actor.kind != "operator":
        return None
    return day_for(actor, account.currency, at)


def taken_before(source: str, reference: str, digest: str) -> Payment | None:
    """Return the payment of that name if it was taken; raise ``ReferenceTaken`` for another."""
    known = Payment.objects.filter(source=source, reference=reference).first()
    if known is not None and known.content_digest != digest:
        raise ReferenceTaken(reference=reference[:80], payment_no=known.payment_no)
    return known


def written(payment: Payment) -> Payment:
    """Write the row; a reference that somebody took for another account just now is refused."""
    try:
        with transaction.atomic(using=System.BOSS.alias):
            payment.save(force_insert=True)
    except IntegrityError:
        known = Payment.objects.filter(source=payment.source, reference=payment.reference).first()
        if known is None:
            raise
        raise ReferenceTaken(reference=payment.reference, payment_no=known.payment_no) from None
    return payment

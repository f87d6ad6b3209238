"""退款: giving a customer's own money back from the cash balance."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require, within_limit
from billing import permissions
from billing.ledger.chart import Ledger
from billing.ledger.posting import Line, post
from billing.models import BalanceBook, Payment
from billing.payments.cashiers import day_for, unit_of
from billing.payments.money import judged
from billing.payments.parties import account_of, cash_book, lock_accounts
from billing.payments.places import PLACE
from billing.payments.reasons import stated
from billing.payments.taking import (
    COUNTER,
    MethodUnknown,
    content_digest,
    taken_before,
    written,
)
from billing.selectors.payments import get_payment
from billing.states import EntryKind, PaymentMethod, PaymentState
from core.errors import Conflict
from core.numbers import PAYMENT, issue
from core.systems import System

BACK = (PaymentMethod.CASH, PaymentMethod.CARD, PaymentMethod.TRANSFER, PaymentMethod.ONLINE)


class BalanceShort(Conflict):
    """The cash balance has not so much that is free."""

    code = "balanceShort"
    zh = "现金余额可动用 {free}, 不足 {amount}"
    en = "{free} of the cash balance is free, less than {amount}"


class NotOfThisAccount(Conflict):
    """The payment that a refund names was made for another account, or stands no more."""

    code = "refundOfAnother"
    zh = "缴费 {payment_no} 不属于该账户、已返销或小于退款金额"
    en = "The payment {payment_no} is another account's, was reversed or is less than the refund"


def refund(
    *,
    account_no: str,
    amount: Decimal | str,
    method: str,
    reason: str,
    reference: str,
    actor: Actor,
    at: datetime,
    source: str = COUNTER,
    refund_of: str = "",
    approved_by: str = "",
    extension: dict[str, Any] | None = None,
) -> Payment:
    """Give ``amount`` of an account's cash balance back; gifts are never given back.

    ``refund_of`` is the payment it came with, if one is named. ``source`` and ``reference`` make
    it repeatable as in ``take_payment``. ``approved_by`` is who approved one above the actor's
    limit.

    Raises ``AccountUnknown``, ``PaymentUnknown``, ``NotOfThisAccount``, ``AmountInvalid``,
    ``MethodUnknown``, ``ReasonMissing``, ``BalanceShort``, ``ReferenceTaken``, ``LimitExceeded``,
    ``DayClosed`` or ``PeriodClosed``: then nothing is written.
    """
    require(actor, permissions.REFUND)
    if method not in BACK:
        raise MethodUnknown(method=method[:20], field="method")
    why = stated(reason)
    account = account_of(account_no, actor)
    value = judged(amount, account)
    if not approved_by:
        within_limit(actor, permissions.REFUND, value)
    digest = content_digest(account.account_no, f"refund {method}", value, account.currency)
    with transaction.atomic(using=System.BOSS.alias):
        lock_accounts([account.pk])
        known = taken_before(source, reference, digest)
        if known is not None:
            return known
        origin = _origin(refund_of, account.pk, value, actor)
        book = cash_book(account, account.currency, at)
        free = book.amount - book.reserved
        if free < value:
            raise BalanceShort(free=free, amount=value)
        at_desk = source == COUNTER and actor.kind == "operator"
        payment = written(
            Payment(
                payment_no=issue(System.BOSS, PAYMENT)[0],
                account=account,
                kind="refund",
                method=method,
                source=source,
                reference=reference,
                content_digest=digest,
                currency=account.currency,
                amount=value,
                state=PaymentState.DONE,
                paid_at=at,
                recorded_at=at,
                operator_no=actor.number if actor.kind == "operator" else "",
                org_unit=unit_of(actor),
                reason=why,
                extension=extension,
                refund_of=origin,
                cashier_day=day_for(actor, account.currency, at) if at_desk else None,
            )
        )
        post(
            EntryKind.REFUND,
            [
                Line(ledger=Ledger.CASH_BALANCE, amount=value, book_id=book.pk),
                Line(ledger=PLACE[PaymentMethod(method)], amount=-value),
            ],
            source=("payment", payment.payment_no),
            currency=account.currency,
            account_id=account.pk,
            actor=actor,
            at=at,
            reason=why,
        )
        BalanceBook.objects.filter(pk=book.pk).update(amount=F("amount") - value)
        record(
            *(System.BOSS, actor, permissions.REFUND, f"payment:{payment.payment_no}"),
            at=at,
            after={"account": account.account_no, "amount": value, "approved_by": approved_by},
        )
    return payment


def _origin(payment_no: str, account_id: int, amount: Decimal, actor: Actor) -> Payment | None:
    if not payment_no:
        return None
    found = get_payment(payment_no, actor)
    given = sum((one.amount for one in found.refunds.all()), Decimal())
    stands = found.kind == "payment" and found.state == PaymentState.DONE
    if found.account_id != account_id or not stands or given + amount > found.amount:
        raise NotOfThisAccount(payment_no=payment_no)
    return found

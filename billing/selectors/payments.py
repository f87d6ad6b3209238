"""Reading payments and adjustments, and what became of their money."""

from __future__ import annotations

from django.db.models import QuerySet

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing.models import Adjustment, Payment
from core.errors import NotFound


class PaymentUnknown(NotFound):
    """There is no such payment, or not within what the actor may see."""

    code = "paymentUnknown"
    zh = "没有缴费记录 {payment_no}"
    en = "There is no payment {payment_no}"


class AdjustmentUnknown(NotFound):
    """There is no such adjustment, or not within what the actor may see."""

    code = "adjustmentUnknown"
    zh = "没有调账 {adjustment_no}"
    en = "There is no adjustment {adjustment_no}"


def list_payments(actor: Actor) -> QuerySet[Payment]:
    """Return the payments and refunds of the accounts that ``actor`` may see, the newest first."""
    rows = Payment.objects.select_related("account__customer", "refund_of").order_by("-pk")
    return narrowed(
        rows, actor, region="account__customer__region", unit="account__customer__org_unit"
    )


def get_payment(payment_no: str, actor: Actor) -> Payment:
    """Return the payment of that number; raise ``PaymentUnknown``."""
    found = list_payments(actor).filter(payment_no=payment_no).first()
    if found is None:
        raise PaymentUnknown(payment_no=payment_no[:24])
    return found


def list_adjustments(actor: Actor) -> QuerySet[Adjustment]:
    """Return the adjustments of the accounts that ``actor`` may see, the newest first."""
    rows = Adjustment.objects.select_related("account__customer").order_by("-pk")
    return narrowed(
        rows, actor, region="account__customer__region", unit="account__customer__org_unit"
    )


def get_adjustment(adjustment_no: str, actor: Actor) -> Adjustment:
    """Return the adjustment of that number; raise ``AdjustmentUnknown``."""
    found = list_adjustments(actor).filter(adjustment_no=adjustment_no).first()
    if found is None:
        raise AdjustmentUnknown(adjustment_no=adjustment_no[:24])
    return found

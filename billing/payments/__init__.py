"""缴费: payments, write-off, reversals, refunds, adjustments, bank files, cashiers' days."""

from billing.payments.adjusting import adjust_account, reverse_adjustment
from billing.payments.overdue import refresh_overdue
from billing.payments.refunding import refund
from billing.payments.releasing import release_bills
from billing.payments.reversing import reverse_payment
from billing.payments.settling import settle_bills
from billing.payments.taking import take_payment

__all__ = [
    "adjust_account",
    "refresh_overdue",
    "refund",
    "release_bills",
    "reverse_adjustment",
    "reverse_payment",
    "settle_bills",
    "take_payment",
]

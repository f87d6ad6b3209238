"""What is put right after the month's payments, what is contested, invoiced, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

from auth_center.actors import Actor
from billing.calendar import operator_zone
from billing.invoicing import issue_invoice, undo_invoice
from billing.models import CashierDay, Invoice
from billing.payments import adjust_account, refund, reverse_payment, take_payment
from billing.payments.adjusting import GOODWILL
from billing.payments.cashiers import close_day, confirm_day, expected_of
from billing.payments.disputing import dispute_bill
from billing.payments.taking import COUNTER
from billing.states import DayState, PaymentMethod, PaymentState
from demo.coming import KEY
from demo.paying import Due

COMPANY = ("广州三湖贸易有限公司", "91440106MA5CTK2X7Q")
CLOSING = time(19)
MISSING = Decimal("0.50")  # what the cashier's first day lacks


def mend(owed: Sequence[Due], *, cashier: Actor, finance: Actor) -> None:
    """Reverse a payment for the wrong account, give a rest back, lower a bill, contest another one.

    Each happens to the first customer whom it fits, once.
    """
    cash = [due for due in owed if due.method == PaymentMethod.CASH]
    open_ones = [due for due in owed if due.method is None]
    _take_for_another(cash[0], open_ones[0], cashier)
    _give_rest_back(next(due for due in owed if due.method == PaymentMethod.CARD), cashier)
    lowered = next(due for due in cash if due.amount < due.bill.receivable)
    adjust_account(
        account_no=lowered.bill.account.account_no,
        amount=Decimal(5),
        kind=GOODWILL,
        reason="网络故障补偿",
        reference=f"{KEY}-goodwill",
        bill_no=lowered.bill.bill_no,
        actor=cashier,
        at=lowered.at + timedelta(hours=1),
    )
    contested = open_ones[1]
    dispute_bill(
        bill_no=contested.bill.bill_no,
        reason="客户称部分流量非本人使用",
        actor=finance,
        at=contested.at,
    )


def invoice(owed: Sequence[Due], *, actor: Actor) -> None:
    """Invoice two bills that were paid whole, the second one anew: its title was wrong."""
    first, second = [due for due in owed if due.amount >= due.bill.receivable][:2]
    for due in (first, second):
        if Invoice.objects.filter(bill_id=due.bill.pk).exists():
            return
    at = second.at + timedelta(minutes=20)
    issue_invoice(bill_no=first.bill.bill_no, title=first.bill.account.name, actor=actor, at=at)
    wrong = issue_invoice(
        bill_no=second.bill.bill_no, title=second.bill.account.name, actor=actor, at=at
    )
    at += timedelta(days=1)
    undo_invoice(invoice_no=wrong.invoice_no, reason="抬头应为单位", actor=actor, at=at)
    title, tax_number = COMPANY
    issue_invoice(
        bill_no=second.bill.bill_no, title=title, tax_number=tax_number, actor=actor, at=at
    )


def close_days(*, cashier: Actor, finance: Actor) -> None:
    """Count what was taken day by day: the first day lacks a little, the last is not confirmed."""
    days = list(CashierDay.objects.filter(operator_no=cashier.number).order_by("day"))
    for place, one in enumerate(days):
        at = datetime.combine(one.day, CLOSING, operator_zone())
        if one.state == DayState.OPEN:
            counted = expected_of(one)
            if place == 0:
                counted[PaymentMethod.CASH] -= MISSING
            note = "找零差错" if place == 0 else ""
            close_day(day=one.day, counted=counted, note=note, actor=cashier, at=at)
        if one.state != DayState.CONFIRMED and one is not days[-1]:
            confirm_day(
                operator_no=cashier.number,
                day=one.day,
                actor=finance,
                at=at + timedelta(hours=14),
            )


def _take_for_another(due: Due, other: Due, cashier: Actor) -> None:
    """Take a bill's amount for another account by mistake, see it, and undo it."""
    at = due.at + timedelta(minutes=5)
    mistaken = take_payment(
        account_no=other.bill.account.account_no,
        amount=Decimal(50),
        method=PaymentMethod.CASH,
        source=COUNTER,
        reference=f"{KEY}-mistaken",
        actor=cashier,
        at=at,
    )
    if mistaken.state == PaymentState.DONE:
        reverse_payment(
            payment_no=mistaken.payment_no,
            reason="缴错账户",
            actor=cashier,
            at=at + timedelta(minutes=5),
        )


def _give_rest_back(due: Due, cashier: Actor) -> None:
    refund(
        account_no=due.bill.account.account_no,
        amount=due.amount - due.bill.receivable.quantize(Decimal("0.01")),
        method=PaymentMethod.CASH,
        reason="客户要求退还余额",
        reference=f"{KEY}-refund",
        actor=cashier,
        at=due.at + timedelta(hours=1),
    )

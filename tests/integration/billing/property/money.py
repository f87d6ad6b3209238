"""Deeds of money: payments of every kind, what undoes them, gifts, and calls paid at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from billing.models import Adjustment, BankLine, Bill, Payment, Reservation
from billing.payments import (
    adjust_account,
    refund,
    reverse_adjustment,
    reverse_payment,
    take_payment,
)
from billing.payments.bank_files import load_bank_file, post_bank_files
from billing.payments.suspense import assign_suspense, return_suspense
from billing.payments.vouchers import issue_vouchers, use_voucher
from billing.prepaid import (
    Wish,
    debit,
    extend,
    give_balance,
    release,
    reserve,
    transfer_balance,
)
from billing.states import BankLineState
from tests.integration.billing.property.history import History, days


def account_pays(history: History, *, account: str, amount: Decimal, method: str) -> None:
    """Let money be taken at the counter, or come from a payment service."""
    source = "counter" if method in ("cash", "card") else "wallet"
    history.call(
        take_payment, account_no=account, amount=amount, method=method, source=source,
        reference=history.next(),
    )  # fmt: skip


def voucher_is_used(history: History, *, account: str, amount: Decimal) -> None:
    """Let a voucher be made and used."""
    until = history.now + days(90)
    [(_, secret)] = issue_vouchers(
        count=1, amount=amount, expires_at=until, actor=history.clerk, at=history.now
    )
    history.call(use_voucher, account_no=account, secret=secret)


def bank_tells(history: History, *, lines: Sequence[tuple[str, Decimal]]) -> None:
    """Let a bank's file be taken and paid; what names nobody's account goes into suspense."""
    rows = [f"D,{history.next()},{account},{amount},20260301,王芳" for account, amount in lines]
    total = sum((amount for _, amount in lines), Decimal())
    content = "\n".join(["H,ICBC,CNY", *rows, f"T,{len(lines)},{total}", ""]).encode()
    history.call(load_bank_file, name=history.next(), content=content)
    while history.call(post_bank_files):
        pass


def suspense_is_cleared(history: History, *, which: int, account: str, back: bool) -> None:
    """Let a person say whose the money is, or send it back."""
    waiting = BankLine.objects.filter(state=BankLineState.SUSPENSE).order_by("pk")
    for one in waiting[which : which + 1]:
        if back:
            history.call(return_suspense, line_id=one.pk, reason="退回")
        else:
            history.call(assign_suspense, line_id=one.pk, account_no=account)


def payment_is_reversed(history: History, *, which: int) -> None:
    """Let a payment be undone."""
    for one in Payment.objects.order_by("pk")[which : which + 1]:
        history.call(reverse_payment, payment_no=one.payment_no, reason="误收")


def money_goes_back(history: History, *, account: str, amount: Decimal) -> None:
    """Let a part of the cash balance be given back."""
    history.call(
        refund, account_no=account, amount=amount, method="cash", reason="退款",
        reference=history.next(),
    )  # fmt: skip


def account_is_adjusted(
    history: History, *, account: str, amount: Decimal, bill: int | None, kind: str
) -> None:
    """Let an account get something for a reason, on a bill or on its balance."""
    bills = Bill.objects.filter(account__account_no=account).order_by("pk")
    on = "" if bill is None else "".join(one.bill_no for one in bills[bill : bill + 1])
    history.call(
        adjust_account, account_no=account, amount=amount, kind=kind, bill_no=on, reason="补偿",
        reference=history.next(),
    )  # fmt: skip


def adjustment_is_undone(history: History, *, which: int) -> None:
    """Let an adjustment be taken back."""
    for one in Adjustment.objects.order_by("pk")[which : which + 1]:
        history.call(reverse_adjustment, adjustment_no=one.adjustment_no, reason="误调")


def gift_is_given(
    history: History, *, account: str, amount: Decimal, groups: Sequence[str], lasts: int
) -> None:
    """Let an account be given something, which may expire."""
    history.call(
        give_balance, account_no=account, amount=amount, kind="dedicated" if groups else "gift",
        charge_groups=groups, expires_at=history.now + days(lasts), reason="活动",
        reference=history.next(),
    )  # fmt: skip


def balance_moves(
    history: History, *, account: str, other: str, amount: Decimal, groups: Sequence[str]
) -> None:
    """Let cash become another account's, or be set aside."""
    history.call(
        transfer_balance, account_no=account, to_account_no=other, amount=amount,
        charge_groups=groups, reason="转移", reference=history.next(),
    )  # fmt: skip


def session_begins(history: History, *, seconds: int, lasts: int) -> None:
    """Let zhao call: the balance holds what the call may cost."""
    history.call(
        reserve, reference=history.next(), expires_at=history.now + timedelta(minutes=lasts),
        wish=Wish(subscriber_no="zhao", usage="voice", quantity=seconds),
    )  # fmt: skip


def session_goes_on(history: History, *, which: int, seconds: int) -> None:
    """Let a call last longer than was thought."""
    for one in _sessions(which):
        wish = Wish(quantity=(one.quantity or 0) + seconds)
        history.call(extend, reference=one.reference, wish=wish)


def session_is_charged(history: History, *, which: int, seconds: int, final: bool) -> None:
    """Let a part of a call, or the last of it, be taken from the balance."""
    for one in _sessions(which):
        reference = history.next()
        done = history.call(
            debit, reference=reference, reservation=one.reference, final=final,
            wish=Wish(quantity=seconds),
        )  # fmt: skip
        if done is not None:
            zhao = history.place.subscribers["zhao"].service_number
            told = (0, "voice", zhao, history.now.isoformat())
            history.told_uses[f"prepaid:{reference}"] = told


def session_is_released(history: History, *, which: int) -> None:
    """Let a call not be made."""
    for one in _sessions(which):
        history.call(release, reference=one.reference)


def amount_is_charged(history: History, *, account: str, amount: Decimal) -> None:
    """Let an amount be taken from a balance at once."""
    wish = Wish(account_no=account, amount=amount)
    history.call(debit, reference=history.next(), wish=wish)


def _sessions(which: int) -> Sequence[Reservation]:
    return Reservation.objects.order_by("-pk")[which : which + 1]

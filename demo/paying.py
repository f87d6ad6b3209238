"""The month's bills are paid, each in a way of its own: whole, rounded up, in part, not yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from auth_center.actors import Actor
from billing.calendar import Month
from billing.models import Bill, BillRun
from billing.payments import take_payment
from billing.payments.bank_files import load_bank_file, post_portion
from billing.payments.taking import COUNTER
from billing.payments.vouchers import issue_vouchers, use_voucher
from billing.states import BillState, PaymentMethod
from demo.coming import KEY

# One customer after the other: how it pays, and how much of its bill.
WAYS = (
    (PaymentMethod.CASH, "whole"),
    (PaymentMethod.ONLINE, "whole"),
    (PaymentMethod.CARD, "more"),
    (PaymentMethod.CASH, "part"),
    (None, "nothing"),
    (PaymentMethod.BANK_FILE, "whole"),
    (PaymentMethod.TRANSFER, "whole"),
    (PaymentMethod.VOUCHER, "voucher"),
    (PaymentMethod.BANK_FILE, "part"),
    (None, "nothing"),
)
AT_THE_DESK = (PaymentMethod.CASH, PaymentMethod.CARD, PaymentMethod.TRANSFER)
DAYS = 10  # after the bills are there; one customer comes on the first day, the next on the second
VOUCHER = Decimal(50)
STRAY = Decimal("88.00")  # what the bank tells of an account that nobody has
BANK = "ICBC"


@dataclass(frozen=True, slots=True)
class Due:
    """A bill to be paid, in which way, how much of it and when."""

    bill: Bill
    method: PaymentMethod | None
    amount: Decimal
    at: datetime

    @property
    def reference(self) -> str:
        """The payer's own name for the payment."""
        return f"{KEY}-{self.bill.bill_no}"


def dues(run: BillRun, since: datetime) -> list[Due]:
    """Return who of a run's bills pays what, in the order of their days."""
    bills = Bill.objects.filter(run=run, state=BillState.ISSUED, receivable__gt=0)
    ordered = bills.select_related("account").order_by("account__account_no")
    found = []
    for place, bill in enumerate(ordered):
        method, share = WAYS[place % len(WAYS)]
        at = since + timedelta(days=1 + place % DAYS, minutes=place * 11)
        found.append(Due(bill, method, _amount(share, bill.receivable), at))
    return sorted(found, key=lambda due: due.at)


def pay(owed: Sequence[Due], *, actor: Actor, cashier: Actor) -> None:
    """Take what is paid at the desk, told by a payment service, or paid with a voucher."""
    for due in owed:
        if due.method in AT_THE_DESK:
            _take(due, COUNTER, cashier)
        elif due.method == PaymentMethod.ONLINE:
            _take(due, "demo-pay", actor)
        elif due.method == PaymentMethod.VOUCHER:
            _use_voucher(due, actor, cashier)


def bank_file(owed: Sequence[Due], month: Month) -> bytes:
    """Return the bank's file: who pays through the bank, and one payment of nobody's account."""
    through = [due for due in owed if due.method == PaymentMethod.BANK_FILE]
    rows = [
        f"D,{due.reference},{due.bill.account.account_no},{due.amount:.2f},"
        f"{due.at:%Y-%m-%dT%H:%M:%S},{due.bill.account.name}"
        for due in through
    ]
    day = through[-1].at if through else month.ends_at
    rows.append(f"D,{KEY}-stray,AC999999999,{STRAY},{day:%Y-%m-%dT%H:%M:%S},钱进")
    total = sum((due.amount for due in through), STRAY)
    return "\n".join([f"H,{BANK},CNY", *rows, f"T,{len(rows)},{total:.2f}", ""]).encode()


def load_bank(name: str, content: bytes, *, actor: Actor, at: datetime) -> None:
    """Take the bank's file in and pay what it tells."""
    file = load_bank_file(name=name, content=content, actor=actor, at=at)
    while post_portion(file_id=file.pk, actor=actor, at=at):
        pass


def _take(due: Due, source: str, actor: Actor) -> None:
    take_payment(
        account_no=due.bill.account.account_no,
        amount=due.amount,
        method=str(due.method),
        source=source,
        reference=due.reference,
        actor=actor,
        at=due.at,
    )


def _use_voucher(due: Due, actor: Actor, cashier: Actor) -> None:
    """Make a lot of one voucher and use it; a bill that was paid so before is left alone."""
    if due.bill.account.payments.filter(method=PaymentMethod.VOUCHER).exists():
        return
    [(_, secret)] = issue_vouchers(
        count=1, amount=due.amount, expires_at=due.at + timedelta(days=365), actor=actor, at=due.at
    )
    use_voucher(account_no=due.bill.account.account_no, secret=secret, actor=cashier, at=due.at)


def _amount(share: str, owed: Decimal) -> Decimal:
    if share == "nothing":
        return Decimal(0)
    if share == "voucher":
        return VOUCHER
    if share == "part":
        return (owed / 2).quantize(Decimal("0.01"))
    if share == "more":
        return (owed // 50 + 1) * 50
    return owed.quantize(Decimal("0.01"))

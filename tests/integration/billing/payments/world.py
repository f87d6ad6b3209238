"""An account with bills, the people who move its money, and the check that nothing is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connections

from auth_center.actors import Actor
from auth_center.values import Limit
from billing.cycles import cycle_at
from billing.ledger.chart import Ledger
from billing.ledger.posting import Line, post
from billing.ledger.proofs import PROOFS
from billing.ledger.proving import prove
from billing.models import (
    BalanceBook,
    Bill,
    BillingAccount,
    BillingCustomer,
    BillLine,
    BillRun,
    Payment,
)
from billing.payments import take_payment
from billing.states import BillState, EntryKind, LineKind, RunKind, RunState

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # 10 o'clock in the operator's zone
_numbers = count(1)


def money(text: str | int) -> Decimal:
    return Decimal(text)


def clerk(number: str = "8001", limits: dict[str, str] | None = None) -> Actor:
    """A cashier who may do everything about money."""
    return Actor(
        kind="operator",
        number=number,
        channel="counter",
        grants=frozenset({"*"}),
        limits={name: Limit(most=Decimal(most)) for name, most in (limits or {}).items()},
    )


SYSTEM = Actor(kind="system", number="billing", grants=frozenset({"*"}))


def account(number: str = "AC000000018", **other: Any) -> BillingAccount:
    """An account of a customer of its own."""
    customer = BillingCustomer.objects.create(
        customer_no=f"C{number[1:]}",
        name="王芳",
        kind="person",
        org_unit=other.pop("org_unit", "GZ-01"),
        region=other.pop("region", "GZ"),
        created_at=AT,
    )
    values = {
        "name": "王芳",
        "charging_mode": "postpaid",
        "currency": "CNY",
        "billing_day": 1,
        "created_at": AT,
    }
    return BillingAccount.objects.create(account_no=number, customer=customer, **(values | other))


def bill(
    of: BillingAccount,
    charges: dict[str, str],
    *,
    due_on: date = date(2026, 12, 20),
    months_ago: int = 0,
    at: datetime = AT,
    **other: Any,
) -> Bill:
    """An issued bill with a line a charge group, and its entry; nothing is paid yet."""
    amounts = {group: Decimal(amount) for group, amount in charges.items()}
    total = sum(amounts.values(), Decimal())
    number = f"BB{next(_numbers):08d}"
    cycle = cycle_at(of.billing_day, at - timedelta(days=31 * (months_ago + 1)))
    run, _ = BillRun.objects.get_or_create(
        cycle=cycle,
        kind=RunKind.FINAL,
        defaults={
            "run_no": f"RB{cycle.pk:08d}",
            "state": RunState.DONE,
            "bill_at": at,
            "started_at": at,
        },
    )
    made = Bill.objects.create(
        bill_no=number,
        account=of,
        run=run,
        cycle=cycle,
        state=BillState.ISSUED,
        currency=of.currency,
        charges=total,
        discounts=0,
        tax=0,
        total=total,
        receivable=total,
        open_amount=total,
        issued_at=at,
        due_on=due_on,
        **other,
    )
    BillLine.objects.bulk_create(
        BillLine(
            bill_id=made.pk,
            line_no=place,
            kind=LineKind.USAGE,
            charge_group=group,
            exact=amount,
            amount=amount,
        )
        for place, (group, amount) in enumerate(amounts.items())
    )
    post(
        EntryKind.BILL,
        [
            Line(ledger=Ledger.RECEIVABLE, amount=total, bill_id=made.pk),
            Line(ledger=Ledger.REVENUE, amount=-total),
        ],
        source=("bill", number),
        currency=of.currency,
        account_id=of.pk,
        actor=SYSTEM,
        at=at,
    )
    return made


def book(of: BillingAccount, kind: str, amount: str, **other: Any) -> BalanceBook:
    """A balance book that was filled once: cash by a customer, gifts by promotion."""
    value = Decimal(amount)
    made = BalanceBook.objects.create(
        book_no=f"KB{next(_numbers):08d}",
        account=of,
        kind=kind,
        currency=of.currency,
        amount=value,
        valid_from=other.pop("valid_from", AT - timedelta(days=1)),
        **other,
    )
    side = {
        "cash": (Ledger.BANK, Ledger.CASH_BALANCE),
        "gift": (Ledger.PROMOTION, Ledger.GIFT_BALANCE),
        "dedicated": (Ledger.BANK, Ledger.DEDICATED_BALANCE),
    }[kind]
    post(
        EntryKind.GIFT,
        [
            Line(ledger=side[0], amount=value),
            Line(ledger=side[1], amount=-value, book_id=made.pk),
        ],
        source=("book", made.book_no),
        currency=of.currency,
        account_id=of.pk,
        actor=SYSTEM,
        at=AT,
    )
    return made


def pay(of: BillingAccount, amount: str, **other: Any) -> Payment:
    """Take cash at the counter."""
    values: dict[str, Any] = {
        "method": "cash",
        "source": "counter",
        "reference": f"desk-{next(_numbers)}",
        "actor": clerk(),
        "at": AT,
    }
    return take_payment(account_no=of.account_no, amount=amount, **(values | other))


def open_amounts(*bills: Bill) -> list[Decimal]:
    """What bills leave open now."""
    found = Bill.objects.in_bulk([one.pk for one in bills])
    return [found[one.pk].open_amount for one in bills]


def balance(of: BillingAccount, kind: str = "cash") -> Decimal:
    """What an account's books of a kind hold together."""
    rows = BalanceBook.objects.filter(account=of, kind=kind)
    return sum((one.amount for one in rows), Decimal())


def ledger(code: Ledger) -> Decimal:
    """The balance of a ledger account."""
    return _one("SELECT coalesce(sum(amount), 0) FROM billing_posting WHERE ledger_id = %s", code)


def wrong() -> list[str]:
    """Name what does not agree: entries, books, bills, payments; by the ledger's proofs as well."""
    found = [name for name, statement in _CHECKS.items() if _one(statement)]
    proofs = [one for one in PROOFS if one.name in _PROOFS]
    assert len(proofs) == len(_PROOFS)
    return found + [f"{one.proof} {one.name}" for one in prove(AT, proofs).wrong]


def _one(statement: str, *values: Any) -> Any:
    with connections["boss"].cursor() as cursor:
        cursor.execute(statement, [int(value) for value in values])
        return cursor.fetchone()[0]


# The proofs about what is moved here; bills and books are made by hand.
_PROOFS = {
    "payments", "allocations", "adjustments", "reversals", "undone", "suspense", "receivables",
    "entries", "postings",
}  # fmt: skip
_CHECKS = {
    "an entry does not balance": """
        SELECT count(*) FROM (SELECT FROM billing_posting GROUP BY entry_id, currency
                              HAVING sum(amount) <> 0) AS x""",
    "an entry has no postings": """
        SELECT count(*) FROM billing_journalentry e
        WHERE NOT EXISTS (SELECT FROM billing_posting p WHERE p.entry_id = e.id)""",
    "a book is not the sum of its postings": """
        SELECT count(*) FROM billing_balancebook b
        WHERE amount <> -coalesce((SELECT sum(amount) FROM billing_posting p
                                   WHERE p.book_id = b.id), 0)""",
    "a bill's open amount is not its receivable in the ledger": """
        SELECT count(*) FROM billing_bill b
        WHERE open_amount <> coalesce((SELECT sum(amount) FROM billing_posting p
                                       WHERE p.bill_id = b.id AND p.ledger_id = 1122), 0)""",
    "a bill's open amount is not what is not written off": """
        SELECT count(*) FROM billing_bill b
        WHERE b.state = 'issued' AND open_amount <> receivable - coalesce(
            (SELECT sum(amount) FROM billing_allocation a WHERE a.bill_id = b.id), 0)""",
    "a bill's charge got more than it is": """
        SELECT count(*) FROM (
            SELECT bill_id, charge_group, sum(amount) AS got FROM billing_allocation
            WHERE charge_group <> '' GROUP BY 1, 2) AS a
        WHERE got > (SELECT sum(amount) FROM billing_billline l
                     WHERE l.bill_id = a.bill_id
                       AND coalesce(nullif(l.charge_group, ''), l.kind) = a.charge_group)""",
    "a payment paid more than it brought": """
        SELECT count(*) FROM billing_payment p
        WHERE coalesce((SELECT sum(amount) FROM billing_allocation a
                        WHERE a.payment_id = p.id), 0)
              > CASE state WHEN 'reversed' THEN 0 ELSE amount END""",
    "a reversed payment still moves money": """
        SELECT count(*) FROM billing_payment p
        WHERE state = 'reversed' AND 0 <> (
            SELECT sum(amount) FROM billing_posting x JOIN billing_journalentry e
                ON e.id = x.entry_id
            WHERE e.source_kind = 'payment' AND e.source_no = p.payment_no
              AND x.ledger_id IN (1001, 1002, 1012))""",
}

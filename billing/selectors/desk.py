"""What a cashier needs to see of an account: who it is, what it owes, what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connections
from django.db.models import F, Q, QuerySet

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing.models import BalanceBook, BillingAccount, BillingSubscriber
from billing.payments.write_off import open_bills
from core.systems import System

MOST_FOUND = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBill:
    """A bill that is not wholly paid; ``of_account`` is a child's whose bill the account pays."""

    bill_no: str
    of_account: str
    starts_on: date
    ends_on: date
    due_on: date
    total: Decimal
    open_amount: Decimal
    disputed: bool


def find_accounts(actor: Actor, term: str) -> list[BillingAccount]:
    """Return the accounts meant by a whole account, customer or service number, or by a name.

    A service number means the accounts that pay for it by default; a name is the whole name of
    the customer or the account.
    """
    if not term:
        return []
    users = BillingSubscriber.objects.filter(service_number=term).exclude(status="terminated")
    found = BillingAccount.objects.select_related("customer").filter(
        Q(account_no=term.upper())
        | Q(customer__customer_no=term.upper())
        | Q(customer__name=term)
        | Q(name=term)
        | Q(pk__in=_payers(users))
    )
    rows = narrowed(found, actor, region="customer__region", unit="customer__org_unit")
    return list(rows.order_by("account_no")[:MOST_FOUND])


def list_open_bills(account: BillingAccount) -> list[OpenBill]:
    """Return what an account has to pay, in the order in which money pays it."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_OPEN, {"account": account.pk, "currency": account.currency})
        return [
            OpenBill(
                bill_no=row[0], of_account=row[1], starts_on=row[2], ends_on=row[3],
                due_on=row[4], total=row[5], open_amount=row[6], disputed=row[7],
            )
            for row in cursor.fetchall()
        ]  # fmt: skip


def list_books(account: BillingAccount) -> QuerySet[BalanceBook]:
    """Return an account's books that are not closed, in the order of their use."""
    return BalanceBook.objects.filter(account=account, closed_at=None).order_by(
        "priority", F("expires_at").asc(nulls_last=True), "pk"
    )


def _payers(users: QuerySet[BillingSubscriber]) -> QuerySet[Any]:
    return users.filter(
        payment_relations__charge_group="*", payment_relations__valid_to=None
    ).values("payment_relations__account_id")


_OPEN = f"""
WITH payer AS (SELECT %(account)s::bigint AS account_id, %(currency)s::text AS currency),
bill AS ({open_bills()})
SELECT b.bill_no, a.account_no, c.starts_on, c.ends_on, b.due_on, b.total, b.open_amount, disputed
FROM bill
JOIN billing_bill b ON b.id = bill.bill_id
JOIN billing_billingaccount a ON a.id = b.account_id
JOIN billing_billingcycle c ON c.id = b.cycle_id
ORDER BY disputed, b.due_on, b.id
"""  # noqa: S608

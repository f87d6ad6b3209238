"""Whose money it is: the account, held fast, and its cash book.

Everything that moves an account's money locks in one order: accounts, then bills, then books, each
by id. So two payments, a payment and its reversal, or a payment and a settlement of many accounts
wait for each other and never lock each other out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connections

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing.models import BalanceBook, BillingAccount
from core.errors import NotFound
from core.systems import System


class AccountUnknown(NotFound):
    """BOSS holds no such account, or not within what the actor may see."""

    code = "accountUnknown"
    zh = "没有账户 {account_no}"
    en = "There is no account {account_no}"


def account_of(account_no: str, actor: Actor) -> BillingAccount:
    """Return the account of that number that ``actor`` may see; raise ``AccountUnknown``."""
    rows = BillingAccount.objects.filter(account_no=account_no)
    found = narrowed(rows, actor, region="customer__region", unit="customer__org_unit").first()
    if found is None:
        raise AccountUnknown(account_no=account_no[:24])
    return found


def lock_accounts(accounts: Iterable[int]) -> None:
    """Hold accounts and what they owe until the transaction ends."""
    numbers = {"accounts": sorted(set(accounts))}
    with connections[System.BOSS.alias].cursor() as cursor:
        for statement in _LOCKS:
            cursor.execute(statement, numbers)


def cash_books(owners: Iterable[tuple[int, str]], at: datetime) -> dict[tuple[int, str], int]:
    """Return the cash book of each account and currency, locked; a missing one is made."""
    wanted = sorted(set(owners))
    with connections[System.BOSS.alias].cursor() as cursor:
        values: dict[str, Any] = {
            "accounts": [account for account, _ in wanted],
            "currencies": [currency for _, currency in wanted],
            "at": at,
        }
        cursor.execute(_MAKE_BOOKS, values)
        cursor.execute(_LOCK_BOOKS, values)
        return {(account, currency): book for book, account, currency in cursor.fetchall()}


def cash_book(account: BillingAccount, currency: str, at: datetime) -> BalanceBook:
    """Return the cash book of an account, locked; made if it has none."""
    return BalanceBook.objects.get(
        pk=cash_books([(account.pk, currency)], at)[account.pk, currency]
    )


_LOCKS = (
    "SELECT FROM billing_billingaccount WHERE id = ANY(%(accounts)s) ORDER BY id FOR NO KEY UPDATE",
    """
    SELECT FROM billing_bill b
    WHERE b.state = 'issued' AND b.open_amount > 0
      AND b.id IN (SELECT id FROM billing_bill own WHERE own.account_id = ANY(%(accounts)s)
                   UNION ALL
                   SELECT part.id FROM billing_bill whole
                   JOIN billing_bill part ON part.consolidated_into_id = whole.id
                   WHERE whole.account_id = ANY(%(accounts)s))
    ORDER BY b.id FOR NO KEY UPDATE OF b
    """,
)
_MAKE_BOOKS = """
    INSERT INTO billing_balancebook
        (book_no, account_id, kind, currency, charge_groups, priority, amount, reserved, valid_from)
    SELECT billing_number('K', nextval('book_no_seq')), account_id, 'cash', currency, '[]', 100,
           0, 0, %(at)s
    FROM unnest(%(accounts)s::bigint[], %(currencies)s::text[]) AS wanted (account_id, currency)
    WHERE NOT EXISTS (SELECT FROM billing_balancebook b
                      WHERE b.account_id = wanted.account_id AND b.currency = wanted.currency
                        AND b.kind = 'cash')
    ON CONFLICT DO NOTHING
"""
_LOCK_BOOKS = """
    SELECT b.id, b.account_id, b.currency
    FROM unnest(%(accounts)s::bigint[], %(currencies)s::text[]) AS wanted (account_id, currency)
    JOIN billing_balancebook b USING (account_id, currency)
    WHERE b.kind = 'cash'
    ORDER BY b.id FOR NO KEY UPDATE OF b
"""

"""Whether somebody owes, from the amount that billing keeps on each account."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connections

from core.systems import System

# An OR over the accounts alone reads two indexes; over a join it would read the whole table.
_DEBT = """
SELECT currency, sum(overdue_amount)
FROM billing_billingaccount
WHERE overdue_amount > 0
  AND (account_no = %(account_no)s
       OR customer_id = (SELECT id FROM billing_billingcustomer
                         WHERE customer_no = %(customer_no)s))
GROUP BY currency
ORDER BY currency
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Debt:
    """An overdue amount with its currency."""

    amount: Decimal
    currency: str


def find_debt(*, customer_no: str, account_no: str) -> Debt | None:
    """Return what the customer's accounts and the named account owe together, None if nothing.

    Amounts of different currencies are not added: of several the first by code is returned. A
    party that is not known here owes nothing.
    """
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_DEBT, {"customer_no": customer_no, "account_no": account_no})
        row = cursor.fetchone()
    return None if row is None else Debt(amount=row[1], currency=row[0])

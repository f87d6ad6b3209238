"""合并账单: the bills of child accounts come together on their parent's."""

from __future__ import annotations

from typing import Any

from django.db import connections

from billing.models import BillRun
from core.systems import System

# A parent without charges of its own still gets a bill for its children's to go into.
_PARENTS = """
INSERT INTO billing_bill
    (bill_no, account_id, run_id, cycle_id, state, currency, charges, discounts, tax,
     tax_inclusive, total, paid_before, to_balance, receivable, open_amount, issued_at, due_on)
SELECT billing_number('B', nextval('bill_no_seq')), p.id, b.run_id, b.cycle_id, b.state,
       p.currency, 0, 0, 0, true, 0, 0, 0, 0, 0, b.issued_at, max(b.due_on)
FROM billing_billingaccount c
JOIN billing_billingaccount p ON p.id = c.parent_id
JOIN billing_bill b ON b.account_id = c.id AND b.run_id = %(run_id)s
WHERE c.parent_id IS NOT NULL AND c.billing_day = p.billing_day AND c.currency = p.currency
  AND NOT EXISTS (SELECT FROM billing_bill o WHERE o.account_id = p.id AND o.run_id = b.run_id)
GROUP BY p.id, p.currency, b.run_id, b.cycle_id, b.state, b.issued_at
ORDER BY p.id
"""
_CHILDREN = """
UPDATE billing_bill b SET consolidated_into_id = whole.id
FROM billing_billingaccount c
JOIN billing_billingaccount p ON p.id = c.parent_id
JOIN billing_bill whole ON whole.account_id = p.id AND whole.run_id = %(run_id)s
WHERE c.parent_id IS NOT NULL AND c.billing_day = p.billing_day AND c.currency = p.currency
  AND b.account_id = c.id AND b.run_id = %(run_id)s
"""
_CHILDREN_LATER = """
UPDATE billing_bill b SET consolidated_into_id = whole.id
FROM billing_billingaccount c
JOIN billing_billingaccount p ON p.id = c.parent_id
JOIN billing_bill whole ON whole.account_id = p.id AND whole.state = 'issued'
WHERE c.billing_day = p.billing_day AND c.currency = p.currency
  AND b.account_id = c.id AND b.run_id = %(run_id)s AND whole.cycle_id = b.cycle_id
"""


def consolidate(run: BillRun) -> None:
    """Give every parent account of the run its bill, and let its children's bills go into it.

    A child bill keeps its lines and its receivable; it is shown on the parent's and paid with it.
    A child that has another billing day or currency than its parent keeps a bill of its own.
    """
    with connections[System.BOSS.alias].cursor() as cursor:
        for _ in range(_depth(cursor)):
            cursor.execute(_PARENTS, {"run_id": run.pk})
        cursor.execute(_CHILDREN, {"run_id": run.pk})


def join_parents(run: BillRun) -> None:
    """Let the bills of a run go into those that their parents have of the same cycle."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_CHILDREN_LATER, {"run_id": run.pk})


def _depth(cursor: Any) -> int:
    """Return how many levels of parents there are."""
    cursor.execute("""
        WITH RECURSIVE up AS (
            SELECT parent_id AS id, 1 AS level FROM billing_billingaccount
            WHERE parent_id IS NOT NULL
            UNION
            SELECT a.parent_id, level + 1 FROM up JOIN billing_billingaccount a USING (id)
            WHERE a.parent_id IS NOT NULL AND level < 10
        )
        SELECT coalesce(max(level), 0) FROM up
    """)
    return int(cursor.fetchone()[0])

"""A run's result without what differs from run to run: by business numbers, sorted."""

from __future__ import annotations

from typing import Any

from django.db import connections

_BILLS = """
SELECT a.account_no, b.state, b.currency, b.charges, b.discounts, b.tax, b.total, b.paid_before,
       b.to_balance, b.receivable, b.open_amount, p.account_no
FROM billing_bill b
JOIN billing_billingaccount a ON a.id = b.account_id
LEFT JOIN billing_bill whole ON whole.id = b.consolidated_into_id
LEFT JOIN billing_billingaccount p ON p.id = whole.account_id
WHERE b.run_id = %s ORDER BY 1
"""
_LINES = """
SELECT a.account_no, l.line_no, l.kind, s.subscriber_no, t.code, l.charge_group, l.quantity,
       l.exact, l.amount, l.paid_before, l.tax_rate, l.tax, l.detail::text
FROM billing_bill b
JOIN billing_billline l ON l.bill_id = b.id
JOIN billing_billingaccount a ON a.id = b.account_id
LEFT JOIN billing_billingsubscriber s ON s.id = l.subscriber_id
LEFT JOIN billing_billingtariff t ON t.id = l.tariff_id
WHERE b.run_id = %s ORDER BY 1, 2
"""
_POSTINGS = """
SELECT a.account_no, e.kind, p.ledger_id, p.amount, p.currency, p.bill_id IS NOT NULL
FROM billing_bill b
JOIN billing_billingaccount a ON a.id = b.account_id
JOIN billing_journalentry e ON e.source_kind = 'bill' AND e.source_no = b.bill_no
JOIN billing_posting p ON p.entry_id = e.id
WHERE b.run_id = %s ORDER BY 1, 2, 3, 4
"""
_WRITE_OFFS = """
SELECT a.account_no, e.kind, p.ledger_id, p.amount, p.currency
FROM billing_bill b
JOIN billing_billingaccount a ON a.id = b.account_id
JOIN billing_allocation w ON w.bill_id = b.id
JOIN billing_journalentry e ON e.id = w.entry_id
JOIN billing_posting p ON p.entry_id = e.id
WHERE b.run_id = %s ORDER BY 1, 2, 3, 4
"""
_QUERIES = {
    "bills": _BILLS,
    "lines": _LINES,
    "postings": _POSTINGS,
    "write_offs": _WRITE_OFFS,
}


def exported(run_id: int) -> dict[str, list[Any]]:
    """Return the bills, lines and postings of a run, and how balances paid its bills."""
    with connections["boss"].cursor() as cursor:
        export = {}
        for name, query in _QUERIES.items():
            cursor.execute(query, [run_id])
            export[name] = cursor.fetchall()
    return export

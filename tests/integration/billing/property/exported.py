"""What came of a history, by business keys and sorted: no generated id or number is in it."""

from __future__ import annotations

from typing import Any

from django.db import connections

from tests.integration.billing.property.history import History


def exported(history: History) -> dict[str, list[Any]]:
    """Return everything that has to be the same, however the history was worked through."""
    found: dict[str, list[Any]] = {"outcomes": list(history.outcomes)}
    with connections["boss"].cursor() as cursor:
        for name, query in _QUERIES.items():
            cursor.execute(query)
            found[name] = sorted(cursor.fetchall(), key=repr)
    return found


_BILL = """
    SELECT b.*, a.account_no, c.starts_on,
           row_number() OVER (PARTITION BY b.account_id, b.cycle_id, b.state ORDER BY b.id) AS nth
    FROM billing_bill b
    JOIN billing_billingaccount a ON a.id = b.account_id
    JOIN billing_billingcycle c ON c.id = b.cycle_id
"""
_QUERIES = {
    "bills": f"""
        SELECT b.account_no, b.starts_on, b.state, b.nth, b.currency, b.charges, b.discounts, b.tax,
               b.total, b.paid_before, b.to_balance, b.receivable, b.open_amount, b.due_on,
               whole.account_no
        FROM ({_BILL}) b LEFT JOIN ({_BILL}) whole ON whole.id = b.consolidated_into_id""",
    "lines": f"""
        SELECT b.account_no, b.starts_on, b.state, b.nth, l.kind, s.subscriber_no, t.code,
               p.subscription_no, l.charge_group, l.covers_from, l.covers_to, l.quantity, l.exact,
               l.amount, l.paid_before, l.tax_rate, l.tax
        FROM billing_billline l JOIN ({_BILL}) b ON b.id = l.bill_id
        LEFT JOIN billing_billingsubscriber s ON s.id = l.subscriber_id
        LEFT JOIN billing_billingsubscription p ON p.id = l.subscription_id
        LEFT JOIN billing_billingtariff t ON t.id = l.tariff_id""",
    "prices": """
        SELECT u.key, sum(e.charge) FROM billing_usagerecord u
        JOIN billing_ratedevent e ON e.usage_id = u.id GROUP BY u.key""",
    "charges": """
        SELECT s.subscriber_no, c.starts_on, t.code, p.subscription_no, u.charge_group, u.events,
               u.quantity, u.free_quantity, u.charged_quantity, u.amount, u.paid, u.provider_amount
        FROM billing_usagecharge u JOIN billing_billingsubscriber s ON s.id = u.subscriber_id
        JOIN billing_billingcycle c ON c.id = u.cycle_id
        LEFT JOIN billing_billingsubscription p ON p.id = u.subscription_id
        LEFT JOIN billing_billingtariff t ON t.id = u.tariff_id
        WHERE u.events <> 0 OR u.amount <> 0 OR u.quantity <> 0""",
    "allowances": """
        SELECT p.subscription_no, t.code, a.item_no, a.cycle_starts_at, a.quantity, a.used
        FROM billing_allowancebucket a
        JOIN billing_billingsubscription p ON p.id = a.subscription_id
        JOIN billing_billingtariff t ON t.id = a.tariff_id
        WHERE a.used > 0""",
    "quarantine": """
        SELECT coalesce(u.key, q.fields ->> 'key'),
               coalesce(u.revision::text, q.fields ->> 'revision'),
               q.reason, q.state, q.usage_id IS NULL
        FROM billing_quarantinedrecord q LEFT JOIN billing_usagerecord u ON u.id = q.usage_id
        WHERE q.usage_id IS NULL OR q.state <> 'recovered'""",
    "entries": """
        SELECT e.kind, e.source_kind, a.account_no, p.ledger_id, e.posted_at, p.currency,
               sum(p.amount)
        FROM billing_journalentry e JOIN billing_posting p ON p.entry_id = e.id
        LEFT JOIN billing_billingaccount a ON a.id = p.account_id
        GROUP BY 1, 2, 3, 4, 5, 6""",
    "books": """
        SELECT a.account_no, b.kind, b.currency, b.charge_groups::text, b.priority, b.amount,
               b.reserved, b.valid_from, b.expires_at, b.closed_at
        FROM billing_balancebook b JOIN billing_billingaccount a ON a.id = b.account_id
        WHERE b.kind <> 'cash' OR b.amount <> 0 OR b.reserved <> 0""",
    "payments": """
        SELECT p.source, nullif(p.reference, v.serial), a.account_no, p.kind, p.method,
               p.amount, p.state, p.paid_at, p.recorded_at
        FROM billing_payment p JOIN billing_billingaccount a ON a.id = p.account_id
        LEFT JOIN billing_voucher v ON v.payment_id = p.id""",
    "write-offs": f"""
        SELECT b.account_no, b.starts_on, b.state, b.nth, w.charge_group, p.paid_at, p.amount,
               k.kind, j.reference, w.allocated_at, w.undoes_id IS NOT NULL, sum(w.amount)
        FROM billing_allocation w JOIN ({_BILL}) b ON b.id = w.bill_id
        LEFT JOIN billing_payment p ON p.id = w.payment_id
        LEFT JOIN billing_balancebook k ON k.id = w.book_id
        LEFT JOIN billing_adjustment j ON j.id = w.adjustment_id
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11""",
    "sessions": """
        SELECT r.reference, r.state, r.quantity, r.amount, r.debited, r.expires_at, r.ended_at
        FROM billing_reservation r""",
    "charged at once": """
        SELECT c.reference, c.charge_group, c.amount, c.tax, c.charged_at
        FROM billing_balancecharge c""",
    "adjustments": """
        SELECT j.reference, j.kind, j.amount, j.state, j.created_at, j.reversed_at
        FROM billing_adjustment j""",
    "periods": "SELECT code, state, entries FROM billing_accountingperiod",
    "accounts": "SELECT account_no, overdue_amount FROM billing_billingaccount",
}  # fmt: skip

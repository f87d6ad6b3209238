"""销账: which open charges an amount of money pays; one rule, as SQL over a set.

The set is of *pots*: money of one account, brought by a payment or lying in a balance book. An
account's pots, one after the other, pay its open bills, the one due first before the others and a
disputed one last; of a bill the charges are paid in the order of ``WRITE_OFF_ORDER``. Both are
stretches on one line, so whatever overlaps is paid by it, in one pass over everybody's money.

A bill that went into a parent's consolidated bill is the parent's to pay.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

# Who pays an open bill: its account, or the account of the bill that it went into.
OPEN_BILLS = """
    SELECT b.id, b.account_id, b.account_id AS owner_id, b.currency, b.open_amount, b.due_on,
           b.disputed_at IS NOT NULL AS disputed,
           b.total <> b.charges - b.discounts AS tax_on_top
    FROM payer p JOIN billing_bill b USING (account_id, currency)
    WHERE b.state = 'issued' AND b.open_amount > 0 AND b.consolidated_into_id IS NULL
    UNION ALL
    SELECT b.id, whole.account_id, b.account_id, b.currency, b.open_amount, b.due_on,
           b.disputed_at IS NOT NULL, b.total <> b.charges - b.discounts
    FROM payer p JOIN billing_bill whole USING (account_id, currency)
    JOIN billing_bill b ON b.consolidated_into_id = whole.id
    WHERE whole.state = 'issued' AND b.state = 'issued' AND b.open_amount > 0
"""
# Needs: pot (pot_id, account_id, currency, amount, groups); an account with a pot for some charge
# groups only has no other pot in the set. Gives: planned (pot_id, account_id, owner_id
# - whose the bill is -, bill_id, charge_group, amount).
PLAN = f"""
payer AS (SELECT DISTINCT account_id, currency, groups FROM pot),
bill AS ({OPEN_BILLS}),
charge AS (
    SELECT bill.id AS bill_id, coalesce(nullif(l.charge_group, ''), l.kind) AS charge_group,
           sum(l.amount - l.paid_before + CASE WHEN tax_on_top THEN l.tax ELSE 0 END) AS amount
    FROM bill JOIN billing_billline l ON l.bill_id = bill.id
    GROUP BY 1, 2
),
paid AS (
    SELECT a.bill_id, a.charge_group, sum(a.amount) AS amount
    FROM bill JOIN billing_allocation a ON a.bill_id = bill.id
    GROUP BY 1, 2
),
open_charge AS (
    SELECT bill_id, charge_group, c.amount - coalesce(p.amount, 0) AS amount,
           coalesce(array_position(%(order)s::text[], charge_group),
                    array_position(%(order)s::text[], '*'), 32000) AS place
    FROM charge c LEFT JOIN paid p USING (bill_id, charge_group)
    WHERE c.amount > coalesce(p.amount, 0)
    UNION ALL  -- never more than the bill leaves open; what no line explains comes last
    SELECT id, '', open_amount, 32001 FROM bill
),
stretch AS (
    SELECT bill_id, charge_group, place, amount,
           sum(amount) OVER (PARTITION BY bill_id ORDER BY place, charge_group) AS upto
    FROM open_charge
),
within AS (
    SELECT account_id, owner_id, currency, disputed, due_on, bill.id AS bill_id, place,
           charge_group,
           least(upto, open_amount) - least(upto - amount, open_amount) AS amount
    FROM bill JOIN stretch ON stretch.bill_id = bill.id
),
part AS (
    SELECT account_id, owner_id, currency, bill_id, charge_group, amount,
           sum(amount) OVER (PARTITION BY account_id, currency
                             ORDER BY disputed, due_on, bill_id, place, charge_group) AS upto
    FROM within JOIN payer USING (account_id, currency)
    WHERE amount > 0 AND (groups = '[]' OR groups ? charge_group)
      AND NOT (disputed AND %(spare_disputed)s)
),
money AS (
    SELECT pot_id, account_id, currency, amount,
           sum(amount) OVER (PARTITION BY account_id, currency ORDER BY pot_id) AS upto
    FROM pot WHERE amount > 0
),
planned AS MATERIALIZED (
    SELECT pot_id, account_id, owner_id, bill_id, charge_group,
           least(money.upto, part.upto)
           - greatest(money.upto - money.amount, part.upto - part.amount) AS amount
    FROM money JOIN part USING (account_id, currency)
    WHERE money.upto - money.amount < part.upto AND part.upto - part.amount < money.upto
),
written_off AS (
    UPDATE billing_bill b SET open_amount = b.open_amount - got.amount
    FROM (SELECT bill_id, sum(amount) AS amount FROM planned GROUP BY bill_id) AS got
    WHERE b.id = got.bill_id
)"""  # noqa: S608


def order_values(*, spare_disputed: bool) -> dict[str, Any]:
    """Return what ``PLAN`` is told: the order of charges, and whether disputed bills are spared."""
    return {"order": list(settings.WRITE_OFF_ORDER), "spare_disputed": spare_disputed}

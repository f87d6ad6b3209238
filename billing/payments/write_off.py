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


def open_bills(carried: str = "") -> str:
    """Return the query for the open bills that each ``payer`` (account_id, currency) pays.

    A payer pays its own, and what went into its consolidated ones. ``carried`` are further columns
    of the payer that come along.
    """
    more = f", {carried}" if carried else ""
    return f"""
    SELECT b.id AS bill_id, b.account_id, b.account_id AS owner_id, b.currency, b.open_amount,
           b.due_on, b.disputed_at IS NOT NULL AS disputed,
           b.total <> b.charges - b.discounts AS tax_on_top{more}
    FROM payer p JOIN billing_bill b USING (account_id, currency)
    WHERE b.state = 'issued' AND b.open_amount > 0 AND b.consolidated_into_id IS NULL
    UNION ALL
    SELECT b.id, whole.account_id, b.account_id, b.currency, b.open_amount, b.due_on,
           b.disputed_at IS NOT NULL, b.total <> b.charges - b.discounts{more}
    FROM payer p JOIN billing_bill whole USING (account_id, currency)
    JOIN billing_bill b ON b.consolidated_into_id = whole.id
    WHERE whole.state = 'issued' AND b.state = 'issued' AND b.open_amount > 0
    """  # noqa: S608


# Needs: pot (pot_id, entry_id, account_id, currency, amount, groups); an account with a pot for
# some charge groups only has no other pot in the set. Gives: planned (pot_id, entry_id,
# account_id, currency, bill_id, owner_id - whose the bill is -, charge_group, amount). No step is
# joined with another one, for the planner cannot know how many rows a step brings: an account's
# pots come along with its bills.
PLAN = f"""
payer AS (
    SELECT account_id, currency, groups, array_agg(pot_id ORDER BY pot_id) AS pots,
           array_agg(entry_id ORDER BY pot_id) AS entries,
           array_agg(amount ORDER BY pot_id) AS amounts,
           array_agg(upto ORDER BY pot_id) AS ends
    FROM (SELECT *, sum(amount) OVER (PARTITION BY account_id, currency ORDER BY pot_id) AS upto
          FROM pot WHERE amount > 0) AS money
    GROUP BY account_id, currency, groups
),
bill AS MATERIALIZED ({open_bills("p.groups, p.pots, p.entries, p.amounts, p.ends")}),
line AS (  -- what a bill charges, and what of it is written off
    SELECT bill.*, coalesce(nullif(l.charge_group, ''), l.kind) AS charge_group,
           l.amount - l.paid_before + CASE WHEN tax_on_top THEN l.tax ELSE 0 END AS part
    FROM bill JOIN billing_billline l USING (bill_id)
    UNION ALL
    SELECT bill.*, a.charge_group, -a.amount
    FROM bill JOIN billing_allocation a USING (bill_id)
    WHERE a.charge_group <> ''
    UNION ALL  -- what no line explains
    SELECT bill.*, '', open_amount
    FROM bill
),
charge AS (
    SELECT bill_id, charge_group, any_value(account_id) AS account_id,
           any_value(owner_id) AS owner_id, any_value(currency) AS currency,
           any_value(open_amount) AS open_amount, any_value(due_on) AS due_on,
           bool_or(disputed) AS disputed, any_value(groups) AS groups, any_value(pots) AS pots,
           any_value(entries) AS entries, any_value(amounts) AS amounts, any_value(ends) AS ends,
           CASE WHEN charge_group = '' THEN 32001 ELSE
               coalesce(array_position(%(order)s::text[], charge_group),
                        array_position(%(order)s::text[], '*'), 32000) END AS place,
           sum(part) AS amount
    FROM line
    GROUP BY bill_id, charge_group
    HAVING sum(part) > 0
),
stretch AS (
    SELECT *, sum(amount) OVER (PARTITION BY bill_id ORDER BY place, charge_group) AS upto
    FROM charge
),
within AS (  -- never more than the bill leaves open
    SELECT *, least(upto, open_amount) - (upto - amount) AS payable
    FROM stretch
    WHERE upto - amount < open_amount
),
part AS (
    SELECT *, sum(payable) OVER (PARTITION BY account_id, currency
                                 ORDER BY disputed, due_on, bill_id, place, charge_group) AS due_to
    FROM within
    WHERE (groups = '[]' OR groups ? charge_group) AND NOT (disputed AND %(spare_disputed)s)
),
planned AS MATERIALIZED (
    SELECT money.pot_id, money.entry_id, account_id, currency, bill_id, owner_id, charge_group,
           least(money.upto, due_to) - greatest(money.upto - money.amount, due_to - payable)
               AS amount
    FROM part
    CROSS JOIN LATERAL unnest(pots, entries, amounts, ends)
        AS money (pot_id, entry_id, amount, upto)
    WHERE money.upto - money.amount < due_to AND due_to - payable < money.upto
),
written_off AS (
    UPDATE billing_bill b SET open_amount = b.open_amount - got.amount
    FROM (SELECT bill_id, sum(amount) AS amount FROM planned GROUP BY bill_id) AS got
    WHERE b.id = got.bill_id
)"""  # noqa: S608


def order_values(*, spare_disputed: bool) -> dict[str, Any]:
    """Return what ``PLAN`` is told: the order of charges, and whether disputed bills are spared."""
    return {"order": list(settings.WRITE_OFF_ORDER), "spare_disputed": spare_disputed}

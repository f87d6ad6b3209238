"""Accounts to be billed, as many as wanted: written by a few statements, the same every time.

Each has a subscriber with a monthly fee and a discount of a tenth on it, and a month's usage that
was rated. A tenth began within the month; a hundredth is charged in advance; a hundredth belongs to
parents of ten; one in five hundred was on hold for ten days. It leans as an operator's does: of a
million accounts one pays for 100,000 subscribers, and 10,000 share one allowance; fewer accounts
lean in proportion.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg

ONE_ACCOUNT = 100_000  # subscribers
ONE_ALLOWANCE = 10_000
STATEMENTS = (
    """
    INSERT INTO billing_billingtariff (code, version, kind, charge_group, name_zh, name_en,
        currency, rules, valid_from, launched_at, release_no)
    SELECT code, 1, 'accounting', charge_group, code, code, 'CNY', rules::jsonb, '2020-01-01',
           '2020-01-01', 'BENCH'
    FROM (VALUES
        ('BENCH-FEE', 'rental', '{"charge": "recurring", "amount": "59", "when": "arrears",
          "proration": {"first": "by_day", "last": "by_day"}, "hold_fee": "5"}'),
        ('BENCH-AHEAD', 'rental', '{"charge": "recurring", "amount": "59", "when": "advance",
          "proration": {"first": "by_day", "last": "full"}, "hold_fee": null}'),
        ('BENCH-LESS', 'rental', '{"charge": "discount", "amount": null, "percent": "10",
          "of": ["rental"], "order": 1, "cycles": null}')) AS t (code, charge_group, rules)
    """,
    """
    INSERT INTO billing_billingtariff (code, version, kind, charge_group, name_zh, name_en,
        currency, rules, valid_from, launched_at, release_no)
    SELECT code, 1, 'rating', usage, code, code, 'CNY', rules::jsonb, '2020-01-01', '2020-01-01',
           'BENCH'
    FROM (VALUES
        ('BENCH-VOICE', 'voice', '{"usage": "voice", "measure": "seconds", "allowances": [],
          "prices": [{"zone": "domestic", "band": null, "price": "0.19", "per": 60, "step": 60,
                      "minimum": "0"}]}'),
        ('BENCH-SHARED', 'voice', '{"usage": "voice", "measure": "seconds", "prices": [],
          "allowances": [{"quantity": 600000000, "zone": "domestic", "band": null,
                          "first_cycle": "full", "rolls_over_cycles": 0, "shared": true}]}')
        ) AS t (code, usage, rules)
    """,
    """
    INSERT INTO billing_billingcustomer (customer_no, name, kind, segment, org_unit, region,
        credit_standing, created_at)
    SELECT 'BENCHC' || n, 'Bench ' || n, 'person', '', 'SH-01', 'SH', 'good', '2020-01-01'
    FROM generate_series(1, %(size)s) AS n
    """,
    """
    INSERT INTO billing_billingaccount (account_no, customer_id, parent_id, name, charging_mode,
        currency, billing_day, status, credit_class, dunning_plan, tax_profile, bill_terms,
        overdue_amount, created_at)
    SELECT 'BENCHA' || substr(customer_no, 7), id, NULL, name, 'postpaid', 'CNY', 1, 'active',
           'standard', 'standard', 'standard', 'standard', 0, created_at
    FROM billing_billingcustomer WHERE customer_no LIKE 'BENCHC%%' ORDER BY id
    """,
    """
    UPDATE billing_billingaccount child SET parent_id = parent.id
    FROM billing_billingaccount parent
    WHERE child.account_no LIKE 'BENCHA%%' AND parent.account_no LIKE 'BENCHA%%'
      AND substr(parent.account_no, 7)::int %% 1000 = 0
      AND substr(child.account_no, 7)::int - substr(parent.account_no, 7)::int BETWEEN 1 AND 10
    """,
    """
    INSERT INTO billing_billingsubscriber (subscriber_no, customer_id, service_kind,
        service_number, status, suspend_reasons, status_version, created_at, activated_at)
    SELECT 'BENCHS' || n, c.id, 'mobile', '199' || n, 'active', '{}', 1, c.created_at, c.created_at
    FROM generate_series(1, %(size)s + %(many)s) AS n
    JOIN billing_billingcustomer c
      ON c.customer_no = 'BENCHC' || CASE WHEN n <= %(size)s THEN n ELSE %(size)s / 2 END
    ORDER BY n
    """,
    """
    INSERT INTO billing_paymentrelation (subscriber_id, account_id, charge_group, priority,
        share_percent, cap_amount, valid_from)
    SELECT s.id, a.id, '*', 0, 100, NULL, '2020-01-01'
    FROM billing_billingsubscriber s JOIN billing_billingaccount a USING (customer_id)
    WHERE s.subscriber_no LIKE 'BENCHS%%' ORDER BY s.id
    """,
    """
    INSERT INTO billing_billingsubscription (subscription_no, subscriber_id, parent_no,
        offering_code, tariffs, status, valid_from, created_at)
    SELECT 'BENCHP' || n, id, '', 'BENCH', jsonb_build_array(
               jsonb_build_object('code', CASE WHEN n %% 100 = 7 THEN 'BENCH-AHEAD'
                                               ELSE 'BENCH-FEE' END, 'version', 1),
               jsonb_build_object('code', 'BENCH-LESS', 'version', 1),
               jsonb_build_object('code', CASE n WHEN 1 THEN 'BENCH-SHARED'
                                                 ELSE 'BENCH-VOICE' END, 'version', 1)), 'active',
           CASE WHEN n %% 10 = 3 THEN timestamptz '2026-03-05' + (n %% 20) * interval '1 day'
                ELSE '2025-06-01' END, '2025-06-01'
    FROM (SELECT id, substr(subscriber_no, 7)::int AS n FROM billing_billingsubscriber
          WHERE subscriber_no LIKE 'BENCHS%%' ORDER BY id) AS s
    """,
    """
    INSERT INTO billing_statusperiod (subscriber_id, reasons, valid_from, valid_to)
    SELECT id, '{voluntary}', '2026-03-11', '2026-03-21' FROM billing_billingsubscriber
    WHERE subscriber_no LIKE 'BENCHS%%' AND substr(subscriber_no, 7)::int %% 500 = 11
    """,
    """
    INSERT INTO billing_billingcycle (billing_day, starts_on, ends_on, starts_at, ends_at, state)
    VALUES (1, '2026-03-01', '2026-04-01', '2026-02-28 16:00Z', '2026-03-31 16:00Z', 'open')
    """,
    """
    INSERT INTO billing_billinggroup (group_no, kind, name, created_at)
    VALUES ('BENCHG1', 'enterprise', 'Bench', '2025-01-01')
    """,
    """
    INSERT INTO billing_groupmember (group_id, subscriber_id, is_owner, valid_from)
    SELECT g.id, s.id, s.subscriber_no = 'BENCHS1', '2025-06-01'
    FROM billing_billinggroup AS g, billing_billingsubscriber AS s
    WHERE g.group_no = 'BENCHG1' AND s.subscriber_no LIKE 'BENCHS%%'
      AND substr(s.subscriber_no, 7)::int <= %(sharing)s
    ORDER BY s.id
    """,
    # who shares had the free part from the group's allowance
    """
    INSERT INTO billing_usagecharge (subscriber_id, cycle_id, tariff_id, subscription_id,
        charge_group, events, quantity, free_quantity, charged_quantity, amount, paid,
        provider_amount)
    SELECT s.id, c.id, t.id, p.id, 'voice', 40, 9000, 6000, 3000,
           (substr(subscriber_no, 7)::int %% 9973)::numeric / 317, 0, 0
    FROM billing_billingsubscriber s
    JOIN billing_billingsubscription p ON p.subscriber_id = s.id
    JOIN billing_billingtariff t ON t.code = 'BENCH-VOICE'
    JOIN billing_billingcycle c ON c.billing_day = 1 AND c.starts_on = '2026-03-01'
    WHERE s.subscriber_no LIKE 'BENCHS%%' ORDER BY s.id
    """,
)


class Expected(NamedTuple):
    """How many rows the bills of so many accounts are."""

    bills: int
    lines: int
    entries: int


def write_accounts(connection: psycopg.Connection[Any], size: int) -> Expected:
    """Write ``size`` accounts with all that their bills of March 2026 are made from."""
    told = {
        "size": size,
        "many": min(ONE_ACCOUNT, size // 10),
        "sharing": min(ONE_ALLOWANCE, size // 100),
    }
    for statement in STATEMENTS:
        psycopg.ClientCursor(connection).execute(statement, told)
    connection.execute("ANALYZE")
    return expected(size + told["many"], size)


def expected(subscribers: int, accounts: int) -> Expected:
    """Return what must come out: a bill with an entry an account, three lines a subscriber.

    Who is charged in advance, every hundredth from the seventh on, has the next month's fee too.
    """
    in_advance = (subscribers + 93) // 100
    return Expected(bills=accounts, lines=3 * subscribers + in_advance, entries=accounts)

"""A month's usage made up, the same every time: whose it is, and what they have bought.

It leans as an operator's does: one account pays for 100,000 subscribers, one allowance is shared by
10,000, a tenth of the subscribers uses half of everything. What is used is mixed: calls with
tiers, in the evening, abroad and while roaming; data with free quantities that are shared, of the
night, or rolled over; messages; content with its provider's share.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import psycopg

from core.tariff import computable

ONE_ACCOUNT = 100_000  # subscribers
ONE_ALLOWANCE = 10_000
TARIFFS: dict[str, dict[str, Any]] = {
    "USE-VOICE": {
        "usage": "voice",
        "allowances": [{"quantity": "100 min", "first_cycle": "by_day"}],
        "prices": [
            {"zone": "international", "price": 0.99, "per": "1 min", "step": "6 s", "minimum": 0.1},
            {"roaming": "asia", "price": 1.99, "per": "1 min", "step": "1 min"},
            {"band": {"from": "21:00", "to": "07:00"}, "price": 0.10, "per": "1 min",
             "step": "1 min"},
            {"price": 0.19, "per": "1 min", "step": "1 min", "tiers": [
                {"above": "200 min", "price": 0.15, "per": "1 min"},
                {"above": "500 min", "price": 0.10, "per": "1 min"},
            ]},
        ],
    },
    "USE-DATA": {
        "usage": "data",
        "allowances": [{"quantity": "5 GB", "rolls_over_cycles": 1}],
        "prices": [
            {"roaming": "asia", "price": 3, "per": "100 MB", "step": "1 MB"},
            {"price": 0.29, "per": "1 MB", "step": "1 KB", "tiers": [
                {"above": "100 MB", "price": 0.06, "per": "1 MB"},
                {"above": "1 GB", "price": 3, "per": "1 GB"},
            ]},
        ],
    },
    "USE-NIGHT": {
        "usage": "data",
        "allowances": [{"quantity": "10 GB", "band": {"from": "23:00", "to": "07:00"}}],
    },
    "USE-SHARED": {"usage": "data", "allowances": [{"quantity": "50 TB", "shared": True}]},
    "USE-SMS": {
        "usage": "sms",
        "allowances": [{"quantity": "50 messages"}],
        "prices": [{"price": 0.10, "per": "1 message", "step": "1 message"}],
    },
    "USE-CONTENT": {
        "usage": "content",
        "prices": [{"price": 2, "per": "1 item", "step": "1 item", "provider_share": 60}],
    },
}  # fmt: skip
_TARIFF = """
INSERT INTO billing_billingtariff (code, version, kind, charge_group, name_zh, name_en, currency,
    rules, valid_from, launched_at, release_no)
VALUES (%s, 1, 'rating', %s, %s, %s, 'CNY', %s::jsonb, '2020-01-01', '2020-01-01', 'BENCH')
"""
_POPULATION = (
    """
    INSERT INTO billing_billingoffering (code, kind, name_zh, name_en, charging_mode, tariffs,
        services, parts, status, release_no)
    SELECT code, kind, code, code, '', '{}', '{}', '{}', 'launched', 'BENCH'
    FROM (VALUES ('USE-PLAN', 'main'), ('USE-MORE', 'addon')) AS o (code, kind)
    """,
    # the first customer's account pays for many
    """
    INSERT INTO billing_billingcustomer (customer_no, name, kind, segment, org_unit, region,
        credit_standing, created_at)
    SELECT 'USEC' || n, 'Use ' || n, 'person', '', 'SH-01', 'SH', 'good', '2020-01-01'
    FROM generate_series(1, %(size)s - %(many)s + 1) AS n
    """,
    """
    INSERT INTO billing_billingaccount (account_no, customer_id, name, charging_mode, currency,
        billing_day, status, credit_class, dunning_plan, tax_profile, bill_terms, overdue_amount,
        created_at)
    SELECT 'USEA' || substr(customer_no, 5), id, name, 'postpaid', 'CNY', 1, 'active',
           'standard', 'standard', 'standard', 'standard', 0, created_at
    FROM billing_billingcustomer WHERE customer_no LIKE 'USEC%%' ORDER BY id
    """,
    """
    INSERT INTO billing_billingsubscriber (subscriber_no, customer_id, service_kind,
        service_number, status, suspend_reasons, status_version, created_at, activated_at)
    SELECT 'USES' || n, c.id, 'mobile', (18000000000 + n)::text, 'active', '{}', 1,
           '2025-01-01', '2025-01-01'
    FROM generate_series(1, %(size)s) AS n
    JOIN billing_billingcustomer AS c
         ON c.customer_no = 'USEC' || CASE WHEN n <= %(many)s THEN 1 ELSE n - %(many)s + 1 END
    ORDER BY n
    """,
    """
    INSERT INTO billing_paymentrelation (subscriber_id, account_id, charge_group, priority,
        share_percent, cap_amount, valid_from)
    SELECT s.id, a.id, '*', 0, 100, NULL, '2025-01-01'
    FROM billing_billingsubscriber AS s JOIN billing_billingaccount AS a USING (customer_id)
    WHERE s.subscriber_no LIKE 'USES%%' ORDER BY s.id
    """,
    """
    INSERT INTO billing_billingsubscription (subscription_no, subscriber_id, parent_no,
        offering_code, tariffs, status, valid_from, created_at)
    SELECT 'USEP' || substr(subscriber_no, 5), id, '', 'USE-PLAN', '[
        {"code": "USE-VOICE", "version": 1}, {"code": "USE-DATA", "version": 1},
        {"code": "USE-SMS", "version": 1}, {"code": "USE-CONTENT", "version": 1}]'::jsonb,
        'active', '2025-01-01', '2025-01-01'
    FROM billing_billingsubscriber WHERE subscriber_no LIKE 'USES%%' ORDER BY id
    """,
    """
    INSERT INTO billing_billingsubscription (subscription_no, subscriber_id, parent_no,
        offering_code, tariffs, status, valid_from, created_at)
    SELECT 'USEN' || n, id, '', 'USE-MORE', jsonb_build_array(jsonb_build_object(
               'code', CASE n WHEN 1 THEN 'USE-SHARED' ELSE 'USE-NIGHT' END, 'version', 1)),
           'active', '2025-01-01', '2025-01-01'
    FROM (SELECT id, substr(subscriber_no, 5)::int AS n FROM billing_billingsubscriber
          WHERE subscriber_no LIKE 'USES%%') AS s
    WHERE n %% 4 = 1 ORDER BY n
    """,
    """
    INSERT INTO billing_billinggroup (group_no, kind, name, created_at)
    VALUES ('USEG1', 'enterprise', 'Use', '2025-01-01')
    """,
    """
    INSERT INTO billing_groupmember (group_id, subscriber_id, is_owner, valid_from)
    SELECT g.id, s.id, s.subscriber_no = 'USES1', '2025-01-01'
    FROM billing_billinggroup AS g, billing_billingsubscriber AS s
    WHERE g.group_no = 'USEG1' AND s.subscriber_no LIKE 'USES%%'
      AND substr(s.subscriber_no, 5)::int <= %(sharing)s
    ORDER BY s.id
    """,
)
# What record number n is; dice are hashes of n, so any part of the month comes out the same.
_USES = """
SELECT 'USE%(seed)s:' || n AS key,
       CASE WHEN kind < 40 THEN 'voice' WHEN kind < 80 THEN 'data' WHEN kind < 95 THEN 'sms'
            ELSE 'content' END AS usage,
       CASE WHEN whose < 50 THEN 1 + pick %% greatest(%(size)s / 10, 1)
            ELSE 1 + pick %% %(size)s END AS subscriber,
       timestamptz '2026-02-28 16:00Z' + (moment %% 2678400) * interval '1 second' AS started_at,
       CASE WHEN kind < 40 THEN much %% 900 WHEN kind < 80 THEN much %% 52428800 ELSE 1 END
           AS quantity,
       CASE WHEN kind < 40 AND place < 5 THEN 'international' ELSE 'domestic' END AS zone,
       CASE WHEN kind < 80 AND place BETWEEN 5 AND 6 THEN 'asia' ELSE '' END AS roaming,
       CASE WHEN kind >= 95 THEN 'SP01' ELSE '' END AS provider
FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n,
     LATERAL (SELECT (hashint8extended(n, %(seed)s + 1) & 1073741823) %% 100 AS kind,
                     (hashint8extended(n, %(seed)s + 2) & 1073741823) %% 100 AS whose,
                     hashint8extended(n, %(seed)s + 3) & 1073741823 AS pick,
                     hashint8extended(n, %(seed)s + 4) & 1073741823 AS moment,
                     hashint8extended(n, %(seed)s + 5) & 1073741823 AS much,
                     (hashint8extended(n, %(seed)s + 6) & 1073741823) %% 100 AS place) AS dice
"""
_RECORDS = f"""
INSERT INTO billing_usagerecord (key, revision, batch_id, line_no, usage, subscriber_id,
    service_number, started_at, quantity, zone, roaming, peer, provider)
SELECT u.key, 0, %(batch)s, 0, u.usage, s.id, s.service_number, u.started_at, u.quantity,
       u.zone, u.roaming, '', u.provider
FROM ({_USES}) AS u
JOIN billing_billingsubscriber AS s ON s.subscriber_no = 'USES' || u.subscriber
"""
_LINES = f"""
COPY (SELECT concat_ws(',', u.key, u.usage, 18000000000 + u.subscriber,
             to_char(u.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
             u.quantity, u.zone, u.roaming, u.provider)
      FROM ({_USES}) AS u) TO STDOUT
"""


def write_population(connection: psycopg.Connection[Any], size: int) -> None:
    """Write ``size`` subscribers with their tariffs; a small one leans in proportion."""
    wrong: list[str] = []
    exact = json.loads(json.dumps(TARIFFS), parse_float=Decimal)
    for code, rules in exact.items():
        held = computable("rating", rules, (), lambda _, __, en: wrong.append(en))
        connection.execute(_TARIFF, [code, rules["usage"], code, code, json.dumps(held)])
    if wrong:
        raise ValueError(f"tariffs: {wrong}")
    told = {
        "size": size,
        "many": min(ONE_ACCOUNT, size // 2),
        "sharing": min(ONE_ALLOWANCE, size // 10),
    }
    for statement in _POPULATION:
        psycopg.ClientCursor(connection).execute(statement, told)
    connection.execute("ANALYZE")


def write_usage(
    connection: psycopg.Connection[Any],
    records: int,
    *,
    size: int,
    seed: int = 1,
    first: int = 1,
    state: str = "loaded",
) -> int:
    """Write records of those subscribers into one batch in ``state``; return it.

    A month goes on from ``first`` on: the same numbers are the same records. The batch appears
    together with its records: a worker that sees it before them would find nothing in it to rate.
    """
    told = {"size": size, "seed": seed, "first": first, "last": first + records - 1}
    with connection.transaction():
        row = connection.execute(
            "INSERT INTO billing_usagebatch (source, name, digest, state, told, counts, records,"
            " taken_bytes, taken_lines, cause_zh, cause_en, received_at, loaded_at)"
            " VALUES ('file', 'made up', NULL, %s, '{}', '{}', %s, 0, 0, '', '', now(), now())"
            " RETURNING id",
            [state, records],
        ).fetchone()
        batch = int(row[0]) if row else 0
        written = psycopg.ClientCursor(connection).execute(_RECORDS, {**told, "batch": batch})
        if written.rowcount != records:
            raise ValueError(f"{written.rowcount} of {records} records have a subscriber")
    connection.execute("ANALYZE billing_usagerecord")
    return batch


def usage_file(
    connection: psycopg.Connection[Any], records: int, *, size: int, seed: int = 1
) -> Iterator[bytes]:
    """Yield the same month as a file that ``load_usage`` takes, piece by piece."""
    told = {"size": size, "seed": seed, "first": 1, "last": records}
    cursor = psycopg.ClientCursor(connection)
    cursor.execute(f"SELECT sum(quantity) FROM ({_USES}) AS u", told)
    row = cursor.fetchone()
    total = row[0] if row else 0
    yield b"HEADER,usage,1,made up,2026-04-01T00:00:00Z\n"
    yield b"key,usage,number,started_at,quantity,zone,roaming,provider\n"
    with cursor.copy(_LINES, told) as copy:
        for data in copy:
            yield bytes(data)
    yield f"TRAILER,{records},{total}\n".encode()

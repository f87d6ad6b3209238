"""A million customers in a few minutes: ``COPY`` for what is invented, one statement for the rest.

Of a document only the digest and the mask are real; all share one ciphertext, since nobody reads
it. BOSS and provisioning know nobody of these, and nothing was ordered.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
from stdnum import luhn

from core.masking import mask_identity
from customers import identity
from tests.benchmarks.people import invent

FIRST = 50_000_000  # of the business numbers; the instance's own begin at 1
AT = datetime(2026, 3, 1, 4, tzinfo=UTC)
_NO_OVERLAP = "payment_relation_no_overlap"
Connection = psycopg.Connection[Any]


def add_customers(connection: Connection, count: int, *, offering: str) -> None:
    """Add ``count`` customers: accounts, documents, subscribers, what they have, who pays.

    Each has an account and a subscriber, every fifth a second one; every tenth had a number that
    the next customer has now.
    """
    [[known, last]] = connection.execute(
        "SELECT count(*) FILTER (WHERE customer_no >= %s), coalesce(max(id), 0)"
        " FROM customers_customer",
        [f"CC{FIRST}"],
    )
    _copy(connection, count, first=known, key=last + 1)
    connection.execute(
        "SELECT setval(pg_get_serial_sequence('customers_customer', 'id'), %s)", [last + count]
    )
    values = {"last": last, "offering": offering}
    for statement in (_ACCOUNTS, _SUBSCRIBERS, _SUBSCRIPTIONS):
        connection.execute(statement, values)
    # Row by row, keeping payers from overlapping takes longer than all the rest together.
    [[rule]] = connection.execute(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [_NO_OVERLAP]
    )
    connection.execute(f"ALTER TABLE customers_paymentrelation DROP CONSTRAINT {_NO_OVERLAP}")
    connection.execute(_PAYERS, values)
    connection.execute(f"ALTER TABLE customers_paymentrelation ADD CONSTRAINT {_NO_OVERLAP} {rule}")
    connection.execute(
        "VACUUM ANALYZE customers_customer, customers_namepart, customers_identitydocument,"
        " customers_account, customers_subscriber, customers_subscription,"
        " customers_paymentrelation"
    )


def number_of(place: int) -> str:
    """Return the business number of the customer at ``place`` (from 0)."""
    digits = f"{FIRST + place}"
    return f"CC{digits}{luhn.calc_check_digit(digits)}"


def place_of(customer_no: str) -> int:
    """Return the place of the customer with this business number."""
    return int(customer_no[2:-1]) - FIRST


def _copy(connection: Connection, count: int, *, first: int, key: int) -> None:
    at = AT.isoformat()
    lines, documents = [], []
    for number, one in enumerate(invent(count, first=first)):
        lines.append(
            f"{key + number}\t{number_of(first + number)}\t{one.name}\t{one.kind}"
            f"\tactive\t\t\t\tHQ\tGZ\tf\t{{}}\t[]\t{{}}\t{at}\n"
        )
        if one.document:
            digest = identity.digest_of(one.document_kind, one.document)
            masked = mask_identity(one.document)
            documents.append(
                f"{key + number}\t{one.document_kind}\t\\\\x00\t{digest}\t{masked}\t{at}\n"
            )
    for table, content in (
        (
            "customers_customer (id, customer_no, name, kind, status, segment, level, brand,"
            " org_unit, region, blacklisted, engaged_party, contact_medium, extension, created_at)",
            lines,
        ),
        (
            "customers_identitydocument (customer_id, kind, number_encrypted, number_digest,"
            " number_masked, verified_at)",
            documents,
        ),
    ):
        with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for start in range(0, len(content), 10_000):
                copy.write("".join(content[start : start + 10_000]))


_ACCOUNTS = """
INSERT INTO customers_account
    (account_no, customer_id, name, charging_mode, currency, billing_day, extension, created_at)
SELECT 'AC' || substr(customer_no, 3), id, name, 'postpaid', 'CNY', 1, '{}', created_at
FROM customers_customer WHERE id > %(last)s
"""
# 150…: the first number, 151…: the second, 150… of the customer behind: the one that was.
_SUBSCRIBERS = """
INSERT INTO customers_subscriber
    (subscriber_no, customer_id, service_kind, service_number, iccid, status, suspend_reasons,
     status_version, line_version, user_name, created_at, activated_at, terminated_at)
SELECT 'SC' || line.place || substr(one.customer_no, 3), one.id, 'mobile',
    (149 + least(line.place, 2)) || lpad((one.place + line.place / 3)::text, 8, '0'),
    '8986' || line.place || lpad(one.place::text, 14, '0'),
    CASE WHEN line.place = 3 THEN 'terminated' ELSE 'active' END, '{}', 1, 1, '', one.created_at,
    one.created_at, CASE WHEN line.place = 3 THEN one.created_at END
FROM (SELECT *, substr(customer_no, 3, 8)::int - 50000000 AS place FROM customers_customer
      WHERE id > %(last)s) one
JOIN generate_series(1, 3) line (place)
    ON line.place = 1 OR line.place = 2 AND one.place %% 5 = 0 OR line.place = 3
        AND one.place %% 10 = 0
"""
_SUBSCRIPTIONS = """
INSERT INTO customers_subscription
    (subscription_no, subscriber_id, offering_code, is_main, tariffs, extension, status,
     valid_from, created_at)
SELECT 'PC' || substr(subscriber_no, 3), id, %(offering)s, true, '[]', '{}',
    CASE WHEN status = 'terminated' THEN 'terminated' ELSE 'active' END, created_at, created_at
FROM customers_subscriber WHERE customer_id > %(last)s
"""
_PAYERS = """
INSERT INTO customers_paymentrelation
    (subscriber_id, account_id, charge_group, priority, share_percent, valid_from)
SELECT line.id, account.id, '*', 0, 100, line.created_at
FROM customers_subscriber line JOIN customers_account account USING (customer_id)
WHERE line.customer_id > %(last)s
"""

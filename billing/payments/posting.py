"""Entries of payments: what each writes off, and the rest to its account's cash book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connections

from auth_center.actors import Actor
from billing.ledger.chart import Ledger
from billing.ledger.posting import open_period
from billing.models import Payment
from billing.payments.overdue import refresh_overdue
from billing.payments.parties import cash_books
from billing.payments.places import PLACE
from billing.payments.waking import wake_fees
from billing.payments.write_off import PLAN, order_values
from billing.states import EntryKind, PaymentMethod
from core.systems import System


def post_payments(payments: Sequence[Payment], *, actor: Actor, at: datetime) -> None:
    """Write off with payments that are written, and post them: one statement for all of them.

    Their accounts are locked (``lock_accounts``). A payment's entry debits where its money lies,
    credits the receivable of each bill it pays and the cash book for the rest.
    """
    books = cash_books({(one.account_id, one.currency) for one in payments}, at)
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            _POST,
            {
                **order_values(spare_disputed=False),
                "payments": [one.pk for one in payments],
                "accounts": [one.account_id for one in payments],
                "currencies": [one.currency for one in payments],
                "amounts": [one.amount for one in payments],
                "numbers": [one.payment_no for one in payments],
                "places": [int(PLACE[PaymentMethod(one.method)]) for one in payments],
                "books": [books[one.account_id, one.currency] for one in payments],
                "receivable": int(Ledger.RECEIVABLE),
                "cash": int(Ledger.CASH_BALANCE),
                "kind": EntryKind.PAYMENT.value,
                "period": open_period(at),
                "at": at,
                "actor_kind": actor.kind,
                "actor_number": actor.number,
            },
        )
    accounts = {one.account_id for one in payments}
    refresh_overdue(accounts, at=at)
    wake_fees(accounts, at=at)


_POST = f"""
WITH pot AS MATERIALIZED (
    SELECT *, '[]'::jsonb AS groups,
           nextval(pg_get_serial_sequence('billing_journalentry', 'id')) AS entry_id
    FROM unnest(%(payments)s::bigint[], %(accounts)s::bigint[], %(currencies)s::text[],
                %(amounts)s::numeric[], %(numbers)s::text[], %(places)s::smallint[],
                %(books)s::bigint[])
         AS given (pot_id, account_id, currency, amount, payment_no, place_id, book_id)
),
{PLAN},
rest AS MATERIALIZED (
    SELECT pot_id, entry_id, any_value(account_id) AS account_id, any_value(currency) AS currency,
           max(book_id) AS book_id, sum(amount) AS amount
    FROM (SELECT pot_id, entry_id, account_id, currency, book_id, amount FROM pot
          UNION ALL
          SELECT pot_id, entry_id, account_id, currency, NULL, -amount FROM planned) AS moved
    GROUP BY pot_id, entry_id
),
entry AS (
    INSERT INTO billing_journalentry
        (id, kind, source_kind, source_no, account_id, period_id, posted_at, currency, reason,
         actor_kind, actor_number)
    SELECT entry_id, %(kind)s, 'payment', payment_no, account_id, %(period)s, %(at)s, currency, '',
           %(actor_kind)s, %(actor_number)s
    FROM pot
),
allocated AS (
    INSERT INTO billing_allocation
        (bill_id, charge_group, payment_id, amount, entry_id, allocated_at)
    SELECT bill_id, charge_group, pot_id, amount, entry_id, %(at)s
    FROM planned
    ORDER BY pot_id, bill_id
),
kept AS (
    UPDATE billing_balancebook b SET amount = b.amount + more.amount
    FROM (SELECT book_id, sum(amount) AS amount FROM rest GROUP BY book_id) AS more
    WHERE b.id = more.book_id AND more.amount > 0
)
INSERT INTO billing_posting (entry_id, ledger_id, amount, currency, account_id, book_id, bill_id)
SELECT entry_id, place_id, amount, currency, account_id, NULL::bigint, NULL::bigint FROM pot
UNION ALL
SELECT entry_id, %(receivable)s, -sum(amount), currency, owner_id, NULL, bill_id
FROM planned GROUP BY entry_id, currency, owner_id, bill_id
UNION ALL
SELECT entry_id, %(cash)s, -amount, currency, account_id, book_id, NULL
FROM rest WHERE amount > 0
"""  # noqa: S608

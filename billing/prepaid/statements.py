"""The statements of prepaid charging: each reserves or charges in one go.

They are made of the same named parts: who is ``asked``, what is ``due``, which ``book`` is held
fast, what is ``used`` of each. One statement is one round trip and, outside of a transaction, one
commit: two sessions on one balance wait for each other only while a statement runs. Fees are
charged as a set, one of an account at a time; a session is a set of one.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import Model

from billing.ledger.chart import Ledger
from billing.prepaid.reading import made
from core.prepared import fetch_named
from core.systems import System

Row = TypeVar("Row", bound=Model)
FOLDER = Path(__file__).with_name("sql")
_TOLD = """
    %(price)s::numeric AS price, %(with_tax)s::boolean AS with_tax,
    %(charge_group)s::text AS charge_group, %(subscriber)s::bigint AS subscriber_id,
    %(usage_id)s::bigint AS usage_id, NULL::bigint AS fee_id, %(reference)s::text AS reference,
    %(digest)s::text AS digest
"""
ACCOUNT = f"""
    SELECT 1 AS n, NULL::bigint AS reservation_id, %(account)s::bigint AS account_id,
           %(currency)s::text AS currency, '[]'::jsonb AS holds, 0::numeric AS already, {_TOLD}
"""
RESERVATION = f"""
    SELECT 1 AS n, id AS reservation_id, account_id, currency, holds,
           CASE WHEN %(from_holds)s THEN 0 ELSE amount END AS already, {_TOLD}
    FROM (SELECT id, account_id, currency, holds, amount FROM billing_reservation
          WHERE id = %(reservation)s AND state = 'open' AND expires_at > %(at)s
          FOR NO KEY UPDATE) AS held
"""  # noqa: S608
# Of money alone, everything in the same statement; whoever gets no row asks why.
_OF_ACCOUNT = f"""
    SELECT 1 AS n, NULL::bigint AS reservation_id, account.id AS account_id,
           account.currency::text AS currency, '[]'::jsonb AS holds, 0::numeric AS already, {_TOLD}
    FROM billing_billingaccount AS account
    JOIN billing_billingcustomer AS customer ON customer.id = account.customer_id
    WHERE account.account_no = %(account_no)s AND account.status = 'active'
      AND %(currency)s::text IN ('', account.currency) AND {{seen}}
"""  # noqa: S608
_OF_RESERVATION = f"""
    SELECT 1 AS n, held.id AS reservation_id, held.account_id, held.currency, held.holds,
           0::numeric AS already, {_TOLD.replace("%(charge_group)s::text", "held.charge_group")}
    FROM (SELECT held.* FROM billing_reservation AS held
          JOIN billing_billingaccount AS account ON account.id = held.account_id
          JOIN billing_billingcustomer AS customer ON customer.id = account.customer_id
          WHERE held.id = %(reservation)s AND held.usage = '' AND held.state = 'open'
            AND held.expires_at > %(at)s AND %(currency)s::text IN ('', held.currency) AND {{seen}}
          FOR NO KEY UPDATE OF held) AS held
"""  # noqa: S608
FEES = """
    SELECT row_number() OVER (ORDER BY account_id) AS n, NULL::bigint AS reservation_id,
           fee.account_id, account.currency, '[]'::jsonb AS holds, 0::numeric AS already,
           fee.price - fee.paid AS price, false AS with_tax, fee.charge_group, fee.subscriber_id,
           NULL::bigint AS usage_id, fee.id AS fee_id, 'fee:' || fee.id || ':' || fee.paid
           AS reference, 'fee' AS digest
    FROM billing_prepaidfee AS fee
    JOIN billing_billingaccount AS account ON account.id = fee.account_id
    WHERE fee.id = ANY(%(fees)s)
      AND account.charging_mode = 'prepaid' AND account.status = 'active'
"""
PLACES = {
    "cash": Ledger.CASH_BALANCE,
    "gift": Ledger.GIFT_BALANCE,
    "dedicated": Ledger.DEDICATED_BALANCE,
    "promotion": Ledger.PROMOTION,
    "tax_payable": Ledger.TAX_PAYABLE,
    "revenue": Ledger.REVENUE,
}


@cache
def of_account(seen: str) -> str:
    """Return who is asked of money of an account by its number; ``seen`` narrows who may."""
    return _OF_ACCOUNT.replace("{seen}", seen)


@cache
def of_reservation(seen: str) -> str:
    """Return the same of a reservation of money."""
    return _OF_RESERVATION.replace("{seen}", seen)


@cache
def statement(deed: str, asked: str) -> str:
    """Return the statement of a deed (``reserve``, ``extend``, ``charge``), of whom it is asked."""
    parts = {"asked": asked, **{name: text_of(name) for name in ("due", "book", "used")}}
    given = ",\n".join(f"{name} AS MATERIALIZED (\n{text}\n)" for name, text in parts.items())
    return f"WITH {given},\n{text_of(deed)}"


@cache
def cost() -> str:
    """Return the statement that says what would be taken; nothing is held fast by it."""
    parts = f"asked AS ({ACCOUNT}),\ndue AS (\n{text_of('due')}\n)"
    return f"WITH {parts}\nSELECT amount FROM due"


@cache
def text_of(name: str) -> str:
    """Return the text of one part, the places of the chart filled in."""
    text = (FOLDER / f"{name}.sql").read_text().strip()
    for place, code in PLACES.items():
        text = text.replace(f"{{{place}}}", str(int(code)))
    return text


def rows_of(model: type[Row], text: str, values: dict[str, Any]) -> list[Row]:
    """Run a statement, prepared once a connection; return what it gives as rows of ``model``."""
    names, rows = fetch_named(System.BOSS.alias, text, values)
    return [made(model, names, row) for row in rows]

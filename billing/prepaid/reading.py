"""Who is concerned, read in statements that are prepared once a connection: charging is in haste.

What an actor may not see does not exist, here as everywhere; columns that charging does not need
are loaded when somebody asks for them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from django.db.models import Model

from auth_center.actors import Actor
from auth_center.scope import narrowing
from billing.models import (
    BalanceCharge,
    BillingAccount,
    BillingSubscriber,
    Reservation,
)
from core.prepared import fetch
from core.systems import System

Row = TypeVar("Row", bound=Model)
Charged = TypeVar("Charged", Reservation, BalanceCharge)
JSON = ("holds", "parts", "told", "extension")
_ACCOUNT = ("id", "account_no", "name", "currency", "status")
_SUBSCRIBER = ("id", "subscriber_no", "service_number", "status")
_SEEN = {"region": "customer.region", "unit": "customer.org_unit"}


def seen_by(actor: Actor) -> tuple[str, dict[str, Any]]:
    """Return the condition of what ``actor`` may see of a ``customer``, and its values."""
    return narrowing(actor, **_SEEN)


def account_named(account_no: str, actor: Actor) -> BillingAccount | None:
    """Return the account of that number, if ``actor`` may see it."""
    seen, values = seen_by(actor)
    rows = fetched(_one_account(seen), {**values, "account_no": account_no})
    return made(BillingAccount, _ACCOUNT, rows[0]) if rows else None


def subscriber_named(subscriber_no: str, actor: Actor) -> BillingSubscriber | None:
    """Return the subscriber of that number, if ``actor`` may see it."""
    seen, values = seen_by(actor)
    rows = fetched(_one_subscriber(seen), {**values, "subscriber_no": subscriber_no})
    return made(BillingSubscriber, _SUBSCRIBER, rows[0]) if rows else None


def subscriber_numbered(number: int | None) -> BillingSubscriber | None:
    """Return the subscriber of an id."""
    rows = fetched(_ONE_SUBSCRIBER, {"id": number})
    return made(BillingSubscriber, _SUBSCRIBER, rows[0]) if rows else None


def reservation_named(
    reference: str, actor: Actor, *, number: int | None = None, lock: bool = False
) -> Reservation | None:
    """Return the reservation of that reference (or id), with its account and ``subscriber_no``."""
    seen, values = seen_by(actor)
    rows = fetched(
        _one_reservation(seen, number is not None, lock),
        {**values, "reference": reference, "id": number},
    )
    if not rows:
        return None
    (subscriber_no, *account), row = rows[0][: len(_ACCOUNT) + 1], rows[0][len(_ACCOUNT) + 1 :]
    held = made(Reservation, _columns(Reservation), row)
    return with_parties(held, made(BillingAccount, _ACCOUNT, account), subscriber_no)


def payers_of(subscriber_id: int, charge_group: str, at: datetime) -> list[BillingAccount]:
    """Return who pays a charge group of a subscriber whole and without limit, the nearest first."""
    values = {"subscriber": subscriber_id, "charge_group": charge_group, "at": at}
    return [made(BillingAccount, _ACCOUNT, row) for row in fetched(_PAYERS, values)]


def with_parties(row: Charged, account: BillingAccount, subscriber_no: str | None) -> Charged:
    """Return a row, its account and the number of its subscriber at hand."""
    row.account = account
    vars(row)["subscriber_no"] = subscriber_no
    return row


def fetched(text: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run a statement, prepared once a connection, and return its rows."""
    return fetch(System.BOSS.alias, text, values)


def made(model: type[Row], names: Sequence[str], row: Sequence[Any]) -> Row:
    """Return a row of a table as an instance; JSON comes as its text, an account beside it."""
    there = dict(zip(names, row, strict=True))
    account = {name[9:]: there.pop(name) for name in names if name.startswith("account__")}
    for name in JSON:
        if isinstance(there.get(name), str):
            there[name] = json.loads(there[name])
    ordered = [name for name in _columns(model) if name in there]  # as from_db wants them
    found = model.from_db(System.BOSS.alias, ordered, [there[name] for name in ordered])
    if account:
        account |= {"id": there["account_id"], "currency": there["currency"]}
        of = made(BillingAccount, list(account), list(account.values()))
        vars(found).update(subscriber_no=None)
        found._state.fields_cache["account"] = of
    return found


@cache
def _columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)


def _listed(table: str, names: tuple[str, ...]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


@cache
def _one_account(seen: str) -> str:
    return f"""
        SELECT {_listed("account", _ACCOUNT)} FROM billing_billingaccount AS account
        JOIN billing_billingcustomer AS customer ON customer.id = account.customer_id
        WHERE account.account_no = %(account_no)s AND {seen}
    """  # noqa: S608


@cache
def _one_subscriber(seen: str) -> str:
    return f"""
        SELECT {_listed("subscriber", _SUBSCRIBER)} FROM billing_billingsubscriber AS subscriber
        JOIN billing_billingcustomer AS customer ON customer.id = subscriber.customer_id
        WHERE subscriber.subscriber_no = %(subscriber_no)s AND {seen}
    """  # noqa: S608


@cache
def _one_reservation(seen: str, numbered: bool, lock: bool) -> str:
    which = "held.id = %(id)s" if numbered else "held.reference = %(reference)s"
    return f"""
        SELECT subscriber.subscriber_no, {_listed("account", _ACCOUNT)},
               {_listed("held", _columns(Reservation))}
        FROM billing_reservation AS held
        JOIN billing_billingaccount AS account ON account.id = held.account_id
        JOIN billing_billingcustomer AS customer ON customer.id = account.customer_id
        LEFT JOIN billing_billingsubscriber AS subscriber ON subscriber.id = held.subscriber_id
        WHERE {which} AND {seen} {"FOR NO KEY UPDATE OF held" if lock else ""}
    """  # noqa: S608


_ONE_SUBSCRIBER = f"""
    SELECT {_listed("subscriber", _SUBSCRIBER)} FROM billing_billingsubscriber AS subscriber
    WHERE subscriber.id = %(id)s
"""  # noqa: S608
_PAYERS = f"""
    SELECT {_listed("account", _ACCOUNT)} FROM billing_paymentrelation AS relation
    JOIN billing_billingaccount AS account ON account.id = relation.account_id
    WHERE relation.subscriber_id = %(subscriber)s
      AND relation.charge_group IN (%(charge_group)s, '*')
      AND relation.valid_from <= %(at)s
      AND (relation.valid_to IS NULL OR relation.valid_to > %(at)s)
      AND relation.share_percent = 100 AND relation.cap_amount IS NULL
    ORDER BY relation.charge_group = '*', relation.priority
"""  # noqa: S608

"""Rating a small set at once: what uses would cost, and records that are charged as they come."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connections

from billing.rating.chain import KEEPING, KEPT, PARTIES, PRICES, RULES, one_statement
from billing.rating.months import DAYS, hold_open
from billing.rating.parts import LANES, LOCK
from core.prepared import fetch
from core.systems import System

GIVEN = """rating_set AS MATERIALIZED (
    SELECT used.n, used.usage_id, 'counts'::text AS kind, used.subscriber_id,
           coalesce((SELECT -min(coalesce(grouping.stream_id, grouping.id))
                     FROM billing_groupmember AS member
                     JOIN billing_billinggroup AS grouping ON grouping.id = member.group_id
                     WHERE member.subscriber_id = used.subscriber_id),
                    used.subscriber_id) AS stream,
           used.usage, used.started_at, lpad(used.n::text, 20, '0') AS tie, used.quantity,
           used.zone, used.roaming, used.amount, false AS was_rated
    FROM ({uses}) AS used
), rating_old AS MATERIALIZED (
    SELECT NULL::bigint AS n, NULL::smallint AS revision, NULL::bigint AS subscription_id,
           NULL::bigint AS tariff_id, NULL::text AS charge_group, NULL::bigint AS quantity,
           NULL::bigint AS free_quantity, NULL::bigint[] AS buckets,
           NULL::bigint[] AS bucket_quantities, NULL::smallint AS price_no,
           NULL::bigint AS charged_quantity, NULL::bigint AS tier_from, NULL::numeric AS price,
           NULL::numeric AS provider_price
    WHERE false
)"""
USES = GIVEN.replace(
    "{uses}",
    """SELECT told.n, NULL::bigint AS usage_id, told.subscriber_id, told.usage, told.started_at,
              told.quantity, told.zone, told.roaming, told.amount
       FROM jsonb_to_recordset(%(uses)s::jsonb) AS told (
           n bigint, subscriber_id bigint, usage text, started_at timestamptz, quantity bigint,
           zone text, roaming text, amount numeric)""",
)
# By a SELECT, of which PostgreSQL expects the same whatever the array holds: else it would plan the
# whole of the rules anew each time (docs/decisions/prepared-statements.md).
RECORDS = GIVEN.replace(
    "{uses}",
    """SELECT record.id AS n, record.id AS usage_id, record.subscriber_id, record.usage,
              record.started_at, record.quantity, record.zone, record.roaming, record.amount
       FROM billing_usagerecord AS record
       WHERE record.id = ANY(ARRAY(SELECT unnest(%(records)s::bigint[])))""",
)
LANES_OF = """
SELECT pg_advisory_xact_lock(%(lock)s::int, lane)
FROM (SELECT DISTINCT mod(abs(stream), %(lanes)s::int)::int AS lane FROM rating_set
      ORDER BY lane) AS lanes
"""
RESULT = """
SELECT n, price, currency, charge_group, subscription_id, tariff_id, free_quantity,
       charged_quantity, buckets, quantities, cycle_id, unrated
FROM rating_result ORDER BY n
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A use of a service, perhaps one that has not happened yet; quantities as in a record."""

    subscriber_id: int
    usage: str
    started_at: datetime
    quantity: int
    zone: str = "domestic"
    roaming: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """What a use costs; ``price`` is none where no tariff prices it.

    Of its quantity ``free_quantity`` is covered by ``buckets`` (how much of which), the rest is
    rounded up to ``charged_quantity``. A price has six decimals. Buckets of a negative number
    begin with the use, they are kept only when it is.
    """

    price: Decimal | None
    currency: str
    charge_group: str
    subscription_id: int | None
    tariff_id: int | None
    free_quantity: int
    charged_quantity: int
    buckets: dict[int, int]
    cycle_id: int | None


def rate_set(uses: Sequence[Use], *, at: datetime) -> list[Priced]:
    """Return what each use would cost, in the order of their beginnings; keep nothing of it.

    Uses what is left of allowances now. A cycle that begins is made if need be, so this writes
    sometimes: call it in a transaction.
    """
    told = [
        {
            "n": n,
            "subscriber_id": use.subscriber_id,
            "usage": use.usage,
            "started_at": use.started_at.isoformat(),
            "quantity": use.quantity,
            "zone": use.zone,
            "roaming": use.roaming,
            "amount": None if use.amount is None else str(use.amount),
        }
        for n, use in enumerate(uses)
    ]
    rating = _Rating(USES, {"uses": json.dumps(told), "at": at, "paid": False, "keep": False})
    priced = rating.run((*PARTIES, *RULES, *PRICES))
    if any(one.cycle_id is None for one in priced.values()):
        rating.open_cycles()
        priced = rating.run((*PARTIES, *RULES, *PRICES))
    return list(priced.values())


def rate_records(records: Sequence[int], *, at: datetime, paid: bool = False) -> dict[int, Priced]:
    """Rate usage records in the present transaction; return what each costs, by its id.

    For records that are charged as they come (prepaid: ``paid``, so that the bill shows them as
    paid already). They take what is left of allowances now: nothing that was rated before is
    rated again because of them, and prices that were paid at once are never changed by others.
    One that no tariff prices is put into quarantine; its ``price`` is none.
    """
    rating = _Rating(RECORDS, {"records": list(records), "at": at, "paid": paid, "keep": True})
    rating.fetch((), LANES_OF)
    rating.open_cycles()
    return rating.run((*PARTIES, *RULES, *PRICES, *KEPT, *KEEPING))


class _Rating:
    """One small set on its way: each statement is prepared once a connection."""

    def __init__(self, given: str, values: dict[str, Any]) -> None:
        self.given = given
        self.values = {**values, "zone": settings.TIME_ZONE, "lock": LOCK, "lanes": LANES}

    def open_cycles(self) -> None:
        """See that the set's cycles are there, and hold those open that it is charged in."""
        for billing_day, earliest, latest in self.fetch(PARTIES, DAYS):
            with connections[System.BOSS.alias].cursor() as cursor:
                hold_open(cursor, billing_day, earliest, latest)

    def run(self, steps: tuple[str, ...]) -> dict[int, Priced]:
        """Go through the steps and return what each use costs."""
        return {
            n: Priced(
                price=None if unrated else price,
                currency=currency or "",
                charge_group=charge_group,
                subscription_id=subscription_id,
                tariff_id=tariff_id,
                free_quantity=free,
                charged_quantity=charged,
                buckets=dict(zip(buckets or (), quantities or (), strict=True)),
                cycle_id=cycle_id,
            )
            for (
                n, price, currency, charge_group, subscription_id, tariff_id, free, charged,
                buckets, quantities, cycle_id, unrated,
            ) in self.fetch(steps, RESULT)
        }  # fmt: skip

    def fetch(self, steps: tuple[str, ...], last: str) -> list[tuple[Any, ...]]:
        """Run one statement made of the steps and return its rows, if it gives any."""
        return fetch(System.BOSS.alias, one_statement(steps, self.given, last), self.values)

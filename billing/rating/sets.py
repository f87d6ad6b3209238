"""Rating a small set at once: what uses would cost, and records that are charged as they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


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
    rounded up to ``charged_quantity``. A price has six decimals.
    """

    price: Decimal | None
    currency: str
    charge_group: str
    subscription_id: int | None
    tariff_id: int | None
    free_quantity: int
    charged_quantity: int
    buckets: dict[int, int]


def rate_set(uses: Sequence[Use], *, at: datetime) -> list[Priced]:
    """Return what each use would cost, one after another as they are given; keep nothing of it.

    Uses what is left of allowances now. The buckets of a cycle that begins are made if need be,
    so this writes sometimes: call it in a transaction.
    """
    raise NotImplementedError


def rate_records(
    records: Sequence[int], *, at: datetime, paid: bool = False
) -> dict[int, Priced | None]:
    """Rate usage records in the present transaction; return what each costs, by its id.

    For records that are charged as they come (prepaid: ``paid``, so that the bill shows them as
    paid already). They take what is left of allowances now: nothing that was rated before is
    rated again because of them, and prices that were paid at once are never changed by others.
    One that no tariff prices is put into quarantine; so it says ``price`` none.
    """
    raise NotImplementedError

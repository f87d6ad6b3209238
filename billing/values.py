"""What crosses the border of billing, beside the messages themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

CURRENCY = r"^[A-Z]{3}$"
CODE = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*$"
CHARGE_GROUP = r"^[a-z][a-z0-9_]*$"

Code = Annotated[str, Meta(pattern=CODE)]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSubscriber:
    """A subscriber as BOSS holds it."""

    id: int
    customer_id: int
    service_kind: str
    service_number: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenNumber:
    """What a subscription number stands for; ``owner`` is the subscriber's id."""

    owner: int
    offering_code: str
    tariffs: list[dict[str, Any]]
    parent_no: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What BOSS already holds of everything that a subscription order names.

    ``accounts`` are ids by number, of those it holds; ``subscriptions`` what those numbers that
    are taken stand for; ``number_holder`` who has the service number now; the
    ``unknown_*`` are what the order names and no release has brought.
    """

    customer_id: int | None
    accounts: dict[str, int]
    subscriber: HeldSubscriber | None
    subscriptions: dict[str, TakenNumber]
    number_holder: str | None
    unknown_offerings: tuple[str, ...]
    unknown_tariffs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffVersion:
    """One version of one tariff, flat: as a release states it or as BOSS holds it.

    ``launched_at`` is none until CRM has launched it.
    """

    code: str
    version: int
    kind: str
    charge_group: str
    currency: str
    name_zh: str
    name_en: str
    valid_from: datetime
    valid_to: datetime | None
    rules: dict[str, Any]
    launched_at: datetime | None = None

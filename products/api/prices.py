"""How a tariff's version is told as a price."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from core.tmf import Links
from products.api import shapes, words
from products.models import Tariff, TariffVersion
from products.selectors import operator_section
from products.states import TariffKind

PATH = f"{words.BASE}productOfferingPrice"
PRICE_TYPES = {"cycle": "recurring", "once": "oneTime"}


def price_id(code: str, version: int) -> str:
    """Return how a tariff's version is named: "T-1:2"."""
    return f"{code}:{version}"


def read_price_id(id: str) -> tuple[str, int] | None:
    """Return the tariff's code and the version that an id names."""
    code, _, version = id.rpartition(":")
    if not code or not (version.isascii() and version.isdigit() and len(version) <= 4):
        return None
    return (code, int(version)) if str(int(version)) == version else None


def read_instant(text: Any) -> datetime | None:
    """Return the instant that an entry spells; a day begins in the operator's zone."""
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(operator_section()["timezone"]))
    return moment.astimezone(UTC)


def price_type(tariff: Tariff, version: TariffVersion) -> str:
    """Return TM Forum's word for what the price is charged by."""
    if tariff.kind == TariffKind.RATING:
        return "usage"
    return PRICE_TYPES.get(version.price_per, "other")


def amount_of(version: TariffVersion) -> shapes.PriceValue | None:
    """Return the advertised amount; none where words alone say the price."""
    if version.price_amount is None:
        return None
    return shapes.PriceValue(
        unit=version.price_currency, value=Decimal(f"{version.price_amount.normalize():f}")
    )


def quantity_of(version: TariffVersion) -> shapes.Quantity | None:
    """Return what a price of usage is for, such as 1 GB."""
    amount, _, units = version.price_per.partition(" ")
    return shapes.Quantity(amount=int(amount), units=units) if units else None


def standing_of(version: TariffVersion, at: datetime) -> str:
    """Return how far the version has come: without computable rules nothing is charged by it."""
    if not version.rules_digest:
        return "In design"
    over = version.valid_to is not None and version.valid_to <= at
    return "Retired" if over else "Launched"


def in_standing(operator: str, values: list[Any]) -> Q:
    """Find versions by how far they have come."""
    over = Q(valid_to__isnull=False, valid_to__lte=timezone.now())
    drafted = Q(rules_digest="")
    meaning = {"In design": drafted, "Launched": ~drafted & ~over, "Retired": ~drafted & over}
    found = Q(pk__in=())
    for value in values:
        found |= meaning.get(value, Q(pk__in=()))
    return found if operator == "eq" else ~found


def price_reference(tariff: Tariff, version: TariffVersion, links: Links) -> shapes.PriceReference:
    """Return a price as its offering shows it, in full."""
    kind, amount = price_type(tariff, version), amount_of(version)
    id = price_id(tariff.code, version.version)
    return shapes.PriceReference(
        id=id,
        href=links.href_under(PATH, id),
        name=words.spoken(tariff, "name", links),
        description=words.spoken(version, "description", links),
        version=str(version.version),
        lifecycle_status=standing_of(version, timezone.now()),
        valid_for=words.period(version.valid_from, version.valid_to),
        price_type=kind,
        price=None if amount is None else shapes.ProductPriceValue(tax_included_amount=amount),
        unit_of_measure=quantity_of(version),
        recurring_charge_period="month" if kind == "recurring" else None,
        recurring_charge_period_length=1 if kind == "recurring" else None,
        type="ProductOfferingPrice",
    )

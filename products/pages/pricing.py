"""What offerings cost as advertised: the prices of their tariffs' versions, added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.words import said
from products.models import OfferingTariff
from products.pages.words import priced
from products.states import TariffKind

CYCLE, ONCE = "cycle", "once"


@dataclass(slots=True)
class Advertised:
    """What is paid each cycle and once; ``usage`` and ``rebate`` where words alone say it.

    ``planned``: nothing is in effect, these are the prices of versions to come (or gone).
    """

    monthly: Decimal = Decimal(0)
    once: Decimal = Decimal(0)
    currency: str = ""
    usage: bool = False
    rebate: bool = False
    planned: bool = False

    @property
    def words(self) -> str:
        """The price in the reader's language."""
        parts = []
        if self.monthly:
            parts.append(priced(self.monthly, self.currency, CYCLE))
        if self.once:
            parts.append(priced(self.once, self.currency, ONCE))
        if parts:
            return " + ".join(parts)
        if self.usage:
            return said("按用量", "By usage")
        if self.rebate:
            return said("优惠", "Rebate")
        return said("免费", "Free")


def advertised(offerings: Iterable[int], at: datetime) -> dict[int, Advertised]:
    """Return the prices of offerings by their keys, in one statement."""
    versions: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    rows: Any = OfferingTariff.objects.filter(offering__in=list(offerings)).values(
        "offering_id",
        "tariff_id",
        "tariff__kind",
        "tariff__versions__valid_from",
        "tariff__versions__valid_to",
        "tariff__versions__price_amount",
        "tariff__versions__price_currency",
        "tariff__versions__price_per",
    )
    for row in rows.order_by("offering_id", "position", "tariff__versions__valid_from"):
        if row["tariff__versions__valid_from"] is not None:
            versions[row["offering_id"], row["tariff_id"]].append(row)
    prices: dict[int, Advertised] = defaultdict(Advertised)
    for (offering, _), all_versions in versions.items():
        _add(prices[offering], *_chosen(all_versions, at))
    return prices


def _chosen(versions: list[dict[str, Any]], at: datetime) -> tuple[dict[str, Any], bool]:
    """Return the version in effect; else the next one, or the last there was."""
    for one in versions:
        end = one["tariff__versions__valid_to"]
        if one["tariff__versions__valid_from"] <= at and (end is None or at < end):
            return one, True
    coming = [one for one in versions if one["tariff__versions__valid_from"] > at]
    return (coming[0] if coming else versions[-1]), False


def _add(price: Advertised, version: dict[str, Any], in_effect: bool) -> None:
    amount, per = version["tariff__versions__price_amount"], version["tariff__versions__price_per"]
    price.currency = price.currency or version["tariff__versions__price_currency"]
    price.planned = price.planned or not in_effect
    if per == CYCLE:
        price.monthly += amount
    elif per == ONCE:
        price.once += amount
    elif version["tariff__kind"] == TariffKind.RATING:
        price.usage = True
    elif amount is None:
        price.rebate = True

"""Turns a tariff's rules as people write them into rules a machine computes with.

Quantities become whole numbers of the usage's measure (voice in seconds, data in bytes of
1 KB = 1024, messages and content one by one), amounts become exact decimal text, and what was
left out gets its documented default, so that nothing has to be guessed by the system that
computes. Where somebody roams, days of a band, tiers, a provider's share and what a recurring
fee grants are there only where the rules speak of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.tariff.accounting import accounting
from core.tariff.measures import spelled
from core.tariff.rating import rating
from core.tariff.reading import Path, Report


@dataclass(frozen=True)
class Price:
    """What is told to a customer: an amount for one cycle, once, or a quantity ("1 GB")."""

    amount: Decimal
    per: str


def computable(kind: str, rules: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    """Return ``rules`` in computable form, reporting what cannot be computed."""
    return (rating if kind == "rating" else accounting)(rules, path, report)


def advertised_price(kind: str, rules: Mapping[str, Any]) -> Price | None:
    """Return the one price that stands for computable rules in a shop, if there is one."""
    if kind == "rating":
        prices = rules.get("prices")
        if not prices:
            return None
        return Price(Decimal(prices[0]["price"]), spelled(rules["measure"], prices[0]["per"]))
    per = {"recurring": "cycle", "one_off": "once"}.get(rules["charge"])
    return Price(Decimal(rules["amount"]), per) if per else None


def digest(value: Any) -> str:
    """Return the mark by which two systems see that they hold the same rules or commands."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()

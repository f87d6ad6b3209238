"""Turns computable rules back into rules as people write them: the inverse of ``computable``."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from core.tariff.measures import counted, spelled

Rules = Mapping[str, Any]


def human(kind: str, rules: Rules) -> dict[str, Any]:
    """Return computable rules in the catalogue file's shape, without what is left out there.

    Amounts are whole numbers or exact decimals.
    """
    return _rating(rules) if kind == "rating" else _accounting(rules)


def _rating(rules: Rules) -> dict[str, Any]:
    measure = rules["measure"]
    written: dict[str, Any] = {"usage": rules["usage"]}
    if rules["allowances"]:
        written["allowances"] = [_allowance(measure, item) for item in rules["allowances"]]
    if rules["prices"]:
        written["prices"] = [_price(measure, item) for item in rules["prices"]]
    return written


def _allowance(measure: str, item: Rules) -> dict[str, Any]:
    written = {"quantity": counted(measure, item["quantity"]), **_where_and_when(item)}
    if item["first_cycle"] != "full":
        written["first_cycle"] = item["first_cycle"]
    if item["rolls_over_cycles"]:
        written["rolls_over_cycles"] = item["rolls_over_cycles"]
    if item["shared"]:
        written["shared"] = True
    return written


def _price(measure: str, item: Rules) -> dict[str, Any]:
    written = {
        **_where_and_when(item),
        "price": _number(item["price"]),
        "per": spelled(measure, item["per"]),
        "step": spelled(measure, item["step"]),
    }
    if item["minimum"] != "0":
        written["minimum"] = _number(item["minimum"])
    if "tiers" in item:
        written["tiers"] = [
            {
                "above": counted(measure, tier["above"]),
                "price": _number(tier["price"]),
                "per": spelled(measure, tier["per"]),
            }
            for tier in item["tiers"]
        ]
    return written | _share(item)


def _accounting(rules: Rules) -> dict[str, Any]:
    written: dict[str, Any] = {"charge": rules["charge"]}
    for name in ("amount", "percent", "hold_fee"):
        if rules.get(name) is not None:
            written[name] = _number(rules[name])
    for name in ("when", "proration", "of", "order", "cycles", "term_cycles", "declines"):
        if rules.get(name) is not None:
            written[name] = deepcopy(rules[name])
    if rules.get("grants"):
        written["grants"] = [_grant(item) for item in rules["grants"]]
    return written | _share(rules)


def _grant(item: Rules) -> dict[str, Any]:
    days = item["lasts_days"]
    return {
        "usage": item["usage"],
        "quantity": counted(item["measure"], item["quantity"]),
        **_where_and_when(item),
        "lasts": "cycle" if days is None else f"{days} day{'' if days == 1 else 's'}",
    }


def _where_and_when(item: Rules) -> dict[str, Any]:
    written = {} if item["zone"] == "domestic" else {"zone": item["zone"]}
    if "roaming" in item:
        written["roaming"] = item["roaming"]
    if item["band"] is not None:
        written["band"] = _band(item["band"])
    return written


def _band(band: Rules) -> dict[str, Any]:
    clock = {} if band["from"] == band["to"] else {"from": band["from"], "to": band["to"]}
    return clock | ({"days": list(band["days"])} if "days" in band else {})


def _share(item: Rules) -> dict[str, Any]:
    return {"provider_share": _number(item["provider_share"])} if "provider_share" in item else {}


def _number(text: str) -> int | Decimal:
    return Decimal(text) if "." in text else int(text)

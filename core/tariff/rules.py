"""Turns a tariff's rules as people write them into rules a machine computes with.

Quantities become whole numbers of the usage's measure (voice in seconds, data in bytes of
1 KB = 1024, messages one by one), amounts become exact decimal text, and what was left out
gets its documented default, so that nothing has to be guessed by the system that computes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MEASURE = {"voice": "seconds", "sms": "messages", "mms": "messages", "data": "bytes"}
_UNITS = {
    "seconds": {"s": 1, "min": 60, "h": 3600},
    "messages": {"message": 1, "messages": 1},
    "bytes": {"KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4},
}
DECIMALS = 6

Path = tuple[str | int, ...]
Report = Callable[[Path, str, str], None]


@dataclass(frozen=True)
class Price:
    """What is told to a customer: an amount for one cycle, once, or a quantity ("1 GB")."""

    amount: Decimal
    per: str


def computable(kind: str, rules: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    """Return ``rules`` in computable form, reporting what cannot be computed."""
    return (_rating if kind == "rating" else _accounting)(rules, path, report)


def advertised_price(kind: str, rules: Mapping[str, Any]) -> Price | None:
    """Return the one price that stands for computable rules in a shop, if there is one."""
    if kind == "rating":
        prices = rules.get("prices")
        if not prices:
            return None
        return Price(Decimal(prices[0]["price"]), spelled(rules["measure"], prices[0]["per"]))
    per = {"recurring": "cycle", "one_off": "once"}.get(rules["charge"])
    return Price(Decimal(rules["amount"]), per) if per else None


def spelled(measure: str, quantity: int) -> str:
    """Return a quantity in its largest whole unit: 1073741824 bytes are "1 GB"."""
    units = sorted(_UNITS[measure].items(), key=lambda unit: -unit[1])
    name, factor = next((name, size) for name, size in units if quantity % size == 0)
    return f"{quantity // factor} {name}"


def digest(value: Any) -> str:
    """Return the mark by which two systems see that they hold the same rules or commands."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _rating(rules: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    usage = rules["usage"]
    allowances = [
        {
            "quantity": _quantity(usage, item["quantity"], (*path, "allowances", i), report),
            "zone": item.get("zone", "domestic"),
            "band": _band(item, (*path, "allowances", i), report),
            "first_cycle": item.get("first_cycle", "full"),
            "rolls_over_cycles": item.get("rolls_over_cycles", 0),
            "shared": item.get("shared", False),
        }
        for i, item in enumerate(rules.get("allowances", []))
    ]
    prices = [
        {
            "zone": item.get("zone", "domestic"),
            "band": _band(item, (*path, "prices", i), report),
            "price": _amount(item["price"], (*path, "prices", i, "price"), report),
            "per": _quantity(usage, item["per"], (*path, "prices", i, "per"), report),
            "step": _quantity(usage, item["step"], (*path, "prices", i, "step"), report),
            "minimum": _amount(item.get("minimum", 0), (*path, "prices", i, "minimum"), report),
        }
        for i, item in enumerate(rules.get("prices", []))
    ]
    return {"usage": usage, "measure": MEASURE[usage], "allowances": allowances, "prices": prices}


def _accounting(rules: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    charge = rules["charge"]

    def amount(name: str) -> str | None:
        return _amount(rules[name], (*path, name), report) if name in rules else None

    if charge == "recurring":
        return {
            "charge": charge,
            "amount": amount("amount"),
            "when": rules["when"],
            "proration": dict(rules["proration"]),
            "hold_fee": amount("hold_fee"),
        }
    if charge == "one_off":
        grants = [
            _grant(item, (*path, "grants", i), report)
            for i, item in enumerate(rules.get("grants", []))
        ]
        return {"charge": charge, "amount": amount("amount"), "grants": grants}
    if charge == "discount":
        return {
            "charge": charge,
            "amount": amount("amount"),
            "percent": amount("percent"),
            "of": list(rules["of"]),
            "order": rules["order"],
            "cycles": rules.get("cycles"),
        }
    return {"charge": charge, "amount": amount("amount"), "of": list(rules["of"])}


def _grant(item: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    lasts = item["lasts"]
    return {
        "usage": item["usage"],
        "measure": MEASURE[item["usage"]],
        "quantity": _quantity(item["usage"], item["quantity"], path, report),
        "zone": item.get("zone", "domestic"),
        "band": _band(item, path, report),
        "lasts_days": None if lasts == "cycle" else int(lasts.split()[0]),
    }


def _quantity(usage: str, text: str, path: Path, report: Report) -> int:
    count, unit = text.split()
    factor = _UNITS[MEASURE[usage]].get(unit)
    if factor is None:
        report(path, f"{usage} 不能用 {unit} 计量", f"{usage} is not measured in {unit}")
        return 0
    return int(count) * factor


def _amount(value: int | Decimal, path: Path, report: Report) -> str:
    amount = Decimal(value)
    exponent = amount.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > DECIMALS:
        report(path, f"金额最多 {DECIMALS} 位小数", f"an amount has at most {DECIMALS} decimals")
    return format(amount, "f")


def _band(item: Mapping[str, Any], path: Path, report: Report) -> dict[str, str] | None:
    band = item.get("band")
    if band is None:
        return None
    if band["from"] == band["to"]:
        report((*path, "band"), "时段的起止相同", "the band begins when it ends")
    return {"from": band["from"], "to": band["to"]}

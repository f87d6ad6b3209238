"""Rules that price an event: allowances are used up first, then the first price that fits."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from core.tariff.measures import MEASURE
from core.tariff.reading import Path, Report, amount, quantity, where_and_when


def rating(rules: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    """Return rating rules in computable form."""
    usage = rules["usage"]
    return {
        "usage": usage,
        "measure": MEASURE[usage],
        "allowances": [
            _allowance(usage, item, (*path, "allowances", i), report)
            for i, item in enumerate(rules.get("allowances", []))
        ],
        "prices": [
            _price(usage, item, (*path, "prices", i), report)
            for i, item in enumerate(rules.get("prices", []))
        ],
    }


def _allowance(usage: str, item: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    return {
        "quantity": quantity(usage, item["quantity"], (*path, "quantity"), report),
        **where_and_when(item, path, report),
        "first_cycle": item.get("first_cycle", "full"),
        "rolls_over_cycles": item.get("rolls_over_cycles", 0),
        "shared": item.get("shared", False),
    }


def _price(usage: str, item: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    price = {
        **where_and_when(item, path, report),
        "price": amount(item["price"], (*path, "price"), report),
        "per": quantity(usage, item["per"], (*path, "per"), report),
        "step": quantity(usage, item["step"], (*path, "step"), report),
        "minimum": amount(item.get("minimum", 0), (*path, "minimum"), report),
    }
    if "tiers" in item:
        price["tiers"] = _tiers(usage, item["tiers"], (*path, "tiers"), report)
    if "provider_share" in item:
        share = (*path, "provider_share")
        if usage != "content":
            report(
                share,
                "只有内容使用费才有内容提供方分成",
                "only usage of content has a share for its provider",
            )
        price["provider_share"] = amount(item["provider_share"], share, report)
    return price


def _tiers(
    usage: str, items: list[Mapping[str, Any]], path: Path, report: Report
) -> list[dict[str, Any]]:
    tiers: list[dict[str, Any]] = [
        {
            "above": quantity(usage, item["above"], (*path, i, "above"), report),
            "price": amount(item["price"], (*path, i, "price"), report),
            "per": quantity(usage, item["per"], (*path, i, "per"), report),
        }
        for i, item in enumerate(items)
    ]
    for i, (lower, higher) in enumerate(pairwise(tiers), start=1):
        if higher["above"] and higher["above"] <= lower["above"]:
            report((*path, i, "above"), "阶梯须逐级升高", "tiers must ascend")
    return tiers

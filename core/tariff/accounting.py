"""Rules that price a period or an occasion, by what they charge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.tariff.measures import MEASURE
from core.tariff.reading import Path, Report, amount, quantity, where_and_when


def accounting(rules: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    """Return accounting rules in computable form."""
    charge = rules["charge"]

    def figure(name: str) -> str | None:
        return amount(rules[name], (*path, name), report) if name in rules else None

    computed: dict[str, Any] = {"charge": charge, "amount": figure("amount")}
    match charge:
        case "recurring":
            computed |= {
                "when": rules["when"],
                "proration": dict(rules["proration"]),
                "hold_fee": figure("hold_fee"),
            }
            if "grants" in rules:
                computed["grants"] = _grants(rules, path, report)
        case "one_off":
            computed["grants"] = _grants(rules, path, report)
        case "discount":
            computed |= {
                "percent": figure("percent"),
                "of": list(rules["of"]),
                "order": rules["order"],
                "cycles": rules.get("cycles"),
            }
        case "penalty":
            computed |= {"term_cycles": rules["term_cycles"], "declines": rules["declines"]}
        case _:  # minimum, cap
            computed["of"] = list(rules["of"])
    if "provider_share" in rules:
        computed["provider_share"] = figure("provider_share")
    return computed


def _grants(rules: Mapping[str, Any], path: Path, report: Report) -> list[dict[str, Any]]:
    return [
        _grant(item, (*path, "grants", i), report) for i, item in enumerate(rules.get("grants", []))
    ]


def _grant(item: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    usage, lasts = item["usage"], item["lasts"]
    return {
        "usage": usage,
        "measure": MEASURE[usage],
        "quantity": quantity(usage, item["quantity"], (*path, "quantity"), report),
        **where_and_when(item, path, report),
        "lasts_days": None if lasts == "cycle" else int(lasts.split()[0]),
    }

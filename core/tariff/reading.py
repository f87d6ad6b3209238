"""Reads what all rules are made of: quantities, amounts, bands of the week."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from core.tariff.measures import MEASURE, UNITS

DECIMALS = 6
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = "00:00"

Path = tuple[str | int, ...]
Report = Callable[[Path, str, str], None]


def quantity(usage: str, text: str, path: Path, report: Report) -> int:
    """Return "30 GB" as a whole number of the usage's measure."""
    count, unit = text.split()
    factor = UNITS[MEASURE[usage]].get(unit)
    if factor is None:
        report(path, f"{usage} 不能用 {unit} 计量", f"{usage} is not measured in {unit}")
        return 0
    return int(count) * factor


def amount(value: int | Decimal, path: Path, report: Report) -> str:
    """Return an amount or a percentage as exact decimal text."""
    exact = Decimal(value)
    exponent = exact.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > DECIMALS:
        report(path, f"金额最多 {DECIMALS} 位小数", f"an amount has at most {DECIMALS} decimals")
    return format(exact, "f")


def where_and_when(item: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any]:
    """Return to which usage an item applies: zone, band and, abroad, the visited zone."""
    place = {"zone": item.get("zone", "domestic"), "band": _band(item, path, report)}
    if "roaming" in item:
        place["roaming"] = item["roaming"]
    return place


def _band(item: Mapping[str, Any], path: Path, report: Report) -> dict[str, Any] | None:
    """Return the band; one of days alone begins and ends at midnight: whole days."""
    band = item.get("band")
    if band is None:
        return None
    if "from" in band and band["from"] == band["to"]:
        report((*path, "band"), "时段的起止相同", "the band begins when it ends")
    clock = {"from": band.get("from", MIDNIGHT), "to": band.get("to", MIDNIGHT)}
    if "days" in band:
        return clock | {"days": sorted(band["days"], key=DAYS.index)}
    return clock

"""What a cycle's use costs by its quantity: corner points to draw, nothing is charged by them.

Each price has a curve: free first, then rising by whole steps or straight, by tiers. What an
accounting tariff charges is a level over the cycles, a penalty falls over its term.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from core.tariff.measures import UNITS
from core.tariff.places import covers, subject

Item = Mapping[str, Any]
Point = tuple[Decimal, Decimal]

YEAR = 12
MOST_STEPS = 12  # more of them look like a straight line
FROM_NOTHING = {"seconds": 100 * 60, "messages": 100}  # shown where nothing is free
PLACES = Decimal("0.000001")
_LEVELS = {
    "recurring": ("每个账期的费用", "Fee of a billing cycle"),
    "minimum": ("每个账期至少", "Least of a billing cycle"),
    "cap": ("每个账期至多", "Most of a billing cycle"),
}


@dataclass(frozen=True, slots=True)
class Curve:
    """A named line through points of quantity (in ``unit``, "cycle" of time) and amount."""

    zh: str
    en: str
    unit: str
    points: tuple[Point, ...]


def curve(kind: str, rules: Item) -> list[Curve]:
    """Return the curves of computable rules; none where there is nothing to draw."""
    return list(_of_usage(rules) if kind == "rating" else _of_time(rules))


def _of_usage(rules: Item) -> Iterator[Curve]:
    shown = [(price, _free(rules, price)) for price in rules["prices"]]
    ends = [_end(rules["measure"], price, free) for price, free in shown]
    units = [_unit(rules["measure"], end) for end in ends]
    for (price, free), unit in zip(shown, units, strict=True):
        name, size = unit
        end = max(end for end, other in zip(ends, units, strict=True) if other == unit)
        points = [(0, Decimal(0)), *_rising(price, free, end)]
        zh, en = subject(rules["usage"], price)
        yield Curve(zh, en[:1].upper() + en[1:], name, _in_unit(points, size))


def _free(rules: Item, price: Item) -> int:
    return sum(item["quantity"] for item in rules["allowances"] if covers(item, price))


def _end(measure: str, price: Item, free: int) -> int:
    """Return how far a curve is drawn: past what is free, the last tier, a few steps."""
    coarse = price["step"] if price["step"] * 4 >= max(free, 10 * price["per"]) else 0
    last = price["tiers"][-1]["above"] * 3 // 2 if "tiers" in price else 0
    first = free // 2 if free else max(10 * price["per"], FROM_NOTHING.get(measure, 0))
    beyond = max(first, last, 2 * coarse)
    return free + -(-beyond // _round_by(measure, beyond)) * _round_by(measure, beyond)


def _round_by(measure: str, quantity: int) -> int:
    return _unit(measure, quantity)[1]


def _unit(measure: str, quantity: int) -> tuple[str, int]:
    """Return the largest unit the quantity reaches; calls are drawn in minutes, not hours."""
    sizes = sorted(UNITS[measure].items(), key=lambda unit: -unit[1])
    fitting = [unit for unit in sizes if unit[1] <= quantity and unit[0] != "h"]
    return fitting[0] if fitting else sizes[-1]


def _rising(price: Item, free: int, end: int) -> Iterator[tuple[int, Decimal]]:
    if free:
        yield free, Decimal(0)
    step = price["step"]
    if step > 1 and 1 <= (end - free) // step <= MOST_STEPS:
        for used in range(0, end - free, step):
            cost = _cost(price, used + step)
            yield free + used, cost
            yield min(free + used + step, end), cost
        return
    corners = [tier["above"] for tier in price.get("tiers", [])]
    for used in [above for above in corners if above < end - free] + [end - free]:
        yield free + used, _cost(price, used)


def _cost(price: Item, used: int) -> Decimal:
    """Return what that much costs after what is free, tier by tier."""
    tiers = [{**price, "above": 0}, *price.get("tiers", [])]
    ends = [tier["above"] for tier in tiers[1:]] + [used]
    cost = Decimal(0)
    for tier, upto in zip(tiers, ends, strict=True):
        quantity = max(min(upto, used) - tier["above"], 0)
        cost += Decimal(tier["price"]) * quantity / tier["per"]
    return cost


def _of_time(rules: Item) -> Iterator[Curve]:
    charge = rules["charge"]
    if charge in _LEVELS:
        yield Curve(*_LEVELS[charge], "cycle", _in_unit(_level(rules["amount"], YEAR), 1))
    elif charge == "penalty":
        term, amount = rules["term_cycles"], Decimal(rules["amount"])
        held = [(0, amount)] if rules["declines"] == "linear" else _level(rules["amount"], term)
        points = _in_unit([*held, (term, Decimal(0))], 1)
        yield Curve("提前解约的违约金", "Penalty for leaving early", "cycle", points)


def _level(amount: str, until: int) -> list[tuple[int, Decimal]]:
    return [(0, Decimal(amount)), (until, Decimal(amount))]


def _in_unit(points: list[tuple[int, Decimal]], size: int) -> tuple[Point, ...]:
    return tuple((_plain(Decimal(used) / size), _plain(cost)) for used, cost in points)


def _plain(figure: Decimal) -> Decimal:
    """Return at most six places, and no more than it needs."""
    with localcontext(prec=60):  # what a whole gigabyte costs by the byte has many digits
        exact = figure.quantize(PLACES).normalize()
        return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact

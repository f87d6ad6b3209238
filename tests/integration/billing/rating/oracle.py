"""What usage costs, reckoned one event after another in plain Python: the second opinion.

It knows the rules as people read them and none of the statements; it lives in tests only.
Quantities are whole numbers, amounts fractions until the sixth decimal is rounded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Rules = Mapping[str, Any]


@dataclass(frozen=True)
class Bought:
    """A subscription as the oracle knows it; ``order`` tells the older from the newer."""

    who: str
    tariffs: tuple[tuple[str, Rules], ...]
    addon: bool
    valid_from: datetime
    valid_to: datetime | None
    order: int

    def in_effect(self, at: datetime) -> bool:
        """Tell whether it prices what begins now."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


@dataclass(frozen=True)
class Use:
    """An event to be priced."""

    key: str
    who: str
    usage: str
    at: datetime
    quantity: int
    zone: str = "domestic"
    roaming: str = ""


@dataclass
class Oracle:
    """Prices all events of a small world; ``owner`` shares with ``members``."""

    zone: ZoneInfo
    billing_day: int
    bought: list[Bought]
    owner: str = ""
    members: tuple[str, ...] = ()
    left: dict[tuple[int, str, int, datetime], int] = field(default_factory=dict)
    counted: dict[tuple[str, str, int, datetime], int] = field(
        default_factory=lambda: defaultdict(int)
    )

    def price_all(self, uses: Iterable[Use]) -> dict[str, Decimal | None]:
        """Return what each use costs by its key, none where no tariff has a price."""
        in_order = sorted(uses, key=lambda use: (use.at, use.key))
        return {use.key: self.price(use) for use in in_order}

    def price(self, use: Use) -> Decimal | None:
        """Return what the next use costs."""
        if use.quantity == 0:
            return Decimal(0)
        found = self._price_for(use)
        rest, taken = use.quantity, {}
        for place, left in self._free_for(use):
            part = min(rest, left)
            taken[place] = left - part
            rest -= part
        if found is None and rest:
            return None
        self.left.update(taken)
        if not rest or found is None:
            return Decimal(0)
        code, number, rule = found
        charged = -(-rest // rule["step"]) * rule["step"]
        place = (use.who, code, number, self._month(use.at)[0])
        amount = max(Decimal(rule["minimum"]), tiered(rule, self.counted[place], charged))
        self.counted[place] += charged
        return amount

    def _price_for(self, use: Use) -> tuple[str, int, Rules] | None:
        mine = [one for one in self.bought if one.who == use.who and one.in_effect(use.at)]
        mine.sort(key=lambda one: (not one.addon, -one.valid_from.timestamp(), -one.order))
        for one in mine:
            for code, rules in one.tariffs:
                for number, rule in enumerate(rules.get("prices", ())):
                    if rules["usage"] == use.usage and self._fits(rule, use):
                        return code, number, rule
        return None

    def _free_for(self, use: Use) -> list[tuple[tuple[int, str, int, datetime], int]]:
        found = []
        for one in self.bought:
            sharing = one.who == self.owner and use.who in self.members
            if not one.in_effect(use.at) or not (one.who == use.who or sharing):
                continue
            for code, rules in one.tariffs:
                for number, rule in enumerate(rules.get("allowances", ())):
                    if rules["usage"] != use.usage or not self._fits(rule, use):
                        continue
                    if one.who != use.who and not rule["shared"]:
                        continue
                    found += self._buckets(one, code, number, rule, use)
        found.sort(key=lambda bucket: bucket[0])
        return [(place, left) for _, place, left in found]

    def _buckets(
        self, one: Bought, code: str, number: int, rule: Rules, use: Use
    ) -> list[tuple[Any, tuple[int, str, int, datetime], int]]:
        found = []
        starts, ends = self._month(use.at)
        lasts = ends
        for _ in range(rule["rolls_over_cycles"] + 1):
            if one.valid_from < ends:
                place = (one.order, code, number, starts)
                left = self.left.get(place, self._given(one, rule, starts, ends))
                specific = (rule["zone"] != "domestic") + ("roaming" in rule)
                specific += rule["band"] is not None
                until = self._later(starts, 1 + rule["rolls_over_cycles"])
                found.append(((until, -specific, one.order, code, number, starts), place, left))
            starts, ends = self._month(starts - timedelta(seconds=1))
        assert all(key[0] >= lasts for key, _, _ in found)
        return found

    def _given(self, one: Bought, rule: Rules, starts: datetime, ends: datetime) -> int:
        if rule["first_cycle"] != "by_day" or one.valid_from <= starts:
            return int(rule["quantity"])
        days = [at.astimezone(self.zone).date() for at in (starts, one.valid_from, ends)]
        return int(rule["quantity"]) * (days[2] - days[1]).days // (days[2] - days[0]).days

    def _month(self, at: datetime) -> tuple[datetime, datetime]:
        day = at.astimezone(self.zone).date()
        first = day.replace(day=self.billing_day)
        if first > day:
            first = (first.replace(day=1) - timedelta(days=1)).replace(day=self.billing_day)
        starts = datetime(first.year, first.month, first.day, tzinfo=self.zone)
        return starts, self._later(starts, 1)

    def _later(self, starts: datetime, months: int) -> datetime:
        count = starts.year * 12 + starts.month - 1 + months
        return datetime(count // 12, count % 12 + 1, starts.day, tzinfo=self.zone)

    def _fits(self, rule: Rules, use: Use) -> bool:
        if rule["zone"] != use.zone or rule.get("roaming", "") != use.roaming:
            return False
        band = rule["band"]
        if band is None:
            return True
        shown = use.at.astimezone(self.zone)
        clock, day = f"{shown:%H:%M}", shown.weekday()
        days = {DAYS.index(name) for name in band.get("days", DAYS)}
        if band["from"] == band["to"]:
            return day in days
        if band["from"] < band["to"]:
            return band["from"] <= clock < band["to"] and day in days
        if clock >= band["from"]:
            return day in days
        return clock < band["to"] and (day - 1) % 7 in days


def tiered(rule: Rules, counted: int, charged: int) -> Decimal:
    """Return what a quantity costs that begins at a count, each tier's part rounded by itself."""
    steps = [{"above": 0, "price": rule["price"], "per": rule["per"]}, *rule.get("tiers", ())]
    total = Decimal(0)
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        upper = counted + charged if following is None else following["above"]
        part = min(counted + charged, upper) - max(counted, step["above"])
        if part > 0:
            total += six_decimals(Fraction(step["price"]) * part / step["per"])
    return total


def six_decimals(exact: Fraction) -> Decimal:
    """Return an amount of six decimals, half up."""
    return Decimal(int(exact * 1_000_000 + Fraction(1, 2))) / 1_000_000

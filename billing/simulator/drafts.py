"""What a release changes of what people pay: each offering as it is now and as it would be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from billing import releasing
from billing.models import BillingOffering, BillingTariff, Release
from core.tariff import digest

Bought = tuple[str, tuple[releasing.Key, ...]]  # an offering with its tariff versions
SOLD = ("launched", "in_test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """An offering whose price a release sets: what one buys with it ``now`` and as a ``draft``.

    An add-on is bought ``beside`` a main product; what is not on sale yet has no ``now``.
    """

    code: str
    name: tuple[str, str]
    kind: str
    draft: tuple[Bought, ...]
    now: tuple[Bought, ...]
    beside: str = ""


def digest_of(release: Release) -> str:
    """Return the mark of a release's prices: another one when a rule or an offering changes."""
    rules = [
        [tariff["code"], version["version"], version["rules"]]
        for tariff, version in releasing.each_version(release.content)
    ]
    sold = [[one["code"], one["tariffs"], one["parts"]] for one in release.content["offerings"]]
    return digest({"rules": rules, "offerings": sold})


def new_versions(release: Release) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return the tariffs with those of their versions that are not on sale yet."""
    codes = [tariff["code"] for tariff in release.content["tariffs"]]
    launched = BillingTariff.objects.filter(code__in=codes, launched_at__isnull=False)
    known = set(launched.values_list("code", "version"))
    return [
        (tariff, version)
        for tariff, version in releasing.each_version(release.content)
        if (tariff["code"], version["version"]) not in known
    ]


def plans_of(release: Release, at: datetime) -> list[Plan]:
    """Return the offerings that a release prices anew, those of the release first."""
    market = _Market(release, at)
    changed = {tariff["code"] for tariff, _ in new_versions(release)}
    plans = []
    for code in market.touched(changed):
        draft, now = market.bought(code, market.drafted), market.bought(code, market.held)
        if draft != now and any(tariffs for _, tariffs in draft):
            plans.append(market.plan(code, draft, now))
    return plans


class _Market:
    """Offerings and versions as they are and as a release would have them."""

    def __init__(self, release: Release, at: datetime) -> None:
        self.drafts = {one["code"]: one for one in release.content["offerings"]}
        self.on_sale = {
            one.code: one
            for one in BillingOffering.objects.filter(launched_at__isnull=False, status__in=SOLD)
        }
        rows = BillingTariff.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=at), launched_at__isnull=False, valid_from__lte=at
        )
        self.held = dict(rows.values_list("code", "version"))
        self.drafted = dict(self.held)
        for tariff, version in releasing.each_version(release.content):
            if version["rules"] is not None:
                newest = max(version["version"], self.drafted.get(tariff["code"], 0))
                self.drafted[tariff["code"]] = newest

    def touched(self, changed: Iterable[str]) -> list[str]:
        """Return the offerings of the release, and those that have a changed tariff besides.

        A bundle has what its parts have.
        """
        some = set(changed)
        own = [code for code, one in self.drafts.items() if one["status"] in SOLD]
        others = [
            code
            for code, one in sorted(self.on_sale.items())
            if code not in self.drafts
            and (self.drafts.keys() & set(one.parts) or some & self._all_tariffs(code))
        ]
        return own + others

    def bought(self, code: str, versions: Mapping[str, int]) -> tuple[Bought, ...]:
        """Return what one gets with an offering and its parts, at these versions."""
        draft = versions is self.drafted
        found: list[Bought] = []
        for part in (code, *self._parts(code, draft)):
            tariffs = self._tariffs(part, draft)
            if tariffs is None:
                return ()
            found.append((part, tuple((one, versions[one]) for one in tariffs if one in versions)))
        return tuple(found)

    def plan(self, code: str, draft: tuple[Bought, ...], now: tuple[Bought, ...]) -> Plan:
        """Return an offering's plan; an add-on comes with the first main product on sale."""
        one, held = self.drafts.get(code), self.on_sale.get(code)
        name = (one["name"]["zh"], one["name"]["en"]) if one else ("", "")
        if held is not None and one is None:
            name = (held.name_zh, held.name_en)
        kind = one["kind"] if one else held.kind if held else ""
        mains = sorted(held.code for held in self.on_sale.values() if held.kind == "main")
        if kind != "addon" or not mains:
            return Plan(code=code, name=name, kind=kind, draft=draft, now=now)
        beside = self.bought(mains[0], self.held)
        return Plan(
            code=code,
            name=name,
            kind=kind,
            draft=(*draft, *beside),
            now=(*now, *beside),
            beside=mains[0],
        )

    def _all_tariffs(self, code: str) -> set[str]:
        """Return the tariffs of an offering on sale and of its parts."""
        return {
            tariff
            for part in (code, *self._parts(code, draft=False))
            for tariff in self._tariffs(part, draft=False) or ()
        }

    def _tariffs(self, code: str, draft: bool) -> list[str] | None:
        if draft and code in self.drafts:
            return list(self.drafts[code]["tariffs"])
        return list(self.on_sale[code].tariffs) if code in self.on_sale else None

    def _parts(self, code: str, draft: bool) -> list[str]:
        if draft and code in self.drafts:
            return list(self.drafts[code]["parts"])
        return list(self.on_sale[code].parts) if code in self.on_sale else []

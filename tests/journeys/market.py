"""A small operator's product people: who drafts, who configures, who approves, and a new plan."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from auth_center.actors import Actor
from billing import releasing
from billing import services as boss
from billing.models import Release
from products import services as crm
from products.models import CatalogueRelease
from products.selectors import content_of_catalogue
from tests.journeys.conftest import Operator


def person(number: str) -> Actor:
    """Somebody of the staff who may do everything but be two persons."""
    return Actor(kind="operator", number=number, grants=frozenset({"*"}))


MANAGER, BOSS_MANAGER, SECOND = person("3001"), person("3003"), person("3002")
RULES: dict[str, Any] = {
    "charge": "recurring",
    "amount": 59,
    "when": "advance",
    "proration": {"first": "by_day", "last": "full"},
}
DEARER = {**RULES, "amount": 69}


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def tariff(code: str, *versions: dict[str, Any]) -> dict[str, Any]:
    first = {
        "version": 1,
        "valid_from": "2026-11-01",
        "description": words("59 元/月", "59 yuan a month"),
    }
    return {
        "code": code,
        "kind": "accounting",
        "charge_group": "rental",
        "name": words(f"{code}月费", f"{code} monthly fee"),
        "versions": list(versions) or [first],
    }


def plan(code: str = "PLAN-NEW", **changes: Any) -> dict[str, Any]:
    return {
        "code": code,
        "kind": "main",
        "charging_mode": "postpaid",
        "class": "MOBILE-PLAN",
        "brand": "CHANGXING",
        "name": words(f"新套餐{code}", f"New plan {code}"),
        "description": words("通话与流量", "Calls and data"),
        "source": "tests",
        "status": "launched",
        "sale": {"from": "2026-11-01"},
        "services": ["MSISDN", "SIM", "VOICE"],
        "tariffs": [f"T-{code}"],
        **changes,
    }


def addon(code: str, **changes: Any) -> dict[str, Any]:
    entry = plan(code, kind="addon", **changes)
    del entry["charging_mode"]
    return entry


@dataclass
class Market:
    """The way to the market, step by step or as far as it goes."""

    operator: Operator

    def draft(self, code: str = "PLAN-NEW", **content: Any) -> CatalogueRelease:
        content = content or {"tariffs": [tariff(f"T-{code}")], "offerings": [plan(code)]}
        return crm.save_draft(content=content, actor=MANAGER, at=self.operator.now)

    def request(self, release: CatalogueRelease) -> CatalogueRelease:
        crm.request_release(release_no=release.release_no, actor=MANAGER, at=self.operator.now)
        self.operator.settle()
        return self.fresh(release)

    def configure(
        self, release: CatalogueRelease, rules: dict[str, Any] | None = None
    ) -> CatalogueRelease:
        """Give every version without rules these, and say that it is done."""
        deed = {"release_no": release.release_no, "actor": BOSS_MANAGER, "at": self.operator.now}
        for code, version in self.unconfigured(release):
            boss.save_rules(**deed, tariff_code=code, version=version, rules=rules or RULES)
        boss.finish_configuration(**deed)
        self.operator.settle()
        return self.fresh(release)

    def approve(self, release: CatalogueRelease) -> CatalogueRelease:
        crm.approve_release(release_no=release.release_no, actor=SECOND, at=self.operator.now)
        self.operator.settle()
        return self.fresh(release)

    def launch(self, code: str = "PLAN-NEW") -> CatalogueRelease:
        """Bring a new plan all the way."""
        return self.approve(self.configure(self.request(self.draft(code))))

    def second_version(
        self, code: str = "PLAN-NEW", begins: str = "2026-12-01"
    ) -> CatalogueRelease:
        """Draft a second version of a plan's fee."""
        entries = content_of_catalogue([code])
        [offering], [fee] = deepcopy(entries["offerings"]), deepcopy(entries["tariffs"])
        fee["versions"][-1]["valid_to"] = begins
        later = {
            "version": len(fee["versions"]) + 1,
            "valid_from": begins,
            "description": words("69 元/月", "69 yuan a month"),
        }
        fee["versions"].append(later)
        return self.draft(code, offerings=[offering], tariffs=[fee])

    def becomes(self, status: str, code: str = "PLAN-NEW") -> CatalogueRelease:
        """Draft that an offering retires, or becomes obsolete."""
        [offering] = deepcopy(content_of_catalogue([code])["offerings"])
        return self.draft(code, offerings=[{**offering, "status": status}])

    def unconfigured(self, release: CatalogueRelease) -> list[tuple[str, int]]:
        content = Release.objects.get(release_no=release.release_no).content
        return [
            (tariff["code"], version["version"])
            for tariff, version in releasing.each_version(content)
            if version["rules"] is None
        ]

    def fresh(self, release: CatalogueRelease) -> CatalogueRelease:
        return CatalogueRelease.objects.get(pk=release.pk)

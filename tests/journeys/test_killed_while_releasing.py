"""Killed anywhere on a product's way to the market: it arrives as if nothing had happened."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from billing import services as boss
from billing.models import BillingOffering, BillingTariff, Release
from core.errors import DomainError
from integration.models import InboxMessage, OutboxMessage
from integration.trace import assemble_trace
from products import services as crm
from products.models import (
    CatalogueRelease,
    OfferingStatusChange,
    OfferingVersion,
    ProductOffering,
    ReleaseStep,
    TariffVersion,
)
from tests.journeys.market import BOSS_MANAGER, MANAGER, RULES, SECOND, Market
from tests.journeys.stage import SIGNING_IN, Stage

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)
LEAST = 45  # points there are, so that a test that passes by none is noticed


class Played:
    """One plan's way to the market, disturbed at one point."""

    codes: Iterator[int] = count(1)

    def __init__(self, stage: Stage) -> None:
        self.stage, self.code = stage, f"PLAN-K{next(self.codes)}"
        self.market = Market(stage.operator)

    def play(self, target: int | None = None, blow: str = "kill") -> dict[str, Any]:
        """Go all the way, with the blow at ``target``; return what it left, but for the code."""
        self.stage.sign_in()
        self.stage.points.begin(target, blow)
        processes, at = self.stage.processes, self.stage.operator.now
        release = processes.until_accepted(self._draft)
        deed = {"release_no": release.release_no, "at": at}
        self._decide(release, "draft", lambda: crm.request_release(**deed, actor=MANAGER))
        for code, version in self.market.unconfigured(release):
            processes.until_accepted(
                lambda code=code, version=version: boss.save_rules(
                    **deed, actor=BOSS_MANAGER, tariff_code=code, version=version, rules=RULES
                )
            )
        self._decide(
            release, "accepted", lambda: boss.finish_configuration(**deed, actor=BOSS_MANAGER)
        )
        self._decide(release, "configured", lambda: crm.approve_release(**deed, actor=SECOND))
        return self._left(self.market.fresh(release))

    def _draft(self) -> CatalogueRelease:
        """Draft it once: whoever got no answer looks whether it is there."""
        name = f"offering:{self.code}"
        known = CatalogueRelease.objects.filter(codes__contains=[name]).first()
        return known or self.market.draft(self.code)

    def _decide(self, release: CatalogueRelease, status: str, decide: Callable[[], object]) -> None:
        """Decide as somebody does who looks at the release before he presses again."""

        def press() -> None:
            if self.market.fresh(release).status != status:
                return
            try:
                decide()
            except DomainError as refusal:
                if refusal.code != "releaseNotOpen":  # BOSS is at it already
                    raise

        self.stage.processes.until_accepted(press)
        self.stage.processes.run()

    def _left(self, release: CatalogueRelease) -> dict[str, Any]:
        mine = {"offering__code": self.code}
        left = {
            "release": (release.status, release.findings, release.approved_by, release.cause_zh),
            "deeds": list(
                ReleaseStep.objects.filter(release=release).values_list("deed", "actor_number")
            ),
            "in BOSS": list(
                Release.objects.filter(release_no=release.release_no).values_list("state")
            ),
            "offering": list(ProductOffering.objects.filter(code=self.code).values_list("status")),
            "arrows": sorted(
                OfferingStatusChange.objects.filter(**mine).values_list("to_status", flat=True)
            ),
            "versions": list(OfferingVersion.objects.filter(**mine).values_list("version")),
            "tariffs": list(
                TariffVersion.objects.filter(tariff__code=f"T-{self.code}").values_list(
                    "version", "valid_from", "valid_to", "rules_digest", "price_amount"
                )
            ),
            "billed": list(
                BillingTariff.objects.filter(code=f"T-{self.code}").values_list(
                    "version", "valid_from", "valid_to", "launched_at", "rules"
                )
            ),
            "sold": list(
                BillingOffering.objects.filter(code=self.code).values_list("status", "launched_at")
            ),
            "trace": [
                (one.source, one.target, one.message)
                for one in assemble_trace(release.release_no).steps
                if one.message not in SIGNING_IN  # which message had to connect first is the road
            ],
            "messages": [
                sorted(model.objects.using(alias).filter(flow_no=release.release_no)
                       .values_list("name", flat=True))
                for model in (OutboxMessage, InboxMessage)
                for alias in ("default", "boss", "oss")
            ],
        }  # fmt: skip
        text = json.dumps(left, default=str, ensure_ascii=False)
        return dict(json.loads(text.replace(self.code, "PLAN")))


def at_every_point(stage: Stage, blow: str, *, thin: bool) -> int:
    stage.processes.run()  # what was said before the story is no part of it
    expected = Played(stage).play(blow=blow)
    assert expected["release"][0] == "launched"
    names = list(stage.points.names)
    chosen = [
        (number, name)
        for number, name in enumerate(names)
        if not thin or (name.startswith("after") and name != "after a message is sent")
    ]
    for number, name in chosen:
        found = Played(stage).play(number, blow)
        assert stage.points.struck == name
        assert found == expected, f"{number}: {name}"
    return len(chosen)


def test_killed_between_any_two_effects_a_plan_is_launched_once(stage: Stage) -> None:
    assert at_every_point(stage, "kill", thin=True) >= 20


@pytest.mark.long
@pytest.mark.parametrize("blow", ["kill", "cut"])
def test_killed_anywhere_a_plan_is_launched_once(stage: Stage, blow: str) -> None:
    assert at_every_point(stage, blow, thin=False) >= (LEAST if blow == "kill" else 15)


@pytest.mark.parametrize("seed", range(3))
def test_told_twice_and_in_any_order_a_plan_is_launched_once(stage: Stage, seed: int) -> None:
    expected = Played(stage).play()
    processes = stage.processes
    processes.shuffle, processes.twice = random.Random(seed), True
    found = Played(stage).play()
    processes.again()
    assert found == expected

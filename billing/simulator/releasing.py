"""Simulating a release: what its sample customers would pay is kept with it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions, releasing
from billing.models import Release, ReleaseDeed, Simulation
from billing.selectors import get_release
from billing.simulator.drafts import digest_of, plans_of
from billing.simulator.reckoning import reckon
from billing.simulator.samples import samples
from billing.states import ReleaseState
from core.errors import Conflict
from core.systems import System

MOST_PLANS = 24
BEFORE_LAUNCH = (ReleaseState.RECEIVED, ReleaseState.SYNCING, ReleaseState.CONFIGURED)


class NothingToSimulate(Conflict):
    """The release is on sale, or it came to nothing."""

    code = "nothingToSimulate"
    zh = "发布批次 {release_no} 现为“{state_zh}”, 不能再试算"
    en = "The release {release_no} is {state}: it is not simulated now"


class RulesMissing(Conflict):
    """What has no rules yet has no price."""

    code = "simulationWithoutRules"
    zh = "尚未配置, 不能试算: {what}"
    en = "Cannot be simulated, still without rules: {what}"


def simulate_release(*, release_no: str, actor: Actor, at: datetime) -> Simulation:
    """Reckon the bills of sample customers with the release's prices, beside those of now.

    The result is kept; of a release with very many offerings the first ones are reckoned. It can
    be done until the launch, so that whoever approves sees it, too. Raises ``NothingToSimulate``,
    ``RulesMissing`` or ``ReleaseNotFound``.
    """
    require(actor, permissions.SIMULATE)
    release = get_release(release_no)
    _refuse(release)
    plans = plans_of(release, at)
    found = reckon(release, plans[:MOST_PLANS], samples(), at=at)
    names = {plan.code: plan for plan in plans[:MOST_PLANS]}
    with transaction.atomic(using=System.BOSS.alias):
        made = Simulation.objects.create(
            release=release,
            digest=digest_of(release),
            result={
                "offerings": [
                    {
                        "code": plan.code,
                        "name": {"zh": plan.name[0], "en": plan.name[1]},
                        "kind": plan.kind,
                        "beside": plan.beside,
                    }
                    for plan in names.values()
                ],
                "left_out": [plan.code for plan in plans[MOST_PLANS:]],
                "bills": found,
            },
            at=at,
            actor_number=actor.number,
        )
        stamp = actor.stamp()
        ReleaseDeed.objects.create(
            release=release,
            deed="simulated",
            at=at,
            actor_kind=stamp.kind,
            actor_number=stamp.number,
            terminal=stamp.terminal,
        )
        record(
            *(System.BOSS, actor, permissions.SIMULATE, f"release:{release_no}"),
            at=at,
            after={"digest": made.digest, "offerings": len(names)},
            flow_no=release_no,
        )
    return made


def _refuse(release: Release) -> None:
    if release.state not in BEFORE_LAUNCH:
        raise NothingToSimulate(
            release_no=release.release_no,
            state=release.state,
            state_zh=release.get_state_display(),
        )
    missing = [
        f"{tariff['code']} v{version['version']}"
        for tariff, version in releasing.each_version(release.content)
        if version["rules"] is None
    ]
    if missing:
        raise RulesMissing(what=", ".join(missing))

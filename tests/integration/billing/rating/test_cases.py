"""What usage costs, reckoned by hand (``cases/rating.yaml``): the rules give the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from billing.models import QuarantinedRecord, RatedEvent, UsageRecord
from billing.rating import rate_batch
from tests.integration.billing.rating.world import AT, LONG_AGO, World, charged, prices

pytestmark = pytest.mark.django_db(databases=["boss"])


class Exact(yaml.SafeLoader):
    """Reads numbers with a point as decimals."""


Exact.add_constructor(
    "tag:yaml.org,2002:float",
    lambda loader, node: Decimal(loader.construct_scalar(node)),  # type: ignore[arg-type]
)
Exact.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
CASES = yaml.load((Path(__file__).parents[1] / "cases" / "rating.yaml").read_text(), Exact)


def instant(text: str, zone: Any) -> datetime:
    """Return a moment that a case names."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def usage_of(use: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """Return a use as the world takes it."""
    at = instant(use["utc"], UTC) if "utc" in use else instant(use["at"], zone)
    return {**use, "at": at}


def furnish(world: World, case: Mapping[str, Any], zone: ZoneInfo) -> None:
    """Make what a case starts from."""
    for name, rules in case["tariffs"].items():
        world.tariff(name, rules, kind="accounting" if "charge" in rules else "rating")
    for name in ("wang", "li"):
        world.subscriber(name, billing_day=case.get("billing_day", 1))
    for had in case["has"]:
        had = {"tariffs": [had]} if isinstance(had, str) else had
        world.buy(
            had.get("who", "wang"),
            *had["tariffs"],
            kind=had.get("kind", "main"),
            valid_from=instant(had["from"], zone) if "from" in had else LONG_AGO,
            valid_to=instant(had["to"], zone) if "to" in had else None,
        )
    if group := case.get("group"):
        world.group(group["owner"], *group["members"])


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_usage_costs_what_was_reckoned_by_hand(case: Mapping[str, Any], settings: Any) -> None:
    settings.TIME_ZONE = case.get("zone", "Asia/Shanghai")
    zone = ZoneInfo(settings.TIME_ZONE)
    world = World()
    furnish(world, case, zone)
    for n, use in enumerate(case["uses"]):
        use.setdefault("key", f"use {n}")

    for _, uses in groupby(case["uses"], lambda use: use.get("batch", 1)):
        rate_batch(world.batch(usage_of(use, zone) for use in uses).pk, at=AT)

    costs = prices()
    waiting = set(QuarantinedRecord.objects.filter(state="open").values_list("usage_id", flat=True))
    for use in case["uses"]:
        record = UsageRecord.objects.get(key=use["key"], revision=use.get("revision", 0))
        if use["costs"] == "none":
            assert record.pk in waiting, use
            assert costs.get((record.key, record.revision), Decimal()) == 0, use
            continue
        event = RatedEvent.objects.filter(usage_id=record.pk).order_by("-revision")[0]
        assert record.pk not in waiting, use
        assert costs[record.key, record.revision] == Decimal(use["costs"]), use
        if "free" in use:
            assert event.free_quantity == use["free"], use
        if "charged" in use:
            assert event.charged_quantity == use["charged"], use
        if "provider" in use:
            assert event.provider_charge == use["provider"], use
    assert charged() == sum(costs.values())

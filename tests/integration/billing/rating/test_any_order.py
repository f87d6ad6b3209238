"""Whatever comes in whatever order, in however many files and parts: every price is the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import (
    AllowanceBucket,
    QuarantinedRecord,
    RatedEvent,
    UsageCharge,
    UsageRecord,
)
from billing.rating import rate_batch
from tests.integration.billing.rating.oracle import Bought, Oracle, Use
from tests.integration.billing.rating.world import AT, LONG_AGO, World, charged, last_events, prices

pytestmark = pytest.mark.django_db(databases=["boss"])
ZONE = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 2, 26, 15, tzinfo=UTC)
NIGHT = {"from": "23:00", "to": "07:00"}
TARIFFS: dict[str, dict[str, Any]] = {
    "V-A": {
        "usage": "voice",
        "allowances": [
            {"quantity": "10 min", "shared": True, "rolls_over_cycles": 1},
            {"quantity": "3 min", "band": NIGHT, "first_cycle": "by_day"},
        ],
        "prices": [
            {"price": Decimal("0.05"), "per": "1 min", "step": "1 min", "band": NIGHT},
            {
                "price": Decimal("0.15"),
                "per": "1 min",
                "step": "6 s",
                "minimum": Decimal("0.02"),
                "tiers": [{"above": "5 min", "price": Decimal("0.07"), "per": "1 min"}],
            },
        ],
    },
    "V-B": {
        "usage": "voice",
        "allowances": [{"quantity": "2 min", "zone": "international"}],
        "prices": [{"price": Decimal("0.2"), "per": "1 min", "step": "1 min"}],
    },
    "V-PACK": {"usage": "voice", "allowances": [{"quantity": "4 min", "roaming": "asia"}]},
    "S-A": {
        "usage": "sms",
        "allowances": [{"quantity": "2 messages", "band": {"days": ["sat", "sun"]}}],
        "prices": [
            {
                "price": Decimal("0.1"),
                "per": "1 message",
                "step": "1 message",
                "tiers": [
                    {"above": "3 messages", "price": Decimal("0.05"), "per": "1 message"},
                    {"above": "6 messages", "price": Decimal("0.01"), "per": "3 messages"},
                ],
            }
        ],
    },
}
HAS = {
    "wang": [
        (("V-A", "S-A"), "main", LONG_AGO, None),
        (("V-PACK",), "addon", datetime(2026, 2, 20, 3, tzinfo=UTC), None),
    ],
    "li": [
        (("V-B", "S-A"), "main", datetime(2026, 3, 1, 2, tzinfo=UTC), None),
        (("V-A",), "addon", datetime(2026, 3, 3, 1, 30, tzinfo=UTC), None),
    ],
    "zhao": [(("V-B",), "main", LONG_AGO, datetime(2026, 3, 4, tzinfo=UTC))],
}

events = st.fixed_dictionaries(
    {
        "who": st.sampled_from(("wang", "li", "zhao")),
        "usage": st.sampled_from(("voice", "voice", "voice", "sms")),
        "minutes": st.integers(0, 60 * 24 * 9),
        "quantity": st.integers(0, 400),
        "zone": st.sampled_from(("domestic", "domestic", "domestic", "international")),
        "roaming": st.sampled_from(("", "", "", "asia")),
        "file": st.integers(0, 3),
        "corrected_to": st.none() | st.integers(0, 400),
        "corrected_in": st.integers(0, 3),
    }
)


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    told=st.lists(events, min_size=1, max_size=25),
    parts=st.sampled_from((1, 2, 4)),
    order=st.permutations(range(4)),
    billing_day=st.sampled_from((1, 3)),
)
def test_every_price_is_the_oracles(
    told: list[dict[str, Any]], parts: int, order: list[int], billing_day: int
) -> None:
    with transaction.atomic(using="boss"):
        world = furnished(billing_day)
        uses: list[Use] = []
        files: list[list[dict[str, Any]]] = [[], [], [], []]
        for number, one in enumerate(told):
            key, at = f"K{number:02}", FIRST + timedelta(minutes=one["minutes"])
            quantity = one["quantity"] % 5 if one["usage"] == "sms" else one["quantity"]
            record = {
                "key": key,
                "who": one["who"],
                "usage": one["usage"],
                "at": at,
                "quantity": quantity,
                "zone": one["zone"],
                "roaming": one["roaming"],
            }
            files[one["file"]].append(record)
            if one["corrected_to"] is not None:
                quantity = one["corrected_to"]
                files[one["corrected_in"]].append({**record, "quantity": quantity, "revision": 1})
            uses.append(
                Use(key, one["who"], one["usage"], at, quantity, one["zone"], one["roaming"])
            )

        for number in order:
            if files[number]:
                rate_batch(world.batch(files[number]).pk, at=AT, parts=parts)

        expected = oracle(world, billing_day).price_all(uses)
        # what waits for a tariff is tried again with what comes, but not when others give way
        retried = world.batch([], source="rerate")
        QuarantinedRecord.objects.filter(state="open").update(retried_in=retried)
        rate_batch(retried.pk, at=AT, parts=parts)
        found = costs()
        assert found == expected
        assert_kept()
        transaction.set_rollback(True, using="boss")


def furnished(billing_day: int) -> World:
    """Return the world of these tests: wang owns a group that li is in, zhao stands apart."""
    world = World()
    for name, rules in TARIFFS.items():
        world.tariff(name, rules)
    for name, bought in HAS.items():
        world.subscriber(name, billing_day=billing_day)
        for tariffs, kind, since, until in bought:
            world.buy(name, *tariffs, kind=kind, valid_from=since, valid_to=until)
    world.group("wang", "li")
    return world


def oracle(world: World, billing_day: int) -> Oracle:
    """Return the oracle of the same world."""
    bought = [
        Bought(
            who,
            tuple((code, world.tariffs[code].rules) for code in tariffs),
            kind == "addon",
            since,
            until,
            order,
        )
        for order, (who, (tariffs, kind, since, until)) in enumerate(
            (who, one) for who, had in HAS.items() for one in had
        )
    ]
    return Oracle(ZONE, billing_day, bought, owner="wang", members=("li",))


def costs() -> dict[str, Decimal | None]:
    """Return what each key costs, by the revision that counts; none for what waits."""
    waiting = set(QuarantinedRecord.objects.filter(state="open").values_list("usage_id", flat=True))
    charges = prices()
    found: dict[str, Decimal | None] = {}
    for row in UsageRecord.objects.order_by("revision"):
        last = not UsageRecord.objects.filter(key=row.key, revision__gt=row.revision).exists()
        cost = charges.get((row.key, row.revision), Decimal())
        if not last:
            assert cost == 0
        elif row.pk in waiting:
            assert cost == 0
            found[row.key] = None
        else:
            assert (row.key, row.revision) in charges
            found[row.key] = cost
    return found


def assert_kept() -> None:
    """What is kept beside the events equals their sums."""
    assert charged() == sum((event.charge for event in RatedEvent.objects.all()), Decimal())
    for row in UsageCharge.objects.all():
        events = RatedEvent.objects.filter(
            subscriber_id=row.subscriber_id,
            charge_cycle_id=row.cycle_id,
            tariff_id=row.tariff_id,
            subscription_id=row.subscription_id,
        )
        assert row.amount == events.aggregate(Sum("charge"))["charge__sum"]
    used: dict[int, int] = {}
    for event in last_events():
        for bucket, quantity in zip(
            event.buckets or (), event.bucket_quantities or (), strict=True
        ):
            used[bucket] = used.get(bucket, 0) + quantity
    assert used == dict(AllowanceBucket.objects.filter(used__gt=0).values_list("id", "used"))
    assert not AllowanceBucket.objects.filter(used__gt=F("quantity")).exists()

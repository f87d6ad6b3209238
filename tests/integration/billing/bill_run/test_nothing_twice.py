"""Whatever begins, ends, rests or changes hands: fees are charged once, and wholly."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from billing.models import Bill, BillingSubscription, BillLine, BillTerms
from billing.states import BillState
from tests.integration.billing.bill_run.oracle import DAY, Plan, days, due
from tests.integration.billing.bill_run.world import World, local

pytestmark = pytest.mark.django_db(databases=["default", "boss"])
MONTHS = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
BEGIN, END = date(2026, 1, 1), date(2026, 4, 1)

day = st.dates(BEGIN, END - DAY)
plan = st.builds(
    dict,
    fee=st.decimals(1, 100, places=2),
    hold_fee=st.none() | st.decimals(0, 5, places=2),
    first=st.sampled_from(["by_day", "full", "free"]),
    last=st.sampled_from(["by_day", "full", "free"]),
    when=st.sampled_from(["advance", "arrears"]),
    starts=day | st.just(date(2025, 6, 1)),
    lasts=st.none() | st.integers(1, 80),
    told_late=st.booleans(),
)
story = st.builds(
    dict,
    plans=st.lists(plan, min_size=1, max_size=3),
    transfers=st.lists(day, max_size=2, unique=True).map(sorted),
    hold=st.none() | st.tuples(day, st.integers(1, 40)),
)


@settings(
    max_examples=12, deadline=None, derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(story=story)
def test_what_was_charged_is_what_was_due(story: dict[str, Any]) -> None:
    with transaction.atomic(using="boss"):
        _check(story)
        transaction.set_rollback(True, using="boss")


def _check(story: dict[str, Any]) -> None:
    world = World()
    BillTerms.objects.create(
        code="patient", name_zh="无违约金", name_en="No late fees", due_days=20,
        late_fee_percent_a_day=0, late_fee_cap_percent=0,
    )  # fmt: skip
    for name in ("A", "B", "C"):
        world.account(name, bill_terms="patient")
    world.subscriber()
    payers = [(date(2020, 1, 1), "A")]
    for since, name in zip(story["transfers"], ("B", "C"), strict=False):
        world.pays(name, since=since.isoformat())
        payers.append((since, name))
    held = _hold(world, story["hold"])
    world.tariff("TENTH", "discounted", charge="discount", percent=10, of=["discounted"], order=1)
    plans: dict[int, tuple[Plan, bool]] = {}
    late: list[tuple[BillingSubscription, date]] = []
    for number, about in enumerate(story["plans"]):
        ends = about["starts"] + DAY * about["lasts"] if about["lasts"] else None
        hold_fee = {} if about["hold_fee"] is None else {"hold_fee": about["hold_fee"]}
        world.fee(
            f"FEE{number}", about["fee"], "rental" if number else "discounted",
            first=about["first"], last=about["last"], when=about["when"], **hold_fee,
        )  # fmt: skip
        tell_later = about["told_late"] and ends is not None and BEGIN <= ends < END
        had = world.has(
            f"FEE{number}",
            *(() if number else ("TENTH",)),
            since=about["starts"].isoformat(),
            to=None if ends is None or tell_later else ends.isoformat(),
        )
        if tell_later and ends is not None:
            late.append((had, ends))
        plans[had.pk] = (
            Plan(about["fee"], about["hold_fee"], about["first"], about["last"],
                 about["starts"], ends),
            about["when"] == "advance",
        )  # fmt: skip
    for first in (*MONTHS, END):
        world.run(first.isoformat())
        # an end within a month is told after that month's bill at the latest
        for had, ends in late:
            if ends.replace(day=1) <= first:
                BillingSubscription.objects.filter(pk=had.pk).update(
                    status="terminated", valid_to=local(ends.isoformat())
                )
    _compare(plans, payers, held)


def _hold(world: World, hold: tuple[date, int] | None) -> set[date]:
    if hold is None:
        return set()
    world.suspended(hold[0].isoformat(), (hold[0] + DAY * hold[1]).isoformat())
    return set(days(hold[0], hold[0] + DAY * hold[1]))


def _compare(
    plans: dict[int, tuple[Plan, bool]], payers: list[tuple[date, str]], held: set[date]
) -> None:
    charged: dict[tuple[int, str, date], Decimal] = defaultdict(Decimal)
    discounted: dict[str, Decimal] = defaultdict(Decimal)
    names = dict(
        Bill.objects.filter(state=BillState.ISSUED).values_list("id", "account__account_no")
    )
    for line in BillLine.objects.filter(bill_id__in=names):
        assert line.subscription_id is not None
        assert line.covers_from is not None
        if line.charge_group == "discounted":
            discounted[names[line.bill_id]] += line.exact * (10 if line.kind == "discount" else 1)
        if line.kind == "discount":
            continue
        covers = line.covers_from.astimezone(local("2026-01-01").tzinfo)
        first = (covers + 12 * (DAY / 24)).date().replace(day=1)
        charged[line.subscription_id, names[line.bill_id], first] += line.exact
    expected: dict[tuple[int, str, date], Decimal] = {}
    for key, (plan, in_advance) in plans.items():
        for first in (*MONTHS, END, *((date(2026, 5, 1),) if in_advance else ())):
            for payer, amount in due(plan, payers, held, first).items():
                expected[key, payer, first] = amount
    assert {key: amount for key, amount in charged.items() if amount} == expected
    # a discount that is held with its fee is a tenth of all that was charged and given back of it
    assert all(abs(rest) < Decimal("0.001") for rest in discounted.values()), discounted

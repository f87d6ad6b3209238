"""What an order means for what a subscriber has already."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing.changes import (
    Comparison,
    HeldSubscription,
    compare_subscriptions,
    end,
    first_status,
)
from billing.standing import SubscriptionTaken
from billing.states import SUBSCRIPTION_ARROWS, SubscriptionStatus
from integration.messages import SubscriptionValue, TariffValue

DAY = timedelta(days=1)
AT = datetime(2026, 3, 10, tzinfo=UTC)
PLAN = HeldSubscription(
    id=1,
    subscription_no="P1",
    offering_code="PLAN",
    tariffs=[{"code": "RENT", "version": 1}],
    parent_no="",
    status="active",
    valid_from=AT - 9 * DAY,
    valid_to=None,
)


NOTHING = Comparison(starting=[], ended=[], moved=[])


def by_number(*held: HeldSubscription) -> dict[str, HeldSubscription]:
    return {one.subscription_no: one for one in held}


def stated(number: str = "P1", **other: Any) -> SubscriptionValue:
    values = {
        "offering_code": "PLAN",
        "tariffs": [TariffValue(code="RENT", version=1)],
        "valid_from": AT,
    }
    return SubscriptionValue(subscription_no=number, **(values | other))


@pytest.mark.parametrize(
    ("valid_from", "status"),
    [(AT - DAY, "active"), (AT, "active"), (AT + DAY, "pendingActive")],
)
def test_a_subscription_starts_active_or_waits_for_its_day(
    valid_from: datetime, status: str
) -> None:
    assert first_status(valid_from, AT) == status


@pytest.mark.parametrize(
    ("held", "ends_at", "status", "valid_to"),
    [
        (PLAN, AT, "terminated", AT),
        (PLAN, AT + DAY, "pendingTerminate", AT + DAY),
        (PLAN, AT - 20 * DAY, "terminated", PLAN.valid_from),
        (replace(PLAN, valid_to=AT - DAY), AT, "terminated", AT - DAY),
        (replace(PLAN, status="suspended"), AT, "terminated", AT),
        (replace(PLAN, status="pendingActive", valid_from=AT + DAY), AT, "cancelled", AT + DAY),
        (replace(PLAN, status="created", valid_from=AT + DAY), AT, "cancelled", AT + DAY),
    ],
)
def test_an_end_never_lies_before_the_beginning_nor_after_an_earlier_end(
    held: HeldSubscription, ends_at: datetime, status: str, valid_to: datetime
) -> None:
    after = end(held, ends_at=ends_at, at=AT)

    assert (after.status, after.valid_to) == (status, valid_to)
    assert SUBSCRIPTION_ARROWS.allows(held.status, after.status)


def test_nothing_starts_or_ends_when_all_is_as_stated() -> None:
    assert compare_subscriptions([stated()], by_number(PLAN), at=AT) == NOTHING


def test_what_is_not_stated_ends_when_the_first_new_one_starts() -> None:
    first, second = stated("P2", valid_from=AT + DAY), stated("P3", valid_from=AT + 2 * DAY)

    assert compare_subscriptions([second, first], by_number(PLAN), at=AT) == replace(
        NOTHING,
        starting=[second, first],
        ended=[replace(PLAN, status="pendingTerminate", valid_to=AT + DAY)],
    )


def test_what_is_not_stated_ends_now_when_nothing_starts() -> None:
    assert compare_subscriptions([], by_number(PLAN), at=AT) == replace(
        NOTHING, ended=[replace(PLAN, status="terminated", valid_to=AT)]
    )


def test_what_is_held_comes_to_another_bundle_and_out_of_it_and_is_otherwise_the_same() -> None:
    in_bundle = replace(PLAN, parent_no="B1")

    for held, parent_no in ((PLAN, "B1"), (in_bundle, "B2"), (in_bundle, "")):
        assert compare_subscriptions(
            [stated(parent_no=parent_no)], by_number(held), at=AT
        ) == replace(NOTHING, moved=[replace(held, parent_no=parent_no)])
    assert compare_subscriptions([stated(parent_no="B1")], by_number(in_bundle), at=AT) == NOTHING


def test_what_has_an_end_or_is_over_is_left_alone() -> None:
    ending = replace(PLAN, status="pendingTerminate", valid_to=AT + DAY)
    over = replace(PLAN, id=2, subscription_no="P2", status="terminated", valid_to=AT - DAY)

    assert compare_subscriptions([], by_number(ending, over), at=AT) == NOTHING


@pytest.mark.parametrize(
    "held",
    [
        replace(PLAN, offering_code="OTHER"),
        replace(PLAN, tariffs=[{"code": "RENT", "version": 2}]),
        *(
            replace(PLAN, status=str(status), valid_to=AT)
            for status in (
                SubscriptionStatus.TERMINATED,
                SubscriptionStatus.CANCELLED,
                SubscriptionStatus.ABORTED,
            )
        ),
    ],
)
def test_a_number_held_otherwise_is_refused(held: HeldSubscription) -> None:
    with pytest.raises(SubscriptionTaken) as refusal:
        compare_subscriptions([stated()], by_number(held), at=AT)
    assert refusal.value.zh == "订购编号 P1 已用于其他订购关系"

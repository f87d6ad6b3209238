"""Bundles: a part names the bundle's subscription, wherever and whenever that one is told."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from billing.models import BillingSubscription
from billing.selectors import list_party_rows
from integration.messages import DONE, SubscriptionOrderRequest
from tests.integration.billing.arriving import (
    SENT_AT,
    Post,
    forget,
    inbox_states,
    launched,
    notes,
    offering,
    order,
    outcomes,
    subscriber,
    subscription,
)

pytestmark = [
    pytest.mark.django_db(databases=["boss"]),
    pytest.mark.usefixtures("catalogue", "wang", "sold"),
]
LATER = SENT_AT + timedelta(days=10)
BUNDLE = "PC000000091"
MOBILE, LINE, PLAN, FIBRE = "SC000000018", "SC000000026", "PC000000018", "PC000000026"


@pytest.fixture
def sold(post: Post, catalogue: None) -> None:
    """BOSS knows the bundle and the broadband it has, too."""
    bundle = offering("HOME", "HOME-OFF", kind="bundle", charging_mode=None)
    launched(post, bundle, offering("FIBRE-A", "FIBRE-FEE"), number="R-2")
    forget()


def main_leg(action: str = "open", **other: Any) -> SubscriptionOrderRequest:
    """The message that carries the bundle: the mobile line has it."""
    stated = [subscription(BUNDLE, "HOME", tariffs=[]), subscription(PLAN, parent_no=BUNDLE)]
    return order(action, **({"subscriptions": stated} | other))


def other_leg(action: str = "open", *, parent_no: str = BUNDLE) -> SubscriptionOrderRequest:
    return order(
        action,
        subscriber=subscriber(LINE, service_kind="broadband", service_number="BB0001"),
        subscriptions=[subscription(FIBRE, "FIBRE-A", tariffs=[], parent_no=parent_no)],
    )


def parents() -> dict[str, str | None]:
    return {
        row["subscription_no"]: row["parent_no"] for row in list_party_rows("subscription", "", 9)
    }


def statuses() -> dict[str, str]:
    return dict(BillingSubscription.objects.values_list("subscription_no", "status"))


@pytest.mark.parametrize("first", list(permutations(((MOBILE, main_leg), (LINE, other_leg)))))
def test_legs_may_come_in_any_order_and_nobody_waits(post: Post, first: Any) -> None:
    for subject, leg in first:
        post.send(leg(), subject=subject)

    assert parents() == {BUNDLE: None, PLAN: BUNDLE, FIBRE: BUNDLE}
    assert outcomes() == [DONE, DONE]
    assert set(inbox_states()) == {"done"}


def test_a_part_whose_bundle_never_comes_keeps_its_number(post: Post) -> None:
    post.send(other_leg(), subject=LINE)

    assert parents() == {FIBRE: BUNDLE}


def test_what_is_held_comes_into_a_bundle_and_out_of_it(post: Post) -> None:
    post.send(order(), subject=MOBILE)
    post.send(other_leg(parent_no=""), subject=LINE)
    post.send(main_leg("change"), subject=MOBILE, at=LATER)
    post.send(other_leg("change"), subject=LINE, at=LATER)
    assert parents() == {BUNDLE: None, PLAN: BUNDLE, FIBRE: BUNDLE}
    assert set(statuses().values()) == {"active"}
    assert BillingSubscription.objects.get(subscription_no=FIBRE).valid_from == SENT_AT

    noted = len(notes())
    post.send(other_leg("change"), subject=LINE, at=LATER)
    assert len(notes()) == noted, "told again it changes nothing"
    post.send(other_leg("change", parent_no=""), subject=LINE, at=LATER)
    assert parents()[FIBRE] is None
    assert outcomes() == [DONE] * 6


def test_the_parts_of_a_bundle_that_ends_stay(post: Post) -> None:
    post.send(main_leg(), subject=MOBILE)
    post.send(other_leg(), subject=LINE)
    out_of_it = main_leg("change", subscriptions=[subscription(PLAN)])
    post.send(out_of_it, subject=MOBILE, at=LATER)

    assert statuses() == {BUNDLE: "terminated", PLAN: "active", FIBRE: "active"}
    assert parents() == {BUNDLE: None, PLAN: None, FIBRE: BUNDLE}


def test_the_other_legs_stay_when_the_main_leg_is_terminated(post: Post) -> None:
    post.send(main_leg(), subject=MOBILE)
    post.send(other_leg(), subject=LINE)
    post.send(main_leg("terminate"), subject=MOBILE, at=LATER)

    assert statuses() == {BUNDLE: "terminated", PLAN: "terminated", FIBRE: "active"}
    assert parents() == {BUNDLE: None, PLAN: BUNDLE, FIBRE: BUNDLE}


def test_a_message_of_the_version_before_names_no_bundle(post: Post) -> None:
    stated = subscription()
    assert stated.parent_no == ""
    post.send(order(), subject=MOBILE)
    assert parents() == {PLAN: None}


def test_a_repair_states_the_bundle_again(post: Post) -> None:
    post.send(main_leg(), subject=MOBILE)
    post.send(other_leg(), subject=LINE)
    before = list_party_rows("subscription", "", 9)
    BillingSubscription.objects.filter(subscription_no=FIBRE).update(parent_no="")
    BillingSubscription.objects.filter(subscription_no=BUNDLE).delete()
    post.send(main_leg("restate", payment_relations=order().payment_relations), subject=MOBILE)
    post.send(
        order(
            "restate",
            subscriber=other_leg().subscriber,
            subscriptions=other_leg().subscriptions,
            payment_relations=order().payment_relations,
        ),
        subject=LINE,
    )

    assert list_party_rows("subscription", "", 9) == before
    assert outcomes() == [DONE] * 4

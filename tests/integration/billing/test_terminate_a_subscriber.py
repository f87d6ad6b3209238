"""SubscriptionOrderRequest terminate: all it has ends at the instant the order was sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing.models import BillingSubscriber, BillingSubscription, PaymentRelation
from integration.messages import DONE
from tests.integration.billing.arriving import (
    SENT_AT,
    Post,
    Statements,
    notes,
    order,
    outcomes,
    payer,
    subscriber,
    subscription,
)

pytestmark = [
    pytest.mark.django_db(databases=["boss"]),
    pytest.mark.usefixtures("catalogue", "wang"),
]
END = SENT_AT + timedelta(days=20)
FUTURE = SENT_AT + timedelta(days=60)


def open_and_terminate(post: Post) -> None:
    stated = [subscription(), subscription("PC000000026", valid_from=FUTURE)]
    relations = [payer(), payer(group="data", valid_from=FUTURE)]
    post.send(order(subscriptions=stated, payment_relations=relations), subject="SC000000018")
    post.now = END + timedelta(hours=1)
    post.send(order("terminate", subscriptions=[]), subject="SC000000018", at=END)


def test_subscriber_subscriptions_and_payers_end_together(post: Post) -> None:
    open_and_terminate(post)

    held = BillingSubscriber.objects.get()
    assert (held.status, held.terminated_at, held.status_version) == ("terminated", END, 1)
    rows = BillingSubscription.objects.order_by("subscription_no")
    assert list(rows.values_list("status", "valid_from", "valid_to")) == [
        ("terminated", SENT_AT, END),
        ("cancelled", FUTURE, FUTURE),
    ]
    relations = PaymentRelation.objects.order_by("charge_group")
    assert list(relations.values_list("charge_group", "valid_from", "valid_to")) == [
        ("*", SENT_AT, END),
        ("data", FUTURE, FUTURE),
    ]
    assert outcomes() == [DONE, DONE]
    assert notes()[-1] == ("boss", "boss_db", "DataAccess", "终止订购")


def test_an_end_that_was_set_before_stays(post: Post) -> None:
    post.send(order(), subject="SC000000018")
    BillingSubscription.objects.update(valid_to=END - timedelta(days=1), status="pendingTerminate")
    post.send(order("terminate"), subject="SC000000018", at=END)

    row = BillingSubscription.objects.values_list("status", "valid_to").get()
    assert row == ("terminated", END - timedelta(days=1))


def test_a_suspended_subscriber_loses_its_reasons_and_the_version_tells(post: Post) -> None:
    post.send(order(), subject="SC000000018")
    BillingSubscriber.objects.update(
        status="suspended", suspend_reasons=["voluntary", "lost"], status_version=3
    )
    post.send(order("terminate"), subject="SC000000018", at=END)

    held = BillingSubscriber.objects.get()
    assert (held.status, held.suspend_reasons, held.status_version) == ("terminated", [], 4)


def test_told_again_in_another_message_it_changes_nothing(post: Post) -> None:
    open_and_terminate(post)
    post.send(order("terminate"), subject="SC000000018", at=END + timedelta(days=1))

    assert BillingSubscriber.objects.get().terminated_at == END
    assert outcomes() == [DONE] * 3
    assert len(notes()) == 2


def test_a_subscriber_that_was_never_here_has_ended_already(post: Post) -> None:
    refused = order(subscriptions=[subscription(offering="PLAN-X")])
    post.send(refused, subject="SC000000018")
    post.send(order("terminate"), subject="SC000000018", at=END)
    post.send(order("terminate", subscriptions=[]), subject="SC000000018", at=END)

    assert [outcome.code for outcome in outcomes()] == ["offeringUnknown", "", ""]
    assert not BillingSubscriber.objects.exists()
    assert notes() == []


def test_an_opening_refused_for_a_number_that_another_has_can_be_undone(post: Post) -> None:
    post.send(order(), subject="SC000000018")
    rival = {
        "subscriber": subscriber("SC000000026"),
        "subscriptions": [subscription("PC000000034")],
    }
    post.send(order(**rival), subject="SC000000026")
    post.send(order("terminate", **rival), subject="SC000000026", at=END)

    assert [outcome.code for outcome in outcomes()] == ["", "numberInUse", ""]
    assert BillingSubscriber.objects.get().status == "active"


def test_an_unknown_subscriber_to_whom_another_s_subscription_is_ascribed_is_refused(
    post: Post,
) -> None:
    post.send(order(), subject="SC000000018")
    post.send(order("terminate", subscriber=subscriber("SC000000034")), subject="SC000000034")

    assert [outcome.code for outcome in outcomes()] == ["", "subscriberUnknown"]
    assert BillingSubscriber.objects.get().status == "active"


@pytest.mark.parametrize("moments", [timedelta(0), timedelta(microseconds=1)])
def test_an_opening_that_just_happened_is_undone_and_its_number_free_again(
    post: Post, moments: timedelta
) -> None:
    post.send(order(), subject="SC000000018")
    post.send(order("terminate"), subject="SC000000018", at=SENT_AT + moments)

    held = BillingSubscriber.objects.get()
    assert (held.status, held.terminated_at) == ("terminated", SENT_AT + moments)
    ended = ("terminated", SENT_AT, SENT_AT + moments)
    rows = BillingSubscription.objects.values_list("status", "valid_from", "valid_to")
    assert list(rows) == [ended]
    assert PaymentRelation.objects.values_list("valid_from", "valid_to").get() == ended[1:]
    successor = subscriber("SC000000026")
    again = order(subscriber=successor, subscriptions=[subscription("PC000000034")])
    post.send(again, subject="SC000000026", at=SENT_AT + moments)
    assert outcomes() == [DONE] * 3


def test_terminating_takes_five_statements_whatever_it_has(post: Post) -> None:
    stated = [subscription(f"PC{i:09d}") for i in range(30)]
    post.send(order(subscriptions=stated), subject="SC000000018")
    received = post.envelope(order("terminate"), subject="SC000000018", at=END)
    with Statements() as statements:
        post.deliver(received)

    # the lock, subscriber, subscriptions, payers, reply; and the inbox's own three
    assert len(statements.sent) == 5 + 3

"""SubscriptionOrderRequest restate: BOSS's half becomes what CRM states, whatever it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from billing.models import BillingSubscriber, BillingSubscription, PaymentRelation
from billing.selectors import list_party_rows
from integration.messages import DONE, TariffValue
from tests.integration.billing.arriving import (
    SENT_AT,
    Post,
    account,
    inbox_states,
    notes,
    order,
    outcomes,
    parties,
    payer,
    subscriber,
    subscription,
)

pytestmark = [
    pytest.mark.django_db(databases=["boss"]),
    pytest.mark.usefixtures("catalogue", "wang", "opened"),
]
LATER = SENT_AT + timedelta(days=10)
PACK = subscription("PC000000026", "PACK-A", tariffs=[TariffValue(code="PACK-FEE", version=1)])
TRUTH: dict[str, Any] = {"subscriptions": [subscription(), PACK], "payment_relations": [payer()]}


@pytest.fixture
def opened(post: Post, catalogue: None, wang: None) -> None:
    """The subscriber SC000000018 as CRM states it; it is ten days later now."""
    post.send(order(**TRUTH), subject="SC000000018")
    post.now = LATER + timedelta(seconds=2)


def rows() -> list[dict[str, Any]]:
    return [
        row for kind in ("subscriber", "subscription") for row in list_party_rows(kind, "", 100)
    ]


def restate(post: Post, **stated: Any) -> None:
    post.send(order("restate", **(TRUTH | stated)), subject="SC000000018", at=LATER)


def lose_everything() -> None:
    for table in (PaymentRelation, BillingSubscription, BillingSubscriber):
        table.objects.all().delete()


def mix_up_payers() -> None:
    PaymentRelation.objects.update(valid_to=SENT_AT + timedelta(days=1))


WRONGS = [
    lose_everything,
    lambda: BillingSubscription.objects.filter(subscription_no="PC000000026").delete(),
    lambda: BillingSubscription.objects.update(offering_code="OTHER"),
    lambda: BillingSubscription.objects.update(tariffs=[]),
    lambda: BillingSubscription.objects.update(parent_no="PC000000091"),
    lambda: BillingSubscription.objects.update(valid_from=SENT_AT - timedelta(days=1)),
    lambda: BillingSubscription.objects.update(status="terminated", valid_to=LATER),
    lambda: BillingSubscription.objects.update(status="pendingTerminate", valid_to=LATER),
    lambda: BillingSubscriber.objects.update(service_number="13900000000"),
    lambda: PaymentRelation.objects.all().delete(),
    lambda: PaymentRelation.objects.update(charge_group="data"),
    mix_up_payers,
]


@pytest.mark.parametrize("wrong", WRONGS)
def test_whatever_went_wrong_is_right_again(post: Post, wrong: Any) -> None:
    before = rows()
    wrong()
    assert rows() != before

    restate(post)

    assert rows() == before
    assert outcomes() == [DONE, DONE]
    assert notes()[-1] == ("boss", "boss_db", "DataAccess", "稽核修复: 用户、订购信息以CRM为准")


def test_what_is_right_stays_as_it_is(post: Post) -> None:
    before = rows(), set(PaymentRelation.objects.values_list())
    restate(post)

    assert (rows(), set(PaymentRelation.objects.values_list())) == before


def test_what_is_not_stated_ends_when_the_order_was_sent(post: Post) -> None:
    restate(post, subscriptions=[subscription()])

    ended = BillingSubscription.objects.get(subscription_no="PC000000026")
    assert (ended.status, ended.valid_to) == ("terminated", LATER)


def test_a_wrong_payer_gives_way_and_periods_do_not_overlap(post: Post) -> None:
    post.send(parties(account(), account("AC000000026")), subject="CC000000018")
    restate(post, payment_relations=[payer("AC000000026")])

    relations = PaymentRelation.objects.order_by("valid_from")
    assert list(relations.values_list("account__account_no", "valid_from", "valid_to")) == [
        ("AC000000018", SENT_AT, LATER),
        ("AC000000026", LATER, None),
    ]


def test_a_subscription_held_by_another_subscriber_comes_back(post: Post) -> None:
    other = subscriber("SC000000026", service_number="13800000002")
    post.send(
        order(subscriber=other, subscriptions=[subscription("PC000000034")]),
        subject="SC000000026",
    )
    holder = BillingSubscriber.objects.get(subscriber_no="SC000000026")
    BillingSubscription.objects.filter(subscription_no="PC000000026").update(subscriber=holder)
    restate(post)

    row = BillingSubscription.objects.get(subscription_no="PC000000026")
    assert row.subscriber.subscriber_no == "SC000000018"


def test_the_status_stays_boss_owns_it(post: Post) -> None:
    BillingSubscriber.objects.update(
        status="suspended", suspend_reasons=["arrears_one_way"], status_version=2
    )
    BillingSubscription.objects.update(status="suspended")
    restate(post)

    held = BillingSubscriber.objects.get()
    assert (held.status, held.suspend_reasons, held.status_version) == (
        "suspended",
        ["arrears_one_way"],
        2,
    )
    assert set(BillingSubscription.objects.values_list("status", flat=True)) == {"suspended"}


def test_it_waits_for_a_customer_that_is_missing(post: Post) -> None:
    restate(post, subscriber=subscriber(customer_no="CC000000026"))

    assert inbox_states()["parked"] == 1


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"subscriptions": [subscription(offering="PLAN-X")]}, "offeringUnknown"),
        ({"payment_relations": []}, "defaultPayerMissing"),
        ({"payment_relations": [payer(), payer()]}, "payersOverlap"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(post: Post, stated: Any, code: str) -> None:
    before = rows(), notes()
    restate(post, **stated)

    assert [outcome.code for outcome in outcomes()] == ["", code]
    assert (rows(), notes()) == before


def test_a_terminated_subscriber_is_left_to_a_person(post: Post) -> None:
    post.send(order("terminate"), subject="SC000000018", at=LATER)
    restate(post)

    assert outcomes()[-1].code == "subscriberEnded"

"""SubscriptionOrderRequest open: the subscriber, what it has and who pays, or a refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs

from billing.models import BillingSubscriber, BillingSubscription, PaymentRelation
from core.systems import System
from integration.messages import DONE, SubscriptionOrderResponse, TariffValue
from tests.integration.billing.arriving import (
    HEARD_AT,
    SENT_AT,
    Post,
    Statements,
    account,
    inbox_states,
    notes,
    order,
    outcomes,
    parties,
    payer,
    said,
    subscriber,
    subscription,
)

pytestmark = pytest.mark.django_db(databases=["boss"])


def nothing_was_written() -> bool:
    tables = (BillingSubscriber, BillingSubscription, PaymentRelation)
    return not any(table.objects.exists() for table in tables)


@pytest.mark.usefixtures("catalogue", "wang")
def test_a_subscriber_is_active_with_its_subscriptions_and_its_default_payer(post: Post) -> None:
    pack = subscription(
        "PC000000026",
        "PACK-A",
        tariffs=[TariffValue(code="PACK-FEE", version=1)],
        valid_from=HEARD_AT + timedelta(days=30),
    )
    post.send(order(subscriptions=[subscription(), pack]), subject="SC000000018")

    held = BillingSubscriber.objects.select_related("customer").get()
    assert held.customer.customer_no == "CC000000018"
    assert (held.service_kind, held.service_number) == ("mobile", "13800000001")
    assert (held.status, held.suspend_reasons, held.status_version) == ("active", [], 1)
    assert (held.activated_at, held.terminated_at) == (HEARD_AT, None)
    columns = (
        "subscription_no", "offering_code", "tariffs", "status", "valid_from", "valid_to",
        "parent_no", "subscriber",
    )  # fmt: skip
    rows = BillingSubscription.objects.order_by("subscription_no").values_list(*columns)
    assert list(rows) == [
        (
            "PC000000018", "PLAN-A", [{"code": "MONTHLY-A", "version": 1}], "active",
            SENT_AT, None, "", held.pk,
        ),
        (
            "PC000000026", "PACK-A", [{"code": "PACK-FEE", "version": 1}], "pendingActive",
            HEARD_AT + timedelta(days=30), None, "", held.pk,
        ),
    ]  # fmt: skip
    relation = PaymentRelation.objects.select_related("account").get()
    assert relation.account.account_no == "AC000000018"
    assert (relation.charge_group, relation.priority) == ("*", 0)
    assert (relation.share_percent, relation.cap_amount) == (100, None)
    assert (relation.valid_from, relation.valid_to) == (SENT_AT, None)
    assert said(System.CRM) == [
        SubscriptionOrderResponse(sub_order_no="FC000000026-2", outcome=DONE)
    ]
    assert notes() == [("boss", "boss_db", "DataAccess", "创建用户、及附加信息B")]


@pytest.mark.usefixtures("catalogue", "wang")
def test_what_crm_has_started_has_started_though_the_clock_of_boss_be_behind(post: Post) -> None:
    post.now = SENT_AT - timedelta(seconds=5)
    post.send(order(), subject="SC000000018")

    assert BillingSubscription.objects.get().status == "active"
    assert BillingSubscriber.objects.get().activated_at == SENT_AT


@pytest.mark.usefixtures("catalogue", "wang")
def test_the_same_message_twice_changes_nothing(post: Post) -> None:
    received = post.send(order(), subject="SC000000018")
    with Statements() as statements:
        post.deliver(received)

    assert len(statements.sent) == 1
    assert BillingSubscriber.objects.count() == 1
    assert BillingSubscription.objects.count() == 1
    assert outcomes() == [DONE]


@pytest.mark.usefixtures("catalogue", "wang")
def test_the_same_order_in_another_message_is_done_and_changes_nothing(post: Post) -> None:
    post.send(order(), subject="SC000000018")
    post.send(structs.replace(order(), sub_order_no="FC000000026-2-2"), subject="SC000000018")

    assert BillingSubscription.objects.count() == 1
    assert outcomes() == [DONE, DONE]
    assert len(notes()) == 1


@pytest.mark.usefixtures("catalogue", "wang")
@pytest.mark.parametrize(
    "other",
    [
        {"subscriber": subscriber(service_number="13800000009")},
        {"subscriber": subscriber(service_kind="broadband")},
        {"subscriptions": [subscription("PC000000034")]},
        {"subscriptions": [subscription(offering="PACK-A")]},
        {"subscriptions": [subscription(tariffs=[TariffValue(code="PACK-FEE", version=1)])]},
        {"subscriptions": [subscription(parent_no="PC000000042")]},
    ],
)
def test_another_content_under_the_same_number_is_refused(post: Post, other: Any) -> None:
    post.send(order(), subject="SC000000018")
    post.send(order(**other), subject="SC000000018")

    assert [outcome.code for outcome in outcomes()] == ["", "subscriberExists"]
    assert BillingSubscriber.objects.get().service_number == "13800000001"
    assert BillingSubscription.objects.count() == 1


@pytest.mark.usefixtures("catalogue", "wang")
@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"subscriptions": [subscription(offering="PLAN-X")]}, "offeringUnknown"),
        (
            {"subscriptions": [subscription(tariffs=[TariffValue(code="NOPE", version=1)])]},
            "tariffUnknown",
        ),
        (
            {"subscriptions": [subscription(tariffs=[TariffValue(code="MONTHLY-A", version=2)])]},
            "tariffUnknown",
        ),
        ({"payment_relations": []}, "defaultPayerMissing"),
        ({"payment_relations": [payer(group="data")]}, "defaultPayerMissing"),
        ({"payment_relations": [payer(priority=1)]}, "defaultPayerMissing"),
        ({"payment_relations": [payer(), payer()]}, "payersOverlap"),
    ],
)
def test_what_cannot_be_billed_is_refused_and_writes_nothing(
    post: Post, stated: Any, code: str
) -> None:
    post.send(order(**stated), subject="SC000000018")

    (outcome,) = outcomes()
    assert (outcome.done, outcome.code) == (False, code)
    assert outcome.zh
    assert outcome.en
    assert nothing_was_written()
    assert notes() == []


@pytest.mark.usefixtures("catalogue", "wang")
def test_a_refusal_names_what_is_unknown_in_both_languages(post: Post) -> None:
    stated = [
        subscription(offering="PLAN-A", tariffs=[TariffValue(code="MONTHLY-A", version=7)]),
    ]
    post.send(order(subscriptions=stated), subject="SC000000018")

    (outcome,) = outcomes()
    assert outcome.zh == "BOSS 中没有资费 MONTHLY-A v7"
    assert outcome.en == "BOSS has no tariff MONTHLY-A v7"


@pytest.mark.usefixtures("catalogue", "wang")
def test_a_number_serves_one_subscriber_at_a_time(post: Post) -> None:
    post.send(order(), subject="SC000000018")
    other = order(subscriber=subscriber("SC000000026"), subscriptions=[subscription("PC000000026")])
    post.send(other, subject="SC000000026")
    assert [outcome.code for outcome in outcomes()] == ["", "numberInUse"]
    assert BillingSubscriber.objects.count() == 1

    post.send(order("terminate"), subject="SC000000018")
    post.send(other, subject="SC000000026")

    assert [outcome.code for outcome in outcomes()] == ["", "numberInUse", "", ""]
    statuses = BillingSubscriber.objects.values_list("subscriber_no", "status")
    assert dict(statuses) == {"SC000000018": "terminated", "SC000000026": "active"}


@pytest.mark.usefixtures("catalogue", "wang")
def test_a_subscription_number_stands_for_one_subscription(post: Post) -> None:
    post.send(order(), subject="SC000000018")
    other = subscriber("SC000000026", service_number="13800000002")
    post.send(order(subscriber=other), subject="SC000000026")

    assert [outcome.code for outcome in outcomes()] == ["", "subscriptionTaken"]
    assert BillingSubscriber.objects.count() == 1


@pytest.mark.usefixtures("catalogue")
def test_an_order_waits_for_its_customer_and_then_for_its_account(post: Post) -> None:
    both = [payer(), payer("AC000000026", "data")]
    post.send(order(payment_relations=both), subject="SC000000018")
    assert inbox_states() == {"parked": 1}
    assert outcomes() == []

    post.send(parties(), subject="CC000000018")
    post.wake()
    assert inbox_states() == {"done": 1, "parked": 1}
    assert nothing_was_written()

    post.send(parties(account(), account("AC000000026")), subject="CC000000018")
    post.wake()
    assert inbox_states() == {"done": 3}
    assert BillingSubscriber.objects.count() == 1
    assert PaymentRelation.objects.count() == 2
    assert said(System.CRM)[-1] == SubscriptionOrderResponse(
        sub_order_no="FC000000026-2", outcome=DONE
    )


@pytest.mark.usefixtures("catalogue")
def test_a_waiting_order_is_told_twice_and_acts_once(post: Post) -> None:
    received = post.send(order(), subject="SC000000018")
    post.deliver(received)
    post.send(parties(), subject="CC000000018")
    post.wake()
    post.deliver(received)

    assert BillingSubscriber.objects.count() == 1
    assert inbox_states() == {"done": 2}


@pytest.mark.usefixtures("catalogue", "wang")
def test_opening_takes_five_statements_however_much_is_ordered(post: Post) -> None:
    counts = []
    for number, size in enumerate((1, 40)):
        who = subscriber(f"SC{number:09d}", service_number=f"1380000{number:04d}")
        stated = [subscription(f"PC{number}{i:08d}") for i in range(size)]
        received = post.envelope(
            order(subscriber=who, subscriptions=stated), subject=who.subscriber_no
        )
        with Statements() as statements:
            post.deliver(received)
        counts.append(len(statements.sent))
        assert outcomes()[-1] == DONE

    # what is held, subscriber, subscriptions, payers, reply; around them the inbox's own three
    assert counts == [5 + 3, 5 + 3]

"""SubscriptionOrderRequest change: the order states how everything shall be afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from billing.models import BillingSubscriber, BillingSubscription, FormerNumber, PaymentRelation
from billing.selectors import list_party_rows
from integration.messages import DONE, TariffValue
from tests.integration.billing.arriving import (
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
    subscriber,
    subscription,
)

pytestmark = [
    pytest.mark.django_db(databases=["boss"]),
    pytest.mark.usefixtures("catalogue", "wang", "opened"),
]
LATER = SENT_AT + timedelta(days=10)
NEXT_CYCLE = SENT_AT + timedelta(days=31)
PACK = subscription(
    "PC000000026", "PACK-A", tariffs=[TariffValue(code="PACK-FEE", version=1)], valid_from=LATER
)


@pytest.fixture
def opened(post: Post, catalogue: None, wang: None) -> None:
    """The subscriber SC000000018 has PLAN-A since SENT_AT; it is ten days later now."""
    post.send(order(), subject="SC000000018")
    post.now = LATER + timedelta(seconds=2)


def change(post: Post, at: datetime = LATER, **stated: Any) -> None:
    post.send(order("change", **stated), subject="SC000000018", at=at)


def subscriptions() -> dict[str, tuple[str, datetime, datetime | None]]:
    rows = BillingSubscription.objects.values_list(
        "subscription_no", "status", "valid_from", "valid_to"
    )
    return {row[0]: row[1:] for row in rows}


def payers() -> set[tuple[str, str, int, datetime, datetime | None]]:
    return set(
        PaymentRelation.objects.values_list(
            "account__account_no", "charge_group", "priority", "valid_from", "valid_to"
        )
    )


def test_a_new_subscription_starts_beside_the_ones_stated_again(post: Post) -> None:
    change(post, subscriptions=[subscription(), PACK])

    assert subscriptions() == {
        "PC000000018": ("active", SENT_AT, None),
        "PC000000026": ("active", LATER, None),
    }
    assert outcomes() == [DONE, DONE]
    assert notes()[-1] == ("boss", "boss_db", "DataAccess", "修改用户、订购信息")


def test_what_is_not_stated_ends_at_the_instant_the_order_was_sent(post: Post) -> None:
    change(post, subscriptions=[subscription(), PACK])
    change(post, at=LATER + timedelta(seconds=1), subscriptions=[subscription()])

    assert subscriptions() == {
        "PC000000018": ("active", SENT_AT, None),
        "PC000000026": ("terminated", LATER, LATER + timedelta(seconds=1)),
    }


def test_what_ends_with_an_order_ends_at_the_microsecond_in_which_crm_sent_it(post: Post) -> None:
    at = LATER.replace(microsecond=123457)
    new = subscription("PC000000034", valid_from=at)
    change(post, at=at, subscriptions=[new])
    for row in list_party_rows("subscription", "", 9):
        instants = (row["valid_from"], row["valid_to"])
        if row["subscription_no"] == "PC000000018":
            assert (row["status"], *instants) == (
                "terminated",
                "2026-03-01T08:00:00Z",
                "2026-03-11T08:00:00.123457Z",
            )
        else:
            assert (row["status"], *instants) == ("active", "2026-03-11T08:00:00.123457Z", None)

    end = at + timedelta(seconds=1, microseconds=1)
    change(post, at=end, subscriptions=[])
    assert subscriptions()["PC000000034"] == ("terminated", at, end)


def test_the_instants_stated_of_what_is_held_already_do_not_matter(post: Post) -> None:
    change(post, subscriptions=[subscription(valid_from=LATER), PACK])

    assert subscriptions()["PC000000018"] == ("active", SENT_AT, None)
    assert outcomes() == [DONE, DONE]


def test_a_main_product_gives_way_when_the_new_one_starts(post: Post) -> None:
    change(post, subscriptions=[subscription("PC000000034", valid_from=NEXT_CYCLE)])

    assert subscriptions() == {
        "PC000000018": ("pendingTerminate", SENT_AT, NEXT_CYCLE),
        "PC000000034": ("pendingActive", NEXT_CYCLE, None),
    }


def test_an_end_once_set_stays_whether_stated_again_or_not(post: Post) -> None:
    successor = subscription("PC000000034", valid_from=NEXT_CYCLE)
    change(post, subscriptions=[successor])
    change(post, subscriptions=[subscription(), successor, PACK])
    change(post, subscriptions=[successor, PACK])

    assert subscriptions()["PC000000018"] == ("pendingTerminate", SENT_AT, NEXT_CYCLE)
    assert outcomes() == [DONE] * 4


def test_one_that_never_took_effect_is_cancelled(post: Post) -> None:
    future = subscription("PC000000034", valid_from=NEXT_CYCLE)
    change(post, subscriptions=[subscription(), future])
    change(post, subscriptions=[subscription()])

    assert subscriptions() == {
        "PC000000018": ("active", SENT_AT, None),
        "PC000000034": ("cancelled", NEXT_CYCLE, NEXT_CYCLE),
    }


def test_told_again_in_another_message_it_changes_nothing(post: Post) -> None:
    change(post, subscriptions=[PACK])
    before = subscriptions()
    change(post, subscriptions=[PACK])

    assert subscriptions() == before
    assert outcomes() == [DONE] * 3
    assert len(notes()) == 2


def test_the_service_number_and_the_customer_are_as_stated_afterwards(post: Post) -> None:
    post.send(
        parties(account("AC000000026", "CC000000026"), customer_no="CC000000026"),
        subject="CC000000026",
    )
    change(
        post,
        subscriber=subscriber(customer_no="CC000000026", service_number="13800000077"),
        subscriptions=[subscription()],
        payment_relations=[payer("AC000000026", valid_from=LATER)],
    )

    held = BillingSubscriber.objects.get()
    assert (held.customer.customer_no, held.service_number) == ("CC000000026", "13800000077")
    before = FormerNumber.objects.get()
    assert (before.service_number, before.held_from, before.held_to) == (
        subscriber().service_number, held.activated_at, LATER,
    )  # fmt: skip
    assert held.number_since == LATER
    assert payers() == {
        ("AC000000018", "*", 0, SENT_AT, LATER),
        ("AC000000026", "*", 0, LATER, None),
    }


def test_payers_stated_take_over_and_the_others_stay(post: Post) -> None:
    post.send(parties(account(), account("AC000000026")), subject="CC000000018")
    change(
        post,
        subscriptions=[subscription()],
        payment_relations=[payer("AC000000026", "data", valid_from=NEXT_CYCLE)],
    )
    change(
        post,
        subscriptions=[subscription()],
        payment_relations=[payer("AC000000018", "data", valid_from=LATER)],
    )
    change(post, subscriptions=[subscription()], payment_relations=[payer(valid_from=LATER)])

    assert payers() == {
        ("AC000000018", "*", 0, SENT_AT, None),
        ("AC000000026", "data", 0, NEXT_CYCLE, NEXT_CYCLE),
        ("AC000000018", "data", 0, LATER, None),
    }


def test_a_change_waits_for_a_paying_account(post: Post) -> None:
    change(
        post,
        subscriptions=[subscription()],
        payment_relations=[payer("AC000000026", valid_from=LATER)],
    )

    assert inbox_states()["parked"] == 1
    assert payers() == {("AC000000018", "*", 0, SENT_AT, None)}


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"subscriber": subscriber("SC000000034")}, "subscriberUnknown"),
        ({"subscriptions": [subscription(offering="PACK-A")]}, "subscriptionTaken"),
        (
            {"subscriptions": [subscription(tariffs=[TariffValue(code="PACK-FEE", version=1)])]},
            "subscriptionTaken",
        ),
        ({"subscriptions": [subscription(), subscription("X", "PLAN-X")]}, "offeringUnknown"),
        ({"payment_relations": [payer(priority=1)]}, "defaultPayerMissing"),
        ({"payment_relations": [payer(), payer()]}, "payersOverlap"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(post: Post, stated: Any, code: str) -> None:
    before = subscriptions(), payers(), notes()
    change(post, **stated)

    assert [outcome.code for outcome in outcomes()] == ["", code]
    assert (subscriptions(), payers(), notes()) == before


def test_another_subscribers_number_or_subscription_is_refused(post: Post) -> None:
    other = order(
        subscriber=subscriber("SC000000026", service_number="13800000002"),
        subscriptions=[subscription("PC000000034")],
    )
    post.send(other, subject="SC000000026")
    change(post, subscriber=subscriber(service_number="13800000002"))
    change(post, subscriptions=[subscription(), subscription("PC000000034")])

    assert [outcome.code for outcome in outcomes()[-2:]] == ["numberInUse", "subscriptionTaken"]
    assert subscriptions()["PC000000018"] == ("active", SENT_AT, None)


def test_a_subscription_that_is_over_does_not_come_back(post: Post) -> None:
    change(post, subscriptions=[PACK])
    change(post, subscriptions=[PACK, subscription()])

    assert outcomes()[-1].code == "subscriptionTaken"
    assert subscriptions()["PC000000018"][0] == "terminated"


def test_a_terminated_subscriber_does_not_change(post: Post) -> None:
    post.send(order("terminate"), subject="SC000000018", at=LATER)
    change(post, subscriptions=[subscription(), PACK])

    assert outcomes()[-1].code == "subscriberEnded"
    assert set(subscriptions()) == {"PC000000018"}


def test_ordering_a_product_takes_five_statements(post: Post) -> None:
    received = post.envelope(
        order("change", subscriptions=[subscription(), PACK]), subject="SC000000018", at=LATER
    )
    with Statements() as statements:
        post.deliver(received)

    # what is held, the lock, its subscriptions, the new one, reply; and the inbox's own three
    assert len(statements.sent) == 5 + 3

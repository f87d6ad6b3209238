"""The shared fields of the three parties, page by page."""

from __future__ import annotations

import json

import pytest

from billing.models import BillingSubscription
from billing.selectors import PartyKindUnknown, list_party_rows
from tests.integration.billing.arriving import (
    Post,
    Statements,
    account,
    order,
    parties,
    payer,
    subscriber,
    subscription,
)

pytestmark = pytest.mark.django_db(databases=["boss"])


@pytest.fixture
def opened(post: Post, catalogue: None) -> None:
    """Wang's subscriber has a plan, which …018 pays but for data, which …026 pays."""
    post.send(
        parties(account(), account("AC000000026", parent_no="AC000000018")),
        subject="CC000000018",
    )
    both = [payer(), payer("AC000000026", "data", priority=2)]
    post.send(order(payment_relations=both), subject="SC000000018")


@pytest.mark.usefixtures("opened")
def test_rows_hold_the_shared_fields_as_plain_json() -> None:
    rows = {
        kind: list_party_rows(kind, "", 10)
        for kind in ("customer", "account", "subscriber", "subscription")
    }

    assert json.loads(json.dumps(rows)) == rows
    assert rows["customer"] == [
        {
            "customer_no": "CC000000018",
            "name": "王小明",
            "kind": "person",
            "segment": "consumer",
            "org_unit": "SH-01",
            "region": "SH",
        }
    ]
    assert rows["account"][1] == {
        "account_no": "AC000000026",
        "customer_no": "CC000000018",
        "parent_no": "AC000000018",
        "name": "王小明",
        "charging_mode": "postpaid",
        "currency": "CNY",
        "billing_day": 1,
    }
    assert rows["subscriber"] == [
        {
            "subscriber_no": "SC000000018",
            "customer_no": "CC000000018",
            "service_kind": "mobile",
            "service_number": "13800000001",
            "status": "active",
            "suspend_reasons": [],
            "status_version": 1,
            "payers": [
                {"account_no": "AC000000018", "charge_group": "*", "priority": 0},
                {"account_no": "AC000000026", "charge_group": "data", "priority": 2},
            ],
        }
    ]
    assert rows["subscription"] == [
        {
            "subscription_no": "PC000000018",
            "subscriber_no": "SC000000018",
            "parent_no": None,
            "offering_code": "PLAN-A",
            "tariffs": [{"code": "MONTHLY-A", "version": 1}],
            "status": "active",
            "valid_from": "2026-03-01T08:00:00Z",
            "valid_to": None,
        }
    ]


@pytest.mark.usefixtures("opened")
def test_a_payer_that_is_over_is_not_listed(post: Post) -> None:
    post.send(order("terminate"), subject="SC000000018")

    (row,) = list_party_rows("subscriber", "", 10)
    assert (row["status"], row["payers"]) == ("terminated", [])


def test_pages_follow_each_other_without_a_gap(post: Post) -> None:
    numbers = [f"CC{i:09d}" for i in range(7)]
    for number in numbers:
        post.send(parties(account(f"A{number}", number), customer_no=number), subject=number)

    found, after = [], ""
    while page := list_party_rows("customer", after, 3):
        found += [row["customer_no"] for row in page]
        after = found[-1]

    assert found == numbers


@pytest.mark.usefixtures("catalogue", "wang")
@pytest.mark.parametrize("kind", ["customer", "account", "subscriber", "subscription"])
def test_a_page_is_one_query_however_long(post: Post, kind: str) -> None:
    for i in range(5):
        number = f"SC{i:09d}"
        who = subscriber(number, service_number=f"1390000000{i}")
        post.send(order(subscriber=who, subscriptions=[subscription(f"PC{i:09d}")]), subject=number)
    assert BillingSubscription.objects.count() == 5
    with Statements() as statements:
        list_party_rows(kind, "", 100)

    assert len(statements.sent) == 1


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(PartyKindUnknown) as refusal:
        list_party_rows("group", "", 10)
    assert refusal.value.code == "partyKindUnknown"

"""What must hold before a subscription order changes anything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from billing.standing import (
    DefaultPayerMissing,
    NumberInUse,
    OfferingUnknown,
    PayersOverlap,
    TariffUnknown,
    check_catalogue,
    check_default_payer,
    check_number,
    check_parties,
    check_payers,
)
from billing.values import Standing
from integration.hearing import MissingParty
from integration.messages import (
    PaymentRelationValue,
    SubscriberValue,
    SubscriptionOrderRequest,
)

AT = datetime(2026, 3, 1, tzinfo=UTC)


def pays(account_no: str = "A1", group: str = "*", priority: int = 0) -> PaymentRelationValue:
    return PaymentRelationValue(
        account_no=account_no, charge_group=group, priority=priority, valid_from=AT
    )


ORDER = SubscriptionOrderRequest(
    sub_order_no="F1-2",
    action="open",
    subscriber=SubscriberValue(
        subscriber_no="S1", customer_no="C1", service_kind="mobile", service_number="138"
    ),
    subscriptions=[],
    payment_relations=[pays("A1"), pays("A2", "data")],
)


def standing(**other: Any) -> Standing:
    values = {
        "customer_id": 5,
        "accounts": {"A1": 1, "A2": 2},
        "subscriber": None,
        "subscriptions": {},
        "number_holder": None,
        "unknown_offerings": (),
        "unknown_tariffs": (),
    }
    return Standing(**(values | other))


def test_all_parties_are_here() -> None:
    assert check_parties(ORDER, standing()) == 5


@pytest.mark.parametrize(
    ("held", "party"),
    [
        ({"customer_id": None, "accounts": {}}, "customer:C1"),
        ({"accounts": {}}, "account:A1"),
        ({"accounts": {"A1": 1}}, "account:A2"),
    ],
)
def test_the_first_party_that_is_missing_is_waited_for(held: Any, party: str) -> None:
    with pytest.raises(MissingParty) as missing:
        check_parties(ORDER, standing(**held))
    assert missing.value.party == party
    assert party in ORDER.needs()


def test_unknown_offerings_and_tariffs_are_named_once() -> None:
    with pytest.raises(OfferingUnknown) as offering:
        check_catalogue(standing(unknown_offerings=("B", "A", "B"), unknown_tariffs=("T v1",)))
    with pytest.raises(TariffUnknown) as tariff:
        check_catalogue(standing(unknown_tariffs=("T v2", "T v1")))
    assert offering.value.en == "BOSS has no offering A, B"
    assert tariff.value.zh == "BOSS 中没有资费 T v1, T v2"


def test_a_number_may_be_ones_own_but_not_anothers() -> None:
    check_number(ORDER, standing())
    check_number(ORDER, standing(number_holder="S1"))
    with pytest.raises(NumberInUse) as refusal:
        check_number(ORDER, standing(number_holder="S2"))
    assert refusal.value.status == 409


def test_payers_share_out_charge_groups_by_priority() -> None:
    check_payers([pays(), pays("A2", "data"), pays("A2", "data", 1)])
    with pytest.raises(PayersOverlap):
        check_payers([pays(), pays("A1", "data", 1), pays("A2", "data", 1)])


def test_somebody_pays_by_default_with_priority_0() -> None:
    check_default_payer([pays("A2", "data"), pays()])
    with pytest.raises(DefaultPayerMissing):
        check_default_payer([pays("A2", "data")])
    with pytest.raises(DefaultPayerMissing):
        check_payers([pays(priority=1)])

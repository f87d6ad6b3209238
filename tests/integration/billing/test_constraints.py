"""What the database itself refuses, whoever writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, models, transaction

from billing.models import (
    BillingAccount,
    BillingCustomer,
    BillingOffering,
    BillingService,
    BillingSubscriber,
    BillingSubscription,
    BillingTariff,
    PaymentRelation,
    Release,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
AT = datetime(2026, 3, 1, tzinfo=UTC)
LATER = AT + timedelta(days=30)


def customer(**other: Any) -> BillingCustomer:
    values = {"customer_no": "C1", "name": "王", "kind": "person", "created_at": AT}
    return BillingCustomer(**(values | other))


def account(**other: Any) -> BillingAccount:
    values = {
        "account_no": "A1",
        "customer_id": first(BillingCustomer),
        "name": "王",
        "charging_mode": "postpaid",
        "currency": "CNY",
        "billing_day": 1,
        "created_at": AT,
    }
    return BillingAccount(**(values | other))


def subscriber(**other: Any) -> BillingSubscriber:
    values = {
        "subscriber_no": "S1",
        "customer_id": first(BillingCustomer),
        "service_kind": "mobile",
        "service_number": "13800000001",
        "status": "active",
        "created_at": AT,
        "activated_at": AT,
    }
    return BillingSubscriber(**(values | other))


def subscription(**other: Any) -> BillingSubscription:
    values = {
        "subscription_no": "P1",
        "subscriber_id": first(BillingSubscriber),
        "offering_code": "PLAN-A",
        "tariffs": [],
        "status": "active",
        "valid_from": AT,
        "created_at": AT,
    }
    return BillingSubscription(**(values | other))


def payer(**other: Any) -> PaymentRelation:
    values = {
        "subscriber_id": first(BillingSubscriber),
        "account_id": first(BillingAccount),
        "charge_group": "*",
        "priority": 0,
        "valid_from": AT,
    }
    return PaymentRelation(**(values | other))


def tariff(**other: Any) -> BillingTariff:
    values = {
        "code": "T-1",
        "version": 1,
        "kind": "accounting",
        "charge_group": "rental",
        "name_zh": "甲",
        "name_en": "a",
        "currency": "CNY",
        "rules": {},
        "valid_from": AT,
        "launched_at": AT,
    }
    return BillingTariff(**(values | other))


def offering(**other: Any) -> BillingOffering:
    values = {"code": "PLAN-A", "kind": "main", "name_zh": "甲", "name_en": "a"}
    return BillingOffering(**(values | other))


def service(**other: Any) -> BillingService:
    values = {"code": "VOICE", "kind": "function", "name_zh": "甲", "name_en": "a", "digest": "x"}
    return BillingService(**(values | other))


def release(**other: Any) -> Release:
    values = {"release_no": "R-1", "content_digest": "x", "state": "received", "received_at": AT}
    return Release(**(values | other))


def first(model: type[models.Model]) -> int:
    return int(model._default_manager.values_list("pk", flat=True)[0])


@pytest.fixture
def some() -> None:
    """One of everything."""
    parties = (customer, account, subscriber, subscription, payer)
    for build in (*parties, tariff, offering, service, release):
        build().save()


CASES: list[tuple[str, Callable[..., models.Model], dict[str, Any]]] = [
    ("billing_customer_no_once", customer, {}),
    ("billing_customer_is_named", customer, {"customer_no": "C2", "name": ""}),
    ("billing_customer_is_named", customer, {"customer_no": ""}),
    ("billing_customer_kind_known", customer, {"customer_no": "C2", "kind": "x"}),
    ("billing_customer_standing_known", customer, {"customer_no": "C2", "credit_standing": "x"}),
    ("billing_account_no_once", account, {}),
    ("billing_account_is_named", account, {"account_no": ""}),
    ("billing_account_charging_mode_known", account, {"account_no": "A2", "charging_mode": "x"}),
    ("billing_account_status_known", account, {"account_no": "A2", "status": "x"}),
    ("billing_account_currency_form", account, {"account_no": "A2", "currency": "cny"}),
    ("billing_account_day_in_every_month", account, {"account_no": "A2", "billing_day": 29}),
    ("billing_account_day_in_every_month", account, {"account_no": "A2", "billing_day": 0}),
    ("billing_account_not_its_own_parent", account, {"account_no": "A2", "id": 9, "parent_id": 9}),
    ("billing_account_overdue_not_negative", account, {"account_no": "A2", "overdue_amount": -1}),
    ("billing_subscriber_no_once", subscriber, {"service_number": "2"}),
    ("billing_subscriber_number_once", subscriber, {"subscriber_no": "S2"}),
    (
        "billing_subscriber_is_named",
        subscriber,
        {"subscriber_no": "S2", "service_number": ""},
    ),
    (
        "billing_subscriber_status_known",
        subscriber,
        {"subscriber_no": "S2", "service_number": "2", "status": "x"},
    ),
    (
        "billing_subscriber_suspended_for_reasons",
        subscriber,
        {"subscriber_no": "S2", "service_number": "2", "status": "suspended"},
    ),
    (
        "billing_subscriber_suspended_for_reasons",
        subscriber,
        {"subscriber_no": "S2", "service_number": "2", "suspend_reasons": ["lost"]},
    ),
    (
        "billing_subscriber_reasons_known",
        subscriber,
        {
            "subscriber_no": "S2",
            "service_number": "2",
            "status": "suspended",
            "suspend_reasons": ["lost", "whim"],
        },
    ),
    (
        "billing_subscriber_version_from_1",
        subscriber,
        {"subscriber_no": "S2", "service_number": "2", "status_version": 0},
    ),
    (
        "billing_subscriber_active_since",
        subscriber,
        {"subscriber_no": "S2", "service_number": "2", "activated_at": None},
    ),
    (
        "billing_subscriber_terminated_since",
        subscriber,
        {"subscriber_no": "S2", "service_number": "2", "status": "terminated"},
    ),
    (
        "billing_subscriber_terminated_since",
        subscriber,
        {"subscriber_no": "S2", "service_number": "2", "terminated_at": AT},
    ),
    ("billing_subscription_no_once", subscription, {}),
    ("billing_subscription_is_named", subscription, {"subscription_no": ""}),
    ("billing_subscription_status_known", subscription, {"subscription_no": "P2", "status": "x"}),
    ("billing_subscription_tariffs_listed", subscription, {"subscription_no": "P2", "tariffs": {}}),
    (
        "billing_subscription_period",
        subscription,
        {"subscription_no": "P2", "valid_to": AT - timedelta(seconds=1)},
    ),
    (
        "billing_subscription_ended_at",
        subscription,
        {"subscription_no": "P2", "status": "terminated"},
    ),
    (
        "billing_subscription_not_its_own_parent",
        subscription,
        {"subscription_no": "P2", "parent_no": "P2"},
    ),
    ("billing_payment_relation_no_overlap", payer, {}),
    ("billing_payment_relation_no_overlap", payer, {"valid_from": LATER}),
    ("billing_default_payer_pays_the_rest", payer, {"priority": 1}),
    ("billing_default_payer_pays_the_rest", payer, {"share_percent": 50}),
    ("billing_default_payer_pays_the_rest", payer, {"cap_amount": 50}),
    ("billing_payer_of_something", payer, {"charge_group": ""}),
    ("billing_payer_priority_from_0", payer, {"charge_group": "data", "priority": -1}),
    ("billing_payer_share", payer, {"charge_group": "data", "share_percent": 0}),
    ("billing_payer_share", payer, {"charge_group": "data", "share_percent": 101}),
    ("billing_payer_cap", payer, {"charge_group": "data", "cap_amount": 0}),
    (
        "billing_payer_period",
        payer,
        {"charge_group": "data", "valid_to": AT - timedelta(seconds=1)},
    ),
    ("billing_offering_code_once", offering, {}),
    ("billing_offering_code_form", offering, {"code": "plan a"}),
    ("billing_offering_kind_known", offering, {"code": "B", "kind": "x"}),
    ("billing_offering_charging_mode_known", offering, {"code": "B", "charging_mode": "x"}),
    ("billing_tariff_version_once", tariff, {"valid_from": AT - timedelta(days=9), "valid_to": AT}),
    ("billing_tariff_no_overlap", tariff, {"version": 2, "valid_from": LATER}),
    (
        "billing_tariff_one_kind",
        tariff,
        {"version": 2, "kind": "rating", "valid_from": AT - timedelta(days=9), "valid_to": AT},
    ),
    (
        "billing_tariff_one_charge_group",
        tariff,
        {"version": 2, "charge_group": "x", "valid_from": AT - timedelta(days=9), "valid_to": AT},
    ),
    (
        "billing_tariff_one_currency",
        tariff,
        {"version": 2, "currency": "USD", "valid_from": AT - timedelta(days=9), "valid_to": AT},
    ),
    ("billing_tariff_code_form", tariff, {"code": "t"}),
    ("billing_tariff_version_from_1", tariff, {"code": "T-2", "version": 0}),
    ("billing_tariff_kind_known", tariff, {"code": "T-2", "kind": "x"}),
    ("billing_tariff_charge_group_named", tariff, {"code": "T-2", "charge_group": "*"}),
    ("billing_tariff_currency_form", tariff, {"code": "T-2", "currency": "Y"}),
    ("billing_tariff_rules_form", tariff, {"code": "T-2", "rules": []}),
    ("billing_tariff_period", tariff, {"code": "T-2", "valid_to": AT}),
    ("billing_service_code_once", service, {}),
    ("billing_service_code_form", service, {"code": "voice"}),
    ("billing_service_commands_form", service, {"code": "DATA", "commands": {}}),
    ("billing_release_no_once", release, {}),
    ("billing_release_is_named", release, {"release_no": ""}),
    ("billing_release_state_known", release, {"release_no": "R-2", "state": "x"}),
    ("billing_release_closed_when_closed", release, {"release_no": "R-2", "state": "launched"}),
    ("billing_release_closed_when_closed", release, {"release_no": "R-2", "closed_at": AT}),
]


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize(("name", "build", "values"), CASES)
def test_the_database_refuses(
    name: str, build: Callable[..., models.Model], values: dict[str, Any]
) -> None:
    row = build(**values)
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(using="boss"):
        row.save(force_insert=True)
    assert f'"{name}"' in str(refusal.value)


def test_every_rule_of_every_table_is_seen_to_refuse() -> None:
    tables = (
        BillingCustomer, BillingAccount, BillingSubscriber, BillingSubscription,
        PaymentRelation, BillingOffering, BillingTariff, BillingService, Release,
    )  # fmt: skip
    rules = {rule.name for table in tables for rule in table._meta.constraints}

    assert {name for name, _, _ in CASES} == rules


@pytest.mark.usefixtures("some")
def test_half_open_periods_may_touch_and_an_empty_one_overlaps_nothing() -> None:
    PaymentRelation.objects.update(valid_to=LATER)
    payer(valid_from=LATER).save()
    payer(valid_from=AT, valid_to=AT).save()
    payer(charge_group="data", priority=1).save()
    payer(charge_group="data", priority=2, share_percent=40, cap_amount=10).save()
    BillingTariff.objects.update(valid_to=LATER)
    tariff(version=2, valid_from=LATER).save()
    tariff(version=3, valid_from=AT, launched_at=None).save()  # waits, and is not in effect


@pytest.mark.usefixtures("some")
def test_the_number_of_a_terminated_subscriber_is_free() -> None:
    BillingSubscriber.objects.update(status="terminated", terminated_at=LATER)

    subscriber(subscriber_no="S2").save()


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize("table", [BillingCustomer, BillingAccount, BillingSubscriber])
def test_a_party_that_others_stand_on_cannot_be_deleted(table: type[models.Model]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(using="boss"):
        _delete_all(table)


def _delete_all(table: type[models.Model]) -> None:
    with connections["boss"].cursor() as cursor:
        cursor.execute(f"DELETE FROM {table._meta.db_table}")
    connections["boss"].check_constraints()

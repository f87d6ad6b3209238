"""数据权限 at BOSS: what is billed is seen with its customer, and so are messages and steps."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from billing.models import (
    BillingAccount,
    BillingCustomer,
    BillingSubscriber,
    BillingSubscription,
    PaymentRelation,
)
from core.systems import System
from integration.models import FlowStep, InboxMessage
from tests.signing import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss"])

AT = datetime(2026, 3, 1, 4, tzinfo=UTC)
WHERE = {11: ("GZ", "HQ-GZ-1"), 12: ("GZ", "HQ-GZ-2"), 13: ("SZ", "HQ-SZ")}
SEES = {"unit": {11}, "region": {11, 12}, "all": {11, 12, 13}}
TABLES = {
    "billing/billingcustomer": "CC{:09d}",
    "billing/billingaccount": "AC{:09d}",
    "billing/billingsubscriber": "SC{:09d}",
    "billing/billingsubscription": "PC{:09d}",
    "billing/paymentrelation": "AC{:09d}",
    "integration/flowstep": "FC{:09d}",
    "integration/inboxmessage": "FC{:09d}",
}
GRANTS = (
    *(f"billing.view_{name.partition('/')[2]}" for name in TABLES if name.startswith("billing")),
    *("integration.view_flow", "integration.view_message"),
)


@pytest.fixture(autouse=True)
def three_places() -> None:
    for number, (region, unit) in WHERE.items():
        customer = BillingCustomer.objects.create(
            *(), customer_no=f"CC{number:09d}", name=f"王小{number}", kind="person",
            org_unit=unit, region=region, created_at=AT,
        )  # fmt: skip
        account = BillingAccount.objects.create(
            account_no=f"AC{number:09d}", customer=customer, name="王", charging_mode="postpaid",
            currency="CNY", billing_day=1, created_at=AT,
        )  # fmt: skip
        subscriber = BillingSubscriber.objects.create(
            subscriber_no=f"SC{number:09d}", customer=customer, service_kind="mobile",
            service_number=f"138{number:08d}", status="active", created_at=AT, activated_at=AT,
        )  # fmt: skip
        BillingSubscription.objects.create(
            subscription_no=f"PC{number:09d}", subscriber=subscriber, offering_code="PLAN",
            tariffs=[], status="active", valid_from=AT, created_at=AT,
        )  # fmt: skip
        PaymentRelation.objects.create(
            subscriber=subscriber, account=account, charge_group="*", priority=0,
            share_percent=100, valid_from=AT,
        )  # fmt: skip
        flow_no = f"FC{number:09d}"
        FlowStep.objects.using("boss").create(
            flow_no=flow_no, clock=1, at=AT, source="boss", target="boss_db", name="DataAccess",
            status="done",
        )  # fmt: skip
        InboxMessage.objects.using("boss").create(
            id=uuid4(), sender="crm", subject=f"SC{number:09d}", seq=1, flow_no=flow_no,
            name="SubscriptionOrderRequest", status="dead", received_at=AT,
            body={"subscriber": {"serviceNumber": f"138{number:08d}"}},
        )  # fmt: skip


@pytest.mark.parametrize("reach", SEES)
@pytest.mark.parametrize("table", TABLES)
def test_a_table_holds_what_is_seen_and_nothing_else(reach, table):
    browser = signed_in(System.BOSS, *GRANTS, data_scope=reach, org_unit="HQ-GZ-1", region="GZ")
    told = TABLES[table]
    listed = browser.get(f"/boss/{table}/").content.decode()
    assert {n for n in WHERE if told.format(n) in listed} == SEES[reach]
    for number in WHERE:
        word = told.format(number) if "payment" not in table else f"SC{number:09d}"
        found = browser.get(f"/boss/{table}/", {"q": word}).content.decode()
        assert (f"/boss/{table}/" in found and "/change/" in found) == (number in SEES[reach])


def test_numbers_are_masked_in_tables_and_in_messages():
    browser = signed_in(System.BOSS, *GRANTS, full_phone=False)
    letter = InboxMessage.objects.using("boss").get(flow_no="FC000000011")
    for page in (
        *("billing/billingsubscriber/", "billing/billingsubscription/", "billing/paymentrelation/"),
        f"integration/inboxmessage/{letter.pk}/change/",
        f"billing/billingsubscription/{BillingSubscription.objects.first().pk}/change/",
    ):
        content = browser.get(f"/boss/{page}").content.decode()
        assert "13800000011" not in content, page
        assert "138****0011" in content, page

"""CustomerAccountRequest: BOSS holds its half of a customer and its accounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from billing.models import BillingAccount, BillingCustomer, UsageCharge
from core.systems import System
from integration.messages import DONE, CustomerAccountResponse
from tests.integration.billing.arriving import (
    HEARD_AT,
    Post,
    Statements,
    account,
    inbox_states,
    notes,
    outcomes,
    parties,
    recorded_for,
    said,
)
from tests.integration.billing.bill_run.world import World

pytestmark = pytest.mark.django_db(databases=["boss"])
NOBODY: list[Any] = []


def test_a_customer_and_its_accounts_are_held_with_extension_b(post: Post) -> None:
    post.send(
        parties(account(), account("AC000000026", charging_mode="prepaid", billing_day=15)),
        subject="CC000000018",
    )

    customer = BillingCustomer.objects.values().get()
    customer.pop("id")
    assert customer == {
        "customer_no": "CC000000018",
        "name": "王小明",
        "kind": "person",
        "segment": "consumer",
        "org_unit": "SH-01",
        "region": "SH",
        "credit_standing": "good",
        "created_at": HEARD_AT,
    }
    first, second = BillingAccount.objects.order_by("account_no").values()
    for row in (first, second):
        row.pop("id"), row.pop("customer_id")
    assert first == {
        "account_no": "AC000000018",
        "parent_id": None,
        "name": "王小明",
        "charging_mode": "postpaid",
        "currency": "CNY",
        "billing_day": 1,
        "status": "active",
        "credit_class": "standard",
        "dunning_plan": "standard",
        "bill_terms": "standard",
        "tax_profile": "standard",
        "overdue_amount": Decimal("0.00"),
        "created_at": HEARD_AT,
    }
    assert second["charging_mode"] == "prepaid"
    assert second["billing_day"] == 15
    assert said(System.CRM) == [CustomerAccountResponse(sub_order_no="FC000000018-1", outcome=DONE)]
    assert recorded_for() == {"8001"}
    assert notes() == [
        ("boss", "boss_db", "DataAccess", "创建客户、账户数据，及其扩展信息B"),
    ]


def test_no_column_could_hold_an_identity_document() -> None:
    columns = {column.name for column in BillingCustomer._meta.get_fields()}

    assert not [name for name in columns if "identity" in name or "document" in name]


def test_told_again_it_is_brought_up_to_date_and_keeps_what_boss_alone_knows(post: Post) -> None:
    post.send(parties(), subject="CC000000018")
    BillingCustomer.objects.update(credit_standing="watched")
    BillingAccount.objects.update(credit_class="gold", overdue_amount=Decimal("12.50"))
    before = BillingCustomer.objects.get(), BillingAccount.objects.get()

    post.send(parties(account(billing_day=20), name="王大明", region="BJ"), subject="CC000000018")

    customer, held = BillingCustomer.objects.get(), BillingAccount.objects.get()
    assert (customer.pk, held.pk) == (before[0].pk, before[1].pk)
    assert (customer.name, customer.region, customer.credit_standing) == ("王大明", "BJ", "watched")
    assert (held.billing_day, held.credit_class, held.overdue_amount) == (
        20, "gold", Decimal("12.50"),
    )  # fmt: skip
    assert outcomes() == [DONE, DONE]


def test_the_same_message_twice_changes_nothing(post: Post) -> None:
    received = post.send(parties(), subject="CC000000018")
    BillingCustomer.objects.update(name="changed since")

    post.deliver(received)

    assert BillingCustomer.objects.get().name == "changed since"
    assert outcomes() == [DONE]
    assert len(notes()) == 1


def test_a_parent_account_may_come_in_the_same_message_or_have_come_before(post: Post) -> None:
    parent, child = account("AC000000026"), account(parent_no="AC000000026")
    post.send(parties(child, parent), subject="CC000000018")
    post.send(parties(account("AC000000034", parent_no="AC000000018")), subject="CC000000018")

    rows = BillingAccount.objects.values_list("account_no", "parent__account_no")
    assert dict(rows) == {
        "AC000000018": "AC000000026",
        "AC000000026": None,
        "AC000000034": "AC000000018",
    }


def test_a_message_waits_for_a_parent_account_that_is_another_customers(post: Post) -> None:
    post.send(parties(account(parent_no="AC000000099")), subject="CC000000018")

    assert inbox_states() == {"parked": 1}
    assert not BillingCustomer.objects.exists()

    other = account("AC000000099", customer_no="CC000000026")
    post.send(parties(other, customer_no="CC000000026"), subject="CC000000026")
    post.wake()

    assert inbox_states() == {"done": 2}
    child = BillingAccount.objects.get(account_no="AC000000018")
    assert child.parent is not None
    assert child.parent.account_no == "AC000000099"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (parties(name=""), "partyInvalid"),
        (parties(kind="robot"), "partyInvalid"),
        (parties(account(charging_mode="barter")), "partyInvalid"),
        (parties(account(currency="yuan")), "partyInvalid"),
        (parties(account(billing_day=29)), "partyInvalid"),
        (parties(account(parent_no="AC000000018")), "partyInvalid"),
        (parties(account(customer_no="CC000000026")), "accountOfAnother"),
    ],
)
def test_what_cannot_be_billed_is_refused_and_writes_nothing(
    post: Post, message: Any, code: str
) -> None:
    post.send(message, subject="CC000000018")

    (outcome,) = outcomes()
    assert (outcome.done, outcome.code) == (False, code)
    assert outcome.zh
    assert outcome.en
    assert not BillingCustomer.objects.exists()
    assert not BillingAccount.objects.exists()
    assert notes() == []
    assert inbox_states() == {"done": 1}


def test_an_account_goes_to_the_customer_that_crm_states(post: Post) -> None:
    post.send(parties(), subject="CC000000018")
    post.send(
        parties(account(customer_no="CC000000026"), customer_no="CC000000026"),
        subject="CC000000026",
    )

    assert outcomes() == [DONE, DONE]
    assert BillingAccount.objects.get().customer.customer_no == "CC000000026"


def test_an_account_keeps_its_currency_while_it_owes_in_it(post: Post) -> None:
    post.send(parties(), subject="CC000000018")
    BillingAccount.objects.update(overdue_amount=Decimal("0.01"))
    post.send(parties(account(currency="USD"), name="x"), subject="CC000000018")

    assert [outcome.code for outcome in outcomes()] == ["", "currencyFixed"]
    assert BillingCustomer.objects.get().name == "王小明"
    assert BillingAccount.objects.get().currency == "CNY"

    BillingAccount.objects.update(overdue_amount=0)
    post.send(parties(account(currency="USD")), subject="CC000000018")

    assert outcomes()[-1] == DONE
    assert BillingAccount.objects.get().currency == "USD"


def test_an_account_keeps_its_billing_day_and_currency_once_it_was_charged(post: Post) -> None:
    world = World()
    post.send(parties(account("A")), subject="CC000000018")
    world.accounts["A"] = BillingAccount.objects.get()
    world.subscriber()
    post.send(parties(account("A", billing_day=1)), subject="CC000000018")
    post.send(parties(account("A", billing_day=15)), subject="CC000000018")
    assert BillingAccount.objects.get().billing_day == 15

    world.used("0.01", day=15)
    post.send(parties(account("A", billing_day=1)), subject="CC000000018")
    post.send(parties(account("A", billing_day=15, currency="USD")), subject="CC000000018")

    assert [one.code for one in outcomes()[-2:]] == ["billingDayFixed", "currencyFixed"]
    assert BillingAccount.objects.get().billing_day == 15
    post.send(parties(account("A", billing_day=15), name="x"), subject="CC000000018")
    assert (outcomes()[-1], BillingAccount.objects.get().currency) == (DONE, "CNY")

    UsageCharge.objects.all().delete()
    world.fee("FEE", 31)
    world.has("FEE")
    world.run("2026-02-15", day=15)
    post.send(parties(account("A", billing_day=1)), subject="CC000000018")
    assert outcomes()[-1].code == "billingDayFixed"


def test_it_takes_the_same_few_statements_however_many_accounts(post: Post) -> None:
    counts = []
    for number, size in enumerate((1, 50)):
        customer_no = f"CC{number:09d}"
        accounts = [account(f"AC{number}{i:08d}", customer_no) for i in range(size)]
        received = post.envelope(parties(*accounts, customer_no=customer_no), subject=customer_no)
        with Statements() as statements:
            post.deliver(received)
        counts.append(len(statements.sent))

    # accounts held, customer, accounts, waking, reply; around them the inbox's own three
    assert counts == [5 + 3, 5 + 3]

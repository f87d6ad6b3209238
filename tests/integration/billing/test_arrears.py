"""ArrearsCheckRequest: answered from the amount kept on each account."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.models import BillingAccount
from core.systems import System
from integration.hearing import answerer_of
from integration.messages import ArrearsAnswer, ArrearsCheckRequest
from tests.integration.billing.arriving import (
    CLERK,
    HEARD_AT,
    Post,
    Statements,
    account,
    parties,
)

pytestmark = [
    pytest.mark.django_db(databases=["boss"]),
    pytest.mark.usefixtures("two_customers"),
]


@pytest.fixture
def two_customers(post: Post) -> None:
    """Wang has the accounts …018 and …026, Li the account …034."""
    post.send(parties(account(), account("AC000000026")), subject="CC000000018")
    post.send(
        parties(account("AC000000034", "CC000000026"), customer_no="CC000000026"),
        subject="CC000000026",
    )


def ask(customer_no: str, account_no: str) -> ArrearsAnswer:
    question = ArrearsCheckRequest(customer_no=customer_no, account_no=account_no)
    answer = answerer_of(System.BOSS, "ArrearsCheckRequest")(question, CLERK, HEARD_AT)
    assert isinstance(answer, ArrearsAnswer)
    return answer


def owes(account_no: str, amount: str, currency: str = "CNY") -> None:
    BillingAccount.objects.filter(account_no=account_no).update(
        overdue_amount=Decimal(amount), currency=currency
    )


def test_whoever_has_paid_owes_nothing() -> None:
    assert ask("CC000000018", "AC000000018") == ArrearsAnswer(in_arrears=False)


def test_a_party_boss_does_not_know_owes_nothing() -> None:
    owes("AC000000018", "5")
    assert ask("CC000000099", "AC000000099") == ArrearsAnswer(in_arrears=False)
    assert ask("", "") == ArrearsAnswer(in_arrears=False)


def test_a_debt_on_any_account_of_the_customer_counts() -> None:
    owes("AC000000018", "10.00")
    owes("AC000000026", "2.50")

    assert ask("CC000000018", "AC000000018") == ArrearsAnswer(
        in_arrears=True, amount="12.50", currency="CNY"
    )


def test_a_debt_on_the_account_that_shall_pay_counts_though_it_is_anothers() -> None:
    owes("AC000000034", "7.00")

    assert ask("CC000000018", "AC000000018").in_arrears is False
    assert ask("CC000000018", "AC000000034").amount == "7.00"


def test_a_closed_account_still_owes() -> None:
    BillingAccount.objects.filter(account_no="AC000000026").update(status="closed")
    owes("AC000000026", "1.00")

    assert ask("CC000000018", "AC000000018").in_arrears is True


def test_debts_in_two_currencies_are_not_added() -> None:
    owes("AC000000018", "10.00", "USD")
    owes("AC000000026", "2.50", "CNY")

    assert ask("CC000000018", "AC000000018") == ArrearsAnswer(
        in_arrears=True, amount="2.50", currency="CNY"
    )


def test_it_is_one_query() -> None:
    with Statements() as statements:
        ask("CC000000018", "AC000000018")

    assert len(statements.sent) == 1

"""Several people move one account's money at one instant; each outcome is one of an order."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from billing.models import BankFile, Payment
from billing.payments import refund, reverse_payment, settle_bills
from billing.payments.bank_files import load_bank_file, post_bank_files
from billing.payments.callbacks import sign
from billing.payments.refunding import BalanceShort
from billing.payments.reversing import NotReversible, RestSpent
from billing.payments.taking import ReferenceTaken
from core.errors import DomainError
from tests.integration.billing.payments.world import (
    AT,
    SYSTEM,
    account,
    balance,
    bill,
    book,
    clerk,
    money,
    open_amounts,
    pay,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"], transaction=True)


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Do all of these at one instant; return what each returned or refused."""
    gate = Barrier(len(deeds))

    def do(deed: Callable[[], Any]) -> Any:
        gate.wait(20)
        try:
            return deed()
        except DomainError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_two_payments_pay_a_bill_once() -> None:
    wang = account()
    owed = bill(wang, {"voice": "30", "data": "12"})
    at_once(*(lambda: pay(wang, "40") for _ in range(4)))
    assert (open_amounts(owed), balance(wang)) == ([money(0)], 160 - 42)
    assert wrong() == []


def test_one_payment_told_eight_times_at_once_is_taken_once() -> None:
    wang = account()
    found = at_once(*(lambda: pay(wang, "40", source="bank", reference="S1") for _ in range(8)))
    assert len({one.pk for one in found}) == 1
    assert balance(wang) == 40


def test_one_reference_told_for_two_accounts_at_once_is_one_payment() -> None:
    wang, li = account("AC000000018"), account("AC000000026")
    found = at_once(
        lambda: pay(wang, "40", source="bank", reference="S1"),
        lambda: pay(li, "40", source="bank", reference="S1"),
    )
    assert sum(isinstance(one, ReferenceTaken) for one in found) == 1
    assert balance(wang) + balance(li) == 40
    assert wrong() == []


def test_callbacks_that_come_at_one_instant_are_one_payment(settings: Any) -> None:
    """Eight tell of one payment, four of them of another amount: one of the two is taken."""
    settings.PAYMENT_CALLBACK_SECRETS = {"alipay": "shared"}
    wang = account()
    owed = bill(wang, {"voice": "30"})

    paid_at = datetime.now(UTC).isoformat(timespec="seconds")

    def tell(amount: str) -> tuple[int, bytes]:
        told = {"reference": "T1", "accountNo": wang.account_no, "amount": amount,
                "currency": "CNY", "paidAt": paid_at}  # fmt: skip
        body, stamp = json.dumps(told).encode(), str(int(time.time()))
        signed = {"x-timestamp": stamp, "x-signature": sign("shared", stamp, body)}
        answer = Client().post(
            "/billing/callbacks/alipay/",
            data=body, content_type="application/json", headers=signed,
        )  # fmt: skip
        return answer.status_code, answer.content

    found = at_once(*(lambda one=one: tell(one) for one in ["40", "50"] * 4))
    taken = {content for status, content in found if status == 200}
    assert sorted(status for status, _ in found) == [200] * 4 + [409] * 4
    assert len(taken) == 1
    assert Payment.objects.count() == 1
    assert open_amounts(owed) == [0]
    assert balance(wang) in (10, 20)
    assert wrong() == []


def test_a_payment_is_reversed_once_however_many_try() -> None:
    wang = account()
    owed = bill(wang, {"voice": "30"})
    taken = pay(wang, "40")

    def undo() -> Any:
        return reverse_payment(payment_no=taken.payment_no, reason="误收", actor=clerk(), at=AT)

    found = at_once(undo, undo, undo)

    assert sum(isinstance(one, NotReversible) for one in found) == 2
    assert (open_amounts(owed), balance(wang)) == ([money(30)], 0)
    assert wrong() == []


@pytest.mark.parametrize("round_", range(4))
def test_a_reversal_beside_a_refund_a_payment_and_a_settlement(round_: int) -> None:
    wang = account()
    taken = pay(wang, "40")
    owed = bill(wang, {"voice": "30"})

    found = at_once(
        lambda: reverse_payment(
            payment_no=taken.payment_no, reason="误收", actor=clerk(), at=AT
        ),
        lambda: refund(
            account_no=wang.account_no, amount="10", method="cash", reason="退", reference="r",
            actor=clerk("8002"), at=AT,
        ),
        lambda: settle_bills(accounts=[wang.pk], actor=SYSTEM, at=AT),
        lambda: pay(wang, "7", actor=clerk("8003")),
    )  # fmt: skip

    allowed = (RestSpent, BalanceShort)
    assert not [
        one for one in found if isinstance(one, DomainError) and not isinstance(one, allowed)
    ]
    assert wrong() == []
    settle_bills(accounts=[wang.pk], actor=SYSTEM, at=AT)
    assert open_amounts(owed)[0] == 0 or balance(wang) == 0
    assert wrong() == []


def test_settlements_of_many_accounts_beside_payments_lock_nobody_out() -> None:
    owners = [account(f"AC0000{number:05d}") for number in range(8)]
    bills = [bill(one, {"voice": "30"}) for one in owners]
    for one in owners:
        book(one, "cash", "10")
    everybody = [one.pk for one in owners]

    at_once(
        lambda: settle_bills(accounts=everybody, actor=SYSTEM, at=AT),
        lambda: settle_bills(accounts=everybody[::-1], actor=SYSTEM, at=AT),
        lambda: [pay(one, "15", actor=clerk("8002")) for one in owners],
        lambda: [pay(one, "5", actor=clerk("8003")) for one in reversed(owners)],
    )

    assert set(open_amounts(*bills)) == {money(0)}
    assert {balance(one) for one in owners} == {money(0)}
    assert wrong() == []


def test_a_bank_s_file_handed_in_twice_at_once_is_one_file() -> None:
    wang = account()
    content = b"H,ICBC,CNY\nD,S1,AC000000018,20,20261119\nT,1,20\n"

    found = at_once(
        *(
            lambda n=n: load_bank_file(name="icbc.csv", content=content, actor=clerk(n), at=AT)
            for n in ("8001", "8002", "8003")
        )
    )

    assert len({one.pk for one in found}) == 1
    while post_bank_files(actor=clerk(), at=AT):
        pass
    assert (BankFile.objects.count(), balance(wang)) == (1, 20)

"""Vouchers are used once; payment services sign what they tell, and may tell it again."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from billing.models import Payment, Voucher
from billing.payments import reverse_payment
from billing.payments.callbacks import sign
from billing.payments.vouchers import (
    LotInvalid,
    VoucherInvalid,
    issue_vouchers,
    use_voucher,
    void_vouchers,
)
from tests.integration.billing.payments.world import (
    AT,
    account,
    balance,
    bill,
    clerk,
    open_amounts,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
YEAR = AT + timedelta(days=365)


def test_a_voucher_pays_once() -> None:
    wang, li = account("AC000000018"), account("AC000000026")
    owed = bill(wang, {"voice": "30"})
    (serial, secret), (_, other) = issue_vouchers(
        count=2, amount="50", expires_at=YEAR, actor=clerk(), at=AT
    )

    paid = use_voucher(
        account_no=wang.account_no, secret=f"{secret[:9]} {secret[9:]}", actor=clerk(), at=AT
    )
    again = use_voucher(account_no=wang.account_no, secret=secret, actor=clerk(), at=AT)

    assert again.pk == paid.pk
    assert (open_amounts(owed), balance(wang)) == ([0], 20)
    with pytest.raises(VoucherInvalid):
        use_voucher(account_no=li.account_no, secret=secret, actor=clerk(), at=AT)
    with pytest.raises(VoucherInvalid):
        use_voucher(account_no=li.account_no, secret=other, actor=clerk(), at=YEAR)
    with pytest.raises(VoucherInvalid):
        use_voucher(account_no=li.account_no, secret="1" * 18, actor=clerk(), at=AT)
    assert (balance(li), Voucher.objects.get(serial=serial).state) == (0, "used")
    assert wrong() == []


def test_a_voucher_whose_payment_is_undone_can_be_used_again() -> None:
    wang, li = account("AC000000018"), account("AC000000026")
    ((serial, secret),) = issue_vouchers(
        count=1, amount="50", expires_at=YEAR, actor=clerk(), at=AT
    )
    about: dict[str, Any] = {"secret": secret, "actor": clerk(), "at": AT}
    for owner, reference in ((li, serial), (li, f"{serial}/2"), (wang, f"{serial}/3")):
        paid = use_voucher(account_no=owner.account_no, **about)
        assert (paid.reference, balance(owner)) == (reference, 50)
        if owner is li:
            reverse_payment(payment_no=paid.payment_no, reason="充错", actor=clerk(), at=AT)
            assert balance(li) == 0

    with pytest.raises(VoucherInvalid):
        use_voucher(account_no=li.account_no, **about)
    assert (balance(wang), balance(li), Payment.objects.count()) == (50, 0, 3)
    assert wrong() == []


def test_a_voucher_of_a_void_lot_pays_no_more_also_once_its_payment_is_undone() -> None:
    wang = account("AC000000018")
    (_, secret), (serial, _) = issue_vouchers(
        count=2, amount="50", expires_at=YEAR, actor=clerk(), at=AT
    )
    about: dict[str, Any] = {"account_no": wang.account_no, "actor": clerk(), "at": AT}
    paid = use_voucher(secret=secret, **about)
    void_vouchers(lot=serial[:12], reason="文件丢失", actor=clerk(), at=AT)
    reverse_payment(payment_no=paid.payment_no, reason="盗用", actor=clerk(), at=AT)

    with pytest.raises(VoucherInvalid):
        use_voucher(secret=secret, **about)
    assert balance(wang) == 0


def test_no_secret_is_kept() -> None:
    ((_, secret),) = issue_vouchers(count=1, amount="50", expires_at=YEAR, actor=clerk(), at=AT)
    held = Voucher.objects.values().get()
    assert secret not in json.dumps(held, default=str)
    with pytest.raises(LotInvalid):
        issue_vouchers(count=0, amount="50", expires_at=YEAR, actor=clerk(), at=AT)


SECRET = "shared with the payment service"


@pytest.fixture(autouse=True)
def _shared(settings: Any) -> None:
    settings.PAYMENT_CALLBACK_SECRETS = {"alipay": SECRET}


def tell(
    content: Any, *, secret: str = SECRET, age: int = 0, source: str = "alipay"
) -> HttpResponse:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    stamp = str(int(time.time()) - age)
    return Client(enforce_csrf_checks=True).post(
        f"/billing/callbacks/{source}/",
        data=body,
        content_type="application/json",
        headers={"x-timestamp": stamp, "x-signature": sign(secret, stamp, body)},
    )  # type: ignore[return-value]


def told(**other: Any) -> dict[str, Any]:
    values = {
        "reference": "T2026112000001",
        "accountNo": "AC000000018",
        "amount": "12.50",
        "currency": "CNY",
        "paidAt": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return values | other


def test_a_payment_told_twice_is_taken_once() -> None:
    wang = account("AC000000018")
    first, again = tell(told()), tell(told())
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert balance(wang) == Payment.objects.get().amount
    assert tell(told(amount="13")).status_code == 409
    assert wrong() == []


def test_a_refusal_is_told_in_the_service_s_language() -> None:
    body, stamp = json.dumps(told()).encode(), str(int(time.time()))
    for language, words in (("en", "There is no account"), ("zh-CN,en;q=0.5", "没有账户")):
        answer = Client().post(
            "/billing/callbacks/alipay/",
            data=body,
            content_type="application/json",
            headers={
                "x-timestamp": stamp,
                "x-signature": sign(SECRET, stamp, body),
                "accept-language": language,
            },
        )
        assert answer.json()["message"] == f"{words} AC000000018"


@pytest.mark.parametrize(
    ("about", "content", "status"),
    [
        ({"secret": "another"}, told(), 401),
        ({"age": 400}, told(), 401),
        ({"age": -400}, told(), 401),
        ({"source": "nobody"}, told(), 404),
        ({}, b"", 400),
        ({}, b"[1]", 400),
        ({}, b"\xff{", 400),
        ({}, told(amount="NaN"), 400),
        ({}, told(amount="0.001"), 400),
        ({}, told(amount=12.5), 400),
        ({}, told(paidAt="2026-11-20T10:00:00"), 400),
        ({}, told(paidAt="0001-01-01T00:00:00+14:00"), 400),
        ({}, told(paidAt="9999-12-31T23:59:59-12:00"), 400),
        ({}, told(paidAt="2099-01-01T00:00:00Z"), 400),
        ({}, told(amount="1e999999"), 400),
        ({}, told(amount="99999999999999999999"), 400),
        ({}, told(reference="a\u0000b"), 400),
        ({}, told(accountNo="AC1"), 404),
        ({}, told(currency="USD"), 409),
        ({}, b" " * 70_000, 413),
    ],
)
def test_what_is_not_signed_or_not_a_payment_moves_nothing(
    about: dict[str, Any], content: Any, status: int
) -> None:
    account("AC000000018")
    answer = tell(content, **about)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    assert not Payment.objects.exists()


def test_without_a_signature_or_by_another_method_nothing_is_heard() -> None:
    client = Client()
    assert client.get("/billing/callbacks/alipay/").status_code == 405
    assert client.post("/billing/callbacks/alipay/").status_code == 401

"""TMF676: a channel takes payments and gives money back, as often as it must tell it."""

from __future__ import annotations

from typing import Any

import pytest

from billing.models import Payment
from tests.integration.api.conftest import Channel, NewChannel
from tests.integration.api.conftest import new_channel as new_channel
from tests.integration.billing.payments.world import (
    account,
    balance,
    bill,
    money,
    open_amounts,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["default", "boss"])
PAYMENT = "/tmf-api/paymentManagement/v4/payment"
REFUND = "/tmf-api/paymentManagement/v4/refund"


@pytest.fixture
def app(new_channel: NewChannel) -> Channel:
    return new_channel("payments.read", "payments.write", "refunds.write", client_id="app")


def body(amount: Any = 50, **other: Any) -> dict[str, Any]:
    values = {
        "account": {"id": "AC000000018"},
        "paymentMethod": {"@type": "DigitalWallet", "name": "钱包", "status": "captured"},
        "totalAmount": {"unit": "CNY", "value": amount},
        "correlatorId": "T-1",
        "authorizationCode": "A17",
    }
    return values | other


def test_a_payment_pays_bills_and_is_told_as_it_was_sent(app: Channel) -> None:
    wang = account("AC000000018")
    owed = bill(wang, {"voice": "30.50"})

    made = app.post(PAYMENT, body())
    again = app.post(PAYMENT, body(), status=200)

    assert again["id"] == made["id"]
    assert (open_amounts(owed), balance(wang)) == ([0], money("19.50"))
    seen = app.get(f"{PAYMENT}/{made['id']}")
    assert seen["status"] == "done"
    assert seen["totalAmount"] == {"unit": "CNY", "value": 50}
    assert seen["paymentMethod"] == body()["paymentMethod"]
    assert seen["authorizationCode"] == "A17"
    assert seen["account"]["id"] == "AC000000018"
    assert seen["paymentItem"] == []
    assert seen["paymentDate"].endswith("Z")
    assert [one["id"] for one in app.get(f"{PAYMENT}?account.id=AC000000018&status=done")] == [
        made["id"]
    ]
    assert app.get(f"{PAYMENT}?paymentMethod.@type=Cash") == []
    assert wrong() == []


def test_another_content_under_the_same_name_is_refused(app: Channel) -> None:
    account("AC000000018")
    app.post(PAYMENT, body())
    assert app.post(PAYMENT, body(51), status=409)["code"] == "paymentReferenceTaken"


@pytest.mark.parametrize(
    ("wrong_body", "status"),
    [
        (body(0), 400),
        (body(-1), 400),
        (body(1.005), 400),
        (body("much"), 400),
        (body(account={"id": "AC1"}), 400),
        (body(paymentMethod={"@type": "Shells"}), 400),
        (body(paymentMethod={"@type": "Voucher"}), 400),
        (body(paymentMethod={"@type": "Voucher", "code": "1"}), 409),
        (body(totalAmount={"unit": "USD", "value": 1}), 409),
        ({}, 400),
    ],
)
def test_what_is_no_payment_is_refused(app: Channel, wrong_body: Any, status: int) -> None:
    account("AC000000018")
    app.post(PAYMENT, wrong_body, status=status)
    assert not Payment.objects.exists()


def test_a_refund_gives_back_what_is_there(app: Channel) -> None:
    wang = account("AC000000018")
    paid = app.post(PAYMENT, body())
    asked = body(20, payment={"id": paid["id"]}, description="多缴", correlatorId="R-1")

    made = app.post(REFUND, asked)
    assert app.post(REFUND, asked, status=200)["id"] == made["id"]
    assert app.post(
        REFUND, asked | {"correlatorId": "R-2", "totalAmount": {"value": 31}}, status=409
    )
    app.post(REFUND, body(1, correlatorId="R-3"), status=400)  # without a reason

    assert balance(wang) == 30
    assert app.get(f"{REFUND}/{made['id']}")["payment"]["id"] == paid["id"]
    assert [one["id"] for one in app.get(PAYMENT)] == [paid["id"]]
    assert wrong() == []


def test_who_may_look_may_not_take(new_channel: NewChannel) -> None:
    account("AC000000018")
    reader = new_channel("payments.read")
    reader.post(PAYMENT, body(), status=403)
    reader.post(REFUND, body(description="x"), status=403)
    assert reader.get(PAYMENT) == []

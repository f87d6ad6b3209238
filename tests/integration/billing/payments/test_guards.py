"""What was told of money stays as it was told, whoever writes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from billing.models import Adjustment, BankLine, Payment, Voucher
from billing.payments import adjust_account, reverse_payment
from billing.payments.vouchers import issue_vouchers, use_voucher
from tests.integration.billing.payments.test_bank_files import file_of, load, post_all
from tests.integration.billing.payments.world import AT, account, clerk, pay

pytestmark = pytest.mark.django_db(databases=["boss"])


@pytest.fixture
def _money() -> None:
    """A payment that was reversed, a used voucher, an adjustment, a bank's line."""
    wang = account("AC000000018")
    taken = pay(wang, "50")
    reverse_payment(payment_no=taken.payment_no, reason="误收", actor=clerk(), at=AT)
    ((_, secret),) = issue_vouchers(
        count=1, amount="50", expires_at=AT + timedelta(days=1), actor=clerk(), at=AT
    )
    use_voucher(account_no=wang.account_no, secret=secret, actor=clerk(), at=AT)
    adjust_account(
        account_no=wang.account_no, amount="5", kind="goodwill", reason="补", reference="a",
        actor=clerk(), at=AT,
    )  # fmt: skip
    load(file_of("S1,AC000000018,20,20261119"))
    post_all()


@pytest.mark.usefixtures("_money")
@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Payment, {"amount": 7}),
        (Payment, {"reference": "another"}),
        (Payment, {"state": "done", "reversed_at": None}),
        (Adjustment, {"amount": 7}),
        (Adjustment, {"approved_by": "9001"}),
        (Voucher, {"amount": 7}),
        (Voucher, {"state": "issued"}),
        (BankLine, {"amount": 7}),
    ],
)
def test_what_was_told_does_not_change(model: Any, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic("boss"):
        model.objects.update(**change)


@pytest.mark.usefixtures("_money")
@pytest.mark.parametrize("model", [Payment, Adjustment, Voucher])
def test_nothing_told_is_deleted(model: Any) -> None:
    with pytest.raises(DatabaseError), transaction.atomic("boss"):
        model.objects.all()._raw_delete("boss")

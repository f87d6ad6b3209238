"""A contested bill presses nobody until it is settled, and the history of it stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auth_center.actors import Actor
from billing.models import Bill, BillingAccount, Dispute
from billing.payments import refresh_overdue, settle_bills
from billing.payments.disputing import (
    BillDisputed,
    BillNotDisputable,
    BillNotDisputed,
    close_dispute,
    dispute_bill,
)
from billing.payments.reasons import ReasonMissing
from billing.selectors.bills import NoSuchBill
from billing.states import BillState
from core.errors import PermissionDenied
from tests.integration.billing.payments.world import (
    AT,
    account,
    balance,
    bill,
    book,
    clerk,
    money,
    open_amounts,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
LATER = AT + timedelta(days=3)


def overdue(of: BillingAccount) -> int:
    return int(BillingAccount.objects.get(pk=of.pk).overdue_amount)


def test_a_contested_bill_is_no_arrears_and_is_left_alone_until_it_is_settled() -> None:
    of = account()
    one = bill(of, {"recurring": "59"}, due_on=date(2026, 11, 1))
    refresh_overdue([of.pk], at=AT)
    assert overdue(of) == 59

    dispute_bill(bill_no=one.bill_no, reason="没有用过", actor=clerk(), at=AT)
    assert overdue(of) == 0
    assert Bill.objects.get(pk=one.pk).disputed_at == AT
    book(of, "cash", "20")
    settle_bills(accounts=[of.pk], actor=clerk(), at=AT)
    assert (open_amounts(one), balance(of)) == ([59], 20)

    closed = close_dispute(
        bill_no=one.bill_no, upheld=False, outcome="话单属实", actor=clerk(), at=LATER
    )
    assert (closed.state, closed.outcome, closed.closed_at) == ("rejected", "话单属实", LATER)
    assert Bill.objects.get(pk=one.pk).disputed_at is None
    assert (open_amounts(one), balance(of), overdue(of)) == ([39], 0, 39)
    assert wrong() == []


def test_told_twice_it_is_one_dispute_and_another_reason_is_refused() -> None:
    one = bill(account(), {"recurring": "59"})
    first = dispute_bill(bill_no=one.bill_no, reason="没有用过", actor=clerk(), at=AT)
    again = dispute_bill(bill_no=one.bill_no, reason=" 没有用过 ", actor=clerk(), at=LATER)
    assert (again.pk, again.opened_at) == (first.pk, AT)
    with pytest.raises(BillDisputed):
        dispute_bill(bill_no=one.bill_no, reason="别的", actor=clerk(), at=LATER)
    close_dispute(bill_no=one.bill_no, upheld=True, outcome="已调账", actor=clerk(), at=LATER)
    with pytest.raises(BillNotDisputed):
        close_dispute(bill_no=one.bill_no, upheld=True, outcome="已调账", actor=clerk(), at=LATER)
    dispute_bill(bill_no=one.bill_no, reason="别的", actor=clerk(), at=LATER)
    assert list(Dispute.objects.order_by("pk").values_list("state", "reason")) == [
        ("upheld", "没有用过"), ("open", "别的"),
    ]  # fmt: skip


def test_what_is_refused_leaves_no_trace() -> None:
    one, old = bill(account(), {"recurring": "59"}), bill(account("AC000000026"), {"sms": "1"})
    Bill.objects.filter(pk=old.pk).update(state=BillState.SUPERSEDED, open_amount=0)
    nobody = Actor(kind="operator", number="9", channel="counter", grants=frozenset())
    for number, reason, actor, refusal in (
        (one.bill_no, " ", clerk(), ReasonMissing),
        (old.bill_no, "x", clerk(), BillNotDisputable),
        ("BB000000000", "x", clerk(), NoSuchBill),
        (one.bill_no, "x", nobody, PermissionDenied),
    ):
        with pytest.raises(refusal):
            dispute_bill(bill_no=number, reason=reason, actor=actor, at=AT)
    assert not Dispute.objects.exists()
    assert Bill.objects.filter(disputed_at=None).count() == 2
    assert money(59) == one.open_amount

"""Reversals, refunds and adjustments: what goes back, and what can no longer go back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auth_center.permissions import LimitExceeded
from billing.ledger.chart import Ledger
from billing.models import Adjustment, BalanceBook, Bill, BillingAccount, JournalEntry, Payment
from billing.payments import (
    adjust_account,
    refresh_overdue,
    refund,
    release_bills,
    reverse_adjustment,
    reverse_payment,
    settle_bills,
)
from billing.payments.adjusting import AdjustmentInvalid, AdjustmentTaken, BillNotOpen
from billing.payments.reasons import ReasonMissing
from billing.payments.refunding import BalanceShort, NotOfThisAccount
from billing.payments.reversing import NotReversible, RestSpent, Reversal, preview_reversal
from billing.payments.taking import MethodUnknown
from tests.integration.billing.payments.world import (
    AT,
    SYSTEM,
    account,
    balance,
    bill,
    book,
    clerk,
    ledger,
    money,
    open_amounts,
    pay,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
LATER = AT + timedelta(hours=1)


def undo(payment: Payment, **other: Any) -> Reversal:
    values: dict[str, Any] = {"reason": "收错账户", "actor": clerk(), "at": LATER}
    return reverse_payment(payment_no=payment.payment_no, **(values | other))


def test_a_reversal_opens_the_bills_again_and_takes_the_rest_back() -> None:
    wang = account()
    older = bill(wang, {"voice": "20"}, due_on=date(2026, 11, 10))
    taken = pay(wang, "50")
    assert (open_amounts(older), balance(wang)) == ([money(0)], 30)

    undo(taken)

    taken.refresh_from_db()
    wang.refresh_from_db()
    assert (taken.state, taken.reversed_by, taken.reason) == ("reversed", "8001", "收错账户")
    assert (open_amounts(older), balance(wang)) == ([money(20)], 0)
    assert (wang.overdue_amount, ledger(Ledger.TILL)) == (20, 0)
    posted = JournalEntry.objects.get(kind="payment_reversed")
    assert JournalEntry.objects.get(pk=posted.reverses_id).source_no == taken.payment_no
    assert wrong() == []


def test_what_the_rest_has_paid_since_is_open_again_the_newest_first() -> None:
    wang = account()
    taken = pay(wang, "50")
    first = bill(wang, {"voice": "20"}, months_ago=2)
    settle_bills(accounts=[wang.pk], actor=SYSTEM, at=AT)
    second = bill(wang, {"voice": "25"}, months_ago=1)
    settle_bills(accounts=[wang.pk], actor=SYSTEM, at=AT)
    pay(wang, "30")
    assert (open_amounts(first, second), balance(wang)) == ([money(0), money(0)], 35)

    seen = preview_reversal(payment_no=taken.payment_no, actor=clerk())
    undo(taken)

    assert [one.bill_id for one in seen.undone] == [second.pk]
    # 35 + 25 − 50 = 10 are left, and pay what is open again
    assert (open_amounts(first, second), balance(wang)) == ([money(0), money(15)], 0)
    assert wrong() == []


def test_a_rest_that_was_given_back_is_gone_and_nothing_moves() -> None:
    wang = account()
    owed = bill(wang, {"voice": "20"})
    taken = pay(wang, "50")
    refund(
        account_no=wang.account_no, amount="25", method="cash", reason="销户", reference="r1",
        actor=clerk(), at=AT,
    )  # fmt: skip

    with pytest.raises(RestSpent) as refusal:
        undo(taken)

    assert "25" in refusal.value.en
    assert (open_amounts(owed), balance(wang)) == ([money(0)], 5)
    assert Payment.objects.get(pk=taken.pk).state == "done"
    assert wrong() == []


def test_what_a_reservation_holds_is_not_taken_back() -> None:
    wang = account()
    taken = pay(wang, "50")
    BalanceBook.objects.update(reserved=10)
    with pytest.raises(RestSpent):
        undo(taken)
    assert balance(wang) == 50


def test_a_payment_is_reversed_once_with_a_reason_and_within_the_limit() -> None:
    wang = account()
    taken = pay(wang, "50")
    careful = clerk("8002", {"billing.reverse_payment": "20"})

    with pytest.raises(ReasonMissing):
        undo(taken, reason="  ")
    with pytest.raises(LimitExceeded):
        undo(taken, actor=careful)
    undo(taken, actor=careful, approved_by="9001")
    with pytest.raises(NotReversible):
        undo(taken)
    assert (balance(wang), ledger(Ledger.TILL)) == (0, 0)
    assert wrong() == []


def test_a_refund_comes_out_of_the_cash_balance_only() -> None:
    wang = account()
    taken = pay(wang, "50")
    book(wang, "gift", "100")

    def give(amount: str, **other: Any) -> Payment:
        values: dict[str, Any] = {
            "method": "transfer",
            "reason": "多缴",
            "reference": f"r{amount}",
            "actor": clerk(),
            "at": LATER,
        }
        return refund(account_no=wang.account_no, amount=amount, **(values | other))

    with pytest.raises(BalanceShort):
        give("50.01")
    with pytest.raises(MethodUnknown):
        give("5", method="voucher")
    back = give("20", refund_of=taken.payment_no)
    assert give("20", refund_of=taken.payment_no).pk == back.pk
    with pytest.raises(NotOfThisAccount):
        give("30.5", refund_of=taken.payment_no)
    with pytest.raises(NotReversible):
        undo(back)

    assert (balance(wang), balance(wang, "gift")) == (30, 100)
    assert (ledger(Ledger.BANK), ledger(Ledger.TILL)) == (-20, 50)
    assert wrong() == []


def adjust(of: BillingAccount, amount: str, **other: Any) -> Adjustment:
    values: dict[str, Any] = {
        "kind": "goodwill",
        "reason": "网络故障补偿",
        "reference": f"a{amount}",
        "actor": clerk(),
        "at": AT,
    }
    return adjust_account(account_no=of.account_no, amount=amount, **(values | other))


def test_an_adjustment_lowers_a_bill_and_its_undoing_opens_it_again() -> None:
    wang = account()
    owed = bill(wang, {"voice": "30"})

    made = adjust(wang, "12", bill_no=owed.bill_no)
    assert (open_amounts(owed), ledger(Ledger.GOODWILL)) == ([money(18)], 12)
    with pytest.raises(BillNotOpen):
        adjust(wang, "18.01", bill_no=owed.bill_no)
    pay(wang, "18")
    reverse_adjustment(adjustment_no=made.adjustment_no, reason="误补", actor=clerk(), at=LATER)

    assert (open_amounts(owed), ledger(Ledger.GOODWILL)) == ([money(12)], 0)
    assert wrong() == []


def test_what_is_taken_off_a_child_s_bill_its_parent_owes_no_more() -> None:
    parent, child = account("AC000000018"), account("AC000000026")
    late = date(2026, 11, 1)
    whole = bill(parent, {}, due_on=late)
    owed = bill(child, {"voice": "30"}, due_on=late, consolidated_into_id=whole.pk)
    refresh_overdue([parent.pk, child.pk], at=AT)

    made = adjust(child, "12", bill_no=owed.bill_no)
    parent.refresh_from_db()
    assert parent.overdue_amount == 18
    reverse_adjustment(adjustment_no=made.adjustment_no, reason="误补", actor=clerk(), at=LATER)
    parent.refresh_from_db()
    assert (parent.overdue_amount, open_amounts(owed)) == (30, [money(30)])


def test_a_bad_debt_is_a_bill_s_and_no_goodwill() -> None:
    wang = account()
    owed = bill(wang, {"voice": "30"})
    with pytest.raises(AdjustmentInvalid):
        adjust(wang, "30", kind="write_off")
    adjust(wang, "30", kind="write_off", bill_no=owed.bill_no)
    assert (open_amounts(owed), ledger(Ledger.BAD_DEBT)) == ([money(0)], 30)
    assert wrong() == []


def test_an_adjustment_of_the_balance_gives_or_takes_what_is_there() -> None:
    wang = account()
    adjust(wang, "10")
    taken = adjust(wang, "-4", kind="correction")
    with pytest.raises(BalanceShort):
        adjust(wang, "-6.01")
    assert balance(wang) == 6
    reverse_adjustment(adjustment_no=taken.adjustment_no, reason="误扣", actor=clerk(), at=LATER)
    assert balance(wang) == 10
    assert wrong() == []


def test_an_adjustment_told_twice_acts_once() -> None:
    wang = account()
    first = adjust(wang, "10", reference="x")
    assert adjust(wang, "10", reference="x").pk == first.pk
    with pytest.raises(AdjustmentTaken):
        adjust(wang, "11", reference="x")
    with pytest.raises(LimitExceeded):
        adjust(wang, "100", actor=clerk("8002", {"billing.adjust": "50"}))
    assert balance(wang) == 10


def test_what_paid_a_superseded_bill_goes_back_to_where_it_came_from() -> None:
    wang = account()
    gift = book(wang, "gift", "5", priority=10)
    owed = bill(wang, {"voice": "30"})
    settle_bills(accounts=[wang.pk], actor=SYSTEM, at=AT)
    adjust(wang, "3", bill_no=owed.bill_no)
    taken = pay(wang, "30")
    assert (open_amounts(owed), balance(wang)) == ([money(0)], 8)

    given = release_bills(bills=[owed.pk], actor=SYSTEM, at=LATER, reason="重出")

    assert given == {owed.pk: 30}
    assert (open_amounts(owed), balance(wang), balance(wang, "gift")) == ([money(30)], 30, 5)
    assert gift.pk
    assert (ledger(Ledger.GOODWILL), ledger(Ledger.PROMOTION)) == (0, 5)
    assert wrong() == []
    undo(taken)
    assert (balance(wang), Bill.objects.get().open_amount) == (0, 30)
    assert wrong() == []

"""Whatever is done with an account's money in whatever order, every sum agrees afterwards."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from billing.models import Adjustment, Allocation, BalanceBook, Bill, JournalEntry, Payment
from billing.payments import (
    adjust_account,
    refund,
    release_bills,
    reverse_adjustment,
    reverse_payment,
    settle_bills,
)
from core.errors import DomainError
from tests.integration.billing.payments.world import (
    AT,
    SYSTEM,
    account,
    balance,
    bill,
    book,
    clerk,
    pay,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
UNDONE = "write_off_undone"  # a bill is superseded once
AMOUNTS = st.decimals("0.01", "60", places=2)


class Money(RuleBasedStateMachine):
    """One account: bills, payments, gifts, and everything that puts them right."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.frame = transaction.atomic(using="boss")
        self.frame.__enter__()

    def teardown(self) -> None:
        """Leave nothing for the next one."""
        transaction.set_rollback(True, using="boss")
        self.frame.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.account = account()

    def _next(self) -> str:
        self.count += 1
        return f"n{self.count}"

    def _may(self, deed: Any, **values: Any) -> None:
        """Do it, or be refused: then nothing has moved."""
        before = _standing()
        try:
            deed(actor=clerk(), at=AT, **values)
        except DomainError:
            assert _standing() == before

    @rule(voice=AMOUNTS, data=AMOUNTS, days=st.integers(0, 60))
    def is_billed(self, voice: Decimal, data: Decimal, days: int) -> None:
        if Bill.objects.count() < 6:
            due = date(2026, 11, 1) + timedelta(days=days)
            charges = {"voice": str(voice), "recurring": str(data)}
            bill(self.account, charges, months_ago=Bill.objects.count(), due_on=due)

    @rule(amount=AMOUNTS)
    def pays(self, amount: Decimal) -> None:
        pay(self.account, str(amount))

    @rule(amount=AMOUNTS)
    def is_given_a_gift(self, amount: Decimal) -> None:
        book(self.account, "gift", str(amount), charge_groups=["voice"])

    @rule()
    def is_settled(self) -> None:
        settle_bills(accounts=[self.account.pk], actor=SYSTEM, at=AT)

    @rule(which=st.integers(0, 5))
    def is_paid_back(self, which: int) -> None:
        payments = Payment.objects.order_by("pk")[which : which + 1]
        for one in payments:
            self._may(reverse_payment, payment_no=one.payment_no, reason="误收")

    @rule(amount=AMOUNTS)
    def takes_a_refund(self, amount: Decimal) -> None:
        self._may(
            refund, account_no=self.account.account_no, amount=amount, method="cash",
            reason="退", reference=self._next(),
        )  # fmt: skip

    @rule(amount=AMOUNTS, which=st.integers(0, 5), take=st.booleans())
    def is_adjusted(self, amount: Decimal, which: int, take: bool) -> None:
        bills = list(Bill.objects.order_by("pk"))
        on = bills[which].bill_no if which < len(bills) else ""
        self._may(
            adjust_account, account_no=self.account.account_no, kind="goodwill", bill_no=on,
            amount=-amount if take else amount, reason="调", reference=self._next(),
        )  # fmt: skip

    @rule(which=st.integers(0, 3))
    def loses_an_adjustment(self, which: int) -> None:
        for one in Adjustment.objects.order_by("pk")[which : which + 1]:
            self._may(reverse_adjustment, adjustment_no=one.adjustment_no, reason="误")

    @rule(which=st.integers(0, 5))
    def gets_back_what_paid_a_bill(self, which: int) -> None:
        for one in Bill.objects.order_by("pk")[which : which + 1]:
            released = JournalEntry.objects.filter(source_no=one.bill_no, kind=UNDONE)
            if not released.exists():
                release_bills(bills=[one.pk], actor=SYSTEM, at=AT, reason="重出")

    @invariant()
    def everything_agrees(self) -> None:
        assert wrong() == []
        assert all(one.open_amount >= 0 for one in Bill.objects.all())
        if hasattr(self, "account"):
            assert balance(self.account) >= 0


def _standing() -> Any:
    return (
        sorted(Bill.objects.values_list("pk", "open_amount")),
        sorted(BalanceBook.objects.values_list("pk", "amount")),
        Payment.objects.count(),
        Allocation.objects.count(),
    )


def test_whatever_is_done_every_sum_agrees() -> None:
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=25,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""A month is closed when it is over, proven and done with; then it takes nothing more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from auth_center.models import AuditEntry
from billing.cycles import cycle_at
from billing.ledger.closing import (
    EarlierPeriodOpen,
    NotProven,
    PeriodIsClosed,
    PeriodNotOver,
    PeriodUnknown,
    WorkUnfinished,
    close_period,
)
from billing.ledger.periods import PeriodClosed
from billing.ledger.proving import keep_proof, prove
from billing.models import AccountingPeriod, BankFile, BillRun, LedgerProof, PeriodTotal
from core.errors import PermissionDenied
from tests.integration.billing.ledger.world import ended, everything
from tests.integration.billing.payments.world import AT, SYSTEM, account, bill, clerk, pay

LATER = AT + timedelta(days=12)  # in December

pytestmark = pytest.mark.django_db(databases=["boss"])


def close(code: str = "2026-11", at=LATER, actor=SYSTEM) -> AccountingPeriod:
    return close_period(code=code, actor=actor, at=at)


def proven(at=LATER) -> None:
    assert keep_proof(at).wrong == []


def test_a_closed_period_keeps_what_each_ledger_account_moved() -> None:
    everything()
    ended()
    proven()
    period = close()
    assert (period.state, period.closed_at, period.closed_by) == ("closed", LATER, "billing")
    totals = PeriodTotal.objects.filter(period=period)
    assert sum(one.debits for one in totals) == sum(one.credits for one in totals) > 0
    assert AuditEntry.objects.using("boss").filter(subject="period:2026-11").count() == 1
    found = prove(LATER)
    assert found.wrong == []
    assert found.checked["periods"] == totals.count() + 1


def test_nothing_is_paid_into_it_any_more() -> None:
    of = account()
    bill(of, {"rental": "30.00"})
    proven()
    close()
    with pytest.raises(PeriodClosed, match="2026-11"):
        pay(of, "10.00")
    pay(of, "10.00", at=LATER)
    assert AccountingPeriod.objects.get(code="2026-12").state == "open"


def test_a_month_that_goes_on_stays_open() -> None:
    bill(account(), {"rental": "30.00"})
    keep_proof(AT)
    with pytest.raises(PeriodNotOver):
        close(at=AT + timedelta(days=1))
    with pytest.raises(PeriodUnknown):
        close("2026-10")
    assert not PeriodTotal.objects.exists()


def test_periods_are_closed_one_after_the_other_and_once() -> None:
    of = account()
    bill(of, {"rental": "30.00"}, at=AT - timedelta(days=31))
    bill(of, {"rental": "30.00"}, months_ago=3)
    proven()
    with pytest.raises(EarlierPeriodOpen, match="2026-10"):
        close()
    close("2026-10")
    close()
    with pytest.raises(PeriodIsClosed):
        close()


def test_a_bill_run_or_a_banks_file_on_its_way_keeps_it_open() -> None:
    bill(account(), {"rental": "30.00"})
    run = BillRun.objects.create(
        run_no="RB00000001", kind="rebill", cycle=cycle_at(1, AT), state="running",
        bill_at=AT, started_at=AT,
    )  # fmt: skip
    file = BankFile.objects.create(
        name="icbc.csv", digest="d", bank="icbc", state="posting", received_at=AT
    )
    proven()
    with pytest.raises(WorkUnfinished, match=r"RB00000001, icbc\.csv"):
        close()
    run.state, file.state = "cancelled", "done"
    run.save()
    file.save()
    close()


def test_it_is_proven_first_and_nothing_may_be_wrong() -> None:
    bill(account(), {"rental": "30.00"})
    with pytest.raises(NotProven):
        close()
    keep_proof(AT)
    with pytest.raises(NotProven):  # that was before its end
        close()
    proven()
    LedgerProof.objects.create(
        began_at=LATER, ended_at=LATER, checked={}, wrong=[{"proof": "books"}], wrong_count=1
    )
    with pytest.raises(NotProven):
        close()


def test_only_who_may_closes() -> None:
    bill(account(), {"rental": "30.00"})
    proven()
    nobody = type(SYSTEM)(kind="operator", number="8009", grants=frozenset())
    with pytest.raises(PermissionDenied):
        close(actor=nobody)
    assert clerk().may("billing.close_period")
    assert AccountingPeriod.objects.get().state == "open"

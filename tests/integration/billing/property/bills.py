"""Deeds of bills: trials, runs of every cycle that is over, bills made again, books closed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from billing.bill_run.rebilling import rebill
from billing.bill_run.running import cancel_trial, resume_run, start_run, stop_run
from billing.bill_run.working import work_run
from billing.calendar import Month, month_of, months_from
from billing.cycles import cycle_of
from billing.ledger.closing import close_period
from billing.ledger.proving import keep_proof
from billing.models import AccountingPeriod, Bill, BillRun, Posting, WorkPartition
from billing.payments import settle_bills
from billing.states import BillState, CycleState, PartitionState, PeriodState, RunKind
from tests.integration.billing.payments.world import SYSTEM
from tests.integration.billing.property.history import History, die
from tests.integration.billing.property.place import BEGINS, DAYS
from tests.integration.billing.property.usage import rate

SOME = 0.02  # seconds: a worker does a part or two and goes


def trial_is_run(history: History, *, day: int, kept: bool) -> None:
    """Let a trial make bills of the present cycle; nobody owes them, and nothing is posted."""
    before = _postings()
    month = month_of(day, history.now)
    run = start_run(
        kind=RunKind.TRIAL, billing_day=day, starts_on=month.starts_on, actor=history.clerk,
        at=history.now, partition_size=history.how.accounts,
    )  # fmt: skip
    _work(history, run)
    if not kept:
        history.call(cancel_trial, run_no=run.run_no)
    assert _postings() == before


def cycles_are_billed(history: History) -> None:
    """Let every cycle that is over be billed; where none is, the next one ends first."""
    due = _due(history)
    if not due:
        ends = min(month_of(day, history.now).ends_at for day in set(DAYS.values()))
        minutes = (ends - history.now) // timedelta(minutes=1) + 180
        history.pass_time(minutes)
        due = _due(history)
    for day, month in due:
        rate(history)
        run = start_run(
            kind=RunKind.FINAL, billing_day=day, starts_on=month.starts_on, actor=history.clerk,
            at=history.now, partition_size=history.how.accounts,
        )  # fmt: skip
        _work(history, run)


def bill_is_made_again(history: History, *, which: int) -> None:
    """Let a bill be superseded by one made from what is held now."""
    issued = Bill.objects.filter(state=BillState.ISSUED)
    ordered = issued.order_by("cycle__ends_at", "account__account_no")
    for one in ordered[which : which + 1]:
        history.call(rebill, bill_no=one.bill_no, reason="重出")


def balances_pay(history: History) -> None:
    """Let balances pay what is open."""
    accounts = [one.pk for one in history.place.accounts.values()]
    history.call(settle_bills, actor=SYSTEM, accounts=accounts)


def books_are_closed(history: History) -> None:
    """Let the earliest accounting period be closed, if it is over and proven."""
    keep_proof(history.now)
    period = AccountingPeriod.objects.filter(state=PeriodState.OPEN).order_by("starts_at").first()
    if period is not None:
        history.call(close_period, code=period.code)


def _due(history: History) -> list[tuple[int, Month]]:
    found: list[tuple[int, Month]] = []
    for day in sorted(set(DAYS.values())):
        for month in months_from(day, BEGINS):
            if month.ends_at > history.now:
                break
            if cycle_of(day, month).state != CycleState.BILLED:
                found.append((day, month))
    return sorted(found, key=lambda one: one[1].ends_at)


def _work(history: History, run: BillRun) -> None:
    """Let workers do a run; they die, and are stopped, where the history says so."""
    work = partial(work_run, run.pk, clock=lambda: history.now)
    if history.how.killed:
        parts = WorkPartition.objects.filter(of_id=run.pk, work="bill_run")
        while parts.filter(state=PartitionState.WAITING).count() > 1:
            die(work)
            work(seconds=SOME)
            stop_run(run_no=run.run_no, actor=history.clerk, at=history.now)
            resume_run(run_no=run.run_no, actor=history.clerk, at=history.now)
        die(work)
    work()
    run.refresh_from_db()
    assert run.state == "done", (run.state, run.cause_en)


def _postings() -> int:
    return Posting.objects.count()

"""Bill runs as people handle them: start, stop, resume, throw a trial away."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.db import OperationalError, connections, transaction
from psycopg.errors import LockNotAvailable

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.bill_run.accounts import account_ranges
from billing.bill_run.calling import call_workers
from billing.calendar import month_of
from billing.cycles import cycle_of
from billing.ledger.posting import open_period
from billing.models import BillingCycle, BillRun, PaymentRelation, WorkPartition
from billing.partitions import lay_out, take_time
from billing.states import BillState, CycleState, PartitionState, RunKind, RunState
from core.errors import Conflict, DomainError, NotFound
from core.numbers import BILL_RUN, issue
from core.systems import System

WORK = "bill_run"
PARTITION_SIZE = 5_000


class CycleUnknown(DomainError):
    """No cycle of that billing day begins on that day."""

    code = "cycleUnknown"
    zh = "账期起始日 {billing_day} 没有从 {starts_on} 开始的账期"
    en = "No cycle of billing day {billing_day} begins on {starts_on}"


class CycleNotOver(Conflict):
    """A cycle is billed when it is over."""

    code = "cycleNotOver"
    zh = "账期 {starts_on} 尚未结束"
    en = "The cycle from {starts_on} is not over"


class CycleBusy(Conflict):
    """Its usage is being rated, or a bill that it goes by made again; then it can be closed."""

    code = "cycleBusy"
    zh = "账期 {starts_on} 的话单正在批价或其账单正在重出, 请稍后再试"
    en = "Usage of the cycle from {starts_on} is being rated, or a bill made again, try again later"


class CycleBilled(Conflict):
    """The cycle has its final run."""

    code = "cycleBilled"
    zh = "账期 {starts_on} 已有正式出账批次 {run_no}"
    en = "The cycle from {starts_on} has its final run {run_no}"


class EarlierCycleUnbilled(Conflict):
    """Cycles are billed one after the other: a bill goes by what the one before charged."""

    code = "earlierCycleUnbilled"
    zh = "较早的账期 {starts_on} 尚未出账"
    en = "The earlier cycle from {starts_on} is not billed yet"


class LaterCycleBilled(Conflict):
    """What a later cycle's bills charged cannot go by this one's any more."""

    code = "laterCycleBilled"
    zh = "更晚的账期 {later} 已出账, 账期 {starts_on} 不能再出账"
    en = "The later cycle from {later} is billed, the one from {starts_on} cannot be any more"


class RunUnknown(NotFound):
    """There is no bill run of that number."""

    code = "billRunUnknown"
    zh = "没有出账批次 {run_no}"
    en = "There is no bill run {run_no}"


class RunNotRunning(Conflict):
    """Only a run that goes on can be stopped."""

    code = "billRunNotRunning"
    zh = "出账批次 {run_no} 不在进行中"
    en = "Bill run {run_no} is not running"


class RunNotStopped(Conflict):
    """Only a run that was stopped, or failed, goes on again."""

    code = "billRunNotStopped"
    zh = "出账批次 {run_no} 没有暂停或失败"
    en = "Bill run {run_no} was neither stopped nor did it fail"


class NotATrial(Conflict):
    """What a final run made is owed: a bill of it is made again, not thrown away."""

    code = "notATrial"
    zh = "出账批次 {run_no} 不是试算, 不能取消"
    en = "Bill run {run_no} is no trial and cannot be cancelled"


def start_run(
    *, kind: RunKind, billing_day: int, starts_on: date, actor: Actor, at: datetime,
    partition_size: int = PARTITION_SIZE,
) -> BillRun:  # fmt: skip
    """Begin a ``trial`` or the ``final`` run of the cycle of ``billing_day`` from ``starts_on``.

    The final one closes the cycle first: what is rated later is charged in the next. Its
    partitions are laid out and workers called when the transaction commits. Raises
    ``CycleUnknown``, ``CycleBusy``, ``CycleNotOver``, ``CycleBilled``, ``EarlierCycleUnbilled``,
    ``LaterCycleBilled`` or ``PeriodClosed``.
    """
    require(actor, permissions.RUN_BILLS)
    if kind == RunKind.REBILL:
        raise ValueError("one account's bill is made again by rebill()")
    with transaction.atomic(using=System.BOSS.alias):
        cycle = _locked_cycle(billing_day, starts_on)
        if kind == RunKind.FINAL:
            _close(cycle, at)
        run = BillRun.objects.create(
            run_no=issue(System.BOSS, BILL_RUN)[0],
            kind=kind,
            cycle=cycle,
            state=RunState.RUNNING,
            bill_at=at,
            started_at=at,
            actor_number=actor.number,
        )
        run.partitions = lay_out(WORK, run.pk, account_ranges(billing_day, partition_size))
        run.save(update_fields=["partitions"])
        _audit("start", run, actor, at)
        call_workers(run.pk)
    return run


def stop_run(*, run_no: str, actor: Actor, at: datetime) -> BillRun:
    """Let no further partition of a run begin; what is begun is done. Raises ``RunNotRunning``."""
    require(actor, permissions.RUN_BILLS)
    with transaction.atomic(using=System.BOSS.alias):
        run = lock_run(run_no)
        if run.state != RunState.RUNNING:
            raise RunNotRunning(run_no=run_no)
        _move(run, RunState.STOPPED)
        _audit("stop", run, actor, at)
    return run


def resume_run(*, run_no: str, actor: Actor, at: datetime) -> BillRun:
    """Go on with a run that was stopped or failed; failed partitions are tried anew.

    Raises ``RunNotStopped``.
    """
    require(actor, permissions.RUN_BILLS)
    with transaction.atomic(using=System.BOSS.alias):
        run = lock_run(run_no)
        if run.state not in (RunState.STOPPED, RunState.FAILED):
            raise RunNotStopped(run_no=run_no)
        WorkPartition.objects.filter(
            work__startswith="bill_", of_id=run.pk, state=PartitionState.FAILED
        ).update(state=PartitionState.WAITING, attempts=0, cause="")
        run.cause_zh = run.cause_en = ""
        _move(run, RunState.RUNNING)
        _audit("resume", run, actor, at)
        call_workers(run.pk)
    return run


def cancel_trial(*, run_no: str, actor: Actor, at: datetime) -> BillRun:
    """Delete a trial's bills; the run stays, cancelled. Raises ``NotATrial``."""
    require(actor, permissions.RUN_BILLS)
    with transaction.atomic(using=System.BOSS.alias):
        take_time()
        run = lock_run(run_no)
        if run.kind != RunKind.TRIAL:
            raise NotATrial(run_no=run_no)
        if run.state != RunState.CANCELLED:
            # no worker is in the middle of one: it holds its partition until it is done
            list(WorkPartition.objects.select_for_update().filter(work=WORK, of_id=run.pk))
            WorkPartition.objects.filter(work=WORK, of_id=run.pk).delete()
            with connections[System.BOSS.alias].cursor() as cursor:
                for statement in _FORGET:
                    cursor.execute(statement, [run.pk, BillState.TRIAL.value])
            run.ended_at = at
            _move(run, RunState.CANCELLED)
            _audit("cancel", run, actor, at)
    return run


_FORGET = (
    "DELETE FROM billing_billline l USING billing_bill b"
    " WHERE b.id = l.bill_id AND b.run_id = %s AND b.state = %s",
    "DELETE FROM billing_bill WHERE run_id = %s AND state = %s",
)


def lock_run(run_no: str) -> BillRun:
    """Return a run, locked; raise ``RunUnknown``."""
    run = BillRun.objects.select_for_update().filter(run_no=run_no).first()
    if run is None:
        raise RunUnknown(run_no=run_no[:24])
    return run


def _locked_cycle(billing_day: int, starts_on: date) -> BillingCycle:
    noon = datetime.combine(starts_on, time(12), UTC)
    if not 1 <= billing_day <= 28 or month_of(billing_day, noon).starts_on != starts_on:
        raise CycleUnknown(billing_day=billing_day, starts_on=starts_on)
    try:
        cycle = cycle_of(billing_day, month_of(billing_day, noon))
        return BillingCycle.objects.select_for_update().get(pk=cycle.pk)
    except OperationalError as problem:
        if isinstance(problem.__cause__, LockNotAvailable):
            raise CycleBusy(starts_on=starts_on) from problem
        raise


def _close(cycle: BillingCycle, at: datetime) -> None:
    """Close the cycle: waits for rating that charges into it, and lets none in afterwards."""
    if cycle.ends_at > at:
        raise CycleNotOver(starts_on=cycle.starts_on)
    final = cycle.runs.filter(kind=RunKind.FINAL).exclude(state=RunState.CANCELLED).first()
    if final is not None:
        raise CycleBilled(starts_on=cycle.starts_on, run_no=final.run_no)
    _refuse_out_of_order(cycle)
    open_period(at)
    cycle.state = CycleState.CLOSED
    cycle.save(update_fields=["state"])
    _close_those_shared(cycle)


def _refuse_out_of_order(cycle: BillingCycle) -> None:
    """Refuse a cycle that does not follow the one billed last; what was never used has no row."""
    others = BillingCycle.objects.filter(billing_day=cycle.billing_day).exclude(pk=cycle.pk)
    last = others.filter(state=CycleState.BILLED).order_by("-starts_on").first()
    if last is None:
        earlier = others.filter(starts_on__lt=cycle.starts_on).order_by("starts_on").first()
        if earlier is not None:
            raise EarlierCycleUnbilled(starts_on=earlier.starts_on)
    elif last.starts_on > cycle.starts_on:
        raise LaterCycleBilled(starts_on=cycle.starts_on, later=last.starts_on)
    elif last.ends_on != cycle.starts_on:
        raise EarlierCycleUnbilled(starts_on=last.ends_on)


def _close_those_shared(cycle: BillingCycle) -> None:
    """Close what is over of cycles that are paid in part by accounts of this billing day."""
    shared = PaymentRelation.objects.filter(
        charge_group="*",
        subscriber__in=PaymentRelation.objects.exclude(charge_group="*")
        .filter(account__billing_day=cycle.billing_day)
        .values("subscriber"),
    )
    days = shared.exclude(account__billing_day=cycle.billing_day).values("account__billing_day")
    BillingCycle.objects.filter(
        billing_day__in=days, ends_at__lte=cycle.ends_at, state=CycleState.OPEN
    ).update(state=CycleState.CLOSED)


def _move(run: BillRun, state: RunState) -> None:
    run.state = state
    run.save()


def _audit(deed: str, run: BillRun, actor: Actor, at: datetime) -> None:
    after: dict[str, Any] = {"deed": deed, "kind": run.kind, "cycle": str(run.cycle)}
    record(System.BOSS, actor, permissions.RUN_BILLS, f"bill_run:{run.run_no}", at=at, after=after)

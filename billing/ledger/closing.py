"""关账: a month that is over is closed, once it is proven; nothing posts into it any more."""

from __future__ import annotations

from datetime import datetime

from django.db import connections, transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from billing import permissions
from billing.ledger.proving import last_proof
from billing.models import AccountingPeriod, BankFile, BillRun
from billing.partitions import take_time
from billing.states import BankFileState, PeriodState, RunKind, RunState
from core.errors import Conflict, NotFound
from core.systems import System

OPEN_RUNS = (RunState.RUNNING, RunState.STOPPED, RunState.FAILED)


class PeriodUnknown(NotFound):
    """There is no such accounting period."""

    code = "periodUnknown"
    zh = "没有会计期间 {period}"
    en = "There is no accounting period {period}"


class PeriodNotOver(Conflict):
    """The month still goes on."""

    code = "periodNotOver"
    zh = "会计期间 {period} 尚未结束"
    en = "The accounting period {period} is not over"


class PeriodIsClosed(Conflict):
    """It was closed before."""

    code = "periodIsClosed"
    zh = "会计期间 {period} 已经关闭"
    en = "The accounting period {period} is closed already"


class EarlierPeriodOpen(Conflict):
    """Periods are closed one after the other."""

    code = "earlierPeriodOpen"
    zh = "更早的会计期间 {earlier} 尚未关闭"
    en = "The earlier accounting period {earlier} is open"


class WorkUnfinished(Conflict):
    """Something that posts into the period is not finished."""

    code = "periodWorkUnfinished"
    zh = "尚未完成: {what}"
    en = "Not finished yet: {what}"


class NotProven(Conflict):
    """The ledger was not proven since the period ended, or something is wrong in it."""

    code = "ledgerNotProven"
    zh = "期间结束后总账尚未核对, 或核对不符, 请先核对"
    en = "The ledger was not proven since the period ended, or is wrong: prove it first"


def close_period(*, code: str, actor: Actor, at: datetime) -> AccountingPeriod:
    """Close an accounting period: keep what each ledger account moved, take no more entries.

    Raises ``PeriodUnknown``, ``PeriodIsClosed``, ``PeriodNotOver``, ``EarlierPeriodOpen``,
    ``WorkUnfinished`` (a bill run dated within it, a bank's file that is being posted) or
    ``NotProven``: then it stays open.
    """
    require(actor, permissions.CLOSE_PERIOD)
    with transaction.atomic(using=System.BOSS.alias):
        take_time()
        # waits for whoever is posting into it: they hold it FOR SHARE
        period = AccountingPeriod.objects.select_for_update().filter(code=code).first()
        if period is None:
            raise PeriodUnknown(period=code[:10])
        _judge(period, at)
        period.entries = _keep_totals(period)
        period.state, period.closed_at, period.closed_by = PeriodState.CLOSED, at, actor.number
        period.save(update_fields=["state", "closed_at", "closed_by", "entries"])
        record(
            *(System.BOSS, actor, permissions.CLOSE_PERIOD, f"period:{code}"),
            at=at,
            before={"state": PeriodState.OPEN},
            after={"state": PeriodState.CLOSED, "entries": period.entries},
        )
    return period


def hindrances(period: AccountingPeriod, at: datetime) -> list[Conflict]:
    """Return what keeps a period from being closed now, everything that can be told beforehand."""
    found: list[Conflict] = []
    if period.state == PeriodState.CLOSED:
        return [PeriodIsClosed(period=period.code)]
    if period.ends_at > at:
        return [PeriodNotOver(period=period.code)]
    earlier = AccountingPeriod.objects.filter(
        state=PeriodState.OPEN, starts_at__lt=period.starts_at
    ).order_by("starts_at")
    if first := earlier.first():
        found.append(EarlierPeriodOpen(earlier=first.code))
    if unfinished := _unfinished(period):
        found.append(WorkUnfinished(what=", ".join(unfinished)))
    proof = last_proof()
    if proof is None or proof.began_at < period.ends_at or proof.wrong_count:
        found.append(NotProven())
    return found


def _judge(period: AccountingPeriod, at: datetime) -> None:
    for one in hindrances(period, at):
        raise one


def _unfinished(period: AccountingPeriod) -> list[str]:
    runs = BillRun.objects.filter(
        state__in=OPEN_RUNS, bill_at__gte=period.starts_at, bill_at__lt=period.ends_at
    ).exclude(kind=RunKind.TRIAL)
    files = BankFile.objects.filter(state=BankFileState.POSTING, received_at__lt=period.ends_at)
    return [*runs.values_list("run_no", flat=True), *files.values_list("name", flat=True)]


_TOTALS = """
INSERT INTO billing_periodtotal (period_id, ledger_id, currency, debits, credits, postings)
SELECT %(period)s, p.ledger_id, p.currency, coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0),
       coalesce(-sum(p.amount) FILTER (WHERE p.amount < 0), 0), count(*)
FROM billing_posting AS p
JOIN billing_journalentry AS e ON e.id = p.entry_id
WHERE e.period_id = %(period)s
GROUP BY p.ledger_id, p.currency
"""
_ENTRIES = "SELECT count(*) FROM billing_journalentry WHERE period_id = %(period)s"


def _keep_totals(period: AccountingPeriod) -> int:
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(_TOTALS, {"period": period.pk})
        cursor.execute(_ENTRIES, {"period": period.pk})
        count: int = cursor.fetchone()[0]
    return count

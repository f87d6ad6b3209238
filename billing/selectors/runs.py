"""Reading bill runs: how far each is, and how its bills differ from the month before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connections
from django.db.models import Count, QuerySet

from auth_center.actors import Actor
from auth_center.scope import narrowing, sees_all
from billing.models import BillingAccount, BillingCycle, BillRun, WorkPartition
from billing.states import CycleState, PartitionState
from core.errors import NotFound
from core.systems import System

MOST_CHANGES = 50


class NoSuchRun(NotFound):
    """There is no bill run of that number."""

    code = "billRunUnknown"
    zh = "没有出账批次 {run_no}"
    en = "There is no bill run {run_no}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How many of a run's partitions are done, waiting or failed."""

    done: int
    waiting: int
    failed: int

    @property
    def all(self) -> int:
        """How many there are."""
        return self.done + self.waiting + self.failed

    @property
    def percent(self) -> int:
        """How much is done, of a hundred; a run that has nothing to do is done."""
        return 100 * self.done // self.all if self.all else 100


class Difference(NamedTuple):
    """Bills of one currency beside those of the month before."""

    currency: str
    bills: int
    bills_before: int
    total: Decimal
    total_before: Decimal
    new: int
    gone: int
    more: int
    less: int
    same: int


class KindDifference(NamedTuple):
    """Lines of one kind and charge group beside those of the month before."""

    currency: str
    kind: str
    charge_group: str
    lines: int
    lines_before: int
    amount: Decimal
    amount_before: Decimal


class Change(NamedTuple):
    """An account whose bill changed a lot."""

    account_no: str
    name: str
    currency: str
    bill_no: str
    bill_no_before: str
    total: Decimal
    total_before: Decimal


def list_runs() -> QuerySet[BillRun]:
    """Return the bill runs, in no order."""
    return BillRun.objects.select_related("cycle")


def get_run(run_no: str) -> BillRun:
    """Return the run of that number; raise ``NoSuchRun``."""
    found = list_runs().filter(run_no=run_no).first()
    if found is None:
        raise NoSuchRun(run_no=run_no[:24])
    return found


def progress_of(run: BillRun) -> Progress:
    """Return how far a run is; its partitions are the truth."""
    return progress_of_each([run])[run.pk]


def progress_of_each(runs: list[BillRun]) -> dict[int, Progress]:
    """Return how far runs are, by their ids, in one statement."""
    rows = WorkPartition.objects.filter(
        work__startswith="bill_", of_id__in=[one.pk for one in runs]
    )
    counted: dict[int, dict[str, int]] = {one.pk: {} for one in runs}
    for of_id, state, count in rows.values_list("of_id", "state").annotate(Count("pk")).order_by():
        counted[of_id][state] = count
    return {
        id: Progress(
            done=by_state.get(PartitionState.DONE, 0),
            waiting=by_state.get(PartitionState.WAITING, 0),
            failed=by_state.get(PartitionState.FAILED, 0),
        )
        for id, by_state in counted.items()
    }


def failures_of(run: BillRun) -> QuerySet[WorkPartition]:
    """Return the partitions of a run that were tried in vain, with the cause."""
    rows = WorkPartition.objects.filter(work__startswith="bill_", of_id=run.pk)
    return rows.filter(attempts__gt=0).exclude(state=PartitionState.DONE).order_by("part_no")


def cycles_to_bill(today: date) -> list[BillingCycle]:
    """Return the cycles that are over and not billed, the earliest first."""
    rows = BillingCycle.objects.exclude(state=CycleState.BILLED).filter(ends_on__lte=today)
    return list(rows.order_by("starts_on", "billing_day")[:100])


def billing_days() -> list[int]:
    """Return the billing days that accounts have."""
    rows = BillingAccount.objects.order_by("billing_day").values_list("billing_day", flat=True)
    return list(rows.distinct())


def compare(run: BillRun, actor: Actor) -> list[Difference]:
    """Return, by currency, how a run's bills differ from those in force of the cycle before.

    Of accounts within what ``actor`` may see, as in all that follows.
    """
    return [Difference(*row) for row in _rows(_COMPARED, run, actor)]


def compare_kinds(run: BillRun, actor: Actor) -> list[KindDifference]:
    """Return the same for the lines, by kind and charge group."""
    return [KindDifference(*row) for row in _rows(_KINDS, run, actor)]


def list_changes(run: BillRun, actor: Actor) -> list[Change]:
    """Return the accounts whose bills changed most, the largest change first."""
    return [Change(*row) for row in _rows(_CHANGES, run, actor)]


def _rows(statement: str, run: BillRun, actor: Actor) -> list[tuple[Any, ...]]:
    condition, values = narrowing(actor, region="k.region", unit="k.org_unit")
    seen = "" if sees_all(actor) else _SEEN.format(condition=condition)
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            statement.format(seen=seen),
            {
                **values,
                "run": run.pk,
                "day": run.cycle.billing_day,
                "starts_on": run.cycle.starts_on,
                "most": MOST_CHANGES,
            },
        )
        return list(cursor.fetchall())


_SEEN = """
  AND b.account_id IN (SELECT a.id FROM billing_billingaccount a
                       JOIN billing_billingcustomer k ON k.id = a.customer_id WHERE {condition})
"""
# The bills of the run, and the bills in force of the cycle that ended where this one began.
_BOTH = """
WITH now AS (
    SELECT b.id, b.bill_no, b.account_id, b.currency, b.total
    FROM billing_bill b WHERE b.run_id = %(run)s {seen}
),
before AS (
    SELECT b.id, b.bill_no, b.account_id, b.currency, b.total
    FROM billing_billingcycle c JOIN billing_bill b ON b.cycle_id = c.id AND b.state = 'issued'
    WHERE c.billing_day = %(day)s AND c.ends_on = %(starts_on)s {seen}
),
both_months AS (
    SELECT account_id, currency, now.total, before.total AS total_before,
           now.bill_no, before.bill_no AS bill_no_before
    FROM now FULL JOIN before USING (account_id, currency)
)
"""
_COMPARED = (
    _BOTH
    + """
SELECT currency, count(total), count(total_before), coalesce(sum(total), 0),
       coalesce(sum(total_before), 0),
       count(*) FILTER (WHERE total_before IS NULL), count(*) FILTER (WHERE total IS NULL),
       count(*) FILTER (WHERE total > total_before), count(*) FILTER (WHERE total < total_before),
       count(*) FILTER (WHERE total = total_before)
FROM both_months GROUP BY currency ORDER BY currency
"""
)
_CHANGES = (
    _BOTH
    + """
SELECT a.account_no, a.name, b.currency, coalesce(b.bill_no, ''), coalesce(b.bill_no_before, ''),
       coalesce(b.total, 0), coalesce(b.total_before, 0)
FROM both_months b JOIN billing_billingaccount a ON a.id = b.account_id
WHERE coalesce(b.total, 0) <> coalesce(b.total_before, 0)
ORDER BY abs(coalesce(b.total, 0) - coalesce(b.total_before, 0)) DESC, a.account_no
LIMIT %(most)s
"""
)
_KINDS = f"""
{_BOTH},
summed AS (
    SELECT true AS is_now, now.currency, l.kind, l.charge_group, count(*) AS lines,
           sum(l.amount) AS amount
    FROM now JOIN billing_billline l ON l.bill_id = now.id GROUP BY 2, 3, 4
    UNION ALL
    SELECT false, before.currency, l.kind, l.charge_group, count(*), sum(l.amount)
    FROM before JOIN billing_billline l ON l.bill_id = before.id GROUP BY 2, 3, 4
)
SELECT currency, kind, charge_group, coalesce(sum(lines) FILTER (WHERE is_now), 0),
       coalesce(sum(lines) FILTER (WHERE NOT is_now), 0),
       coalesce(sum(amount) FILTER (WHERE is_now), 0),
       coalesce(sum(amount) FILTER (WHERE NOT is_now), 0)
FROM summed GROUP BY currency, kind, charge_group ORDER BY currency, kind, charge_group
"""  # noqa: S608

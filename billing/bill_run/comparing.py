"""What a run's bills say beside last month's, and how far it is: for people who decide."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connections

from auth_center.actors import Actor
from auth_center.scope import narrowing, sees_all
from billing.models import BillRun, WorkPartition
from billing.states import PartitionState, RunState
from core.systems import System

MOST_CHANGES = 50
WORDS = {
    "bill_run": ("制作账单", "Making bills"),
    "bill_settle": ("余额销账", "Settling from balances"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is; ``part`` is what it does now, ``bill_run`` or ``bill_settle``."""

    part: str
    done: int
    failed: int
    total: int
    accounts_left_out: int

    @property
    def percent(self) -> int:
        """Return how much of the present part is done."""
        return 100 * self.done // self.total if self.total else 100


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


def progress_of(run: BillRun) -> Progress:
    """Return how far ``run`` is."""
    parts = list(
        WorkPartition.objects.filter(of_id=run.pk, work__in=WORDS).values_list(
            "work", "state", "result"
        )
    )
    work = max((one for one, _, _ in parts), default="bill_run")
    states = [state for one, state, _ in parts if one == work]
    return Progress(
        part=work,
        done=states.count(PartitionState.DONE),
        failed=states.count(PartitionState.FAILED),
        total=len(states),
        accounts_left_out=sum(len(result.get("refused", ())) for _, _, result in parts),
    )


def is_going_on(run: BillRun) -> bool:
    """Tell whether a run may still change."""
    return run.state in (RunState.RUNNING, RunState.STOPPED, RunState.FAILED)


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

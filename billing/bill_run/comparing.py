"""What a run's bills say beside last month's, and how far it is: for people who decide."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db import connections
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Abs, Coalesce

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing.models import Bill, BillingCycle, BillRun, WorkPartition
from billing.states import BillState, PartitionState, RunState
from core.systems import System

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


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDifference:
    """A currency's charges of one kind and group, in this run and in last month's bills."""

    currency: str
    kind: str
    charge_group: str
    amount: Decimal
    before: Decimal

    @property
    def difference(self) -> Decimal:
        """Return how much more it is now."""
        return self.amount - self.before


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


def list_differences(run: BillRun, actor: Actor) -> QuerySet[Bill]:
    """Return the run's bills with ``before``, the account's total of the cycle before.

    Those that differ most come first; a bill whose account had none before has ``before`` 0.
    Only accounts that ``actor`` sees.
    """
    last = Bill.objects.filter(
        account_id=OuterRef("account_id"), cycle_id=_cycle_before(run), state=BillState.ISSUED
    )
    bills = Bill.objects.filter(run=run).annotate(
        before=Coalesce(Subquery(last.values("total")[:1]), Decimal(0))
    )
    rows = bills.annotate(difference=F("total") - F("before")).order_by(Abs("difference").desc())
    return narrowed(
        rows, actor, region="account__customer__region", unit="account__customer__org_unit"
    )


def list_missing(run: BillRun, actor: Actor) -> QuerySet[Bill]:
    """Return last month's bills of accounts that have none in ``run``."""
    rows = Bill.objects.filter(cycle_id=_cycle_before(run), state=BillState.ISSUED).exclude(
        account_id__in=Bill.objects.filter(run=run).values("account_id")
    )
    return narrowed(
        rows.order_by("-total"),
        actor,
        region="account__customer__region",
        unit="account__customer__org_unit",
    )


def differences_by_group(run: BillRun) -> list[GroupDifference]:
    """Return what the whole run charges by kind and charge group, beside last month."""
    with connections[System.BOSS.alias].cursor() as cursor:
        cursor.execute(
            _BY_GROUP, {"run": run.pk, "before": _cycle_before(run), "issued": BillState.ISSUED}
        )
        return [
            GroupDifference(
                currency=row[0], kind=row[1], charge_group=row[2], amount=row[3], before=row[4]
            )
            for row in cursor.fetchall()
        ]


_BY_GROUP = """
SELECT currency, kind, charge_group, sum(now) AS now, sum(before) AS before
FROM (SELECT b.currency, l.kind, l.charge_group, l.amount AS now, 0 AS before
      FROM billing_bill b JOIN billing_billline l ON l.bill_id = b.id WHERE b.run_id = %(run)s
      UNION ALL
      SELECT b.currency, l.kind, l.charge_group, 0, l.amount
      FROM billing_bill b JOIN billing_billline l ON l.bill_id = b.id
      WHERE b.run_id IN (SELECT id FROM billing_billrun WHERE cycle_id = %(before)s)
        AND b.state = %(issued)s) AS lines
GROUP BY currency, kind, charge_group
ORDER BY currency, kind, charge_group
"""


def _cycle_before(run: BillRun) -> int:
    """Return the id of the cycle before, or of none."""
    cycle: BillingCycle = run.cycle
    before = BillingCycle.objects.filter(
        billing_day=cycle.billing_day, ends_on=cycle.starts_on
    ).first()
    return before.pk if before is not None else 0

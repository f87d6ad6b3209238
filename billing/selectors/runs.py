"""Reading bill runs, what failed in them, and what could be run."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from billing.models import BillingAccount, BillingCycle, BillRun, WorkPartition
from billing.states import PartitionState
from core.errors import NotFound


class NoSuchRun(NotFound):
    """There is no bill run of that number."""

    code = "billRunUnknown"
    zh = "没有出账批次 {run_no}"
    en = "There is no bill run {run_no}"


class Far(NamedTuple):
    """How far a run is: partitions done, failed and there at all of what it does now."""

    part: str
    done: int
    failed: int
    total: int

    @property
    def percent(self) -> int:
        """Return how much of the present part is done."""
        return 100 * self.done // self.total if self.total else 0


def list_runs() -> QuerySet[BillRun]:
    """Return the bill runs, in no order."""
    return BillRun.objects.select_related("cycle")


def get_run(run_no: str) -> BillRun:
    """Return the run of that number; raise ``NoSuchRun``."""
    found = list_runs().filter(run_no=run_no).first()
    if found is None:
        raise NoSuchRun(run_no=run_no[:24])
    return found


def done_of_each(runs: list[BillRun]) -> dict[int, Far]:
    """Return how far the present part of each run is, by the runs' ids."""
    rows = WorkPartition.objects.filter(
        work__startswith="bill_", of_id__in=[one.pk for one in runs]
    )
    counted = (
        rows.order_by()
        .values("of_id", "work")
        .annotate(
            done=Count("pk", filter=Q(state=PartitionState.DONE)),
            failed=Count("pk", filter=Q(state=PartitionState.FAILED)),
            total=Count("pk"),
        )
    )
    far: dict[int, Far] = {}
    for one in counted.order_by("work"):  # bills are made first, then settled
        far[one["of_id"]] = Far(one["work"], one["done"], one["failed"], one["total"])
    return far


def failures_of(run: BillRun) -> QuerySet[WorkPartition]:
    """Return the partitions of a run that were tried in vain, with the cause."""
    rows = WorkPartition.objects.filter(work__startswith="bill_", of_id=run.pk)
    return rows.filter(attempts__gt=0).exclude(state=PartitionState.DONE).order_by("part_no")


def cycles_to_bill(today: date) -> list[BillingCycle]:
    """Return the cycles that are over and not billed, the earliest first."""
    rows = BillingCycle.objects.to_bill().filter(ends_on__lte=today)
    return list(rows.order_by("starts_on", "billing_day")[:100])


def billing_days() -> list[int]:
    """Return the billing days that accounts have."""
    rows = BillingAccount.objects.order_by("billing_day").values_list("billing_day", flat=True)
    return list(rows.distinct())

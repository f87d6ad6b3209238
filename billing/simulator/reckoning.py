"""The sample customers' bills, made by the statements that charge real ones, and taken back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connections, transaction
from django.db.models import F

from billing.bill_run.reckoning import make_bills
from billing.calendar import Month, months_from
from billing.cycles import cycle_of
from billing.models import (
    Bill,
    BillingTariff,
    BillLine,
    BillRun,
    QuarantinedRecord,
    Release,
    UsageBatch,
    UsageRecord,
)
from billing.rating.parts import LANES, rate_part
from billing.simulator.drafts import Plan
from billing.simulator.pretending import (
    BILLING_DAY,
    FIRST,
    LANE,
    Pretended,
    customers_of,
    write_customers,
    write_draft,
)
from billing.simulator.samples import Sample
from billing.simulator.using import write_usage
from billing.states import BillState, RunKind, RunState
from core.systems import System

LOCK = 6007  # of the advisory lock by which simulations take turns


def reckon(
    release: Release, plans: Sequence[Plan], samples: Sequence[Sample], *, at: datetime
) -> list[dict[str, Any]]:
    """Return the bills of every sample customer with every plan; nothing of it stays.

    Two months are reckoned, the first one with whatever beginning costs, and an ordinary one; in
    both the same is used. They lie in the future, where nothing is closed.
    """
    first, second = islice(months_from(BILLING_DAY, at), 1, 3)
    customers = customers_of(plans, samples)
    with transaction.atomic(using=System.BOSS.alias):
        with connections[System.BOSS.alias].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [LOCK])
        write_draft(release, plans)
        write_customers(customers, currency=release.currency, since=first.starts_at)
        batch = write_usage(customers, (first, second), at=at)
        _rate(batch, at=at)
        unpriced = _unpriced(batch)
        bills = [_billed(month, customers) for month in (first, second)]
        found = [
            {
                "offering": one.plan.code,
                "sample": one.sample.code,
                "side": one.side,
                "first": bills[0].get(one.account_id),
                "month": bills[1].get(one.account_id),
                "unpriced": unpriced[one.subscriber_id],
            }
            for one in customers
        ]
        transaction.set_rollback(True, using=System.BOSS.alias)
    return found


def _rate(batch: UsageBatch, *, at: datetime) -> None:
    with connections[System.BOSS.alias].cursor() as cursor:
        rate_part(cursor, batch.pk, part=LANE, parts=LANES, again=False, at=at)


def _unpriced(batch: UsageBatch) -> defaultdict[int, dict[str, int]]:
    """Return how many uses of each kind no tariff priced, by subscriber."""
    waiting = QuarantinedRecord.objects.filter(batch=batch).values("usage_id")
    records = UsageRecord.objects.filter(pk__in=waiting).values_list("subscriber_id", "usage")
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for (subscriber_id, usage), count in sorted(Counter(records).items()):
        found[subscriber_id][usage] = count
    return found


def _billed(month: Month, customers: Sequence[Pretended]) -> dict[int, dict[str, Any]]:
    """Make the bills of a month and return them by account; the next ones see them as paid."""
    run = BillRun.objects.create(
        run_no=f"SIMULATED-{month.starts_on}",
        kind=RunKind.TRIAL,
        cycle=cycle_of(BILLING_DAY, month),
        state=RunState.RUNNING,
        bill_at=month.ends_at,
        started_at=month.ends_at,
    )
    outcome = make_bills(run, low=FIRST, high=FIRST + len(customers))
    bills = {bill.account_id: bill for bill in Bill.objects.filter(run=run)}
    Bill.objects.filter(run=run).update(
        state=BillState.ISSUED,
        paid_before=F("total") + F("to_balance"),
        receivable=0,
        open_amount=0,
    )
    lines = BillLine.objects.filter(bill_id__in=[bill.pk for bill in bills.values()])
    told = _told(lines.order_by("bill_id", "line_no"))
    found = {
        account_id: {"total": str(bill.total), "tax": str(bill.tax), "lines": told[bill.pk]}
        for account_id, bill in bills.items()
    }
    for one in customers:
        for refused in outcome["refused"]:
            if refused["account_no"] == f"SIMULATED-{one.place}":
                found[one.account_id] = {"refused": refused["reason"]}
    return found


def _told(lines: Iterable[BillLine]) -> defaultdict[int, list[dict[str, Any]]]:
    lines = list(lines)
    tariffs = BillingTariff.objects.in_bulk({line.tariff_id for line in lines if line.tariff_id})
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        tariff = tariffs.get(line.tariff_id or 0)
        detail = line.detail or {}
        found[line.bill_id].append(
            {
                "kind": line.kind,
                "group": line.charge_group,
                "tariff": tariff.code if tariff else "",
                "version": tariff.version if tariff else None,
                "name": {"zh": tariff.name_zh, "en": tariff.name_en} if tariff else None,
                "usage": tariff.rules.get("usage", "") if tariff else "",
                "quantity": line.quantity,
                "free": detail.get("free"),
                "charged": detail.get("charged"),
                "exact": str(line.exact),
                "amount": str(line.amount),
            }
        )
    return found

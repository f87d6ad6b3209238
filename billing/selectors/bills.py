"""Reading bills: their lines with the names of what they are about, and the events beneath."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from auth_center.actors import Actor
from auth_center.scope import narrowed
from billing.models import (
    Allocation,
    Bill,
    BillingAccount,
    BillingCycle,
    BillingOffering,
    BillingSubscriber,
    BillingSubscription,
    BillingTariff,
    BillLine,
    Payment,
    RatedEvent,
    UsageRecord,
)
from billing.states import BillState, LineKind
from core.errors import NotFound


class NoSuchBill(NotFound):
    """There is no such bill, or not within what the actor may see."""

    code = "billUnknown"
    zh = "没有账单 {bill_no}"
    en = "There is no bill {bill_no}"


class NoSuchLine(NotFound):
    """The bill has no such line."""

    code = "billLineUnknown"
    zh = "账单 {bill_no} 没有第 {line_no} 行"
    en = "Bill {bill_no} has no line {line_no}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLine:
    """A bill's line with what it names; each of them may be missing."""

    line: BillLine
    tariff: BillingTariff | None
    offering: BillingOffering | None
    subscription: BillingSubscription | None
    subscriber: BillingSubscriber | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A consolidated bill with the ``bills`` that went into it: what is to be paid for all."""

    bills: int
    receivable: Decimal
    open_amount: Decimal


def list_bills(actor: Actor) -> QuerySet[Bill]:
    """Return the bills of the accounts that ``actor`` may see, trials too, in no order."""
    rows = Bill.objects.select_related("account__customer", "cycle", "run")
    return narrowed(
        rows, actor, region="account__customer__region", unit="account__customer__org_unit"
    )


def get_bill(bill_no: str, actor: Actor) -> Bill:
    """Return the bill of that number; raise ``NoSuchBill``."""
    found = list_bills(actor).filter(bill_no=bill_no).first()
    if found is None:
        raise NoSuchBill(bill_no=bill_no[:24])
    return found


def list_lines(bill: Bill, *, after: int | None = None) -> QuerySet[BillLine]:
    """Return a bill's lines in their order, those behind line ``after``."""
    rows = BillLine.objects.filter(bill_id=bill.pk).order_by("line_no")
    return rows if after is None else rows.filter(line_no__gt=after)


def get_line(bill: Bill, line_no: int) -> BillLine:
    """Return one line of a bill; raise ``NoSuchLine``."""
    found = BillLine.objects.filter(bill_id=bill.pk, line_no=line_no).first()
    if found is None:
        raise NoSuchLine(bill_no=bill.bill_no, line_no=line_no)
    return found


def sums_of(bill: Bill) -> list[dict[str, Any]]:
    """Return what the lines of each kind and charge group come to, in the order of reckoning."""
    rows = BillLine.objects.filter(bill_id=bill.pk).order_by().values("kind", "charge_group")
    sums = rows.annotate(lines=Count("pk"), sum=Sum("amount"), tax_sum=Sum("tax"))
    order = list(LineKind)
    return sorted(
        (dict(one) for one in sums),
        key=lambda one: (order.index(LineKind(one["kind"])), one["charge_group"]),
    )


def taxes_of(bill: Bill) -> list[dict[str, Any]]:
    """Return what the lines of each tax rate come to."""
    rows = BillLine.objects.filter(bill_id=bill.pk).order_by("tax_rate").values("tax_rate")
    return [dict(one) for one in rows.annotate(sum=Sum("amount"), tax_sum=Sum("tax"))]


def named(lines: Iterable[BillLine]) -> list[NamedLine]:
    """Return lines with what they name: four statements, however many they are."""
    several = list(lines)
    tariffs = BillingTariff.objects.in_bulk(_ids(one.tariff_id for one in several))
    bought = BillingSubscription.objects.in_bulk(_ids(one.subscription_id for one in several))
    users = BillingSubscriber.objects.in_bulk(_ids(one.subscriber_id for one in several))
    codes = {one.offering_code for one in bought.values()}
    offerings = {one.code: one for one in BillingOffering.objects.filter(code__in=codes)}
    found = []
    for line in several:
        subscription = bought.get(line.subscription_id or 0)
        found.append(
            NamedLine(
                line=line,
                tariff=tariffs.get(line.tariff_id or 0),
                offering=offerings.get(subscription.offering_code) if subscription else None,
                subscription=subscription,
                subscriber=users.get(line.subscriber_id or 0),
            )
        )
    return found


def events_of(bill: Bill, line: BillLine) -> QuerySet[RatedEvent]:
    """Return the rated events that a usage line is the sum of, in no order.

    They are those of its subscriber, tariff and subscription that were charged in the cycle of
    whoever pays by default; where the payer changed within it, those of the payer's days.
    """
    cycle = _cycle_of(bill, line)
    if cycle is None or line.subscriber_id is None or line.kind != "usage":
        return RatedEvent.objects.none()
    rows = RatedEvent.objects.filter(
        subscriber_id=line.subscriber_id,
        charge_cycle_id=cycle.pk,
        started_at__lt=cycle.ends_at,
        tariff_id=line.tariff_id,
        subscription_id=line.subscription_id,
    )
    if line.tariff_id is None:  # what no tariff prices is told apart by what was used
        used = UsageRecord.objects.filter(
            subscriber_id=line.subscriber_id,
            started_at__lt=cycle.ends_at,
            usage=line.charge_group,
        )
        rows = rows.filter(usage_id__in=used.values("id"))
    if line.covers_from and line.covers_from > cycle.starts_at:
        rows = rows.filter(started_at__gte=line.covers_from)
    if line.covers_to and line.covers_to < cycle.ends_at:
        rows = rows.filter(started_at__lt=line.covers_to)
    return rows


def records_of(events: Iterable[RatedEvent]) -> dict[int, UsageRecord]:
    """Return the usage records that events rate, by their ids."""
    return UsageRecord.objects.in_bulk({one.usage_id for one in events})


def children_of(bill: Bill) -> QuerySet[Bill]:
    """Return the bills of child accounts that went into a consolidated bill."""
    rows = Bill.objects.filter(consolidated_into_id=bill.pk).exclude(state=BillState.SUPERSEDED)
    rows = rows.select_related("account__customer", "cycle")
    return rows.order_by("pk")


def whole_of(bill: Bill) -> Whole | None:
    """Return what a bill and the bills that went into it come to together; None for one alone."""
    parts = Bill.objects.filter(consolidated_into_id=bill.pk).exclude(state=BillState.SUPERSEDED)
    found = parts.aggregate(
        bills=Count("pk"), receivable=Sum("receivable"), open_amount=Sum("open_amount")
    )
    if not found["bills"]:
        return None
    return Whole(
        bills=found["bills"],
        receivable=bill.receivable + found["receivable"],
        open_amount=bill.open_amount + found["open_amount"],
    )


def written_off(bill: Bill) -> list[tuple[Allocation, Payment | None]]:
    """Return what paid the bill, the earliest first, with the payment it came from."""
    rows = list(Allocation.objects.filter(bill_id=bill.pk).order_by("pk")[:500])
    payments = Payment.objects.in_bulk(_ids(one.payment_id for one in rows))
    return [(one, payments.get(one.payment_id or 0)) for one in rows]


def paid_by_payments(bill: Bill) -> dict[int, Decimal]:
    """Return what each payment still pays of the bill."""
    rows = Allocation.objects.filter(bill_id=bill.pk, payment_id__isnull=False).order_by()
    sums = rows.values_list("payment_id").annotate(Sum("amount"))
    return {payment: amount for payment, amount in sums if amount}


def _cycle_of(bill: Bill, line: BillLine) -> BillingCycle | None:
    payer = (line.detail or {}).get("payer")
    if payer is None or line.covers_from is None:
        return bill.cycle
    days = BillingAccount.objects.filter(pk=payer).values("billing_day")
    return BillingCycle.objects.filter(
        billing_day__in=days, starts_at__lte=line.covers_from, ends_at__gt=line.covers_from
    ).first()


def _ids(values: Iterable[int | None]) -> set[int]:
    return {one for one in values if one is not None}

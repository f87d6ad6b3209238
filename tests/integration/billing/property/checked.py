"""What is true whatever has happened: looked at after each deed, and wholly at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections
from django.db.models import QuerySet, Sum

from billing.calendar import Month, month_of, operator_zone
from billing.ledger.proving import prove
from billing.models import (
    Bill,
    BillingCycle,
    BillingSubscription,
    BillLine,
    PaymentRelation,
    QuarantinedRecord,
    RatedEvent,
    StatusPeriod,
    UsageCharge,
    UsageRecord,
)
from billing.selectors.bills import events_of
from billing.states import BillState, CycleState, LineKind
from tests.integration.billing.property.history import History
from tests.integration.billing.property.place import DAYS, FEES, OFFERINGS, RATING, SUBSCRIBERS
from tests.integration.billing.rating.oracle import Bought, Oracle, Use

DAY = timedelta(days=1)
SIX = Decimal("0.000001")


def assert_cheap() -> None:
    """Whatever was done: money neither comes from nothing nor goes below nothing."""
    with connections["boss"].cursor() as cursor:
        for words, query in _CHEAP.items():
            cursor.execute(query)
            [found] = cursor.fetchone()
            assert not found, words


def assert_proven(history: History) -> None:
    """The ledger proves all of it."""
    wrong = prove(history.now).wrong
    assert wrong == [], wrong


def assert_all(history: History) -> None:
    """Everything that was told is charged once, and what was charged is what was due."""
    assert_proven(history)
    _assert_kept(history)
    _assert_prices(history)
    _assert_usage_is_billed()
    _assert_explained()
    _assert_fees(history)


def _assert_kept(history: History) -> None:
    """Every use that was told is a record or waits to be one; nothing was lost."""
    records = set(UsageRecord.objects.values_list("key", flat=True))
    aside = QuarantinedRecord.objects.filter(usage_id=None)
    assert set(history.told_uses) == records | {one.fields["key"] for one in aside}


def _assert_prices(history: History) -> None:
    """Uses cost what the oracle says; not zhao's, whose prices stay as they were paid."""
    zone, place = operator_zone(), history.place
    names = {one.pk: name for name, one in place.subscribers.items()}
    for day in set(DAYS.values()):
        mine = {name for name, (account, _) in SUBSCRIBERS.items() if DAYS[account] == day}
        bought = [
            Bought(
                names[one.subscriber_id],
                tuple((code, place.tariffs[code].rules) for code in OFFERINGS[one.offering_code]
                      if code in RATING),
                one.offering_code.startswith("PACK"),
                one.valid_from,
                one.valid_to,
                order,
            )
            for order, one in enumerate(BillingSubscription.objects.order_by("pk"))
        ]  # fmt: skip
        oracle = Oracle(zone, day, bought, owner="wang", members=("li",))
        uses = [
            Use(one.key, names[one.subscriber_id], one.usage, one.started_at, one.quantity,
                one.zone)
            for one in UsageRecord.objects.order_by("key", "-revision").distinct("key")
            if one.usage != "one_off" and names[one.subscriber_id] in mine - {"zhao"}
        ]  # fmt: skip
        expected = oracle.price_all(uses)
        found = _prices()
        assert_same({one.key: found[one.key] for one in uses}, expected)


def _prices() -> dict[str, Decimal | None]:
    """Return what each key costs; none for what waits or was given up."""
    waits = set(QuarantinedRecord.objects.filter(state__in=["open", "discarded"])
                .values_list("usage_id", flat=True))  # fmt: skip
    charges = dict(RatedEvent.objects.values_list("usage_id").annotate(Sum("charge")))
    found: dict[str, Decimal | None] = {}
    for one in UsageRecord.objects.order_by("revision"):
        cost = charges.get(one.pk, Decimal())
        waiting = one.pk in waits
        assert not waiting or cost == 0
        found[one.key] = (found.get(one.key) or Decimal()) + cost if not waiting else None
    return found


def _assert_usage_is_billed() -> None:
    """What usage costs stands on bills in force, or in a cycle that is not billed yet."""
    costs = dict(RatedEvent.objects.values_list("subscriber_id").annotate(Sum("charge")))
    lines = BillLine.objects.filter(kind=LineKind.USAGE, bill_id__in=_in_force())
    billed = dict(lines.values_list("subscriber_id").annotate(Sum("exact")))
    rest = UsageCharge.objects.exclude(
        cycle_id__in=BillingCycle.objects.filter(state=CycleState.BILLED).values("id")
    )
    waits = dict(rest.values_list("subscriber_id").annotate(Sum("amount")))
    shared = _billed_elsewhere()
    for subscriber, cost in costs.items():
        if subscriber not in shared:
            stands = billed.get(subscriber, 0) + waits.get(subscriber, 0)
            assert cost == stands, (subscriber, cost, stands)


def _billed_elsewhere() -> set[int]:
    """Return whose usage is in part billed with the cycles of another day."""
    found = set()
    for one in PaymentRelation.objects.select_related("account", "subscriber"):
        day = DAYS[SUBSCRIBERS[one.subscriber.subscriber_no][0]]
        if one.account.billing_day != day:
            found.add(one.subscriber_id)
    return found


def _assert_explained() -> None:
    """A bill is the sum of its lines, and a line of usage the sum of the events beneath it."""
    for bill in Bill.objects.filter(state=BillState.ISSUED).select_related("cycle", "account"):
        lines = list(BillLine.objects.filter(bill_id=bill.pk))
        on_top = Decimal() if bill.tax_inclusive else sum((one.tax for one in lines), Decimal())
        assert bill.total == sum((one.amount for one in lines), Decimal()) + on_top
        for line in lines:
            if line.kind == LineKind.USAGE and "share" not in (line.detail or {}):
                events = events_of(bill, line).aggregate(Sum("charge"))["charge__sum"]
                split = (line.detail or {}).get("split")
                beneath = line.exact if split is None else Decimal(split)
                assert (events or 0) == beneath, (bill.account, line.charge_group, events, beneath)


def _assert_fees(history: History) -> None:
    """Each fee of each cycle that was billed was charged to whoever had to pay it, once."""
    zone = operator_zone()
    charged: dict[tuple[int, str, str, date], Decimal] = defaultdict(Decimal)
    names = dict(_in_force().values_list("id", "account__account_no"))
    codes = {one.pk: code for code, one in history.place.tariffs.items() if code in FEES}
    days = {one.pk: DAYS[SUBSCRIBERS[one.subscriber.subscriber_no][0]]
            for one in BillingSubscription.objects.select_related("subscriber")}  # fmt: skip
    for line in BillLine.objects.filter(bill_id__in=names, tariff_id__in=codes):
        assert line.subscription_id is not None
        assert line.covers_from is not None
        cycle = month_of(days[line.subscription_id], line.covers_from + timedelta(hours=12))
        place = (
            line.subscription_id, codes[line.tariff_id or 0], names[line.bill_id], cycle.starts_on,
        )  # fmt: skip
        charged[place] += line.exact
    expected: dict[tuple[int, str, str, date], Decimal] = {}
    billed = set()
    for row in BillingCycle.objects.filter(state=CycleState.BILLED):
        billed.add((row.billing_day, row.starts_on))
        month = month_of(row.billing_day, row.starts_at)
        for one in BillingSubscription.objects.select_related("subscriber"):
            if days[one.pk] != row.billing_day:
                continue
            for code in OFFERINGS[one.offering_code]:
                if code in FEES:
                    for payer, amount in _owed(one, code, month, zone).items():
                        expected[one.pk, code, payer, month.starts_on] = amount
    found = {
        place: amount
        for place, amount in charged.items()
        if amount and (days[place[0]], place[3]) in billed
    }
    assert_same(found, expected)


def assert_same(found: Mapping[Any, Any], expected: Mapping[Any, Any]) -> None:
    """Two pictures of the same are equal; what differs is named."""
    differs = {
        name: (found.get(name), expected.get(name))
        for name in found.keys() | expected.keys()
        if found.get(name) != expected.get(name)
    }
    assert not differs, f"found, expected: {differs}"


def _owed(one: BillingSubscription, code: str, month: Month, zone: ZoneInfo) -> dict[str, Decimal]:
    """Return what each payer owes of a fee for a cycle: by the day, as each day ends."""

    def day_of(at: datetime | None) -> date:
        return date.max if at is None else at.astimezone(zone).date()

    rests = [
        (day_of(rest.valid_from), day_of(rest.valid_to))
        for rest in StatusPeriod.objects.filter(subscriber_id=one.subscriber_id)
        if "voluntary" in rest.reasons
    ]
    payers = [
        (day_of(relation.valid_from), day_of(relation.valid_to), relation.account.account_no)
        for relation in PaymentRelation.objects.filter(
            subscriber_id=one.subscriber_id, charge_group="*"
        ).select_related("account")
    ]
    fee = Decimal(FEES[code]["amount"])
    on_hold = FEES[code].get("hold_fee", fee)
    all_days = [month.starts_on + DAY * n for n in range((month.ends_on - month.starts_on).days)]
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for day in all_days:
        if not day_of(one.valid_from) <= day < day_of(one.valid_to):
            continue
        [place] = [place for place, (since, until, _) in enumerate(payers) if since <= day < until]
        held = any(since <= day < until for since, until in rests)
        sums[place] += on_hold if held else fee
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for place, amount in sums.items():  # each stretch is rounded by itself
        owed[payers[place][2]] += (amount / len(all_days)).quantize(SIX, ROUND_HALF_UP)
    return {payer: amount for payer, amount in owed.items() if amount}


def _in_force() -> QuerySet[Bill]:
    return Bill.objects.filter(state=BillState.ISSUED)


_CHEAP = {
    "an entry does not balance": """
        SELECT count(*) FROM (SELECT FROM billing_posting GROUP BY entry_id, currency
                              HAVING sum(amount) <> 0) AS x""",
    "a balance is not the sum of its postings, or holds more than there is": """
        SELECT count(*) FROM billing_balancebook b
        WHERE amount <> -coalesce((SELECT sum(amount) FROM billing_posting p
                                   WHERE p.book_id = b.id), 0)
              OR amount < reserved OR reserved < 0""",
    "receivables are not what is open": """
        SELECT (SELECT coalesce(sum(open_amount), 0) FROM billing_bill WHERE state = 'issued')
            <> (SELECT coalesce(sum(amount), 0) FROM billing_posting WHERE ledger_id = 1122)""",
    "a bill is paid more than it is": "SELECT count(*) FROM billing_bill WHERE open_amount < 0",
    "the money that came in is not where it should lie": """
        SELECT (SELECT coalesce(sum(CASE kind WHEN 'payment' THEN amount ELSE -amount END), 0)
                FROM billing_payment WHERE state = 'done')
             + (SELECT coalesce(sum(amount), 0) FROM billing_bankline WHERE state = 'suspense')
            <> (SELECT coalesce(sum(amount), 0) FROM billing_posting
                WHERE ledger_id IN (1001, 1002, 1012))""",
    "an allowance gave more than it holds":
        "SELECT count(*) FROM billing_allowancebucket WHERE used > quantity OR used < 0",
}  # fmt: skip

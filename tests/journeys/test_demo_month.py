"""The demo's month: its customers come, use, are billed and pay, each thing once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db.models import Sum

from billing.ledger.chart import Ledger
from billing.models import (
    Bill,
    BillLine,
    BillRun,
    JournalEntry,
    Payment,
    Posting,
    QuarantinedRecord,
    RatedEvent,
    UsageBatch,
)
from demo.month import DemoMonth, month_before
from demo.people import PEOPLE
from demo.used import NOBODY
from orders.models import CustomerOrder
from provisioning.generation import generate_cards, generate_numbers
from provisioning.services import load_numbers, load_sims
from tests.journeys.conftest import Operator

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss", "oss"])
UNTIL = datetime(2027, 1, 20, 1, tzinfo=UTC)
TABLES = (CustomerOrder, UsageBatch, RatedEvent, Bill, BillLine, Payment, JournalEntry)


def test_a_month_is_lived_billed_and_paid(operator: Operator) -> None:
    load_numbers(generate_numbers("137", 100, "GZ"), actor=operator.actor)
    load_sims(generate_cards(100, "GZ"), actor=operator.actor)
    month = DemoMonth(month_before(UNTIL), operator.actor, say=lambda what: None)

    month.live(until=UNTIL)

    orders = CustomerOrder.objects.filter(
        external_id__startswith="demo-month", external_kind="order"
    )
    assert Counter(orders.values_list("state", flat=True)) == {"completed": PEOPLE}
    [batch] = UsageBatch.objects.all()
    assert (batch.state, batch.counts["quarantined"]) == ("rated", {"unknown_subscriber": 1})
    [waiting] = QuarantinedRecord.objects.exclude(reason="no_tariff")
    assert NOBODY in waiting.content
    run = BillRun.objects.get()
    assert (run.state, run.counts["bills"], run.counts["refused"]) == ("done", PEOPLE, 0)
    kinds = set(BillLine.objects.values_list("kind", flat=True))
    assert {"recurring", "usage"} <= kinds
    assert Posting.objects.aggregate(sum=Sum("amount"))["sum"] == Decimal(0)
    owed = Posting.objects.filter(ledger_id=Ledger.RECEIVABLE).aggregate(sum=Sum("amount"))["sum"]
    assert owed == Bill.objects.aggregate(sum=Sum("open_amount"))["sum"] > 0
    assert Payment.objects.count() == PEOPLE * 4 // 5

    before = [table.objects.count() for table in TABLES]
    month.live(until=UNTIL)
    assert [table.objects.count() for table in TABLES] == before

"""The demo's month: its customers come, use, are billed and pay, each thing once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from django.db.models import F, Model, Sum

from billing.calendar import month_of
from billing.ledger.chart import Ledger
from billing.ledger.proving import prove
from billing.models import (
    Adjustment,
    BalanceCharge,
    BankLine,
    Bill,
    BillLine,
    BillRun,
    CashierDay,
    Dispute,
    Invoice,
    JournalEntry,
    Payment,
    Posting,
    QuarantinedRecord,
    RatedEvent,
    UsageBatch,
)
from billing.states import BankLineState, BillState, DisputeState, PaymentMethod, UsageSource
from demo.loading import can_live, load_staff
from demo.month import DemoMonth, month_before
from demo.paying import STRAY
from demo.people import PEOPLE, TALKERS
from demo.talking import SESSIONS
from demo.used import NOBODY
from orders.models import CustomerOrder
from provisioning.generation import generate_cards, generate_numbers
from provisioning.services import load_numbers, load_sims
from tests.integration.provisioning.world import set_up_levels
from tests.journeys.conftest import Operator

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss", "oss"])
UNTIL = datetime(2027, 1, 20, 1, tzinfo=UTC)
TABLES: tuple[type[Model], ...] = (
    *(CustomerOrder, UsageBatch, RatedEvent, BalanceCharge, Bill, BillLine, Payment, JournalEntry),
    *(Adjustment, Invoice, Dispute, CashierDay, BankLine),
)


def counted() -> dict[type[Model], int]:
    """Return how many rows there are of what the month leaves behind."""
    return {table: table._default_manager.count() for table in TABLES}


def test_a_month_is_lived_billed_and_paid(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up_levels()
    load_staff(password="demo-month", actor=operator.actor, at=operator.now)
    load_numbers(generate_numbers("137", 100, "GZ"), actor=operator.actor)
    load_sims(generate_cards(100, "GZ"), actor=operator.actor)
    month = DemoMonth(month_before(UNTIL), operator.actor, say=lambda what: None)

    with monkeypatch.context() as cut_short:  # the load is cut short and goes on where it was
        cut_short.setattr("demo.month.load_bank", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            month.live(until=UNTIL)
    before = counted()
    month.live(until=UNTIL)

    through_the_bank = Payment.objects.filter(method=PaymentMethod.BANK_FILE).count()
    assert through_the_bank == PEOPLE // 5
    more = {Payment: through_the_bank, BankLine: through_the_bank + 1}
    more[JournalEntry] = through_the_bank + 1
    assert counted() == {table: rows + more.get(table, 0) for table, rows in before.items()}
    everybody = PEOPLE + TALKERS
    orders = CustomerOrder.objects.filter(
        external_id__startswith="demo-month", external_kind="order"
    )
    assert Counter(orders.values_list("state", flat=True)) == {"completed": everybody}
    cut, batch = UsageBatch.objects.filter(source=UsageSource.FILE).order_by("pk")
    assert (cut.state, batch.state) == ("refused", "rated")
    assert batch.counts["quarantined"] == {"unknown_subscriber": 1}
    [waiting] = QuarantinedRecord.objects.all()
    assert NOBODY in waiting.content
    assert BalanceCharge.objects.count() >= TALKERS * SESSIONS
    for run in BillRun.objects.all():
        assert (run.state, run.counts["bills"], run.counts["refused"]) == ("done", everybody, 0)
    kinds = set(BillLine.objects.values_list("kind", flat=True))
    assert {"recurring", "usage"} <= kinds
    assert set(Payment.objects.values_list("method", flat=True)) == set(PaymentMethod.values)
    assert Counter(Payment.objects.values_list("kind", "state")) == {
        ("payment", "done"): PEOPLE * 4 // 5 + TALKERS,
        ("payment", "reversed"): 1,
        ("refund", "done"): 1,
    }
    assert Adjustment.objects.get().amount == 5
    [stray] = BankLine.objects.filter(state=BankLineState.SUSPENSE)
    assert stray.amount == STRAY
    assert Counter(Invoice.objects.values_list("state", flat=True)) == {
        "issued": 2, "undone": 1, "red": 1,
    }  # fmt: skip
    assert Counter(CashierDay.objects.values_list("state", flat=True)) == {
        "confirmed": CashierDay.objects.count() - 1, "closed": 1,
    }  # fmt: skip
    assert Dispute.objects.get().state == DisputeState.OPEN
    owed = Posting.objects.filter(ledger_id=Ledger.RECEIVABLE).aggregate(sum=Sum("amount"))["sum"]
    standing = Bill.objects.filter(state=BillState.ISSUED)
    assert owed == standing.aggregate(sum=Sum("open_amount"))["sum"] > 0
    assert standing.filter(open_amount=0, receivable__gt=0).exists()
    assert standing.filter(open_amount__gt=0, open_amount__lt=F("receivable")).exists()
    assert prove(UNTIL).wrong == []

    before = counted()
    month.live(until=UNTIL)
    assert counted() == before


def test_it_is_lived_where_the_catalogue_came_before_and_nobody_else_did(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.loading.answers", lambda url: True)
    month = month_before(UNTIL)
    earlier = month_of(1, operator.now)

    assert can_live(month)
    assert not can_live(earlier)  # the catalogue came on sale in the middle of it
    monkeypatch.setattr("demo.loading.answers", lambda url: False)
    assert not can_live(month)  # the network is silent
    monkeypatch.setattr("demo.loading.answers", lambda url: True)
    operator.customer()
    assert not can_live(month)


@pytest.mark.parametrize(
    ("day", "starts_on"),
    [
        ((2026, 11, 23), (2026, 10, 1)),
        ((2026, 11, 14), (2026, 9, 1)),
        ((2026, 1, 20), (2025, 12, 1)),
    ],
)
def test_the_month_is_one_whose_bills_could_be_paid(
    day: tuple[int, int, int], starts_on: tuple[int, int, int]
) -> None:
    assert month_before(datetime(*day, 4, tzinfo=UTC)).starts_on == date(*starts_on)

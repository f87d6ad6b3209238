"""出账: a run makes one bill an account, posts it, and ends."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.ledger.chart import Ledger
from billing.models import Bill, BillingCycle, JournalEntry, Posting
from billing.states import CycleState, RunState
from tests.integration.billing.bill_run.world import World, bill_of, billed

pytestmark = pytest.mark.django_db(databases=["default", "boss"])


def test_a_month_s_fee_and_usage_are_billed_and_posted() -> None:
    world = World()
    world.account()
    world.subscriber()
    world.fee("MONTHLY", 59)
    world.has("MONTHLY")
    world.used("12.345678")

    run = world.run()

    assert run.state == RunState.DONE
    assert billed() == [("recurring", "rental", "59"), ("usage", "voice", "12.35")]
    bill = bill_of("A")
    # 59 contain 6 %: 3.34; 12.35 contain 9 %: 1.02
    assert (bill.total, bill.tax, bill.open_amount) == (
        Decimal("71.35"), Decimal("4.36"), Decimal("71.35"),
    )  # fmt: skip
    assert BillingCycle.objects.get(pk=run.cycle_id).state == CycleState.BILLED
    entry = JournalEntry.objects.get(source_no=bill.bill_no)
    postings = dict(Posting.objects.filter(entry=entry).values_list("ledger_id", "amount"))
    assert postings == {
        Ledger.RECEIVABLE: Decimal("71.35"),
        Ledger.TAX_PAYABLE: Decimal("-4.36"),
        Ledger.REVENUE: Decimal("-66.985678"),
        Ledger.ROUNDING: Decimal("-0.004322"),
    }
    assert Bill.objects.count() == 1

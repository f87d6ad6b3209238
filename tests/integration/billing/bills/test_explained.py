"""A bill's lines are explained down to the events, from what a run and rating have written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing.models import Bill, BillingCycle, BillLine, RatedEvent
from billing.pages.bills.explained import explain_line, title_of
from billing.rating import rate_batch
from billing.selectors.bills import events_of, named
from core.systems import System
from tests import signing
from tests.integration.billing.bill_run.world import BILLER, World, bill_of, local, start_run
from tests.integration.billing.bill_run.world import work_run as work
from tests.integration.billing.rating.world import World as RatingWorld

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss"])
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def world() -> World:
    world = World()
    world.account()
    world.subscriber()
    return world


def explained(bill: Bill, kind: str) -> list[str]:
    """Return the sentences for the only line of a kind."""
    [one] = named(BillLine.objects.filter(bill_id=bill.pk, kind=kind))
    return explain_line(bill, one)


def test_a_part_of_a_month_and_days_on_hold(world: World):
    world.fee("FEE", 31, hold_fee=5)
    world.has("FEE", since="2026-03-11")
    world.suspended("2026-03-21", "2026-03-26")
    world.run()
    bill = bill_of("A")
    said = explained(bill, "recurring")
    # 31 × 16 ÷ 31 + 5 × 5 ÷ 31 = 16.806452
    assert any("(31 × 16 天 + 停机保号 5 × 5 天) ÷ 31 天 = 16.806452" in one for one in said)
    assert "精确金额 16.806452, 按行四舍五入为 16.81" in said
    assert "价内税: 16.81 × 6 ÷ (100 + 6) = 0.95" in said
    assert said[0].startswith("资费 FEE (FEE) 第 1 版:")


def test_a_whole_month_says_so(world: World):
    world.fee("FEE", 30)
    world.has("FEE")
    world.run()
    assert "整个账期, 不按天折算。" in explained(bill_of("A"), "recurring")


def test_a_discount_and_a_cap_name_what_they_are_taken_from(world: World):
    world.fee("FEE", 100)
    world.tariff("OFF", "rental", charge="discount", percent=10, of=["rental"], order=1)
    world.tariff("CAP", "rental", charge="cap", amount=80, of=["rental"])
    world.has("FEE", "OFF", "CAP")
    world.run()
    bill = bill_of("A")
    assert "费用 100.00 超过封顶 80.00 的部分 20.00" in explained(bill, "cap")
    assert "80.00 × 10% = 8.00" in explained(bill, "discount")


def test_what_others_bear_is_said(world: World):
    world.account("B")
    world.fee("FEE", 100)
    world.tariff("OFF", "rental", charge="discount", percent=10, of=["rental"], order=1)
    world.has("FEE", "OFF")
    world.pays("B", group="rental", priority=1, share=30)
    world.run()
    assert "付费关系: 全额 100.00, 其他账户承担后余下 70.00" in explained(bill_of("A"), "recurring")
    assert "付费关系: 全额 100.00, 本账户承担 30%, 为 30.00" in explained(bill_of("B"), "recurring")

    assert "100.00 × 10% = 10.00" in explained(bill_of("B"), "discount")


def billed_calls() -> Bill:
    """A month of calls, rated and billed: two minutes free, then by the minute."""
    world = RatingWorld()
    world.tariff(
        "TALK",
        {
            "usage": "voice",
            "allowances": [{"quantity": "2 min"}],
            "prices": [{"price": "0.2", "per": "1 min", "step": "1 min"}],
        },
    )
    world.subscriber("wang")
    world.buy("wang", "TALK")
    begins = local("2026-03-05 10:00")
    batch = world.batch(
        {"at": begins + timedelta(minutes=place), "quantity": 90} for place in range(60)
    )
    rate_batch(batch.pk, at=local("2026-03-06"))
    cycle = BillingCycle.objects.get(billing_day=1, starts_on="2026-03-01")
    run = start_run(
        kind="final", billing_day=1, starts_on=cycle.starts_on, actor=BILLER,
        at=cycle.ends_at + timedelta(hours=3),
    )  # fmt: skip
    work(run.pk, clock=lambda: run.bill_at)
    return Bill.objects.get(run=run)


def test_a_usage_line_is_the_sum_of_its_events():
    bill = billed_calls()
    [line] = BillLine.objects.filter(bill_id=bill.pk, kind="usage")
    events = events_of(bill, line)
    assert events.count() == 60
    assert sum(one.charge for one in events) == line.exact
    assert any("60 条话单" in one for one in explained(bill, "usage"))
    [shown] = named([line])
    assert title_of(shown) == "资费 TALK"


def test_events_are_listed_by_time_and_each_is_explained():
    bill = billed_calls()
    client = signing.signed_in(System.BOSS, "billing.view_bill", staff_no="8801")
    line_no = BillLine.objects.get(bill_id=bill.pk, kind="usage").line_no
    address = f"/boss/bills/{bill.bill_no}/lines/{line_no}/events/"
    first = client.get(address)
    assert len(first.context["rows"]) == 50
    second = client.get(address + first.context["next"])
    assert len(second.context["rows"]) == 10
    seen = [row["event"].pk for row in (*first.context["rows"], *second.context["rows"])]
    assert seen == list(
        RatedEvent.objects.order_by("started_at", "pk").values_list("pk", flat=True)
    )
    one = client.get(f"{address}{seen[-1]}/", headers={"hx-request": "true"})
    assert one.status_code == 200
    assert "TALK" in one.content.decode()
    assert client.get(f"{address}{seen[-1] + 1000}/").status_code == 404
    assert client.get(f"/boss/bills/{bill.bill_no}/lines/99/events/").status_code == 404
    assert client.get(address, {"after": "x~1"}).status_code == 200

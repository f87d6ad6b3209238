"""A month in the life, in a real browser: bought, used, billed, explained, paid, undone, proven."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from config.instance.throwaway import Throwaway
from tests.browser.conftest import Desk
from tests.browser.counter import (
    button,
    came_through,
    choose_main,
    choose_number,
    fill_in_customer,
    somebody,
    submit,
)
from tests.browser.month import (
    a_month_of_use,
    a_month_passes,
    at_the_payment_desk,
    bill_of_run,
    hand_in_bank_file,
    invoice,
    last_month,
    load_usage,
    prove,
    reverse,
    run_bills,
    take,
)

pytestmark = pytest.mark.long
Sit = Callable[..., Desk]
# Two fees of 8 yuan, in advance; 5 of 35 minutes beyond the free ones at 0.19; 3 messages at 0.10.
LINES = ["8.00", "8.00", "0.95", "0.30"]
TOTAL = "17.25"


def well(seat: Desk) -> None:
    """Assert that the page is well, wide and narrow."""
    for width in ("narrow", "desktop"):
        seat.widen(width)
        seat.is_well()


def a_plan_is_bought(seat: Desk) -> str:
    """Somebody comes to the counter, is made a customer and given a line; return its number."""
    seat.sign_in("crm", "clerk")
    seat.open("/crm/customers/open/")
    fill_in_customer(seat, somebody())
    button(seat, "开户", "Open the customer").click()
    came_through(seat)
    if "/flows/" in seat.page.url:
        seat.page.locator(".flow-facts a").first.click()
        seat.page.wait_for_url("**/crm/customers/**")
    seat.page.locator(".deeds a", has_text=seat.say("用户开户", "Open a subscriber")).click()
    seat.page.wait_for_url("**/open-subscriber/")
    choose_main(seat, "PLAN-8")
    msisdn = choose_number(seat)
    submit(seat)
    came_through(seat)
    return msisdn


def open_amount(seat: Desk, bill_no: str) -> str:
    """Return what is still owed of a bill, as its page says."""
    seat.open(f"/boss/bills/{bill_no}/")
    return seat.page.locator("section[aria-labelledby=head] dd.main").last.inner_text()


@pytest.mark.parametrize(("language", "day"), [("zh", 2), ("en", 3)])
def test_a_month_in_the_life(desk: Sit, served: Throwaway, language: str, day: int) -> None:
    msisdn = a_plan_is_bought(desk(language))
    month = last_month(day)
    [account_no] = a_month_passes(served, [msisdn], month, day)
    seat = desk(language)
    seat.sign_in("boss", "finance")

    # The usage comes in a file; what nobody used is set aside and discarded.
    load_usage(seat, a_month_of_use(f"M{day}", msisdn, month))
    well(seat)
    seat.page.locator("#batches a[href*=quarantine]").first.click()
    seat.page.wait_for_url("**/quarantine/**")
    expect(seat.page.locator("tbody tr")).to_have_count(1)
    expect(seat.page.locator("tbody")).to_contain_text("130****0000")
    seat.page.locator("tbody th a").click()
    seat.page.wait_for_url(re.compile(r"/quarantine/\d+/$"))
    well(seat)
    seat.page.fill("#why", seat.say("空号", "Nobody's number"))
    button(seat, "丢弃", "Discard").click()
    seat.page.wait_for_load_state("networkidle")
    expect(seat.page.locator("#body")).to_contain_text(seat.say("已丢弃", "iscarded"))

    # A trial owes nobody anything and is thrown away.
    trial = run_bills(seat, "trial", day, month)
    well(seat)
    bill_no = bill_of_run(seat, trial, account_no)
    seat.open(f"/boss/bills/{bill_no}/")
    expect(seat.page.locator(".notice-warning")).to_be_visible()
    well(seat)
    seat.open(f"/boss/bill-runs/{trial}/")
    button(seat, "取消试算", "Cancel the trial").click()
    expect(seat.page.locator("section[aria-labelledby=run] .badge")).to_have_text(
        seat.say("已取消", "Cancelled")
    )

    # The final run; the bill is read line by line, down to one call.
    run_no = run_bills(seat, "final", day, month)
    well(seat)
    bill_no = bill_of_run(seat, run_no, account_no)
    well(seat)
    assert open_amount(seat, bill_no) == TOTAL
    seat.page.evaluate("document.querySelectorAll('#body details').forEach(one => one.open = true)")
    well(seat)
    amounts = seat.page.locator(".bills-line td.amount:nth-last-child(2)").all_inner_texts()
    assert sorted(amounts) == sorted(LINES)
    assert sum(Decimal(one) for one in amounts) == Decimal(TOTAL)
    expect(seat.page.locator("section[aria-labelledby=lines]")).to_contain_text("0.19")
    seat.page.locator("a[href*='/events/']").first.click()
    seat.page.wait_for_url("**/events/**")
    rows = seat.page.locator("tbody tr")
    expect(rows).to_have_count(2)
    how = rows.nth(1).get_by_role("link")
    how.click()
    expect(rows.nth(1).locator("li").first).to_be_visible()
    expect(rows.nth(1)).to_contain_text("0.95")
    well(seat)
    for paper in (f"/boss/bills/{bill_no}/bill.pdf", f"/boss/bills/{bill_no}/lines.csv"):
        assert seat.context.request.get(seat.base_url + paper).ok

    # The customer pays at the desk; the change is said.
    at_the_payment_desk(seat, msisdn)
    well(seat)
    expect(seat.page.locator("#amount")).to_have_value(TOTAL)
    payment_no = take(seat, handed="20")
    expect(seat.page.locator("#body .notice-success")).to_contain_text("2.75")
    well(seat)
    assert open_amount(seat, bill_no) == "0.00"

    # It was another one's money: undone, then a part is paid by card and the bank sends the rest.
    reverse(seat, payment_no, seat.say("收错账户", "Another customer's money"))
    well(seat)
    assert open_amount(seat, bill_no) == TOTAL
    at_the_payment_desk(seat, account_no)
    take(seat, method="card", amount="10")
    assert open_amount(seat, bill_no) == "7.25"
    hand_in_bank_file(
        seat, f"icbc-{day}.csv", [(f"S{day}", account_no, "8"), (f"N{day}", "X", "5")]
    )
    well(seat)
    assert open_amount(seat, bill_no) == "0.00"
    seat.open("/boss/suspense/")
    well(seat)
    row = seat.page.locator("tbody tr", has_text=f"N{day}")
    row.locator("[name=reason]").fill(seat.say("查无此户", "Nobody's account"))
    row.get_by_role("button", name=seat.say("退回", "Send back")).click()
    expect(row).to_have_count(0)

    # An invoice, the statement, and the ledger proven.
    invoice(seat, bill_no)
    well(seat)
    seat.open(f"/boss/accounts/{account_no}/")
    moves = seat.page.locator("section[aria-labelledby=moves] tbody tr")
    expect(moves).to_have_count(5)
    expect(moves.first.locator("td").nth(6)).to_have_text("0.00")
    expect(moves.first.locator("td").nth(7)).to_have_text("0.75")
    well(seat)
    found = prove(seat)
    well(seat)
    expect(found.locator(".notice-success")).to_be_visible()

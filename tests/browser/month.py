"""A month of billing, done at BOSS's pages; and what was bought today, moved to where it began."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import psycopg
from django.utils import timezone
from playwright.sync_api import Locator, expect

from billing.calendar import Month, month_of
from config.instance.throwaway import Throwaway
from tests.browser.conftest import Desk
from tests.browser.counter import button

COLUMNS = "key,usage,number,started_at,quantity"
# Whoever came today came when the month began: what BOSS was told of them is as old as that.
IT_BEGAN = """
WITH one AS (
    UPDATE billing_billingsubscriber SET created_at = %(at)s, activated_at = %(at)s
    WHERE service_number = ANY(%(numbers)s) RETURNING id, customer_id
), had AS (
    UPDATE billing_billingsubscription AS s SET created_at = %(at)s, valid_from = %(at)s
    FROM one WHERE s.subscriber_id = one.id
), paid AS (
    UPDATE billing_paymentrelation AS r SET valid_from = %(at)s
    FROM one WHERE r.subscriber_id = one.id RETURNING r.account_id
), account AS (
    UPDATE billing_billingaccount AS a SET created_at = %(at)s, billing_day = %(day)s
    FROM paid WHERE a.id = paid.account_id RETURNING a.account_no
), customer AS (
    UPDATE billing_billingcustomer AS c SET created_at = %(at)s
    FROM one WHERE c.id = one.customer_id
)
SELECT account_no FROM account
"""
RUN = re.compile(r"/boss/bill-runs/RB\d+/$")


class Billed(NamedTuple):
    """An account with a month that is billed, invoiced and paid in part, and what came with it."""

    account_no: str
    bill_no: str
    line_no: int
    run_no: str
    trial_no: str
    trial_bill_no: str
    invoice_no: str
    payment_no: str
    reversed_no: str
    adjustment_no: str
    bank_file: int
    usage: int
    quarantined: int


def last_month(billing_day: int) -> Month:
    """Return the cycle of a billing day that is over."""
    now = month_of(billing_day, timezone.now())
    return month_of(billing_day, now.starts_at - timedelta(days=1))


def a_month_passes(served: Throwaway, numbers: Sequence[str], month: Month, day: int) -> list[str]:
    """Let lines that were bought just now have been there since ``month`` began.

    Return the accounts that pay for them; their billing day is ``day`` from now on.
    """
    url = served.environment()["BOSS_DATABASE_URL"]
    about = {"at": month.starts_at, "numbers": list(numbers), "day": day}
    with psycopg.connect(url) as boss:
        return sorted(row[0] for row in boss.execute(IT_BEGAN, about))


def usage_file(name: str, rows: Sequence[tuple[str, str, datetime, int]]) -> dict[str, Any]:
    """Return a usage file to be handed in: kind, number, start and quantity of each record."""
    lines = [
        f"{name}:{place},{kind},{number},{at.isoformat()},{quantity}"
        for place, (kind, number, at, quantity) in enumerate(rows, start=1)
    ]
    head = [f"HEADER,usage,1,{name},{timezone.now().isoformat()}", COLUMNS]
    total = sum(quantity for *_, quantity in rows)
    text = "\n".join([*head, *lines, f"TRAILER,{len(rows)},{total}", ""])
    return {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": text.encode()}


def a_month_of_use(name: str, number: str, month: Month) -> dict[str, Any]:
    """Return the use of a line: 35 minutes of calls, three messages, and what nobody used."""
    at = [month.starts_at + timedelta(days=day, hours=10) for day in range(1, 6)]
    mine = [("voice", number, at[0], 1500), ("voice", number, at[1], 600)]
    mine += [("sms", number, one, 1) for one in at[2:]]
    return usage_file(name, [*mine, ("voice", "13000000000", at[0], 60)])


def load_usage(seat: Desk, file: dict[str, Any]) -> None:
    """Hand in a usage file on its page and wait until it is rated."""
    seat.open("/boss/usage/batches/")
    seat.page.set_input_files("#file", files=[file])
    button(seat, "导入", "Load").click()
    seat.page.wait_for_load_state("networkidle")
    row = seat.page.locator("#batches tbody tr", has_text=file["name"].removesuffix(".csv"))
    expect(row.locator(".badge")).to_have_text(seat.say("已批价", "Rated"))


def run_bills(seat: Desk, kind: str, day: int, month: Month) -> str:
    """Start a run on its page and wait for its end; return its number."""
    seat.open("/boss/bill-runs/")
    seat.page.select_option("#cycle", f"{day}:{month.starts_on:%Y-%m-%d}")
    seat.page.select_option("#kind", kind)
    button(seat, "开始", "Start").click()
    seat.page.wait_for_url(RUN)
    expect(seat.page.locator("section[aria-labelledby=run] .badge")).to_have_text(
        seat.say("完成", "Done")
    )
    expect(seat.page.locator("#body")).to_contain_text(
        seat.say("变化最大的账户", "Accounts that changed most")
    )
    return seat.path().rstrip("/").split("/")[-1]


def bill_of_run(seat: Desk, run_no: str, account_no: str) -> str:
    """Return the number of the bill that a run made for an account."""
    seat.open(f"/boss/bills/?run={run_no}&account={account_no}")
    link = seat.page.locator("tbody a[href*='/bills/BB']").first
    return str(link.get_attribute("href")).rstrip("/").split("/")[-1]


def at_the_payment_desk(seat: Desk, term: str) -> None:
    """Find an account by what a customer says, and stand at its desk."""
    seat.open("/boss/desk/")
    seat.page.fill("#q", term)
    seat.page.press("#q", "Enter")
    seat.page.wait_for_url("**/boss/desk/AC*/")


def take(seat: Desk, method: str = "cash", amount: str = "", handed: str = "") -> str:
    """Take a payment at the desk, the keyboard alone; return its number."""
    seat.page.check(f"[name=method][value={method}]")
    if amount:
        seat.page.fill("#amount", amount)
    if handed:
        seat.page.fill("#handed", handed)
    seat.page.press("#amount", "Enter")
    seat.page.wait_for_url("**/boss/payments/MB*/**")
    return seat.path().partition("?")[0].rstrip("/").split("/")[-1]


def reverse(seat: Desk, payment_no: str, reason: str) -> None:
    """Undo a payment for a reason."""
    seat.open(f"/boss/payments/{payment_no}/reverse/")
    seat.page.fill("#reason", reason)
    button(seat, "返销", "Reverse").click()
    seat.page.wait_for_url(f"**/boss/payments/{payment_no}/")
    expect(seat.page.locator("#body .notice-danger")).to_contain_text(reason)


def adjust(seat: Desk, account_no: str, amount: str) -> str:
    """Give an account something on its balance for a reason; return the adjustment's number."""
    seat.open(f"/boss/desk/{account_no}/adjust/")
    seat.page.fill("#amount", amount)
    seat.page.fill("#reason", seat.say("服务中断", "The service was interrupted"))
    button(seat, "调账", "Adjust").click()
    seat.page.wait_for_url(f"**/boss/desk/{account_no}/")
    seat.open("/boss/adjustments/")
    return seat.page.locator("tbody a[href*='/adjustments/']").first.inner_text()


def invoice(seat: Desk, bill_no: str) -> str:
    """Issue an invoice over a bill; return its number."""
    seat.open(f"/boss/bills/{bill_no}/")
    button(seat, "对未开票明细开具发票", "Invoice what is not invoiced").click()
    seat.page.wait_for_url("**/boss/invoices/*/")
    return seat.path().rstrip("/").split("/")[-1]


def hand_in_bank_file(seat: Desk, name: str, lines: Sequence[tuple[str, str, str]]) -> None:
    """Hand in a bank's file of serial, account and amount; wait until it is posted."""
    today = f"{timezone.localdate():%Y%m%d}"
    total = sum(Decimal(amount) for *_, amount in lines)
    rows = [f"D,{serial},{account},{amount},{today}" for serial, account, amount in lines]
    text = "\n".join(["H,ICBC,CNY", *rows, f"T,{len(rows)},{total:.2f}", ""])
    seat.open("/boss/bank-files/")
    seat.page.set_input_files(
        "#file", files=[{"name": name, "mimeType": "text/csv", "buffer": text.encode()}]
    )
    button(seat, "导入", "Hand in").click()
    seat.page.wait_for_url("**/boss/bank-files/*/")
    expect(seat.page.locator("#body .badge").first).to_have_text(seat.say("完成", "Done"))


def prove(seat: Desk) -> Locator:
    """Have the ledger proven now; return what was found."""
    seat.open("/boss/ledger-proof/")
    button(seat, "立即核对", "Prove now").click()
    found = seat.page.locator("#found")
    expect(found.locator(".notice-success, .notice-danger").first).to_be_visible()
    return found


def a_billed_month(seat: Desk, served: Throwaway, number: str, day: int = 4) -> Billed:
    """Let a line's month pass and bill it; one payment is undone, one is for a part."""
    month = last_month(day)
    [account_no] = a_month_passes(served, [number], month, day)
    load_usage(seat, a_month_of_use(f"BUSY{day}", number, month))
    trial_no = run_bills(seat, "trial", day, month)
    run_no = run_bills(seat, "final", day, month)
    bill_no = bill_of_run(seat, run_no, account_no)
    at_the_payment_desk(seat, account_no)
    reversed_no = take(seat, handed="1000")
    reverse(seat, reversed_no, seat.say("收错账户", "Another customer's money"))
    at_the_payment_desk(seat, account_no)
    payment_no = take(seat, method="card", amount="10")
    seat.open(f"/boss/bills/{bill_no}/")
    events = str(seat.page.locator("a[href*='/events/']").first.get_attribute("href"))
    told = [(f"S{day}", account_no, "8"), (f"N{day}", "X", "5")]
    hand_in_bank_file(seat, f"icbc-{day}.csv", told)
    return Billed(
        account_no=account_no,
        bill_no=bill_no,
        line_no=int(events.split("/")[-3]),
        run_no=run_no,
        trial_no=trial_no,
        trial_bill_no=bill_of_run(seat, trial_no, account_no),
        invoice_no=invoice(seat, bill_no),
        payment_no=payment_no,
        reversed_no=reversed_no,
        adjustment_no=adjust(seat, account_no, "1"),
        bank_file=last_of(seat, "/boss/bank-files/", "/bank-files/"),
        usage=last_of(seat, f"/boss/usage/?whose={number}", "/usage/"),
        quarantined=last_of(seat, "/boss/usage/quarantine/", "/quarantine/"),
    )


def last_of(seat: Desk, page: str, places: str) -> int:
    """Return the number of the newest thing that a list leads to."""
    seat.open(page)
    link = seat.page.locator(f"tbody a[href*='{places}']").first
    return int(str(link.get_attribute("href")).rstrip("/").split("/")[-1])

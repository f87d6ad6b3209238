"""账单页: what somebody sees of accounts, bills, runs and invoices, and what is kept from them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from billing.calendar import month_of
from billing.cycles import cycle_of
from billing.models import (
    Bill,
    BillingAccount,
    BillingCycle,
    BillLine,
    BillRun,
    Invoice,
    InvoicedLine,
)
from billing.pages.bills import bills
from billing.states import BillState, CycleState, RunState
from core.systems import System
from tests import signing
from tests.integration.billing.bill_run.world import World
from tests.integration.billing.payments.world import AT, account, balance, bill, book, pay

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss"])
ENGLISH = {"accept-language": "en"}
ALL = (
    "billing.view_bill", "billing.view_billingaccount", "billing.run_bills",
    "billing.issue_invoice", "billing.view_revenue", "billing.rebill",
)  # fmt: skip


def signed_in(*permissions: str, **about: object) -> Client:
    about = {"name": "赵工", "org_unit": "GZ-01", "region": "GZ", "staff_no": "8801"} | about
    return signing.signed_in(System.BOSS, *(permissions or ALL), **about)


def text(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return answer.content.decode()


def test_an_accounts_page_says_what_it_owes_and_every_movement():
    of = account()
    first = bill(of, {"recurring": "59", "voice": "12.30"}, months_ago=1)
    pay(of, "100")
    second = bill(of, {"recurring": "59"})
    page = text(signed_in(), f"/boss/accounts/{of.account_no}/")
    assert first.bill_no in page
    assert second.bill_no in page
    moved = signed_in(staff_no="8802").get(f"/boss/accounts/{of.account_no}/").context["movements"]
    assert [(one["kind"], one["owed"], one["held"]) for one in moved] == [
        ("出账", "+59.00", ""),
        ("缴费", "-71.30", "+28.70"),
        ("出账", "+71.30", ""),
    ]
    assert [(one["owed_after"], one["held_after"]) for one in moved] == [
        ("59.00", "28.70"),
        ("0.00", "28.70"),
        ("71.30", "0.00"),
    ]
    assert balance(of) == Decimal("28.70")


def test_a_statement_is_narrowed_and_its_sums_run_on():
    of = account()
    bill(of, {"recurring": "59"})
    book(of, "gift", "10")
    client = signed_in()
    address = f"/boss/accounts/{of.account_no}/"
    [gift] = client.get(address, {"kind": "balances"}).context["movements"]
    assert (gift["held"], gift["owed_after"]) == ("+10.00", "59.00")
    assert "没有符合条件的流水" in text(client, address, until="2020-01-01")
    sheet = client.get(f"{address}statement.csv", headers=ENGLISH)
    assert sheet.content.decode("utf-8-sig").splitlines()[1].split(",")[6:] == [
        "0", "10.000000", "59.000000", "10.000000",
    ]  # fmt: skip


def test_accounts_are_found_by_whole_numbers_and_names():
    of, other = account(), account("AC000000026", org_unit="SZ-01", region="SZ")
    client = signed_in()
    assert client.get("/boss/accounts/", {"q": of.account_no}).url.endswith(f"{of.account_no}/")
    found = client.get("/boss/accounts/", {"q": "王芳"}).context["rows"]
    assert [row["account"].account_no for row in found] == [other.account_no, of.account_no]
    assert "没有这样的账户" in text(client, "/boss/accounts/", q="王")


def test_what_lies_outside_ones_region_does_not_exist():
    mine, other = account(), account("AC000000026", org_unit="SZ-01", region="SZ")
    foreign = bill(other, {"recurring": "59"})
    bill(mine, {"recurring": "59"})
    client = signed_in(data_scope="region")
    rows = client.get("/boss/bills/").context["rows"]
    assert [row["bill"].account.account_no for row in rows] == [mine.account_no]
    for address in (
        f"/boss/accounts/{other.account_no}/",
        f"/boss/accounts/{other.account_no}/statement.csv",
        f"/boss/bills/{foreign.bill_no}/",
        f"/boss/bills/{foreign.bill_no}/lines.csv",
        f"/boss/bills/{foreign.bill_no}/bill.pdf",
    ):
        assert client.get(address).status_code == 404, address


def test_a_bill_shows_its_lines_with_how_each_came_about():
    of = account()
    one = bill(of, {"recurring": "59"})
    BillLine.objects.filter(bill_id=one.pk).update(tax_rate=6, tax=Decimal("3.34"))
    page = text(signed_in(), f"/boss/bills/{one.bill_no}/")
    assert "价内税: 59.00 × 6 ÷ (100 + 6) = 3.34" in page
    sheet = signed_in(staff_no="8802").get(f"/boss/bills/{one.bill_no}/lines.csv")
    assert "59.000000" in sheet.content.decode()


def test_a_bill_of_a_hundred_thousand_lines_is_turned_page_by_page():
    one = bill(account(), {"recurring": "59"})
    BillLine.objects.bulk_create(
        BillLine(bill_id=one.pk, line_no=place, kind="usage", charge_group="sms", exact=1, amount=1)
        for place in range(99_850, 100_001)
    )
    client = signed_in()
    address = f"/boss/bills/{one.bill_no}/"
    first = client.get(address)
    assert len(first.context["lines"]) == 100
    second = client.get(address + first.context["next"])
    shown = [row["line"].line_no for row in second.context["lines"]]
    assert (shown[0], shown[-1], second.context["next"]) == (99_949, 100_000, "")


def test_all_lines_of_a_long_bill_can_be_taken_along(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bills, "MOST_EXPORTED", 2)
    one = bill(account(), {"recurring": "1", "voice": "2", "sms": "3", "data": "4", "mms": "5"})
    client = signed_in()
    files = client.get(f"/boss/bills/{one.bill_no}/").context["exports"]
    assert [file["lines"] for file in files] == ["1 – 2", "3 – 4", "5 – 5"]
    BillLine.objects.filter(bill_id=one.pk).update(line_no=F("line_no") + 10)
    BillLine.objects.filter(bill_id=one.pk).update(line_no=F("line_no") - 9)  # from 1, as bills
    found = [
        client.get(f"/boss/bills/{one.bill_no}/lines.csv{file['query']}").content.decode()
        for file in files
    ]
    numbers = [[row.split(",")[0] for row in text.splitlines()[1:]] for text in found]
    assert numbers == [["1", "2"], ["3", "4"], ["5"]]


def test_without_the_permission_no_page_opens():
    of = account()
    one = bill(of, {"recurring": "59"})
    client = signed_in("billing.view_billingaccount")
    for address in ("/boss/bills/", f"/boss/bills/{one.bill_no}/", "/boss/bill-runs/"):
        assert client.get(address).status_code == 403, address
    page = text(client, f"/boss/accounts/{of.account_no}/")
    assert one.bill_no not in page
    reader = signed_in("billing.view_bill", staff_no="8803")
    assert reader.post(f"/boss/bills/{one.bill_no}/invoice/", {"title": "x"}).status_code == 403
    assert reader.post("/boss/bill-runs/start/", {"kind": "final"}).status_code == 403


def test_an_invoice_is_issued_and_undone_on_the_page():
    of = account()
    one = bill(of, {"recurring": "59", "voice": "11"})
    client = signed_in()
    answer = client.post(
        f"/boss/bills/{one.bill_no}/invoice/",
        {"title": "王芳", "tax_number": "91440101MA5AAAAAAA"},
    )
    invoice = Invoice.objects.get()
    assert answer.url == f"/boss/invoices/{invoice.invoice_no}/"
    assert (invoice.amount, invoice.state) == (70, "issued")
    assert "已开具" in text(client, answer.url)
    for number in (one.bill_no, invoice.invoice_no, of.account_no):
        rows = client.get("/boss/invoices/", {"q": number}).context["rows"]
        assert [row["invoice"].pk for row in rows] == [invoice.pk], number
    again = client.post(f"/boss/bills/{one.bill_no}/invoice/", {"title": "王芳"}, follow=True)
    assert "没有可开票的金额" in again.content.decode()
    undone = client.post(f"{answer.url}undo/", {"reason": "抬头有误"}, follow=True)
    assert "红字发票" in undone.content.decode()
    assert sorted(Invoice.objects.values_list("state", "amount")) == [("red", -70), ("undone", 70)]
    assert not InvoicedLine.objects.filter(stands=True).exists()


def test_a_run_is_started_stopped_gone_on_with_and_cancelled_on_its_pages():
    account()
    client = signed_in()
    [cycle] = client.get("/boss/bill-runs/").context["cycles"]
    answer = client.post("/boss/bill-runs/start/", {"kind": "trial", "cycle": cycle["value"]})
    run = BillRun.objects.get()
    assert answer.url == f"/boss/bill-runs/{run.run_no}/"
    assert "进行中" in text(client, answer.url)
    assert run.run_no in text(client, "/boss/bill-runs/")
    for deed, state in (("stop", "stopped"), ("resume", "running"), ("cancel", "cancelled")):
        client.post(f"{answer.url}act/", {"deed": deed})
        run.refresh_from_db()
        assert run.state == state
    part = client.get(f"{answer.url}state/", {"shown": "running"})
    assert part.headers["HX-Refresh"] == "true"
    refused = client.post("/boss/bill-runs/start/", {"kind": "trial", "cycle": "x"}, follow=True)
    assert "请选择账期和类型" in refused.content.decode()


def test_a_month_that_was_forgotten_is_offered_though_nobody_used_anything():
    account()
    this = month_of(1, timezone.now())
    months = [this]
    for _ in range(3):
        months.append(month_of(1, months[-1].starts_at - timedelta(days=1)))
    _, last, forgotten, billed = months
    BillingCycle.objects.filter(pk=cycle_of(1, billed).pk).update(state=CycleState.BILLED)

    cycles = signed_in().get("/boss/bill-runs/").context["cycles"]

    offered = [one["value"] for one in cycles]
    assert offered == [f"1:{forgotten.starts_on}", f"1:{last.starts_on}"]


def test_whom_a_run_left_out_is_billed_on_its_page():
    world = World()
    world.fee("FEE", 31)
    for name, profile in (("AC000000018", "standard"), ("AC000000026", "nowhere")):
        world.account(name, tax_profile=profile)
        world.subscriber(f"S{name}", name)
        world.has("FEE", subscriber=f"S{name}")
    run = world.run()
    client = signed_in(org_unit="SH-01", region="SH")
    page, bill_it = f"/boss/bill-runs/{run.run_no}/", f"/boss/bill-runs/{run.run_no}/left-out/"
    assert "税务档案未知" in text(client, page)
    told = {"account_no": "AC000000026", "reason": "档案已补"}

    refused = client.post(bill_it, told, follow=True).content.decode()
    assert "现在不能出账: 税务档案未知" in refused
    assert "请填写原因" in client.post(bill_it, told | {"reason": ""}, follow=True).content.decode()
    BillingAccount.objects.update(tax_profile="standard")
    done = client.post(bill_it, told, follow=True).content.decode()

    made = Bill.objects.get(account__account_no="AC000000026")
    assert made.total == 31
    assert made.bill_no in done
    assert 'name="account_no"' not in done
    assert client.post(bill_it, told, follow=True).status_code == 200
    assert Bill.objects.count() == 2
    assert signed_in("billing.view_bill", staff_no="8803").post(bill_it, told).status_code == 403


def test_a_consolidated_bill_says_what_is_to_be_paid_for_all():
    parent = account()
    whole = bill(parent, {"recurring": "20"})
    for number in range(51):
        child = account(f"AC{number + 20:09d}")
        bill(child, {"voice": "1.50"}, consolidated_into_id=whole.pk)
    pay(parent, "26.50")
    client = signed_in()

    page = client.get(f"/boss/bills/{whole.bill_no}/")
    together = page.context["together"]
    assert (together["bills"], together["receivable"], together["open"]) == (51, "96.50", "70.00")
    assert len(page.context["children"]) == 50
    assert len(client.get(f"/boss/bills/{together['all']}").context["rows"]) == 40
    alone = Bill.objects.filter(consolidated_into_id=whole.pk).first()
    assert alone is not None
    assert client.get(f"/boss/bills/{alone.bill_no}/").context["together"] == {}


def test_a_trial_is_compared_with_the_month_before():
    of, other = account(), account("AC000000026")
    before = bill(of, {"recurring": "59"}, months_ago=1)
    bill(other, {"recurring": "30"}, months_ago=1)
    now = bill(of, {"recurring": "79"})
    Bill.objects.filter(pk=now.pk).update(state=BillState.TRIAL)
    BillRun.objects.filter(pk=now.run_id).update(state=RunState.DONE, kind="trial")
    client = signed_in()
    answer = client.get(f"/boss/bill-runs/{now.run.run_no}/differences/")
    [sums] = answer.context["sums"]
    assert (sums["total"], sums["before"], sums["change"]) == ("79.00", "89.00", "-10.00")
    assert (sums["row"].new, sums["row"].gone, sums["row"].more) == (0, 1, 1)
    changes = answer.context["changes"]
    assert [one["change"] for one in changes] == ["-30.00", "+20.00"]
    assert before.bill_no in answer.content.decode()


def test_the_first_page_shows_the_months_billed():
    of = account()
    one = bill(of, {"recurring": "59"})
    BillRun.objects.filter(pk=one.run_id).update(counts={"totals": {"CNY": "59.00"}})
    page = text(signed_in(), "/boss/")
    assert "账务概览" in page
    assert "59.00" in page
    assert AT.year == 2026


def test_the_pages_speak_english():
    of = account()
    one = bill(of, {"recurring": "59"})
    client = signed_in()
    for address, word in (
        ("/boss/accounts/", "Billing day"),
        (f"/boss/accounts/{of.account_no}/", "Statement"),
        ("/boss/bills/", "Receivable"),
        (f"/boss/bills/{one.bill_no}/", "How it came about"),
        ("/boss/bill-runs/", "Start a run"),
        ("/boss/invoices/", "There are no invoices yet"),
    ):
        assert word in client.get(address, headers=ENGLISH).content.decode(), address


def test_a_bill_is_contested_and_settled_on_its_page():
    one = bill(account(), {"recurring": "59"})
    clerk = signed_in(*ALL, "billing.dispute_bill")
    address = f"/boss/bills/{one.bill_no}/"
    assert "提出争议" in text(clerk, address)
    clerk.post(f"{address}dispute/", {"deed": "open", "reason": "没有用过"})
    page = text(clerk, address)
    assert "没有用过" in page
    assert "争议不成立" in page
    assert one.bill_no in text(clerk, "/boss/bills/", standing="disputed")
    clerk.post(f"{address}dispute/", {"deed": "close", "upheld": "no", "outcome": "话单属实"})
    assert "话单属实" in text(clerk, address)
    assert one.bill_no not in text(clerk, "/boss/bills/", standing="disputed")
    other = signed_in(staff_no="8802")
    assert "提出争议" not in text(other, address)
    refused = other.post(f"{address}dispute/", {"deed": "open", "reason": "x"})
    assert refused.status_code == 403

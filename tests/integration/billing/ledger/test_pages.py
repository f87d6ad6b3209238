"""The ledger's pages: journal, trial balance, periods, proof and revenue, in both languages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.ledger.figures import refresh_figures
from billing.ledger.periods import period_at
from billing.ledger.proving import keep_proof
from billing.models import (
    AccountingPeriod,
    Bill,
    BillLine,
    JournalEntry,
    LedgerProof,
    MonthFigure,
)
from tests import signing
from tests.integration.billing.desk import ENGLISH, signed_in
from tests.integration.billing.ledger.world import everything
from tests.integration.billing.payments.world import AT, account, bill, pay

LOOK, CLOSE, REVENUE = "billing.view_ledger", "billing.close_period", "billing.view_revenue"
JOURNAL, BALANCE = "/boss/journal/", "/boss/trial-balance/"
PERIODS, PROOF = "/boss/accounting-periods/", "/boss/ledger-proof/"
FIGURES = "/boss/revenue/"

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss"])


def entries(client, **asked) -> list[int]:
    answer = client.get(JOURNAL, asked)
    assert answer.status_code == 200
    return [row["entry"].pk for row in answer.context["rows"]]


def test_the_journal_is_found_by_account_source_kind_period_and_day() -> None:
    found = everything()
    client = signed_in(LOOK)
    every = list(JournalEntry.objects.order_by("-pk").values_list("pk", flat=True))
    assert entries(client) == every
    of = JournalEntry.objects.filter(account_id=found["account"].pk).order_by("-pk")
    theirs = list(of.values_list("pk", flat=True))
    assert 0 < len(theirs) < len(every)
    assert entries(client, account="ac000000018") == theirs
    number = found["paid"].payment_no
    [only] = entries(client, source=number.lower())
    assert JournalEntry.objects.get(pk=only).source_no == number
    assert entries(client, kind="refund") == entries(client, kind="refund", period="2026-11")
    assert entries(client, period="2026-10") == []
    assert entries(client, since="2026-11-20", until="2026-11-20") == every
    assert entries(client, until="2026-11-19") == []
    assert "没有符合条件的分录" in client.get(JOURNAL, {"account": "x"}).content.decode()


def test_pages_of_the_journal_follow_each_other_and_cost_the_same() -> None:
    of = account()
    for _ in range(60):
        pay(of, "1.00")
    client = signed_in(LOOK)
    first = client.get(JOURNAL)
    assert len(first.context["rows"]) == 50
    with CaptureQueriesContext(connections["boss"]) as queries:
        second = client.get(JOURNAL + first.context["older"])
    assert [len(second.context["rows"]), second.context["older"]] == [10, ""]
    assert len(queries) <= 12
    third = client.get(JOURNAL + second.context["newer"])
    assert [row["entry"].pk for row in third.context["rows"]] == entries(client)


def test_an_entry_shows_both_sides_and_what_it_reverses() -> None:
    everything()
    client = signed_in(LOOK)
    undone = JournalEntry.objects.filter(reverses_id__isnull=False).first()
    answer = client.get(f"{JOURNAL}{undone.pk}/")
    assert answer.context["debits"] == answer.context["credits"]
    assert f"/boss/journal/{undone.reverses_id}/" in answer.content.decode()
    reversed_one = client.get(f"{JOURNAL}{undone.reverses_id}/", headers=ENGLISH).content.decode()
    assert "Reversed by" in reversed_one
    assert f"/boss/journal/{undone.pk}/" in reversed_one
    assert client.get(f"{JOURNAL}999999/").status_code == 404


def test_the_journal_is_taken_along_as_a_sheet() -> None:
    everything()
    rows = signed_in(LOOK).get("/boss/journal.csv", {"kind": "refund"}).content.decode()
    lines = rows.strip().splitlines()
    assert len(lines) == 3  # its two sides below the headers
    assert "2.000000" in lines[1]


def test_who_sees_a_region_sees_its_entries_alone() -> None:
    pay(account(), "5.00")
    pay(account("AC000000026", region="BJ", org_unit="BJ-01"), "7.00")
    client = signing.signed_in(
        signing.System.BOSS, LOOK, staff_no="8805", region="BJ", org_unit="BJ-01",
        data_scope="region",
    )  # fmt: skip
    [row] = client.get(JOURNAL).context["rows"]
    assert row["account"] == "AC000000026"
    other = JournalEntry.objects.exclude(pk=row["entry"].pk).get()
    assert client.get(f"{JOURNAL}{other.pk}/").status_code == 404
    [table] = client.get(BALANCE).context["tables"]
    assert (table["debits"], table["credits"]) == ("7.00", "7.00")


def test_the_trial_balance_balances_and_carries_over() -> None:
    of = account()
    bill(of, {"rental": "30.00"}, at=AT - timedelta(days=31))
    pay(of, "20.00")
    client = signed_in(LOOK)
    [table] = client.get(BALANCE, {"period": "2026-11"}).context["tables"]
    assert table["balanced"]
    rows = {row["code"]: row for row in table["rows"]}
    assert (rows[1122]["before"], rows[1122]["credits"], rows[1122]["after"]) == (
        *("30.00", "20.00", "10.00"),
    )
    assert rows[1001]["after"] == "20.00"
    sheet = client.get("/boss/trial-balance.csv", {"period": "2026-11"}).content.decode()
    assert "1122" in sheet
    assert "10.000000" in sheet


def test_a_closed_period_reads_as_it_did() -> None:
    of = account()
    bill(of, {"rental": "30.00"}, at=AT - timedelta(days=31))
    pay(of, "20.00", at=AT - timedelta(days=31))
    client = signed_in(LOOK, CLOSE)
    before = client.get(BALANCE, {"period": "2026-10"}).context["tables"]
    keep_proof(timezone.now())
    answer = client.post(f"{PERIODS}2026-10/close/", follow=True)
    assert "已关闭, 共 2 笔分录" in answer.content.decode()
    assert client.get(BALANCE, {"period": "2026-10"}).context["tables"] == before


def test_what_keeps_a_period_open_is_said() -> None:
    bill(account(), {"rental": "30.00"}, at=AT - timedelta(days=31))
    period_at(timezone.now())
    client = signed_in(LOOK, CLOSE)
    page = client.get(PERIODS).content.decode()
    assert "总账尚未核对" in page
    assert "关闭期间</button>" not in page
    keep_proof(timezone.now())
    assert "关闭期间</button>" in client.get(PERIODS).content.decode()
    assert "关闭期间</button>" not in signed_in(LOOK, staff_no="8806").get(PERIODS).content.decode()
    answer = client.post(f"{PERIODS}2026-09/close/", follow=True, headers=ENGLISH)
    assert "There is no accounting period 2026-09" in answer.content.decode()
    assert client.get(f"{PERIODS}2026-10/close/").status_code == 405
    assert not AccountingPeriod.objects.filter(state="closed").exists()


def test_closing_needs_its_permission() -> None:
    bill(account(), {"rental": "30.00"}, at=AT - timedelta(days=31))
    assert signed_in(LOOK).post(f"{PERIODS}2026-10/close/").status_code == 403
    assert AccountingPeriod.objects.get().state == "open"


def test_the_proof_shows_what_is_right_and_names_what_is_wrong() -> None:
    client = signed_in(LOOK)
    assert "还没有核对过" in client.get(PROOF).content.decode()
    bill(account(), {"rental": "30.00"})
    keep_proof(timezone.now())
    page = client.get(PROOF).content.decode()
    assert "全部相符" in page
    assert "立即核对" not in page
    Bill.objects.update(tax=1)
    keep_proof(timezone.now())
    page = client.get(PROOF, headers=ENGLISH).content.decode()
    assert "Bills are sums of lines" in page
    assert Bill.objects.get().bill_no in page
    assert "1.000000" in page


def test_a_proof_is_asked_for_and_waited_for() -> None:
    client = signed_in(LOOK, CLOSE)
    answer = client.post(f"{PROOF}start/")
    assert answer["Location"].endswith("/boss/ledger-proof/?after=0")
    waiting = client.get(f"{PROOF}found/", {"after": "0"}).content.decode()
    assert "正在核对" in waiting
    keep_proof(timezone.now())
    assert "正在核对" not in client.get(f"{PROOF}found/", {"after": "0"}).content.decode()
    assert LedgerProof.objects.count() == 1


def test_months_are_summed_by_group_product_kind_and_region() -> None:
    now = timezone.now()
    first, second = account(), account("AC000000026", region="BJ")
    bill(first, {"rental": "30.00", "voice": "12.50"}, at=now)
    bill(second, {"rental": "59.00"}, at=now)
    BillLine.objects.filter(charge_group="voice").update(tax=Decimal("1.03"))
    refresh_figures(now)
    refresh_figures(now)
    sums = MonthFigure.objects.filter(kind="revenue").values_list(
        "charge_group", "region", "amount"
    )
    assert sorted(sums) == [
        ("rental", "BJ", Decimal("59.00")),
        ("rental", "GZ", Decimal("30.00")),
        ("voice", "GZ", Decimal("11.47")),
    ]
    client = signed_in(REVENUE)
    answer = client.get(FIGURES)
    assert [(row["code"], row["amount"]) for row in answer.context["rows"]] == [
        ("rental", "89.00"),
        ("voice", "11.47"),
    ]
    assert "<svg" in answer.content.decode()
    by_region = client.get(FIGURES, {"by": "region"}, headers=ENGLISH).context["rows"]
    assert [row["code"] for row in by_region] == ["BJ", "GZ"]
    assert "89.000000" in client.get("/boss/revenue.csv", {"by": "charge_group"}).content.decode()


def test_usage_is_shown_with_what_of_it_was_free() -> None:
    everything()
    now = timezone.now()
    MonthFigure.objects.create(
        month=now.date().replace(day=1), kind="usage", word="voice", currency="CNY", items=3,
        quantity=150 * 60, free_quantity=60 * 60, amount=Decimal("12.50"), region="GZ",
    )  # fmt: skip
    answer = signed_in(REVENUE).get(FIGURES)
    [row] = answer.context["used"]
    assert (row["used"], row["free"], row["amount"]) == ("150.00 分钟", "60.00 分钟", "12.50")
    assert "按月使用量" in answer.content.decode()


def test_without_bills_the_page_says_so() -> None:
    client = signed_in(REVENUE)
    assert "还没有账单" in client.get(FIGURES).content.decode()
    assert "There are no bills" in client.get(FIGURES, headers=ENGLISH).content.decode()
    assert client.get(JOURNAL).status_code == 403

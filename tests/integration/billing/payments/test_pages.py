"""Cashiers at their pages: find, take, give change, print, reverse, close the day."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from auth_center.models import ApprovalRequest
from billing.models import BankFile, BankLine, CashierDay, Payment, Voucher
from billing.payments import adjust_account
from billing.payments.bank_files import post_bank_files
from core.systems import System
from tests import signing
from tests.integration.billing.payments.test_bank_files import file_of
from tests.integration.billing.payments.world import (
    account,
    balance,
    bill,
    clerk,
    money,
    open_amounts,
    pay,
    wrong,
)

pytestmark = pytest.mark.django_db(databases=["boss"])
ENGLISH = {"accept-language": "en"}
ALL = tuple(
    f"billing.{name}"
    for name in (
        "take_payment", "view_payment", "reverse_payment", "refund", "adjust", "load_bank_file",
        "clear_suspense", "close_cashier_day", "confirm_cashier_day",
    )
)  # fmt: skip
DESK = "/boss/desk/AC000000018/"


def signed_in(*permissions: str, staff_no: str = "8801", **about: object) -> Client:
    known = {"name": "赵工", "org_unit": "GZ-01", "region": "GZ"} | about
    return signing.signed_in(System.BOSS, *(permissions or ALL), staff_no=staff_no, **known)


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=ENGLISH)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_an_account_is_found_by_its_number_or_the_customer_s_whole_name() -> None:
    account("AC000000018")
    account("AC000000026")
    client = signed_in()
    for term in ("ac000000018", "CC000000018"):
        assert client.get(f"/boss/desk/?q={term}").headers["Location"] == DESK
    found = text(client, "/boss/desk/?q=王芳")
    assert "AC000000018" in found
    assert "AC000000026" in found
    assert "There is no such account" in text(client, "/boss/desk/?q=王")


def test_a_payment_is_taken_once_and_the_change_is_said() -> None:
    wang = account("AC000000018")
    owed = bill(wang, {"voice": "58.50"})
    client = signed_in()
    assert "58.50" in text(client, DESK)
    form = {"method": "cash", "amount": "58.50", "handed": "100", "ticket": "t-1"}

    first, again = client.post(DESK, form), client.post(DESK, form)

    assert first.status_code == 302
    assert first.headers["Location"] == again.headers["Location"]
    receipt = text(client, first.headers["Location"])
    assert "41.50" in receipt
    assert owed.bill_no in receipt
    taken = Payment.objects.get()
    assert (taken.operator_no, taken.org_unit, taken.reference) == ("8801", "GZ-01", "t-1")
    assert open_amounts(owed) == [money(0)]
    paper = client.get(f"/boss/payments/{taken.payment_no}/receipt/")
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")


def test_a_refusal_stays_on_the_page_and_takes_nothing() -> None:
    account("AC000000018")
    client = signed_in()
    for form in ({"method": "cash", "amount": "-1"}, {"method": "voucher", "secret": "1"}, {}):
        assert client.post(DESK, form).status_code == 400
    assert not Payment.objects.exists()


def test_a_payment_is_reversed_after_saying_what_that_does() -> None:
    wang = account("AC000000018")
    owed = bill(wang, {"voice": "20"})
    client = signed_in()
    client.post(DESK, {"method": "cash", "amount": "50", "ticket": "t"})
    number = Payment.objects.get().payment_no
    page = f"/boss/payments/{number}/reverse/"

    assert owed.bill_no in text(client, page)
    assert client.post(page, {"reason": ""}).status_code == 400
    assert client.post(page, {"reason": "收错"}).status_code == 302

    assert (open_amounts(owed), balance(wang)) == ([money(20)], 0)
    assert "收错" in text(client, f"/boss/payments/{number}/")
    assert client.get(page).status_code == 302
    assert wrong() == []


def test_refunds_and_adjustments_above_the_limit_wait_for_a_second_person() -> None:
    wang = account("AC000000018")
    owed = bill(wang, {"voice": "20"})
    client = signed_in(limits={"billing.refund": "5", "billing.adjust": "5"})
    client.post(DESK, {"method": "cash", "amount": "50", "ticket": "t"})

    refund = {"amount": "5", "method": "cash", "reason": "多缴", "ticket": "r1"}
    assert client.post(f"{DESK}refund/", refund).status_code == 302
    assert (
        client.post(f"{DESK}refund/", refund | {"amount": "6", "ticket": "r2"}).status_code == 302
    )
    adjust = {"amount": "4", "kind": "goodwill", "reason": "补偿", "direction": "give"}
    assert client.post(f"{DESK}adjust/", adjust | {"ticket": "a1"}).status_code == 302
    more = adjust | {"ticket": "a2", "amount": "9"}
    assert client.post(f"{DESK}adjust/", more).status_code == 302
    assert client.post(f"{DESK}refund/", refund | {"amount": "x"}).status_code == 400

    assert balance(wang) == 30 - 5 + 4
    assert ApprovalRequest.objects.using("boss").count() == 2
    assert open_amounts(owed) == [money(0)]
    assert wrong() == []


def test_adjustments_are_listed_and_undone_above_the_limit_by_two() -> None:
    wang = account("AC000000018")
    account("AB000000018", region="SZ", org_unit="SZ-01")
    owed = bill(wang, {"voice": "20"})
    made = [
        adjust_account(
            account_no=wang.account_no, amount=amount, kind="goodwill", reason="补偿",
            reference=amount, bill_no=bill_no, actor=clerk(), at=timezone.now(),
        ).adjustment_no
        for amount, bill_no in (("4", owed.bill_no), ("9", ""))
    ]  # fmt: skip
    client = signed_in(limits={"billing.adjust": "5"})
    page = text(client, "/boss/adjustments/")
    assert all(number in page for number in made)
    for query in (f"q={owed.bill_no}", f"q={made[0]}"):
        page = text(client, f"/boss/adjustments/?{query}")
        assert made[0] in page
        assert made[1] not in page
    assert made[0] not in text(client, "/boss/adjustments/?state=reversed&q=AC000000018")
    sheet = client.get("/boss/adjustments/export/").content.decode()
    assert sheet.count("\n") == 3
    shown = text(client, f"/boss/adjustments/{made[0]}/")
    assert owed.bill_no in shown
    for number in made:
        client.post(f"/boss/adjustments/{number}/reverse/", {"reason": "录错"})
    assert open_amounts(owed) == [money(20)]
    assert balance(wang) == 9
    asked = ApprovalRequest.objects.using("boss").get()
    assert asked.arguments == {"adjustment_no": made[1], "reason": "录错"}
    other = signed_in(staff_no="8803", region="SZ", org_unit="SZ-01", data_scope="region")
    assert made[0] not in text(other, "/boss/adjustments/")
    text(other, f"/boss/adjustments/{made[0]}/", status=404)
    assert wrong() == []


def test_vouchers_are_made_in_lots_and_a_lost_lot_is_void() -> None:
    wang = account("AC000000018")
    client = signed_in(*ALL, "billing.issue_voucher")
    assert "No vouchers" in text(client, "/boss/vouchers/")
    form = {"count": "3", "amount": "50", "expires": "2099-12-31"}
    answer = client.post("/boss/vouchers/issue/", form)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    rows = [row.split(",") for row in answer.content.decode().splitlines()[1:]]
    assert [len(row[1]) for row in rows] == [20, 20, 20]
    client.post(DESK, {"method": "voucher", "secret": rows[0][1]})
    assert balance(wang) == 50
    page = text(client, "/boss/vouchers/")
    lot = rows[0][0][:12]
    assert lot in page
    assert rows[1][1] not in page
    client.post("/boss/vouchers/void/", {"lot": lot, "reason": "文件遗失"})
    assert client.post(DESK, {"method": "voucher", "secret": rows[1][1]}).status_code == 400
    assert balance(wang) == 50
    assert sorted(Voucher.objects.values_list("state", flat=True)) == ["used", "void", "void"]
    for wrong_form in (
        form | {"count": "0"}, form | {"count": "x"}, form | {"amount": "-1"},
        form | {"expires": "2020-01-01"}, {},
    ):  # fmt: skip
        assert client.post("/boss/vouchers/issue/", wrong_form).status_code == 400
    client.post("/boss/vouchers/void/", {"lot": "", "reason": "x"})
    assert Voucher.objects.count() == 3
    other = signed_in(staff_no="8802")
    assert other.post("/boss/vouchers/issue/", form).status_code == 403


def test_vouchers_are_made_into_a_file_that_is_new(tmp_path: Path) -> None:
    path = tmp_path / "lot.csv"
    call_command("issue_vouchers", "2", "30", str(path), stdout=StringIO())
    lines = path.read_text().splitlines()
    assert len(lines) == 3
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError):
        call_command("issue_vouchers", "2", "30", str(path))
    with pytest.raises(CommandError):
        call_command("issue_vouchers", "0", "30", str(tmp_path / "other.csv"))
    assert not (tmp_path / "other.csv").exists()
    assert Voucher.objects.count() == 2


def test_payments_are_listed_narrowed_and_taken_along() -> None:
    wang = account("AC000000018")
    first, second = pay(wang, "10"), pay(wang, "20", method="card")
    client = signed_in()
    page = text(client, "/boss/payments/")
    assert first.payment_no in page
    assert second.payment_no in page
    assert first.payment_no not in text(client, "/boss/payments/?method=card")
    assert second.payment_no not in text(client, f"/boss/payments/?after={second.pk}")
    assert first.payment_no in text(client, f"/boss/payments/?q={first.payment_no}")
    assert first.payment_no in text(client, "/boss/payments/?from=2026-11-20&to=2026-11-20")
    assert first.payment_no not in text(client, "/boss/payments/?from=2026-11-21&to=x")
    assert first.payment_no in text(client, "/boss/payments/export/?method=cash")
    far = signed_in(staff_no="8802", region="SH", org_unit="SH-01", data_scope="region")
    assert first.payment_no not in text(far, "/boss/payments/")
    text(far, f"/boss/payments/{first.payment_no}/", 404)
    text(far, DESK, 404)


def test_a_bank_s_file_is_handed_in_and_suspense_cleared() -> None:
    wang = account("AC000000018")
    client = signed_in()
    day = f"{timezone.localdate():%Y%m%d}"
    content = file_of(f"S1,AC000000018,20,{day}", f"S2,13800138000,9,{day},李雷", f"S3,X,1,{day}")
    sent = client.post("/boss/bank-files/", {"file": SimpleUploadedFile("icbc.csv", content)})
    assert sent.status_code == 302
    page = sent.headers["Location"]
    assert "0 / 3" in text(client, page)
    assert "0 / 3" in text(client, f"{page}progress/")
    post_bank_files(actor=clerk(), at=timezone.now())
    assert client.get(f"{page}progress/").headers["HX-Refresh"] == "true"
    assert "Suspense" in text(client, page)
    assert "S1" not in text(client, f"{page}?state=suspense")
    assert "icbc.csv" in text(client, "/boss/bank-files/")
    assert "13800138000" in text(client, "/boss/suspense/")
    masked = signed_in(staff_no="8803", full_phone=False)
    for address in ("/boss/suspense/", page):
        assert "13800138000" not in text(masked, address)
        assert "138****8000" in text(masked, address)

    first, second = BankLine.objects.filter(state="suspense").order_by("pk")
    form = {"line": first.pk, "deed": "assign", "account_no": "ac000000018"}
    assert client.post("/boss/suspense/", form | {"account_no": "AC1"}).status_code == 400
    assert client.post("/boss/suspense/", form).status_code == 302
    form = {"line": second.pk, "deed": "return", "reason": "查无此户"}
    assert client.post("/boss/suspense/", form).status_code == 302

    assert balance(wang) == 29
    refused = client.post("/boss/bank-files/", {"file": SimpleUploadedFile("x.csv", b"?")})
    assert "Line 1" in text(client, refused.headers["Location"])
    assert client.post("/boss/bank-files/").status_code == 400
    assert BankFile.objects.count() == 2
    text(client, "/boss/bank-files/999/", 404)
    assert wrong() == []


def test_a_day_is_closed_and_confirmed() -> None:
    account("AC000000018")
    client = signed_in()
    client.post(DESK, {"method": "cash", "amount": "50", "ticket": "t"})
    day = CashierDay.objects.get()
    assert "50.00" in text(client, "/boss/cashier-day/")
    form = {"day": f"{day.day}", "currency": "CNY", "counted_cash": "49"}
    assert client.post("/boss/cashier-day/", form).status_code == 400
    assert client.post("/boss/cashier-day/", form | {"note": "少收"}).status_code == 302
    assert "-1.00" in text(client, "/boss/cashier-day/")
    assert client.post(DESK, {"method": "cash", "amount": "5", "ticket": "u"}).status_code == 400

    other = signed_in(staff_no="9901")
    assert "8801" in text(other, "/boss/cashier-days/")
    told = {"operator_no": "8801", "day": f"{day.day}", "currency": "CNY"}
    assert other.post("/boss/cashier-days/confirm/", told).status_code == 302
    day.refresh_from_db()
    assert (day.state, day.confirmed_by) == ("confirmed", "9901")
    assert day.day <= date.fromisoformat(f"{timezone.localdate()}")
    text(other, "/boss/cashier-days/?state=all")
    assert wrong() == []


def test_each_page_asks_for_its_permission() -> None:
    account("AC000000018")
    client = signed_in("billing.view_usage")
    for page in ("desk/", "desk/AC000000018/", "payments/", "payments/export/", "bank-files/",
                 "suspense/", "cashier-day/", "cashier-days/", "desk/AC000000018/adjust/",
                 "desk/AC000000018/refund/"):  # fmt: skip
        text(client, f"/boss/{page}", 403)

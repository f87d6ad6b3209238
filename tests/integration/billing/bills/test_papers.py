"""Bills and invoices as PDF, in both languages, however long."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from billing.invoicing import issue_invoice
from billing.models import BillLine
from core.systems import System
from tests import signing
from tests.integration.billing.payments.world import AT, account, bill, clerk

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss"])
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def reader() -> Client:
    return signing.signed_in(System.BOSS, "billing.view_bill", staff_no="8801")


def pages(document: bytes) -> int:
    assert document.startswith(b"%PDF-")
    assert document.rstrip().endswith(b"%%EOF")
    return document.count(b"/Type /Page\n") + document.count(b"/Type /Page ")


def test_a_bill_on_paper(reader: Client):
    one = bill(account(), {"recurring": "59", "voice": "12.30"})
    answer = reader.get(f"/boss/bills/{one.bill_no}/bill.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="bill-{one.bill_no}.pdf"'
    assert pages(answer.content) == 1
    assert b"STSong-Light" in answer.content
    english = reader.get(f"/boss/bills/{one.bill_no}/bill.pdf", headers=ENGLISH)
    assert english.content != answer.content


def test_a_long_bill_goes_on_and_a_very_long_one_is_summed_up(reader: Client):
    one = bill(account(), {"recurring": "59"})
    BillLine.objects.bulk_create(
        BillLine(
            bill_id=one.pk, line_no=place, kind="usage", charge_group="voice", exact=1, amount=1,
            quantity=60,
        )
        for place in range(1, 200)
    )  # fmt: skip
    address = f"/boss/bills/{one.bill_no}/bill.pdf"
    assert pages(reader.get(address).content) == 5
    BillLine.objects.bulk_create(
        BillLine(bill_id=one.pk, line_no=place, kind="usage", charge_group="sms", exact=1, amount=1)
        for place in range(200, 2100)
    )
    assert pages(reader.get(address).content) == 1


def test_an_invoice_and_a_name_of_rare_letters_on_paper(reader: Client):
    one = bill(account(), {"recurring": "59"})
    BillLine.objects.filter(bill_id=one.pk).update(tax_rate=6, tax=Decimal("3.34"))
    invoice = issue_invoice(
        bill_no=one.bill_no, title="𠮷野家 " + "很长的名称" * 30, actor=clerk(), at=AT
    )
    answer = reader.get(f"/boss/invoices/{invoice.invoice_no}/invoice.pdf")
    assert pages(answer.content) == 1

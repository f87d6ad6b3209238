"""发票: a charge stands on one invoice at most; a mistake is undone by a red one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from auth_center.models import AuditEntry
from billing.invoicing import issue_invoice, undo_invoice
from billing.invoicing.issuing import (
    BillNotInForce,
    LineInvoiced,
    NothingToInvoice,
    TaxNumberInvalid,
    TitleMissing,
)
from billing.invoicing.undoing import InvoiceNotStanding, UndoingReasonMissing
from billing.models import Bill, BillLine, Invoice, InvoicedLine
from billing.selectors.bills import NoSuchBill
from billing.states import BillState
from core.errors import DomainError, PermissionDenied
from core.numbers import INVOICE, format_number
from core.systems import System
from tests.integration.billing.payments.world import AT, account, bill, clerk

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "boss"])


def issue(one: Bill, **other: Any) -> Invoice:
    values: dict[str, Any] = {"title": "王芳", "actor": clerk(), "at": AT}
    return issue_invoice(bill_no=one.bill_no, **(values | other))


def undo(invoice: Invoice, reason: str = "抬头有误", **other: Any) -> Invoice:
    values: dict[str, Any] = {"actor": clerk(), "at": AT}
    return undo_invoice(invoice_no=invoice.invoice_no, reason=reason, **(values | other))


def taxed(one: Bill, tax: str, *, inclusive: bool = True) -> Bill:
    """Let each line of a bill bear so much tax."""
    BillLine.objects.filter(bill_id=one.pk).update(tax_rate=6, tax=Decimal(tax))
    Bill.objects.filter(pk=one.pk).update(tax_inclusive=inclusive)
    return one


def nothing_written() -> bool:
    return not Invoice.objects.exists() and not InvoicedLine.objects.exists()


def test_an_invoice_stands_over_all_lines_of_a_bill():
    one = taxed(bill(account(), {"recurring": "59", "voice": "12.30"}), "1")
    invoice = issue(one, title=" 王芳 ", tax_number="91440101ma5aaaaaaa")
    assert (invoice.amount, invoice.tax) == (Decimal("71.30"), 2)
    assert (invoice.title, invoice.tax_number) == ("王芳", "91440101MA5AAAAAAA")
    assert (invoice.bill_id, invoice.account_id, invoice.issued_by) == (
        one.pk, one.account_id, "8001",
    )  # fmt: skip
    assert invoice.lines.count() == 2
    digits = invoice.invoice_no[2:-1]
    assert invoice.invoice_no == format_number(INVOICE, System.BOSS, int(digits))
    [told] = AuditEntry.objects.using("boss").filter(operation="billing.issue_invoice")
    assert told.subject == f"bill:{one.bill_no}"
    assert told.after["invoice_no"] == invoice.invoice_no


def test_where_prices_are_without_tax_the_invoice_contains_it():
    one = taxed(bill(account(), {"recurring": "100"}), "6", inclusive=False)
    assert issue(one).amount == 106


def test_lines_are_chosen_and_what_is_left_goes_on_another():
    one = bill(account(), {"recurring": "59", "voice": "12.30", "sms": "1"})
    first = issue(one, line_nos=[0, 2])
    assert first.amount == 60
    with pytest.raises(LineInvoiced) as refused:
        issue(one, line_nos=[1, 2])
    assert refused.value.values["line_no"] == 2
    assert issue(one).amount == Decimal("12.30")
    with pytest.raises(NothingToInvoice):
        issue(one)
    assert InvoicedLine.objects.filter(stands=True).count() == 3


def test_a_red_invoice_undoes_one_and_frees_its_lines():
    one = taxed(bill(account(), {"recurring": "59"}), "3.34")
    invoice = issue(one)
    red = undo(invoice)
    invoice.refresh_from_db()
    assert (invoice.state, red.state, red.red_of_id) == ("undone", "red", invoice.pk)
    assert (red.amount, red.tax, red.reason) == (-59, Decimal("-3.34"), "抬头有误")
    assert not InvoicedLine.objects.filter(stands=True).exists()
    for gone in (invoice, red):
        with pytest.raises(InvoiceNotStanding):
            undo(gone)
    assert issue(one).state == "issued"
    assert sum(Invoice.objects.values_list("amount", flat=True)) == 59


@pytest.mark.parametrize("state", [BillState.TRIAL, BillState.SUPERSEDED])
def test_what_nobody_owes_is_not_invoiced(state: BillState):
    one = bill(account(), {"recurring": "59"})
    Bill.objects.filter(pk=one.pk).update(state=state)
    with pytest.raises(BillNotInForce):
        issue(one)
    assert nothing_written()


def test_a_credit_is_not_invoiced():
    one = bill(account(), {"recurring": "59", "voice": "12.30"})
    BillLine.objects.filter(bill_id=one.pk, line_no=0).update(amount=-20)
    with pytest.raises(NothingToInvoice):
        issue(one)
    assert nothing_written()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"title": "  "}, TitleMissing),
        ({"title": "长" * 201}, TitleMissing),
        ({"tax_number": "123"}, TaxNumberInvalid),
        ({"tax_number": "91440101-MA5AAAAAA"}, TaxNumberInvalid),
        ({"actor": clerk().__class__(kind="operator", number="1")}, PermissionDenied),
    ],
)
def test_a_refusal_writes_nothing(change: dict[str, Any], refusal: type[DomainError]):
    one = bill(account(), {"recurring": "59"})
    with pytest.raises(refusal):
        issue(one, **change)
    assert nothing_written()


def test_undoing_says_why():
    invoice = issue(bill(account(), {"recurring": "59"}))
    with pytest.raises(UndoingReasonMissing):
        undo(invoice, " ")
    assert Invoice.objects.get().state == "issued"


def test_a_bill_that_is_not_there_is_refused():
    with pytest.raises(NoSuchBill):
        issue_invoice(bill_no="BB000000000", title="王", actor=clerk(), at=AT)


def test_two_at_once_issue_one():
    one = bill(account(), {"recurring": "59"})

    def try_it(_: int) -> str:
        try:
            return issue(one).invoice_no
        except NothingToInvoice:
            return ""
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as people:
        made = list(people.map(try_it, range(4)))
    assert sum(bool(number) for number in made) == 1
    assert Invoice.objects.count() == 1

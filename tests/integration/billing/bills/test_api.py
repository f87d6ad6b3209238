"""TMF678: bills, their lines and cycles, as a channel reads them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Bill, BillingCycle, BillLine, BillRequest, Dispute
from billing.states import BillState
from tests.integration.api.conftest import ALIASES, Channel, NewChannel
from tests.integration.api.conftest import new_channel as new_channel
from tests.integration.billing.payments.world import AT, account, bill, pay

pytestmark = pytest.mark.django_db(databases=ALIASES)
BASE = "/tmf-api/customerBillManagement/v4/"
BILL, RATE, CYCLE = (
    f"{BASE}{name}" for name in ("customerBill", "appliedCustomerBillingRate", "billCycle")
)


@pytest.fixture
def app(new_channel: NewChannel) -> Channel:
    return new_channel("bills.read", client_id="app")


def change(channel: Channel, path: str, body: Any, status: int = 200) -> Any:
    answer = channel.call("patch", path, body)
    assert answer.status_code == status, answer.content
    return json.loads(answer.content)


def numbers(rows: list[dict[str, Any]]) -> list[str]:
    return [one["billNo"] for one in rows]


def test_a_bill_is_told_with_what_is_due_its_taxes_and_payments(app: Channel) -> None:
    of = account()
    one = bill(of, {"recurring": "59", "voice": "12.30"})
    BillLine.objects.filter(bill_id=one.pk).update(tax_rate=6, tax=Decimal("2"))
    Bill.objects.filter(pk=one.pk).update(tax=4)
    payment = pay(of, "30")
    told = app.get(f"{BILL}/{one.bill_no}")
    assert told["id"] == told["billNo"] == one.bill_no
    assert told["href"] == f"http://testserver{BILL}/{one.bill_no}"
    assert (told["@type"], told["state"], told["category"]) == (
        "CustomerBill", "partiallyPaid", "normal",
    )  # fmt: skip
    assert told["amountDue"] == {"unit": "CNY", "value": 71.3}
    assert told["remainingAmount"] == {"unit": "CNY", "value": 41.3}
    assert told["taxIncludedAmount"]["value"] == 71.3
    assert told["taxExcludedAmount"]["value"] == 67.3
    [tax] = told["taxItem"]
    assert (tax["taxRate"], tax["taxAmount"]["value"]) == (6, 4)
    [applied] = told["appliedPayment"]
    assert applied["appliedAmount"]["value"] == 30
    assert applied["payment"]["id"] == payment.payment_no
    assert told["billingAccount"]["id"] == of.account_no
    assert told["relatedParty"][0]["id"] == of.customer.customer_no
    assert told["paymentDueDate"] == "2026-12-20"
    assert told["billDate"].endswith("Z")
    cycle = app.get(f"{CYCLE}/{told['billCycle']['id']}")
    assert cycle["validFor"] == told["billingPeriod"]


def test_bills_are_found_by_state_account_and_day(app: Channel) -> None:
    of, other = account(), account("AC000000026")
    paid = bill(of, {"recurring": "59"}, months_ago=1)
    pay(of, "59")
    sent = bill(of, {"recurring": "79"})
    foreign = bill(other, {"recurring": "30"})
    old = bill(other, {"recurring": "30"}, months_ago=1)
    Bill.objects.filter(pk=old.pk).update(state=BillState.SUPERSEDED, open_amount=0)
    held = bill(other, {"recurring": "31"}, months_ago=2, disputed_at=AT)
    for query, found in (
        ("state=settled", [paid]),
        ("state=sent", [sent, foreign]),
        ("state=onHold", [old, held]),
        ("state=sent,settled", [paid, sent, foreign]),
        ("state.ne=sent", [paid, old, held]),
        ("state=new", []),
        ("category=superseded", [old]),
        (f"billingAccount.id={of.account_no}", [paid, sent]),
        (f"relatedParty.id={of.customer.customer_no}", [paid, sent]),
        ("remainingAmount.value.gt=70", [sent]),
        ("paymentDueDate=2026-12-20", [paid, sent, foreign, old, held]),
        ("runType=offCycle", []),
        (f"billNo={sent.bill_no}", [sent]),
    ):
        rows = app.get(f"{BILL}?{query}")
        assert sorted(numbers(rows)) == sorted(one.bill_no for one in found), query
        for row in rows:
            assert all(row[name] == [] or row[name] for name in ("appliedPayment", "taxItem"))


def test_a_bill_is_contested_over_the_api(new_channel: NewChannel) -> None:
    clerk = new_channel("bills.read", "bills.write", client_id="clerk")
    one = bill(account(), {"recurring": "59"})
    address = f"{BILL}/{one.bill_no}"
    about = {"state": "onHold", "disputeReason": "没有用过"}
    assert change(clerk, address, about)["state"] == "onHold"
    assert change(clerk, address, about)["state"] == "onHold"
    assert [row["billNo"] for row in clerk.get(f"{BILL}?state=onHold")] == [one.bill_no]
    change(clerk, address, {"state": "onHold", "disputeReason": "别的"}, status=409)
    change(clerk, address, {"state": "settled"}, status=409)
    change(clerk, address, {"state": "nothing"}, status=400)
    change(clerk, address, {"amountDue": {"unit": "CNY", "value": 1}}, status=400)
    assert change(clerk, address, {"state": "validated"})["state"] == "sent"
    change(clerk, address, {"state": "validated"}, status=409)
    assert list(Dispute.objects.values_list("state", "reason")) == [("rejected", "没有用过")]
    reader = new_channel("bills.read", client_id="reader")
    change(reader, address, about, status=403)


def test_the_bill_of_the_last_cycle_is_had_on_demand(new_channel: NewChannel) -> None:
    clerk = new_channel("bills.read", "bills.write", client_id="clerk")
    of = account()
    address = f"{BASE}customerBillOnDemand"
    about = {"billingAccount": {"id": of.account_no}, "name": "要一张账单", "externalId": "X1"}
    told = clerk.post(address, about)
    assert (told["state"], told["@type"]) == ("inProgress", "CustomerBillOnDemand")
    assert told["billingAccount"]["id"] == of.account_no
    assert "customerBill" not in told
    assert clerk.post(address, about, status=200)["id"] == told["id"]
    clerk.post(address, {**about, "name": "别的"}, status=409)
    clerk.post(address, {"billingAccount": {"id": "AB999999990"}}, status=400)

    asked = BillRequest.objects.get()
    one = bill(of, {"recurring": "59"})
    Bill.objects.filter(pk=one.pk).update(cycle=asked.cycle)
    told = clerk.get(f"{address}/{told['id']}")
    assert (told["state"], told["customerBill"]["id"]) == ("done", one.bill_no)
    assert [row["id"] for row in clerk.get(f"{address}?state=done")] == [told["id"]]
    assert clerk.get(f"{address}?customerBill.id={one.bill_no}") == [told]
    Bill.objects.filter(pk=one.pk).update(state=BillState.SUPERSEDED, open_amount=0)
    BillingCycle.objects.filter(pk=asked.cycle_id).update(state="billed")
    assert clerk.get(f"{address}/{told['id']}")["state"] == "rejected"
    reader = new_channel("bills.read", client_id="reader")
    reader.post(address, about, status=403)


def test_a_trial_is_nobodys(app: Channel) -> None:
    one = bill(account(), {"recurring": "59"})
    Bill.objects.filter(pk=one.pk).update(state=BillState.TRIAL)
    assert app.get(BILL) == []
    assert app.get(RATE) == []
    app.get(f"{BILL}/{one.bill_no}", status=404)


def test_lines_are_told_as_rates_with_their_calculation(app: Channel) -> None:
    of = account()
    one = bill(of, {"recurring": "59"})
    BillLine.objects.bulk_create(
        BillLine(bill_id=one.pk, line_no=place, kind=kind, exact=amount, amount=amount, **more)
        for place, kind, amount, more in (
            (1, "discount", -5, {"detail": {"base": "50", "percent": "10"}}),
            (2, "late_fee", 1, {"detail": {"bill_id": 3, "bill_no": "BB000000018"}}),
            (3, "usage", Decimal("0.12"), {"quantity": 60, "charge_group": "voice"}),
        )
    )
    rows = app.get(f"{RATE}?bill.id={one.bill_no}")
    assert [row["appliedBillingRateType"] for row in rows] == [
        "appliedBillingCharge", "appliedBillingCredit", "appliedPenaltyCharge",
        "appliedBillingCharge",
    ]  # fmt: skip
    assert all(row["isBilled"] and row["bill"]["id"] == one.bill_no for row in rows)
    assert rows[0]["taxIncludedAmount"] == {"unit": "CNY", "value": 59}
    known = {item["name"]: item["value"] for item in rows[1]["characteristic"]}
    assert known["calculation"] == {"base": "50", "percent": "10"}
    known = {item["name"]: item["value"] for item in rows[2]["characteristic"]}
    assert known["calculation"] == {"bill_no": "BB000000018"}
    for query, count in (
        ("appliedBillingRateType=appliedBillingCredit", 1),
        ("appliedBillingRateType.ne=appliedBillingCredit", 3),
        ("isBilled=false", 0),
        ("isBilled=true", 4),
        (f"billingAccount.id={of.account_no}", 4),
        (f"bill.id.ne={one.bill_no}", 0),
    ):
        assert len(app.get(f"{RATE}?{query}")) == count, query
    assert app.get(f"{RATE}/{rows[0]['id']}") == rows[0]
    app.get(f"{RATE}/x", status=404)


def test_a_line_with_its_tax_on_top_is_found_by_the_amount_that_it_says(app: Channel):
    one = bill(account(), {"recurring": "100"})
    BillLine.objects.filter(bill_id=one.pk).update(tax_rate=6, tax=6)
    Bill.objects.filter(pk=one.pk).update(
        tax_inclusive=False, tax=6, total=106, receivable=106, open_amount=106
    )
    [line] = app.get(f"{RATE}?bill.id={one.bill_no}")
    assert (line["taxIncludedAmount"]["value"], line["taxExcludedAmount"]["value"]) == (106, 100)
    assert [row["id"] for row in app.get(f"{RATE}?taxIncludedAmount.value=106")] == [line["id"]]
    assert app.get(f"{RATE}?taxIncludedAmount.value=100") == []
    assert len(app.get(f"{RATE}?taxIncludedAmount.value.gt=105")) == 1


def test_how_many_statements_a_list_takes_does_not_depend_on_its_length(app: Channel) -> None:
    of = account()
    bill(of, {"recurring": "59"})
    app.get(BILL)  # the first call learns who asks
    few = app.queries(BILL), app.queries(RATE)
    for months in (1, 2, 3):
        bill(of, {"recurring": "59", "voice": "1"}, months_ago=months)
    assert (app.queries(BILL), app.queries(RATE)) == few


def test_who_may_not_read_bills_is_refused(new_channel: NewChannel) -> None:
    other = new_channel("usage.read", client_id="other")
    one = bill(account(), {"recurring": "59"})
    for address in (BILL, f"{BILL}/{one.bill_no}", RATE, CYCLE):
        assert other.call("get", address).status_code == 403, address
    assert other.call("post", BILL, {}).status_code == 405

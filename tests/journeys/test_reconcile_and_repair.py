"""数据一致性稽核: what differs is found, and made as CRM, the owner, has it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from billing.models import BillingAccount, BillingCustomer, BillingSubscriber
from customers.models import Account, Subscriber
from orders import lines
from orders.models import CustomerOrder
from orders.reconciliation import Report, reconcile, theirs
from orders.reconciliation.repairing import repair
from provisioning.models import Line

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)


def compare(operator: Any) -> Report:
    """Compare later than everything that has closed; the network is the whole test run's."""
    operator.pass_(1)
    report = reconcile(at=operator.now)
    report.differences = [one for one in report.differences if one.system != "network"]
    return report


def found(report: Report) -> list[tuple[str, str, dict[str, Any]]]:
    return [(one.kind, one.system, one.fields) for one in report.differences]


def test_what_agrees_has_no_difference(operator):
    operator.open_subscriber(operator.customer())
    operator.settle()
    report = compare(operator)
    assert found(report) == []
    assert report.compared >= 5


def test_what_differs_is_repaired_toward_crm(operator):
    order = operator.open_subscriber(operator.customer())
    operator.settle()
    BillingCustomer.objects.update(name="别人")
    BillingSubscriber.objects.update(service_number="13000000000")
    Line.objects.update(bar="both")
    report = compare(operator)
    number = operator.msisdn(0)
    assert found(report) == [
        ("customer", "boss", {"name": ("客户1", "别人")}),
        ("subscriber", "boss", {"service_number": (number, "13000000000")}),
        ("line", "provisioning", {"bar": ("none", "both")}),
    ]
    repairs = repair(report, actor=operator.actor, at=operator.now)
    assert sorted(one.subscriber_no for one in repairs) == ["", order.subscriber_no]
    operator.settle()
    assert {one.state for one in CustomerOrder.objects.filter(flow="restate")} == {"completed"}
    assert found(compare(operator)) == []


def test_a_repair_keeps_an_accounts_parent(operator):
    customer = operator.customer()
    account = Account.objects.get()
    parent = Account.objects.create(
        account_no="AC999999990", customer=account.customer, name="总账户",
        charging_mode="postpaid", created_at=operator.now,
    )  # fmt: skip
    Account.objects.filter(pk=account.pk).update(parent=parent)
    [difference, missing] = compare(operator).differences
    assert (difference.fields, missing.fields) == (
        {"parent_no": ("AC999999990", None)},
        {"exists": (True, False)},
    )
    repair(compare(operator), actor=operator.actor, at=operator.now)
    operator.settle()
    held = BillingAccount.objects.get(account_no=customer.account_no)
    assert held.parent.account_no == "AC999999990"
    assert found(compare(operator)) == []


@pytest.mark.parametrize("status", ["pre_active", "terminated"])
def test_a_subscriber_out_of_service_is_not_put_back_by_a_repair(operator, status):
    operator.open_subscriber(operator.customer())
    operator.settle()
    Subscriber.objects.update(status=status)
    report = compare(operator)
    assert ("subscriber", "boss", {"status": (status, "active")}) in found(report)
    assert repair(report, actor=operator.actor, at=operator.now) == []


def test_a_subscriber_that_an_order_has_begun_to_change_is_left_to_the_next_comparison(operator):
    order = operator.open_subscriber(operator.customer())
    operator.settle()
    BillingSubscriber.objects.update(service_number="13000000000")
    report = compare(operator)
    busy = CustomerOrder.objects.get(order_no=order.order_no)
    lines.take_place(busy, order.subscriber_no, lines.PRODUCT, holds=True)
    assert repair(report, actor=operator.actor, at=operator.now) == []
    lines.leave(busy)
    assert len(repair(report, actor=operator.actor, at=operator.now)) == 1


def test_what_an_open_order_is_changing_is_no_difference(operator):
    operator.open_subscriber(operator.customer())
    assert found(compare(operator)) == []


def test_the_cost_of_looking_for_open_orders_does_not_grow_with_the_differences(operator):
    counts = []
    for number in range(3):
        operator.open_subscriber(operator.customer(), number=number)
        operator.settle()
        BillingCustomer.objects.update(name="别人")
        with CaptureQueriesContext(connections["default"]) as captured:
            report = compare(operator)
        assert len(report.differences) == number + 1
        counts.append(len(captured))
    assert counts[0] == counts[1] == counts[2]


def test_the_register_is_read_page_by_page_in_the_order_of_subscribers(operator, monkeypatch):
    monkeypatch.setattr(theirs, "ELEMENT_PAGE", 2)
    customer = operator.customer()
    for number in range(5):
        operator.open_subscriber(customer, number=number)
        operator.settle()
    served = [row["subscriber_no"] for row in theirs.element_rows()]
    assert served == sorted(served)
    assert set(Subscriber.objects.values_list("subscriber_no", flat=True)) <= set(served)

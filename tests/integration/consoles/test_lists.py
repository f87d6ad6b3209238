"""What CRM's console shows of customers and orders, found by index and with few statements."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connections
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from auth_center.actors import system_actor
from auth_center.consoles import boss_console, crm_console, oss_console
from core.console import paging
from core.systems import System, console
from customers.models import Customer, Subscriber
from integration.models import FlowStep
from orders.models import CustomerOrder
from tests.channel import resident_id
from tests.integration.consoles.conftest import AT, make_customer

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])

LISTS = {
    "customers/customer": 6,  # session, operator, roles, count, rows; accounts
    "customers/account": 5,
    "customers/subscriber": 5,
    "customers/subscription": 5,
    "orders/customerorder": 5,
    "integration/flowstep": 5,
}
# Some hundred rows, where parts of names may be searched.
SMALL = {"operator", "orgunit", "role", "productoffering", "tariff", "service", "billingoffering",
         "billingtariff", "networkelement", "networkservice", "servicecommand"}  # fmt: skip
EVERY_TABLE = [
    pytest.param(site, model, id=f"{site.name}-{model._meta.model_name}")
    for site in (crm_console, boss_console, oss_console)
    for model in site._registry
]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_takes_as_many_queries_however_long(sign_in, offering, path):
    client = sign_in(System.CRM, "*")
    taken = []
    for numbers in (range(1, 2), range(2, 12)):
        for number in numbers:
            make_customer(number, offering)
            FlowStep.objects.create(
                flow_no=f"FC{number:09d}", clock=1, at=AT, source="crm", target="crm_db",
                name="DataAccess", status="done",
            )  # fmt: skip
        with CaptureQueriesContext(connections["default"]) as queries:
            page = client.get(f"/crm/{path}/")
        taken.append(len(queries))
        assert len(page.context["cl"].result_list) == numbers[-1]
    assert taken == [LISTS[path]] * 2


@pytest.mark.parametrize(("site", "model"), EVERY_TABLE)
def test_every_list_and_every_detail_stands(sign_in, site, model):
    client = sign_in(site.system, "*")
    path = f"/{site.name}/{model._meta.app_label}/{model._meta.model_name}/"
    assert client.get(path).status_code == 200
    assert client.get(path, {"q": "XC000000018"}).status_code == 200
    assert client.get(path + "add/").status_code == 403


@pytest.mark.parametrize(
    ("site", "model"), [one for one in EVERY_TABLE if one.values[1]._meta.model_name not in SMALL]
)
def test_a_search_for_a_number_reads_no_whole_table(site, model):
    request = RequestFactory().get("/", {"q": "CC000000018"})
    request.user = SimpleNamespace(
        actor=lambda **_: system_actor("tests"), has_perm=lambda name: True
    )
    admin = site._registry[model]
    with console(site.system), connections[site.system.alias].cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        rows, _ = admin.get_search_results(request, admin.get_queryset(request), "CC000000018")
        plan = rows.order_by().values("pk").explain()
    assert "Seq Scan" not in plan


def test_a_customer_is_found_by_a_part_of_the_name_or_whatever_is_whole(sign_in, offering):
    client = sign_in(System.CRM, "*")
    for number in (1, 2):
        make_customer(number, offering)

    def found(term):
        page = client.get("/crm/customers/customer/", {"q": term})
        return [one.customer_no for one in page.context["cl"].result_list]

    for term in ("CC000000002", "cc000000002", " 王 小2 ", resident_id(2), "13800000002", "小2"):
        assert found(term) == ["CC000000002"], term
    assert found("王小") == ["CC000000002", "CC000000001"]
    Subscriber.objects.update(status="terminated")
    assert found("138 0000 0002") == ["CC000000002"]
    assert found("王%") == found("_小") == []
    for term in ("CC00000000", "王", resident_id(2)[:17], "1380000000", "CC000000009"):
        assert found(term) == [], term


def test_a_customer_is_shown_with_everything_but_the_identity_number(sign_in, offering):
    client = sign_in(System.CRM, "*")
    customer = make_customer(7, offering)
    address = f"/crm/customers/customer/{customer.pk}/change/"
    for shown in (client.get("/crm/customers/customer/"), client.get(address)):
        page = shown.content.decode()
        assert resident_id(7) not in page
        assert customer.identity.number_masked in page
        assert customer.identity.number_digest not in page
        assert "AC000000007" in page
    assert "13800000007" in client.get(address).content.decode()


def test_a_customer_page_hides_what_is_not_granted(sign_in, offering):
    client = sign_in(System.CRM, "customers.view_customer")
    customer = make_customer(7, offering)
    page = client.get(f"/crm/customers/customer/{customer.pk}/change/").content.decode()
    assert "13800000007" not in page


def test_an_order_shows_its_cause_and_its_parts_in_both_languages(sign_in, offering):
    client = sign_in(System.CRM, "*")
    make_customer(7, offering)
    order = CustomerOrder.objects.get()
    address = f"/crm/orders/customerorder/{order.pk}/change/"
    zh = client.get(address, headers={"accept-language": "zh-CN"}).content.decode()
    en = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert all(word in zh for word in ("网元拒绝: 用户数据冲突", "异常挂起", "已受理", "子订单"))
    assert all(word in en for word in ("The element refused", "Held", "Acknowledged", "Sub orders"))
    assert "ProvisioningOrderRequest" in zh
    found = client.get("/crm/orders/customerorder/", {"q": "SC000000007"})
    assert [one.order_no for one in found.context["cl"].result_list] == ["FC000000007"]


def test_nobody_counts_a_million_rows(sign_in, offering, monkeypatch):
    monkeypatch.setattr(paging, "MOST", 3)
    client = sign_in(System.CRM, "*")
    for number in range(1, 6):
        make_customer(number, offering)
    page = client.get("/crm/customers/customer/")
    assert "3+" in page.content.decode()
    assert page.context["cl"].result_count == 3
    assert Customer.objects.count() == 5


def test_the_search_of_the_console_finds_numbers_and_forgets_them(sign_in, offering):
    client = sign_in(System.CRM, "*")
    make_customer(7, offering)

    def found(term, who=client):
        page = who.get("/crm/search/", {"s": term, "extended": "1"})
        return [one.link for one in page.context["results"]]

    subscriber = "/crm/customers/subscriber/"
    assert [link.startswith(subscriber) for link in found("SC000000007")].count(True) == 1
    assert "/crm/orders/customerorder/" in found("订单")
    other = sign_in(System.CRM, "auth_center.view_role", staff_no="9002")
    assert found("SC000000007", other) == []
    assert found("7") == found("小\x00\x00没有") == []
    assert len(found("小7")) == 1

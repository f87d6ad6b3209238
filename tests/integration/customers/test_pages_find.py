"""The clerk types what the customer says, and is at the customer's page."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from core.systems import System
from customers.models import Customer
from tests.channel import resident_id
from tests.integration.consoles.conftest import make_customer, offering, sign_in
from tests.integration.customers.test_pages import DOCUMENT, words_of

__all__ = ["offering", "sign_in"]
pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])

FIND = "/crm/find/"
CLERK = (
    "customers.view_customer", "customers.view_subscriber", "orders.view_customerorder",
    "integration.view_flow", "orders.open_customer",
)  # fmt: skip
EN = {"accept-language": "en"}
NEW = "/crm/customers/CC000000007/"


@pytest.fixture
def clerk(sign_in, offering):
    for number in (7, 8):
        make_customer(number, offering)
    return sign_in(System.CRM, *CLERK)


def typed(client, term, **headers):
    return client.post(FIND, {"term": term}, headers={"hx-request": "true", **headers})


def found(answer) -> list[str]:
    content = answer.content.decode().split("data-found")[-1]
    return [
        unescape(link)
        for link in re.findall(r'<a href="([^"]+)">\s*<span class="material', content)
    ]


@pytest.mark.parametrize(
    ("term", "page", "why"),
    [
        ("CC000000007", NEW, "客户编号 CC000000007"),
        (" cc000000007 ", NEW, "客户编号"),
        ("AC000000007", NEW, "账户编号 AC000000007"),
        ("SC000000007", f"{NEW}?subscriber=SC000000007", "用户编号 SC000000007"),
        ("13800000007", f"{NEW}?subscriber=SC000000007", "业务号码 13800000007"),
        ("+86 138-0000-0007", f"{NEW}?subscriber=SC000000007", "业务号码 13800000007"),
        (resident_id(7), NEW, f"证件 {DOCUMENT}"),
        ("小7", NEW, "名称"),
        ("FC000000007", "/crm/flows/FC000000007/", "订单号"),
        ("fc000000007-2", "/crm/flows/FC000000007/", "订单号"),
    ],
)
def test_whatever_is_meant_is_found_with_the_reason_and_gone_to(clerk, term, page, why):
    answer = typed(clerk, term)
    assert answer.status_code == 200
    assert found(answer) == [page]
    assert why in words_of(answer)
    straight = clerk.post(FIND, {"term": term})
    assert (straight.status_code, straight["Location"]) == (302, page)


def test_several_are_listed_and_their_address_leads_back(clerk):
    answer = typed(clerk, "王 小")
    assert found(answer) == [NEW, NEW.replace("07/", "08/")]
    address = answer["HX-Replace-Url"]
    assert address == "/crm/find/?term=%E7%8E%8B+%E5%B0%8F"
    straight = clerk.post(FIND, {"term": "王 小"})
    assert (straight.status_code, straight["Location"]) == (302, address)
    page = clerk.get(address)
    assert found(page) == [NEW, NEW.replace("07/", "08/")]
    assert 'value="王 小"' in page.content.decode()
    assert f"王 小7 CC000000007 居民身份证 {DOCUMENT} 13800000007 名称" in words_of(page)
    assert "Name" in words_of(clerk.get(address, headers=EN))


@pytest.mark.parametrize(
    "number",
    [resident_id(7), resident_id(9), f" {resident_id(9)} ", "E12345678", "440106900307001"],
)
def test_an_identity_number_never_stands_in_an_address(clerk, number):
    answer = typed(clerk, number)
    assert answer["HX-Replace-Url"] == FIND
    assert number.strip() not in answer.content.decode()
    straight = clerk.post(FIND, {"term": number})
    assert number.strip() not in straight.headers.get("Location", "")


@pytest.mark.parametrize(
    ("term", "zh", "en"),
    [
        ("13800000099", "没有找到", "Nothing found"),
        ("欧阳无", "没有找到", "Nothing found"),
        ("FC000000015", "没有找到", "Nothing found"),
        ("王", "请至少输入两个字", "Please enter at least two characters"),
        ("\x00", "", ""),
        ("x" * 500, "没有找到", "Nothing found"),
        ("<script>alert(1)</script>", "没有找到", "Nothing found"),
        ("%' OR 1=1 --", "没有找到", "Nothing found"),
    ],
)
def test_where_nothing_is_found_the_page_says_what_to_do(clerk, term, zh, en):
    for language, words in (("zh-CN", zh), ("en", en)):
        answer = typed(clerk, term, **{"accept-language": language})
        assert (answer.status_code, found(answer)) == (200, [])
        assert words in words_of(answer)
        assert "<script>" not in answer.content.decode()
    if zh == "没有找到":
        assert 'href="/crm/customers/open/?term=' in answer.content.decode()
    answer = clerk.post(FIND, {"term": term}, follow=True)
    assert answer.status_code == 200
    assert zh in words_of(answer)


def test_opening_is_offered_to_who_may_open_with_what_was_typed(clerk, sign_in):
    assert (
        'href="/crm/customers/open/?term=%E6%AC%A7%E9%98%B3"'
        in typed(clerk, "欧阳").content.decode()
    )
    assert 'href="/crm/customers/open/"' in typed(clerk, resident_id(9)).content.decode()
    looking = sign_in(System.CRM, "customers.view_customer", staff_no="9002")
    assert "/crm/customers/open/" not in words_of(typed(looking, "欧阳"))


def test_an_order_is_found_by_who_may_see_orders_and_follow_them(sign_in, offering):
    make_customer(7, offering)
    for number, grants in enumerate(
        ((), ("orders.view_customerorder",), ("integration.view_flow",)), start=9001
    ):
        client = sign_in(System.CRM, "customers.view_customer", *grants, staff_no=str(number))
        assert found(typed(client, "FC000000007")) == []


def test_who_may_not_see_subscribers_sees_no_numbers(sign_in, offering):
    make_customer(7, offering)
    client = sign_in(System.CRM, "customers.view_customer")
    assert "13800000007" not in words_of(typed(client, "小7"))


def test_what_stands_out_is_marked(clerk):
    Customer.objects.filter(customer_no="CC000000007").update(blacklisted=True, status="pending")
    words = words_of(typed(clerk, "小7"))
    assert "待确认 黑名单" in words
    assert "To be confirmed Blacklisted" in words_of(typed(clerk, "小7", **EN))


def test_of_a_common_name_the_first_are_listed_and_the_clerk_told(clerk, offering):
    for number in range(20, 45):
        make_customer(number, offering)
    answer = typed(clerk, "王 小")
    assert len(found(answer)) == 20
    assert "只列出前 20 位" in words_of(answer)
    assert clerk.post(FIND, {"term": "王 小"})["Location"].startswith(FIND)


@pytest.mark.parametrize(
    ("term", "queries"), [("王 小", 6), ("13800000007", 6), ("FC000000007", 7)]
)
def test_finding_takes_few_queries(clerk, offering, term, queries):
    for last in (2, 12):
        for number in range(100 + last, 100 + 2 * last):
            make_customer(number, offering)
        with CaptureQueriesContext(connections["default"]) as taken:
            typed(clerk, term)
        assert len(taken) == queries  # session, operator, roles; numbers, names, what is shown


def test_the_overview_begins_with_the_box(clerk, sign_in):
    page = clerk.get("/crm/").content.decode()
    assert 'action="/crm/find/"' in page
    assert page.index("查找客户") < page.index("console-index")
    links = re.findall(r'href="(/crm/[a-z/]+)"', page.split("console-index")[1])
    assert links[0] == FIND
    other = sign_in(System.CRM, "orders.view_customerorder", staff_no="9002")
    assert "/crm/find/" not in other.get("/crm/").content.decode()
    boss = sign_in(System.BOSS, "*", staff_no="9003")
    assert "/find/" not in boss.get("/boss/").content.decode()


def test_lists_lead_to_the_page_of_the_customer(sign_in, offering):
    make_customer(7, offering)
    client = sign_in(System.CRM, "*")
    for path, address in (
        ("customers/customer", NEW),
        ("customers/account", NEW),
        ("customers/subscriber", f"{NEW}?subscriber=SC000000007"),
    ):
        page = client.get(f"/crm/{path}/").content.decode()
        assert f'href="{address}"' in page, path
        row = re.search(rf'href="(/crm/{path}/\d+/change/[^"]*)"', page)
        assert row is not None
        assert f'href="{address}"' in client.get(row.group(1)).content.decode()

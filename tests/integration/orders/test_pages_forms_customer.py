"""Opening customers and accounts at the counter."""

from __future__ import annotations

from itertools import count

import pytest

from customers.models import Account, Customer
from orders.models import CustomerOrder
from orders.pages import steps
from tests.channel import resident_id
from tests.integration.orders.counter import (
    Counter,
    carry,
    errors_in,
    orders,
    somebody,
    text_of,
    ticket,
    ticket_in,
)

pytestmark = [
    pytest.mark.django_db(databases=["default", "boss", "oss"]),
    pytest.mark.usefixtures("at_once"),
]
OPEN = "customers/open/"
_people = count(80_000)


def filled(**more: str) -> dict[str, str]:
    return {
        "ticket": ticket(),
        "name": "王小明",
        "kind": "person",
        "document_kind": "residentId",
        "document_number": resident_id(next(_people)),
        "phone": "020-38883888",
        "email": "",
        "address": "广州市天河路 1 号",
        "segment": "consumer",
        "charging_mode": "prepaid",
        "org_unit": "HQ-GZ",
        "region": "GZ",
        **more,
    }


def test_the_form_stands_in_the_sidebar_and_knows_the_clerk_s_unit(clerk):
    page = clerk.get(OPEN)
    assert 'href="/crm/customers/open/"' in page
    assert 'name="org_unit" type="text" value="HQ-GZ"' in page
    assert 'name="region" type="text" value="GZ"' in page


def test_a_customer_is_opened_and_its_flow_shown_until_boss_confirms(clerk):
    address = clerk.done(OPEN, **filled())
    customer, order = Customer.objects.get(), CustomerOrder.objects.get()
    assert address == f"/crm/flows/{order.order_no}/"
    assert (customer.name, customer.status, customer.region) == ("王小明", "pending", "GZ")
    assert customer.identity.kind == "residentId"
    assert customer.accounts.get().charging_mode == "prepaid"
    assert customer.contact_medium[0] == {
        "mediumType": "phone",
        "characteristic": {"phoneNumber": "020-38883888"},
    }
    assert (order.channel, order.actor_number) == ("counter", "9001")
    said = [str(one) for one in clerk.client.get(address).context["messages"]]
    assert said == [f"已受理 {order.order_no}: BOSS 尚未确认, 确认后自动完成, 不必重复提交"]
    carry()
    customer.refresh_from_db()
    assert customer.status == "active"


def test_a_customer_that_boss_confirmed_in_time_is_shown_itself(clerk, monkeypatch):
    monkeypatch.setattr(steps.waiting, "wait_for", lambda order, seconds: carry())
    address = clerk.done(OPEN, **filled())
    assert address == f"/crm/customers/{Customer.objects.get().customer_no}/"


def test_sent_twice_it_makes_one_customer(clerk):
    form = filled()
    assert clerk.done(OPEN, **form) == clerk.done(OPEN, **form)
    carry()
    assert clerk.done(OPEN, **form) == f"/crm/customers/{Customer.objects.get().customer_no}/"
    assert (orders(), Customer.objects.count()) == (1, 1)


def test_the_same_form_with_other_content_asks_first_and_then_opens_another(clerk):
    form = filled()
    clerk.done(OPEN, **form)
    page = clerk.refused(OPEN, **{**form, "name": "李雷", "again": "1"})
    assert "本表单已经提交过" in text_of(page)
    assert CustomerOrder.objects.get().order_no in page
    assert ticket_in(page) != form["ticket"]
    clerk.done(OPEN, **{**form, "name": "李雷", "again": "1", "ticket": ticket_in(page)})
    assert Customer.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value", "zh", "en"),
    [
        ("name", " ", "请填写", "Please fill this in"),
        ("name", "王\x00", "含有不可见字符", "Contains characters that cannot be seen"),
        ("name", "王" * 201, "不得超过 200 个字符", "At most 200 characters"),
        ("document_number", "440106195001010000", "证件号码无效",
         "The identity number is not valid"),
        ("document_number", "", "实名制: 请填写证件号码", "Real names: show a document"),
        ("document_kind", "tattoo", "不支持的证件类型: tattoo",
         "Unknown kind of identity document: tattoo"),
        ("phone", "天河", "电话号码无效", "This is no telephone number"),
        ("email", "nowhere", "邮箱地址无效", "This is no e-mail address"),
        ("kind", "cat", "请选择客户类型", "Choose the kind of customer"),
        ("charging_mode", "barter", "请选择付费方式", "Choose the charging mode"),
        ("region", "", "请填写", "Please fill this in"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    clerk, english, field, value, zh, en
):
    form = filled(**{field: value})
    for counter, words in ((clerk, zh), (english, en)):
        page = counter.refused(OPEN, **form)
        assert words in errors_in(page)
        assert "广州市天河路 1 号" in page
        assert form["ticket"] in page
    assert orders() == 0


def test_a_known_document_says_so_masked_and_leads_there(clerk):
    number = resident_id(next(_people))
    known = somebody(name="欧阳小红", identity_number=number)
    page = clerk.refused(OPEN, **filled(document_number=number))
    assert "该证件已登记在客户 欧*** 名下" in text_of(page)
    assert "欧阳小红" not in page
    assert f"/crm/customers/{known.customer_no}/" in page
    assert orders() == 1
    clerk.done(OPEN, **filled(document_number=number, again="1"))
    assert Customer.objects.count() == 2


def test_the_document_is_checked_beside_its_field_while_the_rest_is_typed(clerk, english):
    number = resident_id(next(_people))
    fine = clerk.send("customers/open/document/", **filled(document_number=number))
    assert errors_in(fine.content.decode()) == []
    wrong = english.send("customers/open/document/", **filled(document_number=number[:-1] + "?"))
    assert errors_in(wrong.content.decode()) == ["The identity number is not valid"]
    assert orders() == 0


@pytest.mark.parametrize(
    ("term", "field"),
    [("王小明", "name"), ("440106199001011234", "document_number"), ("13900000001", "phone")],
)
def test_what_was_searched_for_stands_in_its_field(clerk, term, field):
    assert f'value="{term}"' in clerk.get(OPEN, term=term).split(f'name="{field}"')[1][:120]


def test_who_may_not_open_customers_is_refused_and_sees_no_entry():
    reader = Counter("customers.view_customer", staff_no="9003")
    assert "customers/open" not in reader.get("")
    page = reader.get(OPEN, status=403)
    assert "没有权限" in page
    assert reader.send(OPEN, **filled()).status_code == 403
    assert orders() == 0


def test_an_account_is_opened_and_leads_back_to_the_subscriber(clerk):
    customer = somebody(name="王小明")
    path = f"customers/{customer.customer_no}/open-account/"
    page = clerk.get(path, charging_mode="prepaid", next="open-subscriber")
    assert 'value="prepaid" checked' in page
    form = {
        "ticket": ticket_in(page),
        "name": "备用账户",
        "charging_mode": "prepaid",
        "next": "open-subscriber",
    }
    address = clerk.done(path, **form)
    account = Account.objects.latest("id")
    assert (account.name, account.charging_mode) == ("备用账户", "prepaid")
    assert address.endswith(f"/open-subscriber/?account={account.account_no}")
    assert clerk.done(path, **form) == address
    assert Account.objects.count() == 2
    other = clerk.done(path, **{**form, "ticket": ticket(), "next": ""})
    assert other == f"/crm/flows/{CustomerOrder.objects.latest('id').order_no}/"


def test_an_account_without_a_name_or_a_mode_is_refused(clerk, english):
    path = f"customers/{somebody().customer_no}/open-account/"
    form = {"ticket": ticket(), "name": "", "charging_mode": "barter"}
    assert errors_in(clerk.refused(path, **form)) == ["请选择付费方式", "请填写"]
    assert errors_in(english.refused(path, **form)) == [
        "Choose the charging mode",
        "Please fill this in",
    ]
    assert Account.objects.count() == 1


def test_an_account_of_nobody_is_not_found(clerk):
    assert "客户 CC000000018 不存在" in clerk.get("customers/CC000000018/open-account/", status=404)


def test_the_form_asks_the_database_for_the_clerk_alone(clerk, django_assert_num_queries):
    clerk.get(OPEN)
    with django_assert_num_queries(3):  # session, operator, roles
        clerk.get(OPEN)

"""Everything about one customer on one page, as far as the reader may see it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import OperationalError, connections
from django.test.utils import CaptureQueriesContext

from billing.models import BillingAccount, BillingCustomer
from core.masking import mask_identity
from core.systems import System
from customers.models import Account, Customer, PaymentRelation, Subscriber, Subscription
from customers.pages.subscribers import SUBSCRIBERS_A_PAGE
from integration import hearing
from orders.models import CustomerOrder, WaitingLine
from products.models import ProductOffering
from provisioning.models import Line, NetworkService, PhoneNumber, SimCard
from tests.channel import resident_id
from tests.integration.consoles.conftest import make_customer, make_order, offering, sign_in

__all__ = ["offering", "sign_in"]
pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])

AT = datetime(2026, 3, 1, 4, tzinfo=UTC)
EN = {"accept-language": "en"}
DOCUMENT = mask_identity(resident_id(7))
PAGE = "/crm/customers/CC000000007/"
VIEW_PARTIES = (
    "customers.view_customer", "customers.view_account", "customers.view_subscriber",
)  # fmt: skip
EVERYTHING_TO_SEE = (*VIEW_PARTIES, "customers.view_subscription", "orders.view_customerorder")


@pytest.fixture
def customer(offering) -> Customer:
    return make_customer(7, offering)


def words_of(answer) -> str:
    """What can be read on a page, without its tags."""
    content = re.sub(
        r"<(template|script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.S
    )
    main = content.split('id="content"')[-1]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def panel(client, name, query="", **headers):
    return client.get(f"{PAGE}panel/{name}/?{query}", headers={"hx-request": "true", **headers})


def add_subscribers(customer: Customer, offering: ProductOffering, count: int) -> list[Subscriber]:
    subscribers = Subscriber.objects.bulk_create(
        Subscriber(
            subscriber_no=f"SC5{n:08d}",
            customer=customer,
            service_number=f"1371000{n:04d}",
            iccid=f"898601{n:014d}",
            status="active",
            created_at=AT,
        )
        for n in range(count)
    )
    Subscription.objects.bulk_create(
        Subscription(
            subscription_no=f"PC5{n:08d}",
            subscriber=subscriber,
            offering=offering,
            is_main=True,
            status="active",
            valid_from=AT,
            created_at=AT,
        )
        for n, subscriber in enumerate(subscribers)
    )
    account = customer.accounts.get()
    PaymentRelation.objects.bulk_create(
        PaymentRelation(subscriber=subscriber, account=account, valid_from=AT)
        for subscriber in subscribers
    )
    return subscribers


def another_offering(like: ProductOffering, code: str, kind: str, name: str) -> ProductOffering:
    return ProductOffering.objects.create(
        code=code,
        kind=kind,
        product_class=like.product_class,
        brand=like.brand,
        name_zh=name,
        name_en=f"{name} (en)",
        description_zh="测试",
        description_en="For tests",
        created_at=AT,
        changed_at=AT,
    )


def add_product(subscriber: Subscriber, offering: ProductOffering, number: str, **more):
    values = {"status": "active", "valid_from": AT, "created_at": AT}
    return Subscription.objects.create(
        subscription_no=number, subscriber=subscriber, offering=offering, **{**values, **more}
    )


# -- the page ------------------------------------------------------------------------------------


def test_a_clerk_sees_who_it_is_what_there_is_and_what_is_under_way(sign_in, customer):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE, "integration.view_flow")
    WaitingLine.objects.create(
        order=CustomerOrder.objects.get(), subscriber_no="SC000000007", product=True, holds=True
    )
    Customer.objects.update(
        segment="business",
        level="A",
        contact_medium=[
            {
                "mediumType": "phone",
                "preferred": True,
                "characteristic": {"phoneNumber": "020-1234"},
            },
            {"mediumType": "pigeon", "characteristic": {"loft": "Nr. 5", "@type": "Loft"}},
            "nonsense",
            {"mediumType": "email", "characteristic": []},
        ],
    )
    answer = client.get(PAGE)
    assert answer.status_code == 200
    page = words_of(answer)
    for words in (
        f"CC000000007 正常 个人 居民身份证 {DOCUMENT}",
        "客户群 商企 级别 A 归属 HQ · GZ 开户 2026-03-01",
        "13800000007 在用",
        "目标状态 在用",
        "异常挂起 用户开户 FC000000007",
        "SC000000007 SIM 89860000000000000007",
        "主产品 测试套餐 自 2026-03-01",
        "用户开户 FC000000007 异常挂起 网元拒绝: 用户数据冲突 13800000007 新增 测试套餐",
        "AC000000007 后付费",
        "电话 020-1234 首选 pigeon Nr. 5",
    ):
        assert words in page, words
    assert resident_id(7) not in answer.content.decode()
    assert 'href="/crm/flows/FC000000007/"' in answer.content.decode()

    english = words_of(client.get(PAGE, headers=EN))
    for words in (
        "CC000000007 Active Person Resident ID",
        "Segment Business",
        "on its way to Active",
        "Held Open subscriber FC000000007",
        "Main Test plan since 2026-03-01",
        "The element refused: conflicting data",
        "Phone 020-1234 preferred",
    ):
        assert words in english, words
    assert not re.search(r"[\u4e00-\u9fff]", english.replace("王 小7", ""))


def test_an_unknown_customer_is_a_page_that_says_so(sign_in, customer):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    answer = client.get("/crm/customers/CC000000015/")
    assert answer.status_code == 404
    assert "客户 CC000000015 不存在" in answer.content.decode()
    said = client.get("/crm/customers/CC000000015/", headers=EN).content.decode()
    assert "There is no customer CC000000015" in said
    assert panel(client, "nothing").status_code == 200  # a part of a page, with the words in it
    assert "页面没有这一部分" in panel(client, "nothing").content.decode()
    for number in ("SC000000007", "7", "cc000000007", "%00"):
        assert client.get(f"/crm/customers/{number}/").status_code == 404


@pytest.mark.parametrize(
    ("missing", "hidden"),
    [
        ("customers.view_account", ["AC000000007", "billing"]),
        ("customers.view_subscriber", ["13800000007", "SC000000007 ", "SIM", "network"]),
        ("customers.view_subscription", ["主产品"]),
        ("orders.view_customerorder", ["FC000000007", "最近订单"]),
    ],
)
def test_what_is_not_granted_is_not_shown(sign_in, customer, missing, hidden):
    add_subscribers(customer, ProductOffering.objects.get(), 1)
    client = sign_in(System.CRM, *[name for name in EVERYTHING_TO_SEE if name != missing])
    answer = client.get(PAGE)
    assert answer.status_code == 200
    for words in hidden:
        assert words not in words_of(answer)
        assert f"/panel/{words}/" not in answer.content.decode()
    if missing == "customers.view_subscriber":
        assert "页面没有这一部分" in panel(client, "network").content.decode()
    if missing == "customers.view_account":
        assert "页面没有这一部分" in panel(client, "billing").content.decode()


def test_without_the_permission_there_is_no_page(sign_in, customer):
    client = sign_in(System.CRM, "orders.view_customerorder")
    assert client.get(PAGE).status_code == 403
    assert client.get("/crm/find/").status_code == 403
    assert "没有权限" in panel(client, "orders").content.decode()
    assert "查找客户" not in client.get("/crm/").content.decode()


def test_steps_are_offered_to_who_may_take_them(sign_in, customer):
    def offered(client):
        return re.findall(
            r'href="(/crm/[^"]*(?:open|order-product)[^"]*)"', client.get(PAGE).content.decode()
        )

    looking = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    assert offered(looking) == []
    clerk = sign_in(System.CRM, *EVERYTHING_TO_SEE, "orders", staff_no="9002")
    assert offered(clerk) == []
    clerk = sign_in(
        System.CRM, *EVERYTHING_TO_SEE, "orders.open_subscriber", "orders.open_account",
        "orders.order_product", "orders.terminate_subscriber", staff_no="9003",
    )  # fmt: skip
    order = "/crm/subscribers/SC000000007/order-product/"
    everything = {
        f"{PAGE}open-subscriber/", f"{PAGE}open-account/", order, f"{order}#change-none",
        f"{order}#field-confirmation",
    }  # fmt: skip
    assert set(offered(clerk)) == everything
    Customer.objects.update(blacklisted=True)
    assert "黑名单客户: 不能办理新业务。" in words_of(clerk.get(PAGE))
    assert set(offered(clerk)) == everything - {f"{PAGE}open-subscriber/"}
    Subscriber.objects.update(status="pre_active")
    Subscription.objects.update(status="pendingActive")
    assert offered(clerk) == [f"{PAGE}open-account/"]
    Subscriber.objects.update(status="terminated", terminated_at=AT)
    Customer.objects.update(status="closed")
    assert offered(clerk) == []
    assert "销户 2026-03-01" in words_of(clerk.get(PAGE))


def test_a_customer_without_a_document_is_told_to_show_one(sign_in, customer):
    client = sign_in(System.CRM, "*")
    customer.identity.delete()
    page = client.get(PAGE)
    assert "未登记证件: 不能开通用户 (实名制)。" in words_of(page)
    assert "open-subscriber" not in page.content.decode()


def test_suspension_is_told_in_words_and_bundles_hold_their_parts(sign_in, customer, offering):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE, "orders.order_product")
    first = Subscriber.objects.get()
    [second] = add_subscribers(customer, offering, 1)
    bundle = another_offering(offering, "HOME", "bundle", "合家欢")
    extra = another_offering(offering, "PACK", "addon", "流量包")
    held = add_product(first, bundle, "PC700000001")
    Subscription.objects.filter(is_main=True).update(parent=held)
    add_product(first, extra, "PC700000002")
    add_product(first, extra, "PC700000003", status="terminated", valid_to=AT)
    add_product(second, extra, "PC700000004", status="pendingTerminate")
    Subscriber.objects.filter(pk=second.pk).update(
        status="suspended", suspend_reasons=["arrears_two_way", "lost"]
    )
    page = words_of(client.get(PAGE))
    assert "停机原因：欠费双停、挂失 SC500000000" in page
    assert (
        "组合 合家欢 自 2026-03-01 退订 13800000007 主产品 测试套餐 自 2026-03-01 变更"
        " 13710000000 主产品 测试套餐 自 2026-03-01 变更 可选 流量包 自 2026-03-01 退订" in page
    )
    assert "主产品 测试套餐 自 2026-03-01 变更 属于 合家欢 (13800000007)" in page
    assert "可选 流量包 待终止 自 2026-03-01" in page
    assert page.count("流量包") == 2


def test_whoever_else_pays_is_named(sign_in, customer, offering):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    other = make_customer(8, offering)
    subscriber = Subscriber.objects.get(subscriber_no="SC000000007")
    for account, more in (
        (customer.accounts.get(), {}),
        (other.accounts.get(), {"charge_group": "data", "priority": 1}),
        (other.accounts.get(), {"charge_group": "voice", "valid_to": AT + timedelta(days=1)}),
    ):
        PaymentRelation.objects.create(
            subscriber=subscriber, account=account, valid_from=AT, **more
        )
    page = words_of(client.get(PAGE))
    assert "付费 AC000000007 data AC000000008 (王 小8)" in page
    assert "voice" not in page


# -- many ----------------------------------------------------------------------------------------


def queries_of(client, path=PAGE) -> int:
    with CaptureQueriesContext(connections["default"]) as taken:
        assert client.get(path).status_code == 200
    return len(taken)


def test_a_page_takes_as_many_queries_for_one_subscriber_as_for_fifty(sign_in, customer, offering):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    # session, operator, roles; customer, contacts; subscribers, their number, products, payers,
    # what is under way; orders, items, offerings, service numbers; accounts
    assert queries_of(client) == 15
    add_subscribers(customer, offering, 49)
    for number in range(100, 130):
        order = make_order(number)
        CustomerOrder.objects.filter(pk=order.pk).update(customer_no="CC000000007")
        WaitingLine.objects.create(order=order, subscriber_no="SC000000007", product=True)
    assert queries_of(client) == 15
    assert queries_of(client, f"{PAGE}?q=0048") == 15
    bundle = another_offering(offering, "HOME", "bundle", "合家欢")
    for n, subscriber in enumerate(Subscriber.objects.order_by("-id")[:20]):
        add_product(subscriber, bundle, f"PC7{n:08d}")
    assert queries_of(client) == 16  # what is bundled


def test_many_subscribers_are_turned_over_and_searched_within(sign_in, customer, offering):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    add_subscribers(customer, offering, 25)
    Subscriber.objects.filter(subscriber_no="SC500000024").update(
        status="terminated", terminated_at=AT
    )

    def shown(query, part=False):
        answer = panel(client, "subscribers", query) if part else client.get(f"{PAGE}?{query}")
        numbers = re.findall(r'class="service-number">(\d+)<', answer.content.decode())
        return numbers, answer

    first, answer = shown("")
    assert first == [f"1371000{n:04d}" for n in range(23, 13, -1)]
    assert "第 1 / 3 页，共 26 个用户" in words_of(answer)
    second, answer = shown("page=2", part=True)
    assert second == [f"1371000{n:04d}" for n in range(13, 3, -1)]
    assert answer["HX-Replace-Url"] == f"{PAGE}?page=2"
    last, answer = shown("page=99")
    assert last == ["13710000003", "13710000002", "13710000001", "13710000000", "13800000007",
                    "13710000024"]  # fmt: skip
    assert len(first) == SUBSCRIBERS_A_PAGE
    for term, numbers in {
        "10000012": ["13710000012"],
        "sc000000007": ["13800000007"],
        "89860000000000000007": ["13800000007"],
        "13710000099": [],
        "  ": first,
    }.items():
        assert shown(f"q={term}")[0] == numbers, term
    assert "没有符合的用户" in words_of(shown("q=13710000099")[1])
    assert shown("subscriber=SC000000007")[0] == ["13800000007"]
    assert "显示全部用户" in words_of(shown("subscriber=SC000000007")[1])
    assert shown("page=nonsense")[0] == first
    narrowed = shown("q=0000&page=2", part=True)[1]
    assert narrowed["HX-Replace-Url"] == f"{PAGE}?q=0000&page=2"


def test_orders_and_accounts_come_a_few_at_a_time(sign_in, customer, offering):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    for number in range(100, 112):
        order = make_order(number)
        CustomerOrder.objects.filter(pk=order.pk).update(customer_no="CC000000007")
    Account.objects.bulk_create(
        Account(
            account_no=f"AC5{n:08d}", customer=customer, name=f"部门{n}",
            charging_mode="prepaid", created_at=AT,
        )
        for n in range(11)
    )  # fmt: skip

    def walk(name, pattern):
        pages, query = [], ""
        while True:
            answer = panel(client, name, query).content.decode()
            pages.append(re.findall(pattern, answer))
            more = re.search(rf'panel/{name}/\?([^"]+)" hx-target="closest p"', answer)
            if more is None:
                return pages
            query = unescape(more.group(1))

    assert walk("orders", r'id="order-(\w+)"') == [
        [f"FC{n:09d}" for n in range(111, 103, -1)],
        [*(f"FC{n:09d}" for n in range(103, 99, -1)), "FC000000007"],
    ]
    assert walk("accounts", r'id="account-(\w+)"') == [
        ["AC000000007", *(f"AC5{n:08d}" for n in range(9))],
        ["AC500000009", "AC500000010"],
    ]
    assert panel(client, "orders", "before=FC999999999").status_code == 200


# -- what other systems say ----------------------------------------------------------------------


def billed(customer: Customer, *, owed: str = "0") -> None:
    party = BillingCustomer.objects.create(
        customer_no=customer.customer_no, name=customer.name, kind="person", org_unit="HQ",
        region="GZ", credit_standing="watched", created_at=AT,
    )  # fmt: skip
    BillingAccount.objects.create(
        account_no="AC000000007", customer=party, name=customer.name, charging_mode="postpaid",
        currency="CNY", billing_day=1, overdue_amount=owed, created_at=AT,
    )  # fmt: skip


def served(customer: Customer, **more) -> None:
    NetworkService.objects.create(
        code="VOICE", kind="function", name_zh="语音通话", name_en="Voice calls",
        release_no="R1", synced_at=AT,
    )  # fmt: skip
    PhoneNumber.objects.create(msisdn="13800000007", state="in_use", subscriber_no="SC000000007")
    SimCard.objects.create(
        iccid="89860000000000000007", imsi="460000000000007", state="in_use",
        subscriber_no="SC000000007",
    )  # fmt: skip
    values = {
        "subscriber_no": "SC000000007", "service_number": "13800000007", "msisdn": "13800000007",
        "iccid": "89860000000000000007", "services": ["VOICE", "NEWS"], "version": 1,
        "state": "active", "changed_at": AT,
    }  # fmt: skip
    Line.objects.create(**{**values, **more})


def test_boss_is_asked_what_is_owed_now(sign_in, customer):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    assert "BOSS 还没有此客户。" in words_of(panel(client, "billing", "account=AC000000007"))
    billed(customer, owed="12.30")
    Account.objects.create(
        account_no="AC000000015", customer=customer, name="新", charging_mode="prepaid",
        created_at=AT,
    )  # fmt: skip
    query = "account=AC000000007&account=AC000000015&account=AC999999999"
    answer = panel(client, "billing", query)
    assert "欠费 12.30 CNY 信用 关注 BOSS 截至" in words_of(answer)
    owed, new = answer.content.decode().split('hx-swap-oob="innerHTML"')[1:]
    assert "欠费 12.30 CNY" in owed
    assert "BOSS 还没有此账户" in new
    BillingAccount.objects.update(overdue_amount=0)
    english = words_of(panel(client, "billing", query, **EN))
    assert "Owes nothing Credit watched BOSS as of" in english


def test_the_network_is_asked_what_it_does(sign_in, customer):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    assert "尚未确认" in words_of(panel(client, "network", "subscriber=SC000000007"))
    served(customer)
    line = words_of(panel(client, "network", "subscriber=SC000000007"))
    assert line.endswith(
        "网络 在网 呼入呼出正常 语音通话 · NEWS 2026-03-01 12:00 号码 在用 SIM 在用"
    )
    english = words_of(panel(client, "network", "subscriber=SC000000007", **EN))
    assert "On the network calls both ways Voice calls · NEWS" in english
    assert words_of(panel(client, "network", "subscriber=SC999999999")).endswith("刷新")


@pytest.mark.parametrize(
    ("line", "subscriber", "differs"),
    [
        ({}, {}, False),
        ({"bar": "both"}, {}, True),
        ({"bar": "both"}, {"status": "suspended", "suspend_reasons": ["lost"]}, False),
        ({}, {"status": "suspended", "suspend_reasons": ["lost"]}, True),
        ({"state": "terminated"}, {}, True),
        ({"state": "terminated"}, {"status": "terminated", "terminated_at": AT}, False),
        ({}, {"status": "terminated", "terminated_at": AT}, True),
        ({"iccid": "89860000000000000015"}, {}, True),
        ({"msisdn": "13800000015", "service_number": "13800000015"}, {}, True),
    ],
)
def test_a_line_that_differs_is_told_unless_work_is_under_way(
    sign_in, customer, line, subscriber, differs
):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    served(customer, **line)
    Subscriber.objects.update(**subscriber)

    def told():
        return "与 CRM 不一致" in words_of(panel(client, "network", "subscriber=SC000000007"))

    assert told() is differs
    WaitingLine.objects.create(
        order=CustomerOrder.objects.get(), subscriber_no="SC000000007", product=True, holds=True
    )
    assert told() is False


@pytest.mark.parametrize(
    ("name", "system", "question", "query", "words"),
    [
        ("billing", System.BOSS, "BillingPictureQuery", "account=AC000000007",
         ("BOSS 没有回答，欠费情况未知。", "BOSS does not answer: what is owed is not known.")),
        ("network", System.PROVISIONING, "LinePictureQuery", "subscriber=SC000000007",
         ("网络侧 (开通系统) 没有回答，线路情况未知。",
          "Provisioning does not answer: what the network does is not known.")),
    ],
)  # fmt: skip
def test_a_silent_system_costs_its_own_part_of_the_page_only(
    sign_in, customer, monkeypatch, name, system, question, query, words
):
    def down(*_: object) -> None:
        raise OperationalError("connection to 10.1.2.3 with password hunter2 failed")

    monkeypatch.setitem(hearing._ANSWERERS, (system, question), down)
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    page = client.get(PAGE)
    assert page.status_code == 200
    assert f'{PAGE}panel/{name}/?{query}"' in page.content.decode()
    for language, said in zip(("zh-CN", "en"), words, strict=True):
        answer = panel(client, name, query, **{"accept-language": language})
        assert answer.status_code == 200
        assert said in words_of(answer)
        assert "hunter2" not in answer.content.decode()
    again = answer.content.decode()
    assert f'{PAGE}panel/{name}/?{query}" hx-target="closest [data-part]">Try again' in again
    assert "unknown" in words_of(answer)


def test_other_systems_are_asked_with_few_queries(sign_in, customer, offering):
    client = sign_in(System.CRM, *EVERYTHING_TO_SEE)
    subscribers = add_subscribers(customer, offering, 9)
    billed(customer)
    served(customer)
    numbers = ["SC000000007", *(one.subscriber_no for one in subscribers)]
    for count in (1, 10):
        query = "&".join(f"subscriber={number}" for number in numbers[:count])
        with CaptureQueriesContext(connections["oss"]) as taken:
            panel(client, "network", query)
        assert len(taken) == 4  # lines, numbers, cards, services
    with CaptureQueriesContext(connections["boss"]) as taken:
        panel(client, "billing", "account=AC000000007")
    assert len(taken) == 3  # customer, arrears, accounts

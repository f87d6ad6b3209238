"""The page of a flow: what is stored of it, drawn, in words, and each message of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from core.systems import System
from integration import hearing
from integration.models import InboxMessage, OutboxMessage
from integration.queries import SystemSilent
from integration.trace import show_trace
from orders.models import CustomerOrder, SubOrder, WaitingLine
from tests.integration.consoles.conftest import sign_in  # noqa: F401 - a fixture
from tests.journeys.conftest import operator, simulator  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)
HTMX = {"HX-Request": "true"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def done(operator) -> CustomerOrder:  # noqa: F811
    order = operator.open_subscriber(operator.customer())
    operator.pass_(3)
    operator.settle()
    order.refresh_from_db()
    assert order.state == "completed"
    return order


@pytest.fixture
def held(operator) -> CustomerOrder:  # noqa: F811
    customer = operator.customer()
    operator.simulator.set("hlr", "refuse")
    order = operator.open_subscriber(customer)
    operator.settle()
    order.refresh_from_db()
    assert order.state == "held"
    return order


@pytest.fixture
def running(operator) -> CustomerOrder:  # noqa: F811
    return operator.open_subscriber(operator.customer())


@pytest.fixture
def clerk(sign_in):  # noqa: F811
    return sign_in(System.CRM, "integration.view_flow")


def page_of(client, order, language="zh-hans", path="", **headers):
    address = f"/crm/flows/{order.order_no}/{path}"
    return client.get(address, headers={"Accept-Language": language, **headers})


def words(answer) -> str:
    """What can be read: the text between the tags of the page's own part."""
    text = answer.content.decode()
    if '<div class="page">' in text:
        text = text.split('<div class="page">')[1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def arrows(answer) -> list[str]:
    """What each arrow of the diagram is called, as it is read aloud."""
    return re.findall(r'<a id="arrow-[^"]+"[^>]*aria-label="([^"]+)"', answer.content.decode())


# -- the page ----------------------------------------------------------------------------------


def test_every_stored_step_is_an_arrow_in_its_order(clerk, done):
    shown = page_of(clerk, done)
    assert shown.status_code == 200
    steps = show_trace(done)["steps"]
    assert [one["step"].name for one in shown.context["arrows"]] == [
        step["message"] for step in steps
    ]
    assert len(arrows(shown)) == len(steps)
    assert arrows(shown)[0].startswith("1. CRM界面 → CRM服务: 用户开户请求，完成")
    lifelines = [one.line.key for one in shown.context["drawing"].lines]
    assert lifelines == [
        "portal", "crm", "crm_db", "boss", "boss_db", "provisioning", "network",
    ]  # fmt: skip


def test_the_head_says_what_how_and_for_how_long(clerk, done):
    page = page_of(clerk, done)
    assert page.context["title"] == f"用户开户 {done.order_no}"
    shown = words(page)
    for word in ("已竣工", done.customer_no, done.account_no,
                 done.subscriber_no, "异步", "STATUS_MASTER", "boss", "3.0 s",
                 "2 个子订单已完成 2 个"):  # fmt: skip
        assert word in shown, word


def test_in_english_everything_is_english(clerk, held):
    page = page_of(clerk, held, "en")
    assert page.context["title"] == f"Open subscriber {held.order_no}"
    shown = words(page)
    for word in ("CRM service", "network elements", "ProvisioningOrderRequest",
                 "In the fallout queue", "asynchronous", "hlr refused"):  # fmt: skip
        assert word in shown, word
    assert not CHINESE.findall(shown)


def test_a_held_order_says_why_and_what_to_do_next(clerk, held):
    shown = page_of(clerk, held)
    text = words(shown)
    assert held.cause_zh in text
    assert "异常单" in text
    assert "去处理" not in text  # there is no such page for this reader
    red = [one["step"] for one in shown.context["arrows"] if one["step"].tone == "danger"]
    assert [(one.name, one.status_words) for one in red] == [
        ("WorkOrderResponse", "拒绝"), ("ProvisioningOrderResponse", "拒绝"),
    ]  # fmt: skip
    assert all(one.mark for one in red)  # a sign beside the colour


def test_the_graph_has_what_waits_below_what_it_waits_for(clerk, done):
    graph = page_of(clerk, done).context["graph"]
    assert [(one.node.position, one.node.after) for one in graph.nodes] == [(1, ()), (2, (1,))]
    assert [(one.source, one.target) for one in graph.edges] == [(1, 2)]


def test_an_undo_and_another_try_are_shown_as_such(clerk, held):
    SubOrder.objects.filter(order=held, position=1).update(attempt=2)
    SubOrder.objects.create(
        order=held, position=3, kind="provisioning", system="provisioning", subject="x",
        state="inProgress", message="ProvisioningOrderRequest", payload={}, undoes=1,
    )  # fmt: skip
    shown = page_of(clerk, held)
    assert [(one.source, one.target, one.undoing) for one in shown.context["graph"].edges] == [
        (1, 2, False), (1, 3, True),
    ]  # fmt: skip
    assert "第 2 次" in words(shown)
    assert "撤销 1" in words(shown)


def test_what_nobody_has_received_stands_as_sent(clerk, running):
    shown = page_of(clerk, running)
    step = shown.context["arrows"][-1]["step"]
    assert (step.name, step.status, step.status_words) == (
        "ProvisioningOrderRequest", "sent", "已发送",
    )  # fmt: skip
    assert "等待 开通" in words(shown)
    assert not shown.context["drawing"].arrows[-1].arrow.arrived


def test_a_silent_systems_part_is_unknown_and_the_rest_stands(clerk, done, monkeypatch):
    def silent(*_):
        raise SystemSilent(system="boss")

    monkeypatch.setitem(hearing._ANSWERERS, (System.BOSS, "TraceQuery"), silent)
    shown = page_of(clerk, done)
    assert shown.status_code == 200
    assert "BOSS 没有响应" in words(shown)
    unknown = [one.line.key for one in shown.context["drawing"].lines if one.line.unknown]
    assert unknown == ["boss"]
    assert "BOSS服务 (未知)" in "".join(one.line.name for one in shown.context["drawing"].lines)
    names = [one["step"].name for one in shown.context["arrows"]]
    assert "SubscriptionOrderRequest" in names
    assert "SubscriptionOrderResponse" not in names


def test_an_order_in_the_waiting_line_names_who_is_before_it(clerk, running):
    waiting = CustomerOrder.objects.create(
        order_no="FC999", flow="restate", state="pending", mode="async", settings={},
        actor_kind="system", actor_number="x", subscriber_no=running.subscriber_no,
        created_at=running.created_at,
    )  # fmt: skip
    WaitingLine.objects.filter(order=running).delete()
    line = {"subscriber_no": running.subscriber_no, "product": True}
    WaitingLine.objects.create(order=running, holds=True, **line)
    WaitingLine.objects.create(order=waiting, holds=False, **line)
    shown = page_of(clerk, waiting)
    assert f"等待该用户的前一张订单 {running.order_no}" in words(shown)
    assert f'href="/crm/flows/{running.order_no}/"' in shown.content.decode()


def test_what_does_not_exist_has_no_page(clerk, done):
    done.order_no = "FC000000000"
    shown = page_of(clerk, done)
    assert shown.status_code == 404
    assert "FC000000000" in words(shown)


def test_nobody_without_the_permission_sees_a_flow(sign_in, done):  # noqa: F811
    stranger = sign_in(System.CRM, "customers.view_customer")
    for path in ("", "messages/x/", "steps/x/"):
        assert page_of(stranger, done, path=path).status_code == 403
    for path in ("/crm/flows/", "/crm/flows.csv"):
        assert stranger.get(path).status_code == 403
    assert "/crm/flows/" not in stranger.get("/crm/").content.decode()


def test_a_page_costs_the_same_however_much_happened(clerk, operator, running):  # noqa: F811
    def taken(path="", **headers) -> tuple[int, ...]:
        captured = [CaptureQueriesContext(connections[one.alias]) for one in System]
        for one in captured:
            one.__enter__()
        assert page_of(clerk, running, path=path, **headers).status_code == 200
        for one in captured:
            one.__exit__(None, None, None)
        return tuple(len(one) for one in captured)

    # session, operator, roles; order, items, sub-orders, history; then its part in every system
    expected = (8, 1, 1)
    assert taken() == taken(**HTMX) == expected
    message = OutboxMessage.objects.get(flow_no=running.order_no)
    # session, operator, roles; order; what was said and heard in every system
    assert taken(f"messages/{message.pk}/", **HTMX) == (6, 2, 2)
    operator.settle()
    assert taken() == expected


# -- it keeps itself fresh ---------------------------------------------------------------------


def seen(answer) -> str:
    return re.search(r'data-digest="([0-9a-f]+)"', answer.content.decode())[1]


def test_an_open_order_looks_again_and_a_closed_one_does_not(clerk, operator, running):  # noqa: F811
    first = page_of(clerk, running)
    assert 'hx-trigger="load delay:1s' in first.content.decode()
    quiet = page_of(clerk, running, path=f"?seen={seen(first)}", **HTMX)
    assert "hx-swap-oob" not in quiet.content.decode()
    assert 'id="flow-progress"' in quiet.content.decode()
    operator.settle()
    news = page_of(clerk, running, path=f"?seen={seen(first)}", **HTMX)
    for part in ("head", "graph", "items", "history", "sequence", "steps"):
        assert f'id="flow-{part}"' in news.content.decode()
    assert "hx-trigger" not in news.content.decode()
    assert "已竣工" in words(news)
    assert "<html" not in news.content.decode()


@pytest.mark.parametrize(
    ("quiet", "seconds"), [("0", 1), ("6", 1), ("7", 2), ("15", 3), ("400", 5), ("-1", 1), ("x", 1)]
)
def test_without_news_it_looks_less_often(clerk, running, quiet, seconds):
    first = page_of(clerk, running)
    again = page_of(clerk, running, path=f"?seen={seen(first)}&quiet={quiet}", **HTMX)
    assert f"load delay:{seconds}s" in again.content.decode()
    news = page_of(clerk, running, path=f"?seen=other&quiet={quiet}", **HTMX)
    assert "load delay:1s" in news.content.decode()


# -- one message -------------------------------------------------------------------------------


def test_a_message_is_shown_as_both_sides_keep_it(clerk, done):
    message = OutboxMessage.objects.get(flow_no=done.order_no, name="SubscriptionOrderRequest")
    path = f"messages/{message.pk}/"
    part = page_of(clerk, done, path=path, **HTMX)
    assert "<html" not in part.content.decode()
    text = words(part)
    for word in ("订购类订单请求", "CRM服务 → BOSS服务", "已处理", "写入发件箱", "投递次数",
                 done.subscriber_no, "sub_order_no", "reply_to", "+3.0 s"):  # fmt: skip
        assert word in text, word
    whole = page_of(clerk, done, "en", path=path)
    assert "<html" in whole.content.decode()
    assert "Back to the flow" in words(whole)
    payload = re.search(r"<pre[^>]*>(.*?)</pre>", whole.content.decode(), re.DOTALL)[1]
    plain = payload.replace("&quot;", '"')
    assert json.loads(plain) == message.body["payload"]


def test_an_arrow_that_is_no_message_says_what_it_is(clerk, done):
    shown = page_of(clerk, done)
    for one in shown.context["arrows"]:
        opened = clerk.get(one["address"], headers=HTMX)
        assert opened.status_code == 200, one["address"]
        assert one["step"].label in words(opened)
    assert page_of(clerk, done, path="steps/crm-0/").status_code == 404


def test_a_message_of_another_flow_is_not_shown(clerk, operator, done):  # noqa: F811
    other = OutboxMessage.objects.exclude(flow_no=done.order_no).first()
    for id in (other.pk, "0198aaaa-0000-7000-8000-000000000000", "x"):
        assert page_of(clerk, done, path=f"messages/{id}/").status_code == 404


def test_a_message_that_waits_says_why_and_its_error_is_for_few(sign_in, clerk, done):  # noqa: F811
    kept = InboxMessage.objects.using("boss").get(
        flow_no=done.order_no, name="SubscriptionOrderRequest"
    )
    InboxMessage.objects.using("boss").filter(pk=kept.pk).update(
        status="retrying", done_at=None, attempts=2, error="OperationalError('hunter2')",
        next_attempt_at=done.created_at + timedelta(hours=1), waiting_for="customer:CC1",
    )  # fmt: skip
    path = f"messages/{kept.pk}/"
    text = words(page_of(clerk, done, path=path))
    assert "等待重试" in text
    assert "customer:CC1" in text
    assert "hunter2" not in text
    engineer = sign_in(
        System.CRM, "integration.view_flow", "integration.view_message", staff_no="9002"
    )
    assert "hunter2" in words(page_of(engineer, done, path=path))
    statuses = {
        one["step"].name: one["step"].status for one in page_of(clerk, done).context["arrows"]
    }
    assert statuses["SubscriptionOrderRequest"] == "retried"


def test_a_message_whose_receiver_is_silent_is_shown_with_that(clerk, done, monkeypatch):
    message = OutboxMessage.objects.get(flow_no=done.order_no, name="SubscriptionOrderRequest")

    def silent(*_):
        raise SystemSilent(system="boss")

    monkeypatch.setitem(hearing._ANSWERERS, (System.BOSS, "MessageQuery"), silent)
    text = words(page_of(clerk, done, path=f"messages/{message.pk}/"))
    assert "BOSS 没有响应, 是否已处理未知" in text
    answer = OutboxMessage.objects.using("boss").get(flow_no=done.order_no)
    shown = page_of(clerk, done, path=f"messages/{answer.pk}/")
    assert shown.status_code == 200
    assert "发送方没有响应" in words(shown)


def test_a_customers_message_shows_no_document(clerk, operator):  # noqa: F811
    from tests.channel import resident_id

    order = operator.customer()
    message = OutboxMessage.objects.get(flow_no=order.order_no)
    shown = page_of(clerk, order, path=f"messages/{message.pk}/").content.decode()
    assert order.customer_no in shown
    assert resident_id(operator.people) not in shown
    assert resident_id(operator.people)[6:14] not in shown

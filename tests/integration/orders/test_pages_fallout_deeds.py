"""What is done about an order from the fallout queue: on orders that really were refused."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages

from core.systems import System
from customers.models import Subscriber
from integration import hearing
from integration.queries import SystemSilent
from orders import services
from orders.models import BulkMending, CustomerOrder
from orders.services import bulk
from provisioning.models import SimCard
from tests.integration.consoles.conftest import sign_in  # noqa: F401 - a fixture
from tests.journeys.conftest import fresh, operator, simulator  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"], transaction=True)
ENGLISH = {"Accept-Language": "en"}
GRANTS = ("orders.view_fallout", "orders.mend", "orders.cancel_order")


@pytest.fixture
def held(operator) -> CustomerOrder:  # noqa: F811
    return refused(operator, operator.customer())


def refused(operator, customer, number: int = 0) -> CustomerOrder:  # noqa: F811
    operator.simulator.set("hlr", "refuse", count=1)
    order = operator.open_subscriber(customer, number=number)
    operator.settle()
    assert fresh(order).state == "held"
    return fresh(order)


@pytest.fixture
def desk(sign_in):  # noqa: F811
    return sign_in(System.CRM, *GRANTS)


def show(client, order, **headers):
    return client.get(f"/crm/fallout/{order.order_no}/", headers=headers)


def do(client, order, deed: str, **form):
    return client.post(f"/crm/fallout/{order.order_no}/", {"deed": deed, **form})


def said_to(answer) -> list[str]:
    return [str(one) for one in get_messages(answer.wsgi_request)]


def words(answer) -> str:
    text = answer.content.decode().split('<div class="page">')[-1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


# -- one order -----------------------------------------------------------------------------------


def test_it_says_why_what_helps_what_is_done_and_what_would_be_undone(desk, held):
    text = words(show(desk, held))
    for piece in ("网元 hlr 拒绝", "通常怎么处理", "已完成 0/2 步", "开通 拒绝", "BOSS 尚未通知",
                  "从网络上拆除线路", "用户注销, 所订产品取消"):  # fmt: skip
        assert piece in text
    english = words(show(desk, held, **ENGLISH))
    assert "The line is taken out of the network" in english
    assert not re.search(r"[\u4e00-\u9fff]", english.replace("客户1", ""))


def test_it_is_tried_again_once_however_often_one_clicks(desk, held, operator):  # noqa: F811
    seen = show(desk, held).context["seen"]
    first = do(desk, held, "retry", seen=seen)
    assert (first.status_code, first["Location"]) == (302, f"/crm/fallout/{held.order_no}/")
    assert "已重新发出" in said_to(first)[0]
    second = do(desk, held, "retry", seen=seen)
    assert second.status_code == 302
    assert "可能刚刚有人处理过" in said_to(second)[-1]
    assert held.sub_orders.get(position=1).attempt == 2
    operator.settle()
    assert fresh(held).state == "completed"
    done = show(desk, held)
    assert 'name="deed"' not in done.content.decode()
    late = do(desk, held, "skip", position="1", reason="晚了")
    assert "已结束" in said_to(late)[-1]


def test_it_moves_by_itself_until_a_person_is_asked(desk, held, operator):  # noqa: F811
    seen = show(desk, held).context["seen"]
    do(desk, held, "retry", seen=seen)
    live = f"/crm/fallout/{held.order_no}/live/"
    under_way = desk.get(f"{live}?seen=x")
    assert "等待答复" in words(under_way)
    assert "HX-Refresh" not in under_way.headers
    operator.settle()
    assert desk.get(f"{live}?seen=x").headers["HX-Refresh"] == "true"
    assert "已有变化" in words(desk.get(f"{live}?watch=1&seen=held.2")) or "有了变化" in words(
        desk.get(f"{live}?watch=1&seen=held.2")
    )


def test_another_card_is_taken(desk, held, operator):  # noqa: F811
    free = desk.get(f"/crm/fallout/{held.order_no}/free/").content.decode()
    cards = re.findall(r'data-fills="iccid" data-value="(\d+)"', free)
    assert len(cards) == 3
    assert len(re.findall(r'data-fills="msisdn"', free)) == 6
    typed = f"{cards[0][:4]} {cards[0][4:]}"
    answer = do(
        desk, held, "correct", iccid=typed, msisdn="", seen=show(desk, held).context["seen"]
    )
    assert answer.status_code == 302
    operator.settle()
    assert fresh(held).state == "completed"
    assert Subscriber.objects.get(subscriber_no=held.subscriber_no).iccid == cards[0]


def test_what_is_wrong_stands_beside_its_field(desk, operator):  # noqa: F811
    taken = operator.iccid(3)
    operator.subscriber(number=3)
    order = refused(operator, operator.customer())
    seen = show(desk, order).context["seen"]
    answer = do(desk, order, "correct", iccid=taken, seen=seen)
    assert answer.status_code == 409
    assert answer.context["refused_field"] == "iccid"
    assert f'value="{taken}"' in answer.content.decode()
    unknown = do(desk, order, "correct", msisdn="13000000000", seen=seen)
    assert (unknown.status_code, unknown.context["refused_field"]) == (400, "msisdn")
    nothing = do(desk, order, "correct", iccid="", seen=seen)
    assert (nothing.status_code, nothing.context["refused_field"]) == (400, "iccid")
    for deed, field in (("skip", "reason"), ("cancel", "sure")):
        refusal = do(desk, order, deed, position="1", reason=" ")
        assert (refusal.status_code, refusal.context["refused_field"]) == (400, field)
    no_reason = do(desk, order, "cancel", sure="1", reason="")
    assert no_reason.context["refused_field"] == "reason"
    assert fresh(order).state == "held"
    assert order.sub_orders.get(position=1).attempt == 1


def test_provisioning_may_be_silent(desk, held, monkeypatch):
    def silence(*_):
        raise SystemSilent(system="provisioning")

    for name in ("FreeCardsQuery", "ResourceReserveRequest"):
        monkeypatch.setitem(hearing._ANSWERERS, (System.PROVISIONING, name), silence)
    assert "没有响应" in words(desk.get(f"/crm/fallout/{held.order_no}/free/"))
    seen = show(desk, held).context["seen"]
    answer = do(desk, held, "correct", iccid=SimCard.objects.last().iccid, seen=seen)
    assert answer.status_code == 503
    assert "没有响应" in words(answer)
    assert fresh(held).state == "held"


def test_it_is_cancelled_and_says_so(desk, held, operator):  # noqa: F811
    answer = do(desk, held, "cancel", sure="1", reason="客户不要了")
    assert "已开始撤单" in said_to(answer)[0]
    assert "正在撤单" in words(show(desk, held))
    assert do(desk, held, "cancel", sure="1", reason="再点一次").status_code == 302
    operator.settle()
    assert fresh(held).state == "cancelled"
    assert held.cancellation.reason == "客户不要了"


def test_past_the_point_of_no_return_it_says_why_not(desk, operator):  # noqa: F811
    opened = operator.subscriber("PLAN-128")
    order = operator.order(opened, delete="PLAN-128")
    operator.settle(System.CRM, System.PROVISIONING)
    operator.settle(System.BOSS)
    operator.simulator.set("hlr", "refuse", count=1)
    operator.settle()
    assert fresh(order).state == "held"
    text = words(show(desk, order))
    assert "已过不可撤销点" in text
    assert "终止计费" in text
    assert do(desk, order, "cancel", sure="1", reason="晚了").status_code == 409
    assert fresh(order).state == "held"


def test_only_who_may_does_it(sign_in, held):  # noqa: F811
    reader = sign_in(System.CRM, "orders.view_fallout", staff_no="9003")
    assert 'name="deed"' not in show(reader, held).content.decode()
    for deed, form in (("retry", {}), ("skip", {"position": "1", "reason": "x"}),
                       ("cancel", {"sure": "1", "reason": "x"})):  # fmt: skip
        assert do(reader, held, deed, **form).status_code == 403
    bulk_form = {"deed": "retry", "order": f"{held.order_no}:held.2", "sure": "1"}
    assert reader.post("/crm/fallout/mend/", bulk_form).status_code == 403
    begun = reader.post("/crm/fallout/all/", {"cause": "networkRefused", "deed": "retry"})
    assert begun.status_code == 403
    assert not BulkMending.objects.exists()
    assert fresh(held).state == "held"
    assert show(reader, CustomerOrder(order_no="FC999999999")).status_code == 404


# -- several -------------------------------------------------------------------------------------


def test_the_chosen_ones_are_asked_about_and_then_mended(desk, operator):  # noqa: F811
    customer = operator.customer()
    one, two = refused(operator, customer), refused(operator, customer, number=1)
    choices = [row["choice"] for row in desk.get("/crm/fallout/").context["rows"]]
    assert len(choices) == 2
    asked = desk.post("/crm/fallout/mend/", {"deed": "retry", "order": choices})
    assert "重试: 2 张订单" in words(asked)
    assert [fresh(order).state for order in (one, two)] == ["held", "held"]
    services.retry_order(order_no=one.order_no, actor=operator.actor, at=operator.now)  # meanwhile
    form = {"deed": "retry", "order": choices, "sure": "1"}
    assert desk.post("/crm/fallout/mend/", form)["Location"] == "/crm/fallout/done/"
    result = desk.get("/crm/fallout/done/")
    assert (result.context["done"], result.context["refused"]) == (1, 1)
    assert "可能刚刚有人处理过" in words(result)
    desk.post("/crm/fallout/mend/", form)  # told twice
    assert desk.get("/crm/fallout/done/").context["done"] == 0
    attempts = [order.sub_orders.get(position=1).attempt for order in (one, two)]
    assert attempts == [2, 2]
    operator.settle()
    assert [fresh(order).state for order in (one, two)] == ["completed", "completed"]


def test_skipping_and_cancelling_several_need_a_reason(desk, held):
    [row] = desk.get("/crm/fallout/").context["rows"]
    for deed in ("skip", "cancel"):
        form = {"deed": deed, "order": row["choice"], "sure": "1", "reason": "  "}
        answer = desk.post("/crm/fallout/mend/", form)
        assert answer.status_code == 400
        assert "请填写原因" in words(answer)
        assert fresh(held).state == "held"
    form = {"deed": "skip", "order": row["choice"], "sure": "1", "reason": "人工开通"}
    desk.post("/crm/fallout/mend/", form)
    assert desk.get("/crm/fallout/done/").context["done"] == 1
    assert held.sub_orders.get(position=1).outcome["skipped"] == "人工开通"
    nothing = desk.post("/crm/fallout/mend/", {"deed": "retry"})
    assert (nothing.status_code, said_to(nothing)[-1]) == (302, "没有选择订单")


def test_all_of_a_cause_are_mended_by_workers(desk, held, operator):  # noqa: F811
    page = desk.get("/crm/fallout/all/?cause=networkRefused")
    assert page.context["count"] == 1
    seen = page.context["seen"]
    form = {"cause": "networkRefused", "deed": "cancel", "seen": seen, "reason": ""}
    missing = desk.post("/crm/fallout/all/", form)
    assert (missing.status_code, missing.context["refused_field"]) == (400, "reason")
    form |= {"deed": "retry"}
    begun = desk.post("/crm/fallout/all/", form)
    mending = BulkMending.objects.get()
    assert begun["Location"] == f"/crm/fallout/runs/{mending.pk}/"
    assert desk.post("/crm/fallout/all/", form)["Location"] == begun["Location"]  # twice
    going_on = desk.get(begun["Location"], headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" in going_on
    bulk.carry_on(mending.pk, clock=operator.clock)
    finished = desk.get(begun["Location"], headers={"HX-Request": "true"})
    assert "hx-get" not in finished.content.decode()
    assert "1 / 1" in words(finished)
    assert "网元拒绝" in words(desk.get("/crm/fallout/runs/"))
    operator.settle()
    assert fresh(held).state == "completed"
    gone = desk.get("/crm/fallout/all/?cause=networkRefused")
    assert (gone.status_code, gone["Location"]) == (302, "/crm/fallout/")
    assert desk.get("/crm/fallout/runs/99/").status_code == 404


def test_who_does_not_answer_is_asked_again(desk, operator, settings):  # noqa: F811
    settings.FALLOUT_STUCK_MINUTES = 0
    order = operator.open_subscriber(operator.customer())
    CustomerOrder.objects.filter(pk=order.pk).update(created_at=operator.now)
    page = show(desk, order)
    assert "久无答复" in words(desk.get("/crm/fallout/"))
    assert "再问一次" in words(page)
    do(desk, order, "retry", seen=page.context["seen"])
    operator.settle()
    assert fresh(order).state == "completed"
    assert operator.differences() == []

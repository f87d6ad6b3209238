"""The fallout queue: what stands in it, how it is narrowed, what it shows, how little it asks."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.systems import System
from customers.models import Customer, Subscriber
from integration import hearing
from integration.models import InboxMessage
from integration.queries import SystemSilent
from orders.models import Cancellation, CustomerOrder, OrderHistory, SubOrder, WaitingLine
from orders.pages import fallout
from tests.integration.consoles.conftest import sign_in  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
VIEW = "orders.view_fallout"
ENGLISH = {"Accept-Language": "en"}


def make(
    number: int,
    state: str = "held",
    *,
    hours: float = 1,
    cause: str = "networkRefused",
    flow: str = "open_subscriber",
    parts: tuple[tuple[str, str], ...] = (("provisioning", "held"), ("boss", "acknowledged")),
    zh: str = "网元拒绝: 用户已存在",
    en: str = "refused by the element",
) -> CustomerOrder:
    """An order that has stood so for so long."""
    at = timezone.now() - timedelta(hours=hours)
    held = state == "held"
    order = CustomerOrder.objects.create(
        order_no=f"FC{number:09d}", flow=flow, state=state, mode="async", settings={},
        actor_kind="operator", actor_number="2001", customer_no=f"CC{number:09d}",
        account_no=f"AC{number:09d}", subscriber_no=f"SC{number:09d}",
        cause_code=cause if held else "", cause_zh=zh if held else "", cause_en=en if held else "",
        created_at=at - timedelta(minutes=1),
        closed_at=at if state in ("completed", "cancelled") else None,
    )  # fmt: skip
    OrderHistory.objects.create(order=order, source="x", target=state, at=at, actor_number="2001")
    for position, (system, stands) in enumerate(parts, start=1):
        SubOrder.objects.create(
            order=order, position=position, kind="provisioning", system=system,
            subject=order.subscriber_no, waits_for=[], state=stands, payload={
                "action": "activate" if system == "provisioning" else "open", "iccid": "8986",
                "msisdn": "139", "sub_order_no": f"{order.order_no}-{position}",
                "subscriber_no": order.subscriber_no, "reservation": order.order_no,
                "services": [],
            },
            message="ProvisioningOrderRequest" if system == "provisioning"
            else "SubscriptionOrderRequest",
            sent_at=None if stands == "acknowledged" else at,
            outcome={"done": False, "zh": zh, "en": en} if stands == "held" else None,
        )  # fmt: skip
    return order


def letter(order: CustomerOrder, status: str = "dead", system: System = System.CRM) -> InboxMessage:
    return InboxMessage.objects.using(system.alias).create(
        id=uuid4(), sender="boss", subject=order.subscriber_no, seq=order.pk, status=status,
        name="SubscriptionOrderResponse", flow_no=order.order_no, body={},
        received_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


@pytest.fixture
def desk(sign_in):  # noqa: F811
    return sign_in(System.CRM, VIEW, "orders.mend", "orders.cancel_order")


def shown(client, query: str = "", **headers):
    answer = client.get(f"/crm/fallout/{query}", headers=headers)
    assert answer.status_code == 200
    return answer


def numbers(answer) -> list[int]:
    return [int(row["order"].order_no[2:]) for row in answer.context["rows"]]


def words(answer) -> str:
    text = answer.content.decode().split('<div class="page">')[-1]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


# -- what stands in it ---------------------------------------------------------------------------


def test_what_waits_stands_in_it_the_longest_first(desk):
    make(1, "held", hours=1)
    make(2, "held", hours=30, cause="numberTaken")
    make(3, "inProgress", hours=2, parts=(("provisioning", "completed"), ("boss", "inProgress")))
    make(4, "inProgress", hours=0.1, parts=(("provisioning", "inProgress"),))  # in good time
    make(5, "pendingCancellation", hours=3, parts=(("provisioning", "inProgress"),))
    make(6, "completed", hours=50)
    make(7, "pending", hours=50)
    answer = shown(desk)
    assert numbers(answer) == [2, 5, 3, 1]
    ages = [row["age_tone"] for row in answer.context["rows"]]
    assert ages == ["danger", "warning", "warning", "warning"]
    text = words(answer)
    assert "已完成 1/2 步; BOSS 尚未答复" in text
    assert "已完成 0/2 步; 开通 拒绝; BOSS 尚未通知" in text
    assert "0 of 2 done; Provisioning refused; BOSS not told yet" in words(shown(desk, **ENGLISH))


def test_how_long_is_too_long_is_a_setting(desk, settings):
    make(1, "inProgress", hours=0.2, parts=(("provisioning", "inProgress"),))
    assert numbers(shown(desk)) == []
    settings.FALLOUT_STUCK_MINUTES = 10
    assert numbers(shown(desk)) == [1]


@pytest.mark.parametrize(("status", "stands"), [("dead", [1]), ("parked", [1]), ("done", [])])
def test_an_answer_that_crm_cannot_act_on_brings_its_order(sign_in, status, stands):  # noqa: F811
    order = make(1, "inProgress", hours=0.1, parts=(("boss", "inProgress"),))
    kept = letter(order, status)
    answer = shown(sign_in(System.CRM, VIEW, "integration.view_message"))
    assert numbers(answer) == stands
    link = f"/crm/integration/inboxmessage/{kept.pk}/change/"
    assert (link in answer.content.decode()) is bool(stands)


def test_causes_are_counted_in_words(desk):
    for number in range(1, 4):
        make(number, hours=number)
    make(4, hours=9, cause="notNamedYet", zh="没有名字的原因", en="an unnamed cause")
    make(5, "inProgress", hours=1, parts=(("boss", "inProgress"),))
    found = [(one["words"], one["count"]) for one in shown(desk).context["causes"]]
    assert found == [("网元拒绝", 3), ("没有名字的原因", 1), ("久无答复", 1)]
    english = shown(desk, **ENGLISH).context["causes"]
    assert [one["words"] for one in english] == [
        "The network refused", "an unnamed cause", "No answer for long",
    ]  # fmt: skip
    assert not re.search(r"[\u4e00-\u9fff]", "".join(one["helps"] for one in english))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?cause=numberTaken", [2]),
        ("?standing=stuck", [3]),
        ("?standing=held&cause=networkRefused", [1]),
        ("?business=order_product", [2]),
        ("?system=boss", [3]),
        ("?system=provisioning", [2, 1]),
        ("?age=4h", [2]),
        ("?age=3d", []),
        ("?q=fc000000002", [2]),
        ("?q=CC000000003", [3]),
        ("?q=SC000000001", [1]),
        ("?q=13800000001", [1]),
        ("?q=13800000009", []),
        ("?business=nothing&system=moon&age=x&standing=y", [2, 3, 1]),
    ],
)
def test_it_is_narrowed(desk, query, expected):
    make(1, hours=1)
    make(2, hours=30, cause="numberTaken", flow="order_product")
    make(3, "inProgress", hours=2, parts=(("boss", "inProgress"),))
    customer = Customer.objects.create(
        customer_no="CC000000001", name="王五", status="active", org_unit="HQ", region="GZ",
        created_at=timezone.now(),
    )  # fmt: skip
    Subscriber.objects.create(
        subscriber_no="SC000000001", customer=customer, service_number="13800000001",
        status="pre_active", created_at=timezone.now(),
    )  # fmt: skip
    assert numbers(shown(desk, query)) == expected


def test_pages_turn_by_keys(desk, monkeypatch):
    monkeypatch.setattr(fallout, "ROWS", 2)
    for number in range(1, 6):
        make(number, hours=10 - number)
    first = shown(desk)
    assert numbers(first) == [1, 2]
    second = shown(desk, first.context["next_page"])
    assert numbers(second) == [3, 4]
    last = shown(desk, second.context["next_page"])
    assert (numbers(last), last.context["next_page"]) == ([5], "")
    for odd in ("?after=x", "?after=1-y", "?after=99999999999999999999-1", "?after=nan-1"):
        assert numbers(shown(desk, odd)) == [1, 2]


def test_what_it_blocks_is_counted(desk):
    holder, behind, other = make(1), make(2, "pending"), make(3, "pending")
    for order, holds, product in (
        (holder, True, True),
        (behind, False, True),
        (other, False, False),
    ):
        WaitingLine.objects.create(
            order=order, subscriber_no="SC000000001", product=product, status=not product,
            holds=holds,
        )  # fmt: skip
    [row] = shown(desk).context["rows"]
    assert row["waiting"].behind == ["FC000000002"]
    assert "其后排队 1 张订单" in words(shown(desk))


def test_it_asks_the_same_few_questions_however_many_wait(desk):
    def count() -> int:
        with CaptureQueriesContext(connections["default"]) as queries:
            shown(desk)
        return len(queries)

    make(1)
    few = count()
    for number in range(2, 25):
        make(number, cause=f"cause{number % 5}")
    assert count() == few
    assert few <= 14


@pytest.mark.parametrize(
    ("language", "nothing", "none_like_that"),
    [
        ("zh-hans", "没有等您处理的订单", "没有符合条件"),
        ("en", "Nothing waits for you", "is like that"),
    ],
)
def test_an_empty_queue_says_so(desk, language, nothing, none_like_that):
    heading = {"Accept-Language": language}
    assert nothing in words(shown(desk, **heading))
    assert none_like_that in words(shown(desk, "?age=1h", **heading))


def test_it_is_for_those_who_may(sign_in):  # noqa: F811
    make(1)
    stranger = sign_in(System.CRM, "orders.view_customerorder")
    assert stranger.get("/crm/fallout/").status_code == 403
    assert "/crm/fallout/" not in stranger.get("/crm/").content.decode()
    reader = sign_in(System.CRM, VIEW, staff_no="9002")
    text = shown(reader).content.decode()
    assert 'value="retry"' not in text
    assert 'value="cancel"' not in text
    assert 'name="order"' not in text


def test_it_is_taken_along(desk):
    make(1, hours=2)
    make(2, hours=3, cause="numberTaken", zh="=坏", en="=bad")
    answer = desk.get("/crm/fallout.csv?q=FC000000002")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][0] == "FC000000002"
    assert "'=坏" in rows[1]
    whole = desk.get("/crm/fallout.csv", headers=ENGLISH).content.decode("utf-8-sig")
    assert [row[0] for row in csv.reader(io.StringIO(whole))] == [
        "Order", "FC000000002", "FC000000001",
    ]  # fmt: skip


def test_it_tells_when_it_has_changed(desk):
    make(1)
    watched = shown(desk).context["watched"]
    assert desk.get(f"/crm/fallout/news/?{watched}").content.decode().strip() == ""
    make(2)
    assert "现在有 2 张订单" in words(desk.get(f"/crm/fallout/news/?{watched}"))


# -- beside it -----------------------------------------------------------------------------------


def test_the_overview_tells_what_waits(sign_in):  # noqa: F811
    desk = sign_in(System.CRM, VIEW)
    assert "异常挂起" not in desk.get("/crm/").content.decode()
    make(1, hours=5)
    make(2, hours=1)
    make(3, "inProgress", hours=2, parts=(("boss", "inProgress"),))
    text = re.sub(r"\s+", " ", desk.get("/crm/").content.decode())
    assert "2 张订单异常挂起" in text
    assert "1 张久无答复或在撤单" in text
    assert "5 小时" in text
    stranger = sign_in(System.CRM, "customers.view_customer", staff_no="9002")
    assert "异常挂起" not in stranger.get("/crm/").content.decode()


def test_letters_of_every_system_are_counted(sign_in):  # noqa: F811
    client = sign_in(System.CRM, VIEW, "integration.view_message")
    order = make(1)
    letter(order, "dead", System.BOSS)
    letter(make(2), "parked", System.BOSS)
    text = words(client.get("/crm/fallout/letters/"))
    assert "BOSS 死信 1" in text
    assert "挂起 1" in text
    of_flow = client.get(f"/crm/fallout/letters/?flow={order.order_no}").content.decode()
    assert of_flow.count("/boss/integration/inboxmessage/") == 1


def test_a_silent_system_says_so(sign_in, monkeypatch):  # noqa: F811
    def silence(*_):
        raise SystemSilent(system="boss")

    monkeypatch.setitem(hearing._ANSWERERS, (System.BOSS, "LettersQuery"), silence)
    client = sign_in(System.CRM, VIEW, "integration.view_message")
    text = words(client.get("/crm/fallout/letters/", headers=ENGLISH))
    assert "BOSS does not answer" in text
    assert "Provisioning dead 0" in text
    stranger = sign_in(System.CRM, VIEW, staff_no="9002")
    assert stranger.get("/crm/fallout/letters/").status_code == 403
    assert "fallout/letters" not in shown(stranger).content.decode()


def test_a_cancellation_under_way_names_who_asked(desk):
    order = make(5, "pendingCancellation", hours=3, parts=(("provisioning", "inProgress"),))
    Cancellation.objects.create(
        order=order, reason="客户不要了", actor_number="2001", requested_at=timezone.now()
    )
    text = words(desk.get("/crm/fallout/FC000000005/"))
    assert "客户不要了 (2001)" in text
    assert "正在撤单" in text

"""工单和人工施工: what waits is seen first, hurried or completed once, by who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from provisioning.models import DeskDeed, WorkOrder
from tests.integration.provisioning import world
from tests.integration.provisioning.desk import ENGLISH, signed_in
from tests.integration.provisioning.world import Person, Post, home, person, sweep
from tests.unit.simulator.running import Simulator

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "oss"])

PAGE = "/oss/work-orders/"
MANUAL = "/oss/manual-work/"
VIEW = "provisioning.view_workorder"
RETRY = "provisioning.retry_work_order"
COMPLETE = "provisioning.complete_manual_work"


@pytest.fixture
def failing(network: Simulator, post: Post) -> Person:
    """Somebody whose line waits for an element that is down."""
    network.set("hlr", "down")
    somebody = person()
    post.send(somebody.order())
    network.set("hlr", "ok")
    return somebody


@pytest.fixture
def waiting(network: Simulator, post: Post) -> list[Person]:
    """Three whose fibre has yet to be laid."""
    people = [person() for _ in range(3)]
    for somebody in people:
        post.send(somebody.order("VOICE", "FIBRE"))
    return people


def work_of(somebody: Person, element: str = "hlr") -> WorkOrder:
    return WorkOrder.objects.get(subscriber_no=somebody.subscriber_no, element=element)


def shown(client, **query):
    rows = client.get(PAGE, query).context["rows"]
    return [(row["work"].subscriber_no, row["badge"]["word"]) for row in rows]


def test_what_fails_comes_first_with_its_error_in_words(failing, waiting):
    client = signed_in(VIEW)
    rows = shown(client)
    assert rows[0] == (failing.subscriber_no, "等待重试")
    assert [word for _, word in rows[1:]] == ["等人工"] * 3
    page = client.get(PAGE)
    counts = {one["key"]: one["count"] for one in page.context["standings"]}
    assert (counts["open"], counts["failing"], counts["waiting"]) == ("4", "1", "3")
    assert "网元不可达: 连接中断" in page.content.decode()
    assert "Unreachable: connection lost" in client.get(PAGE, headers=ENGLISH).content.decode()
    assert shown(client, standing="waiting") == rows[1:]
    assert shown(client, standing="failing") == rows[:1]
    assert shown(client, element="eoms") == rows[1:]
    assert shown(client, age="1h") == []


def test_a_work_order_is_found_by_any_number(failing, waiting):
    client = signed_in(VIEW)
    work = work_of(failing)
    for number in (
        work.work_order_no, failing.subscriber_no.lower(), failing.msisdn, failing.order_no,
        f"{failing.order_no}-1",
    ):  # fmt: skip
        assert shown(client, q=number) == [(failing.subscriber_no, "等待重试")], number
    assert shown(client, q="SC999999999") == []
    assert len(shown(client, standing="all")) == 7


def test_the_pages_take_as_many_queries_however_much_waits(post, failing, waiting):
    client = signed_in(VIEW, COMPLETE)

    def taken(address):
        with CaptureQueriesContext(connections["oss"]) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    few = [taken(PAGE), taken(PAGE + "rows/"), taken(MANUAL)]
    for _ in range(4):
        post.send(person().order("VOICE", "FIBRE"))
    # Who; counts, elements, rows, silences | who; rows, silences | who; waiting, done, names
    assert few == [taken(PAGE), taken(PAGE + "rows/"), taken(MANUAL)] == [7, 5, 6]


def test_one_work_order_tells_its_attempts(failing):
    client = signed_in(VIEW)
    work = work_of(failing)
    page = client.get(f"{PAGE}{work.work_order_no}/")
    told = page.content.decode()
    assert all(words in told for words in ("分配号码", "网元不可达", failing.order_no, "1 / 20"))
    [attempt] = page.context["attempts"]
    assert (attempt["number"], attempt["word"]) == (1, "没有应答")
    assert attempt["note"] == "网元不可达: 连接中断"
    assert "立即重试" not in told
    assert client.get(f"{PAGE}WO000000000/").status_code == 404


def test_a_work_order_is_hurried_once_and_written_down(failing):
    client = signed_in(VIEW, RETRY)
    work = work_of(failing)
    WorkOrder.objects.filter(pk=work.pk).update(due_at=world.now() + timedelta(minutes=10))
    form = {"number": work.work_order_no, "back": f"{PAGE}?standing=failing"}
    for _ in range(2):
        answer = client.post(PAGE + "retry/", form)
        assert (answer.status_code, answer.url) == (302, f"{PAGE}?standing=failing")
    work.refresh_from_db()
    assert work.due_at is not None
    assert work.due_at <= world.now()
    deed = DeskDeed.objects.get()
    assert (deed.deed, deed.about, deed.actor_number) == ("retried", work.work_order_no, "9001")
    assert sweep() == 1
    assert world.works(failing) == [("hlr", "done", 2)]
    late = client.post(PAGE + "retry/", form, follow=True)
    assert "已结束" in late.content.decode()
    assert DeskDeed.objects.count() == 1


def test_nobody_is_sent_elsewhere_after_hurrying(failing):
    client = signed_in(VIEW, RETRY)
    form = {"number": work_of(failing).work_order_no, "back": "https://elsewhere.example/"}
    assert client.post(PAGE + "retry/", form).url == PAGE


def test_who_may_only_look_hurries_and_completes_nothing(failing, waiting):
    client = signed_in(VIEW)
    due = work_of(failing).due_at
    form = {"number": work_of(failing).work_order_no}
    assert client.post(PAGE + "retry/", form).status_code == 403
    assert work_of(failing).due_at == due
    ticket = work_of(waiting[0], "eoms")
    only = {"only": ticket.work_order_no}
    assert client.post(MANUAL + "complete/", only).status_code == 403
    assert work_of(waiting[0], "eoms").state == "waiting"
    assert "回单" not in client.get(MANUAL).content.decode().replace("回单人", "")
    stranger = signed_in("provisioning.view_line", staff_no="9002")
    for address in (PAGE, PAGE + "rows/", MANUAL, MANUAL + "waiting/"):
        assert stranger.get(address).status_code == 403


def test_manual_work_says_what_is_to_be_done_and_is_completed_at_one_press(waiting):
    client = signed_in(VIEW, COMPLETE)
    page = client.get(MANUAL)
    assert [row["tasks"] for row in page.context["waiting"]] == [["安装光纤线路 (FIBRE 服务)"]] * 3
    english = client.get(MANUAL, headers=ENGLISH).context["waiting"][0]["tasks"]
    assert english == ["Install fibre line (FIBRE)"]
    number = work_of(waiting[0], "eoms").work_order_no
    for _ in range(2):
        part = client.post(MANUAL + "complete/", {"only": number}, headers={"hx-request": "true"})
        assert "已回单" in part.content.decode()
    assert work_of(waiting[0], "eoms").completed_by == "9001"
    assert len(world.answers(f"{waiting[0].order_no}-1")) == 1
    page = client.get(MANUAL)
    assert [row["by"] for row in page.context["done"]] == ["9001"]
    assert len(page.context["waiting"]) == 2
    moved = client.get(MANUAL + "waiting/", {"shown": "3"}).content.decode()
    assert "现在有 2 张工单等待施工" in moved
    assert client.get(MANUAL + "waiting/", {"shown": "2"}).content.decode().strip() == ""


def test_several_are_completed_after_being_asked(waiting):
    client = signed_in(VIEW, COMPLETE)
    numbers = [work_of(somebody, "eoms").work_order_no for somebody in waiting[:2]]
    asked = client.post(MANUAL + "complete/", {"number": numbers})
    assert "这 2 张工单都已施工完毕?" in asked.content.decode()
    assert [work_of(one, "eoms").state for one in waiting] == ["waiting"] * 3
    for _ in range(2):
        done = client.post(MANUAL + "complete/", {"number": numbers, "sure": "1"})
        assert done.url == MANUAL
    assert [work_of(one, "eoms").state for one in waiting] == ["done", "done", "waiting"]
    assert [len(world.answers(f"{one.order_no}-1")) for one in waiting] == [1, 1, 0]
    again = client.post(MANUAL + "complete/", {"number": numbers})
    assert "2 张工单已不在等待" in again.content.decode()
    assert client.post(MANUAL + "complete/", {}).url == MANUAL


def test_a_broadband_line_is_found_by_its_number_as_soon_as_it_is_wanted(network, post):
    client = signed_in(VIEW, COMPLETE)
    family = home()
    post.send(family.order("FIBRE"))
    [row] = client.get(MANUAL).context["waiting"]
    assert row["line"] == family.service_number
    assert shown(client, q=family.service_number) == [(family.subscriber_no, "等人工")]
    client.post(MANUAL + "complete/", {"only": row["work"].work_order_no})
    assert shown(client, q=family.service_number) == [(family.subscriber_no, "完成")]

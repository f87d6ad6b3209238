"""The pages on which releases are brought to the market."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from auth_center.actors import system_actor
from billing import services as boss
from integration.messages import ReleasePictureQuery
from integration.queries import SystemSilent
from products.catalogue.content import SECTIONS
from products.models import CatalogueRelease, ProductOffering
from products.pages import release_content
from products.services import approve_release, release_document
from tests.integration.products.desk import Manager, a_plan, carry, text_of

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
NEW = "catalogue/drafts/new/"
LIST = "catalogue/releases/"
RENTAL = {
    "charge": "recurring",
    "amount": 99,
    "when": "advance",
    "proration": {"first": "by_day", "last": "by_day"},
}


@pytest.fixture
def on_sale(demo, at):
    """The demo catalogue, launched in both systems."""
    release = release_document(demo, actor=system_actor("tests"), at=at)
    assert release is not None
    carry()
    approve_release(release_no=release.release_no, actor=system_actor("other"), at=at)
    carry()


@pytest.fixture
def manager(on_sale) -> Manager:
    return Manager()


@pytest.fixture
def second(on_sale) -> Manager:
    return Manager(staff_no="9303", name="张敏")


def drafted(manager: Manager, **more) -> str:
    where = manager.done(NEW, **a_plan(go="release", **more))
    return where.split("/")[2]


def page_of(number: str) -> str:
    return f"{LIST}{number}/"


def standing(page: str) -> str:
    found = re.search(r'data-status="(\w+)"', page)
    assert found is not None
    return found[1]


def configured_in_boss(number: str) -> None:
    somebody = system_actor("boss")
    boss.save_rules(
        release_no=number, tariff_code="T-99-NEW", version=1, rules=RENTAL,
        actor=somebody, at=timezone.now(),
    )  # fmt: skip
    boss.finish_configuration(release_no=number, actor=somebody, at=timezone.now())
    carry()


def test_a_plan_goes_from_the_form_to_the_market_in_two_persons_hands(manager, second):
    number = drafted(manager)
    page = manager.get(page_of(number))
    assert standing(page) == "draft"
    assert "提交发布" in page
    assert "PLAN-99-NEW" in page
    assert "hx-get" not in page.partition('id="release-live"')[2].partition(">")[0]
    manager.done(f"{page_of(number)}request/")
    carry()
    page = manager.get(page_of(number))
    assert standing(page) == "accepted"
    assert "规则未配置" in page
    assert f'hx-get="/crm/{page_of(number)}?seen=' in page
    configured_in_boss(number)
    page = manager.get(page_of(number))
    assert standing(page) == "configured"
    assert "您是提交人" in text_of(page)
    assert "99" in text_of(page).partition("BOSS 的配置")[2]
    assert f'action="/crm/{page_of(number)}approve/"' not in page
    manager.done(f"{page_of(number)}approve/")
    assert CatalogueRelease.objects.get(release_no=number).status == "configured"
    page = second.get(page_of(number))
    assert f'action="/crm/{page_of(number)}approve/"' in page
    assert second.done(f"{page_of(number)}test/") == page_of(number)
    assert second.done(f"{page_of(number)}approve/") == page_of(number)
    assert second.done(f"{page_of(number)}approve/") == page_of(number)
    carry()
    page = second.get(page_of(number))
    assert standing(page) == "launched"
    assert "已审批" in page
    assert "不能这样处理" not in page
    assert "改变了什么" in page
    assert ">新增<" in page
    assert ProductOffering.objects.get(code="PLAN-99-NEW").status == "launched"


def test_what_changes_is_told_against_the_catalogue_as_it_is(manager):
    plan = a_plan(
        code="PLAN-59", name_zh="新 59", name_en="New 59", services=["MSISDN", "SIM", "VOICE"],
        tariffs=["T-59-RENTAL"], tariff=[], go="release",
    )  # fmt: skip
    del plan["fresh"]
    number = manager.done(NEW, **plan).split("/")[2]
    shown = manager.get(page_of(number))
    assert ">变更<" in shown
    assert "<ins>新 59</ins>" in shown
    assert "5G 畅行 59 元套餐</del>" in shown
    english = Manager(staff_no="9304", language="en").get(page_of(number))
    assert ">Changed<" in english
    assert "<ins>New 59</ins>" in english


def test_a_draft_with_problems_says_what_is_to_be_mended_and_where(manager):
    number = drafted(manager, services=["VOICE"])
    page = manager.get(page_of(number))
    assert "请先改正" in text_of(page)
    assert "资源类服务" in page
    assert f'href="/crm/catalogue/drafts/{number}/?entry=0"' in page
    assert f'action="/crm/{page_of(number)}request/"' not in page
    manager.done(f"{page_of(number)}request/")
    page = manager.get(page_of(number))
    assert standing(page) == "draft"
    assert "不能提交" in text_of(page)


def test_a_release_is_withdrawn_with_a_reason_and_copied_to_a_new_draft(manager):
    number = drafted(manager)
    manager.done(f"{page_of(number)}request/")
    manager.done(f"{page_of(number)}withdraw/", reason=" ")
    assert "请填写原因" in manager.get(page_of(number))
    manager.done(f"{page_of(number)}withdraw/", reason="价格未定")
    manager.done(f"{page_of(number)}withdraw/", reason="价格未定")
    page = manager.get(page_of(number))
    assert standing(page) == "withdrawn"
    assert "价格未定" in page
    assert "不能这样处理" not in page
    where = manager.done(f"{page_of(number)}copy/")
    assert manager.done(f"{page_of(number)}copy/") == where != page_of(number)
    copy = manager.get(where)
    assert standing(copy) == "draft"
    assert f"复制自 {number}" in text_of(copy)


def test_a_draft_is_discarded_once(manager):
    number = drafted(manager)
    assert manager.done(f"{page_of(number)}discard/") == LIST
    assert manager.done(f"{page_of(number)}discard/") == LIST
    assert not CatalogueRelease.objects.filter(release_no=number).exists()
    manager.get(page_of(number), status=404)


def test_a_silent_boss_is_said_and_the_rest_of_the_page_stands(manager, monkeypatch):
    number = drafted(manager)
    manager.done(f"{page_of(number)}request/")

    def silent(sender, system, question):
        assert question == ReleasePictureQuery(release_no=number)
        raise SystemSilent(system=str(system))

    monkeypatch.setattr(release_content, "ask_quietly", silent)
    page = text_of(manager.get(page_of(number)))
    assert "BOSS 没有响应" in page
    assert "将改变什么" in page


def test_a_waiting_page_hears_news_and_nothing_else(manager):
    number = drafted(manager)
    manager.done(f"{page_of(number)}request/")
    page = manager.get(page_of(number))
    [seen] = re.findall(r"\?seen=(\w+)", page)
    manager.get(f"{page_of(number)}?seen={seen}", status=204, part=True)
    carry()
    part = manager.get(f"{page_of(number)}?seen={seen}", part=True)
    assert standing(part) == "accepted"
    assert "<html" not in part


def test_nobody_does_what_he_may_not(manager, on_sale):
    number = drafted(manager)
    reader = Manager("products.view_release", staff_no="9305")
    page = reader.get(page_of(number))
    assert "您没有权限" in text_of(page)
    assert "<form" not in page.partition('id="release-live"')[2]
    for deed in ("request", "test", "approve", "withdraw", "copy", "discard"):
        reader.done(f"{page_of(number)}{deed}/", reason="x")
    assert CatalogueRelease.objects.get(release_no=number).status == "draft"
    assert CatalogueRelease.objects.exclude(release_no=number).filter(status="draft").count() == 0
    assert reader.client.get(f"/crm/{page_of(number)}request/").status_code == 405
    assert reader.send(f"{page_of(number)}nothing/").status_code == 404
    Manager("customers.view_customer", staff_no="9306").get(LIST, status=403)


def test_the_list_is_narrowed_and_begins_with_what_waits(manager, second):
    number = drafted(manager)
    page = manager.get(LIST)
    assert "等您处理" in page
    assert "您的草稿" in page
    assert number in page
    assert "等您处理" not in second.get(LIST)
    assert number in manager.get(f"{LIST}?q=PLAN-99-NEW")
    assert number in manager.get(f"{LIST}?q={number.lower()}")
    assert number in manager.get(f"{LIST}?q=春季&status=draft&whose=mine")
    assert number not in manager.get(f"{LIST}?status=open")
    assert number not in second.get(f"{LIST}?whose=mine")
    assert "没有符合条件的发布" in manager.get(f"{LIST}?q=%00nothing")
    manager.done(f"{page_of(number)}request/")
    carry()
    configured_in_boss(number)
    assert "待您审批" in second.get(LIST)
    assert "待您审批" not in manager.get(LIST)


def test_long_lists_turn_page_by_page(manager):
    CatalogueRelease.objects.bulk_create(
        CatalogueRelease(
            release_no=f"FX{i:09d}", title=f"第 {i} 批", status="draft", codes=[f"offering:X-{i}"],
            created_by="7777", created_at=timezone.now(),
            content={section: [] for section in SECTIONS},
        )
        for i in range(70)
    )  # fmt: skip
    first = manager.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        manager.get(LIST)
    assert len(queries) <= 8
    [older] = re.findall(r'href="(\?before=\d+)"', first)
    middle = manager.get(LIST + older)
    assert "FX000000039" in middle
    assert "FX000000069" not in middle
    [newer] = re.findall(r'href="(\?after=\d+)"', middle)
    assert "FX000000069" in manager.get(LIST + newer)


def test_the_page_of_a_release_takes_a_constant_number_of_queries(manager):
    number = drafted(manager)
    manager.get(page_of(number))
    with CaptureQueriesContext(connection) as few:
        manager.get(page_of(number))
    second_number = drafted(
        manager, code="PLAN-97-NEW", excludes=["PLAN-59", "PLAN-128"], tariff=[],
        tariffs=["T-59-RENTAL", "T-STD-SMS", "T-59-VOICE"],
    )  # fmt: skip
    manager.get(page_of(second_number))
    with CaptureQueriesContext(connection) as many:
        manager.get(page_of(second_number))
    assert len(many) <= len(few) <= 40

"""The form on which a plan is made."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from products.models import CatalogueRelease, ProductOffering, Tariff, TariffVersion
from tests.integration.products.desk import (
    Manager,
    a_plan,
    error_beside,
    text_of,
    value_of,
)

pytestmark = [
    pytest.mark.django_db(databases=["default", "boss", "oss"]),
    pytest.mark.usefixtures("imported"),
]
NEW = "catalogue/drafts/new/"


@pytest.fixture
def manager() -> Manager:
    return Manager()


def the_draft() -> CatalogueRelease:
    return CatalogueRelease.objects.get(status="draft")


def test_a_plan_is_made_from_nothing(manager):
    page = manager.get(NEW)
    assert "以现有产品为模板" in page
    assert 'name="fresh" value="1"' in page
    where = manager.done(NEW, **a_plan())
    draft = the_draft()
    assert where == f"catalogue/drafts/{draft.release_no}/?entry=0"
    assert draft.title == "春季套餐"
    assert draft.created_by == manager.staff_no
    [offering] = draft.content["offerings"]
    assert offering["tariffs"] == ["T-STD-SMS", "T-99-NEW"]
    assert offering["sale"] == {"from": "2026-12-01"}
    assert ProductOffering.objects.get(code="PLAN-99-NEW").status == "in_design"
    shown = manager.get(where)
    assert value_of(shown, "code") == "PLAN-99-NEW"
    assert value_of(shown, "tariff.0.code") == "T-99-NEW"
    assert "已保存" in text_of(shown)


def test_saving_leads_to_the_release_when_that_is_wanted(manager):
    where = manager.done(NEW, **a_plan(go="release"))
    assert where == f"catalogue/releases/{the_draft().release_no}/"


def test_the_same_form_sent_twice_makes_one_draft(manager):
    first = manager.done(NEW, **a_plan())
    assert manager.done(NEW, **a_plan()) == first
    draft = the_draft()
    changed = a_plan(title="改名", version=str(draft.version))
    again = f"catalogue/drafts/{draft.release_no}/"
    assert manager.done(again, **changed) == manager.done(again, **changed)
    assert the_draft().version == draft.version + 1


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(manager):
    page = manager.refused(
        NEW,
        **a_plan(
            code="lower case",
            name_en="",
            description_zh="保留的说明",
            sale_to="2026-01-01",
            **{"tariff.n1.charge_group": "Rental!", "requires": ["0"]},
        ),
    )
    assert "PLAN-99" in error_beside(page, "f-code")
    assert error_beside(page, "f-name_en") == "请填写"
    assert error_beside(page, "f-sale_to") == "结束不晚于开始"
    assert "小写字母" in error_beside(page, "f-tariff-0-charge_group")
    assert "移除此行" in error_beside(page, "p-requires-0")
    assert "保留的说明" in page
    assert value_of(page, "tariff.0.charge_group") == "Rental!"
    assert value_of(page, "code") == "LOWER CASE"
    assert "5 处需要改正" in text_of(page)
    assert not CatalogueRelease.objects.exists()
    assert not Tariff.objects.filter(code="T-99-NEW").exists()


def test_what_the_door_refuses_stands_beside_its_field_too(manager):
    page = manager.refused(NEW, **a_plan(excludes=["NO-SUCH"], owns=["NO-SUCH-EITHER"]))
    assert "NO-SUCH" in error_beside(page, "p-excludes")
    assert not CatalogueRelease.objects.exists()


def test_a_contradiction_is_kept_and_shown_beside_its_field(manager):
    where = manager.done(NEW, **a_plan(services=["VOICE"]))
    assert "须改正" in text_of(page := manager.get(where))
    assert "资源类服务" in error_beside(page, "p-services")
    assert the_draft().findings


def test_the_refusals_are_english_to_an_english_reader():
    page = Manager(language="en").refused(NEW, **a_plan(name_zh=""))
    assert error_beside(page, "f-name_zh") == "Please fill this in"
    assert "1 to correct, each below its field" in text_of(page)


def test_a_code_in_use_is_refused_unless_it_is_that_product_s_new_version(manager):
    page = manager.refused(NEW, **a_plan(code="PLAN-59"))
    assert "已被使用" in error_beside(page, "f-code")
    shown = manager.get(f"{NEW}?from=PLAN-59")
    assert value_of(shown, "code") == "PLAN-59"
    assert 'name="fresh" value="1"' not in shown
    assert "PLAN-59 的新版本" in shown
    plan = a_plan(code="PLAN-59", name_zh="新 59", tariff=[])
    del plan["fresh"]
    manager.done(NEW, **plan)
    assert the_draft().content["offerings"][0]["name"]["zh"] == "新 59"
    assert ProductOffering.objects.get(code="PLAN-59").name_zh != "新 59"


def test_an_offering_lends_all_but_its_code(manager):
    page = manager.get(f"{NEW}?like=PLAN-59")
    assert value_of(page, "code") == ""
    assert value_of(page, "name_en") == "5G Changxing 59"
    assert 'data-chip="T-59-RENTAL"' in page
    assert 'name="fresh" value="1"' in page
    manager.get(f"{NEW}?like=NO-SUCH", status=404)


@pytest.mark.parametrize(("asked", "status"), [("retire", "retired"), ("obsolete", "obsolete")])
def test_an_offering_is_taken_off_the_market(manager, asked, status):
    page = manager.get(f"{NEW}?{asked}=PLAN-59")
    assert "发布后不再销售" in page
    assert f'value="{status}" selected' in page
    form = {"title": "", "place": "0", "ending": "PLAN-59", "ending.status": status}
    where = manager.done(NEW, **form)
    draft = the_draft()
    assert draft.content["offerings"][0]["status"] == status
    assert draft.content["offerings"][0]["tariffs"]
    assert ProductOffering.objects.get(code="PLAN-59").status == "launched"
    assert f'value="{status}" selected' in manager.get(where)


def test_a_tariff_gets_a_new_version_without_an_offering(manager):
    page = manager.get(f"{NEW}?tariff=T-59-RENTAL")
    assert "code.there" not in page
    assert 'name="tariff.0.version.0.valid_from"' in page
    part = manager.get("catalogue/drafts/parts/tariff/?code=T-59-RENTAL&here=1", part=True)
    assert 'name="tariff.T-59-RENTAL.version"' in part
    assert "没有发布过" in manager.get("catalogue/drafts/parts/tariff/?code=NO", part=True)
    before = TariffVersion.objects.filter(tariff__code="T-59-RENTAL").count()
    name = "tariff.T-59-RENTAL"
    manager.done(
        NEW,
        **{
            "tariff": ["T-59-RENTAL"], f"{name}.code": "T-59-RENTAL", f"{name}.version": ["0"],
            f"{name}.version.0.valid_from": "2027-03-01",
            f"{name}.version.0.description_zh": "新月租", f"{name}.version.0.description_en": "New",
        },
    )  # fmt: skip
    [tariff] = the_draft().content["tariffs"]
    assert [one["version"] for one in tariff["versions"]] == list(range(1, before + 2))
    assert tariff["versions"][-2]["valid_to"] == tariff["versions"][-1]["valid_from"]
    assert TariffVersion.objects.filter(tariff__code="T-59-RENTAL").count() == before


def test_several_offerings_share_a_draft_and_one_is_edited_at_a_time(manager):
    manager.done(NEW, **a_plan())
    draft = the_draft()
    path = f"catalogue/drafts/{draft.release_no}/"
    page = manager.get(f"{path}?entry=new&like=PLAN-59")
    assert value_of(page, "place") == "1"
    second = a_plan(
        code="PLAN-98-NEW", place="1", version=str(draft.version), title=draft.title,
        **{"tariff": ["0"], "tariff.0.fresh": "1", "tariff.0.code": "T-99-NEW",
           "tariff.0.kind": "accounting", "tariff.0.charge_group": "rental",
           "tariff.0.name_zh": "月租", "tariff.0.name_en": "Rental", "tariff.0.version": ["0"],
           "tariff.0.version.0.valid_from": "2026-12-01",
           "tariff.0.version.0.description_zh": "一", "tariff.0.version.0.description_en": "one"},
    )  # fmt: skip
    assert manager.done(path, **second) == f"{path}?entry=1"
    draft.refresh_from_db()
    assert [one["code"] for one in draft.content["offerings"]] == ["PLAN-99-NEW", "PLAN-98-NEW"]
    assert "T-99-NEW" not in draft.content["offerings"][1]["tariffs"]
    assert "T-99-NEW" in draft.content["offerings"][0]["tariffs"]
    shown = manager.get(f"{path}?entry=1")
    assert value_of(shown, "code") == "PLAN-98-NEW"
    assert "PLAN-99-NEW" in shown
    manager.done(path, deed="drop", place="1", version=str(draft.version))
    draft.refresh_from_db()
    assert [one["code"] for one in draft.content["offerings"]] == ["PLAN-99-NEW"]
    assert not ProductOffering.objects.filter(code="PLAN-98-NEW").exists()


def test_a_stale_form_is_refused_and_keeps_what_was_typed(manager):
    manager.done(NEW, **a_plan())
    path = f"catalogue/drafts/{the_draft().release_no}/"
    manager.done(path, **a_plan(version="1", title="别人先改"))
    page = manager.refused(path, **a_plan(version="1", name_zh="我的名称"))
    assert "已被他人修改" in text_of(page)
    assert value_of(page, "name_zh") == "我的名称"
    assert the_draft().title == "别人先改"


def test_another_s_draft_of_a_new_product_is_named(manager):
    manager.done(NEW, **a_plan())
    number = the_draft().release_no
    page = manager.get(f"{NEW}?from=PLAN-99-NEW")
    assert number in text_of(page)


def test_attributes_follow_the_class_and_the_finder_finds(manager):
    part = manager.get("catalogue/drafts/parts/attributes/?product_class=MOBILE-PLAN", part=True)
    assert "<html" not in part
    found = manager.get("catalogue/drafts/parts/find/?kind=offering&q=PLAN-59", part=True)
    assert 'data-pick="PLAN-59"' in found
    assert "主体产品" in found
    assert 'data-pick="T-59-RENTAL"' in manager.get(
        "catalogue/drafts/parts/find/?kind=tariff&q=t-59", part=True
    )
    assert 'data-pick="MSISDN"' in manager.get(
        "catalogue/drafts/parts/find/?kind=service&q=msis", part=True
    )
    assert "没有找到" in manager.get("catalogue/drafts/parts/find/?kind=tariff&q=%00zz", part=True)


def test_whoever_may_not_draft_sees_no_form():
    reader = Manager("products.view_offering", staff_no="9302")
    reader.get(NEW, status=403)
    answer = reader.send(NEW, **a_plan())
    assert answer.status_code == 403
    assert not CatalogueRelease.objects.exists()


def test_a_requested_draft_is_no_form_any_more(manager):
    manager.done(NEW, **a_plan())
    draft = the_draft()
    manager.done(f"catalogue/releases/{draft.release_no}/request/")
    manager.get(f"catalogue/drafts/{draft.release_no}/", status=302)
    page = manager.refused(
        f"catalogue/drafts/{draft.release_no}/", **a_plan(version=str(draft.version), title="x")
    )
    assert "不能这样处理" in text_of(page)


def test_the_form_takes_a_constant_number_of_queries(manager):
    small = a_plan()
    manager.done(NEW, **small)
    path = f"catalogue/drafts/{the_draft().release_no}/"
    manager.get(path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        manager.get(path)
    manager.done(
        path,
        **a_plan(
            version=str(the_draft().version),
            excludes=["PLAN-59", "PLAN-128", "PLAN-198"],
            tariff=["0"],
            **{key.replace("n1", "0"): value for key, value in small.items() if "n1." in key},
        ),
    )
    manager.get(path)
    with CaptureQueriesContext(connection) as many:
        manager.get(path)
    assert len(many) == len(few)
    assert len(few) <= 40

"""Opening a subscriber at the counter: account, product, number, card, add-ons, done."""

from __future__ import annotations

import pytest

from customers.models import Subscriber, Subscription
from integration import queries
from integration.messages import ArrearsAnswer, ArrearsCheckRequest, ResourceReserveRequest
from integration.messages.choosing import FreeNumbersQuery
from orders.models import CustomerOrder, OrderItem
from provisioning.models import PhoneNumber, SimCard
from tests.integration.orders.counter import (
    Counter,
    errors_in,
    iccid,
    msisdn,
    orders,
    somebody,
    text_of,
    ticket,
    ticket_in,
)

pytestmark = [
    pytest.mark.django_db(databases=["default", "boss", "oss"]),
    pytest.mark.usefixtures("goods"),
]


@pytest.fixture
def customer() -> CustomerOrder:
    return somebody(name="王小明")


def path_of(customer: CustomerOrder) -> str:
    return f"customers/{customer.customer_no}/open-subscriber/"


def filled(customer: CustomerOrder, place: int = 0, **more: object) -> dict[str, object]:
    return {
        "ticket": ticket(),
        "account": customer.account_no,
        "main": "PLAN-128",
        "number-1": msisdn(place),
        "card-1": iccid(place),
        **more,
    }


def silent(monkeypatch: pytest.MonkeyPatch, *kinds: type) -> None:
    """Let a system be silent on these questions."""
    asked = queries._ask

    def ask(sender, system, question, asker):
        if isinstance(question, kinds):
            raise queries.SystemSilent(system=str(system))
        return asked(sender, system, question, asker)

    monkeypatch.setattr(queries, "_ask", ask)


def left_nothing() -> None:
    assert not Subscriber.objects.exists()
    assert not PhoneNumber.objects.exclude(state="free").exists()
    assert not SimCard.objects.exclude(state="free").exists()


def test_the_form_begins_with_what_the_account_may_have(clerk, customer):
    page = clerk.get(path_of(customer))
    assert f'value="{customer.account_no}" checked' in page
    assert 'value="PLAN-128"' in page
    assert "5G 畅行 128 元套餐" in page
    assert "¥128" in page
    assert "PREPAID-GO" not in page
    assert "PLAN-38-4G" not in page  # no longer sold
    assert "number-1" not in page  # first what, then with which number


def test_prices_are_told_in_words_of_the_reader(clerk, english, customer):
    assert "¥128 /月" in text_of(clerk.get(path_of(customer)))
    page = text_of(english.get(path_of(customer)))
    assert "¥128 a month" in page
    assert "128 yuan a month with 500 minutes" in page


def test_choosing_a_product_shows_number_card_addons_and_what_it_costs(clerk, customer):
    part = clerk.part(path_of(customer), **filled(customer, addons=["PACK-NIGHT-20G"]))
    assert 'id="field-card-1"' in part
    assert 'hx-trigger="load"' in part
    text = text_of(part)
    assert "合计 ¥138.00 ¥0.00" in text
    # what cannot be had, and why
    assert "产品 来电显示 (FUNC-CLIP) 与 5G 畅行 128 元套餐 (PLAN-128) 互斥" in text
    assert "港澳台 3 天流量包 产品 港澳台 3 天流量包 (PACK-ROAM-HMT-3D) 需要先有" in text
    assert 'value="FUNC-CLIP"' not in part
    part = clerk.part(path_of(customer), **filled(customer, addons=["FUNC-ROAMING"]))
    assert 'value="PACK-ROAM-HMT-3D"' in part


def test_a_search_narrows_products_and_keeps_what_was_chosen(clerk, customer):
    part = clerk.part(path_of(customer), **filled(customer, search="保号"))
    assert 'id="main-PLAN-8"' in part
    assert 'id="main-PLAN-198"' not in part
    assert '<input type="hidden" name="main" value="PLAN-128">' in part


def test_a_subscriber_is_opened_with_its_addons(clerk, customer):
    form = filled(customer, addons=["PACK-NIGHT-20G", "FUNC-ROAMING"])
    address = clerk.done(path_of(customer), **form)
    order = CustomerOrder.objects.latest("id")
    assert address == f"/crm/flows/{order.order_no}/"
    assert order.flow == "open_subscriber"
    subscriber = Subscriber.objects.get()
    assert (subscriber.service_number, subscriber.iccid) == (msisdn(0), iccid(0))
    assert sorted(Subscription.objects.values_list("offering_id", flat=True)) == [
        "FUNC-ROAMING",
        "PACK-NIGHT-20G",
        "PLAN-128",
    ]
    assert PhoneNumber.objects.get(pk=msisdn(0)).state == "reserved"


def test_sent_twice_it_makes_one_order(clerk, customer):
    form = filled(customer)
    assert clerk.done(path_of(customer), **form) == clerk.done(path_of(customer), **form)
    assert orders() == 2  # the customer's, and this one
    page = clerk.refused(path_of(customer), **{**form, "main": "PLAN-8"})
    assert "本表单已经提交过" in text_of(page)
    assert ticket_in(page) != form["ticket"]
    assert Subscriber.objects.count() == 1


def test_nothing_is_kept_before_it_is_submitted(clerk, customer):
    clerk.get(path_of(customer))
    clerk.part(path_of(customer), **filled(customer))
    clerk.get("choose/free-numbers/", key="1")
    clerk.get("choose/free-card/", key="1", take="next")
    left_nothing()


def test_a_broadband_line_needs_no_number(clerk, customer):
    part = clerk.part(path_of(customer), **filled(customer, main="BROADBAND-300"))
    assert 'name="line-1"' in part
    assert "number-1" not in part
    assert "合计 ¥60.00 ¥100.00" in text_of(part)
    clerk.done(
        path_of(customer),
        **{"ticket": ticket(), "account": customer.account_no, "main": "BROADBAND-300",
           "line-1": "GZ-TH-0001"},
    )  # fmt: skip
    subscriber = Subscriber.objects.get()
    assert (subscriber.service_kind, subscriber.service_number) == ("broadband", "GZ-TH-0001")


def test_what_is_missing_stands_beside_its_field(clerk, english, customer):
    form = {"ticket": ticket(), "account": customer.account_no}
    assert errors_in(clerk.refused(path_of(customer), **form)) == ["请选择主体产品"]
    form["main"] = "PLAN-128"
    assert errors_in(english.refused(path_of(customer), **form)) == [
        "Choose a number",
        "Scan a SIM card or take one",
    ]
    left_nothing()


def test_a_number_taken_meanwhile_is_told_beside_it_and_all_else_is_kept(clerk, customer):
    clerk.done(path_of(customer), **filled(customer))
    form = filled(customer, addons=["PACK-NIGHT-20G"], **{"card-1": iccid(1)})
    page = clerk.refused(path_of(customer), **form)
    [words] = errors_in(page)
    assert words.startswith(f"号码 {msisdn(0)}")
    assert iccid(1) in page
    assert 'value="PACK-NIGHT-20G" checked' in page
    form["number-1"] = msisdn(1)
    clerk.done(path_of(customer), **form)
    assert Subscriber.objects.count() == 2


def test_a_card_taken_meanwhile_is_told_beside_it(english, customer):
    english.done(path_of(customer), **filled(customer))
    page = english.refused(path_of(customer), **filled(customer, **{"number-1": msisdn(1)}))
    [words] = errors_in(page)
    assert iccid(0) in words
    assert words.isascii()


def test_the_real_name_limit_leads_to_the_customer_and_to_another(clerk, customer, settings):
    settings.REAL_NAME_LIMIT = 1
    clerk.done(path_of(customer), **filled(customer))
    page = clerk.refused(path_of(customer), **filled(customer, 1))
    assert "同一证件最多可持有 1 个号码" in text_of(page)
    assert f'href="/crm/customers/{customer.customer_no}/"' in page
    assert 'href="/crm/customers/open/"' in page


def test_arrears_are_told_at_the_account_with_what_can_be_done(clerk, customer, monkeypatch):
    asked = queries._ask

    def ask(sender, system, question, asker):
        if isinstance(question, ArrearsCheckRequest):
            return ArrearsAnswer(in_arrears=True, amount="88.50")
        return asked(sender, system, question, asker)

    monkeypatch.setattr(queries, "_ask", ask)
    page = clerk.refused(path_of(customer), **filled(customer))
    [words] = errors_in(page)
    assert words.startswith(f"账户 {customer.account_no} 欠费 88.50")
    assert "先缴费" in words
    left_nothing()


def test_a_customer_without_identity_is_told_what_is_missing(clerk):
    customer = somebody(identity_kind="", identity_number="")
    page = clerk.refused(path_of(customer), **filled(customer))
    assert "未登记实名证件" in text_of(page)
    left_nothing()


def test_a_prepaid_account_shows_prepaid_products_and_how_to_get_the_others(clerk):
    customer = somebody(charging_mode="prepaid")
    page = clerk.get(path_of(customer))
    assert 'value="PREPAID-GO"' in page
    assert 'value="PLAN-128"' not in page
    assert "/open-account/?next=open-subscriber&amp;charging_mode=postpaid" in page
    # a product of the other mode, left from another account, is forgotten
    assert errors_in(clerk.refused(path_of(customer), **filled(customer))) == ["请选择主体产品"]


def test_addons_that_exclude_each_other_are_refused_beside_them(clerk, customer):
    page = clerk.refused(path_of(customer), **filled(customer, addons=["PACK-ROAM-HMT-3D"]))
    assert any("需要先有" in words for words in errors_in(page))
    left_nothing()


def test_with_provisioning_down_the_form_says_so_and_keeps_all(clerk, customer, monkeypatch):
    silent(monkeypatch, FreeNumbersQuery, ResourceReserveRequest)
    part = clerk.get("choose/free-numbers/", **{"key": "1", "number-1": msisdn(3)})
    assert "没有响应" in part
    assert "再试一次" in part
    assert f'value="{msisdn(3)}" checked' in part
    page = clerk.refused(path_of(customer), **filled(customer))
    assert "没有响应, 请稍后重试" in text_of(page)
    assert msisdn(0) in page
    assert iccid(0) in page
    assert not Subscriber.objects.exists()


def test_free_numbers_are_found_by_ending_pattern_and_level(clerk):
    assert clerk.get("choose/free-numbers/", key="1").count('type="radio"') == 12
    part = clerk.get("choose/free-numbers/", **{"key": "1", "ending-1": "33"})
    assert part.count('type="radio"') == 1
    assert "13700000033" in part
    part = clerk.get("choose/free-numbers/", **{"key": "1", "pattern-1": "137*001?"})
    assert part.count('type="radio"') == 10
    part = clerk.get("choose/free-numbers/", key="1", level="diamond")
    assert "13700000000" in part
    assert "¥8800" in part
    part = clerk.get("choose/free-numbers/", **{"key": "1", "ending-1": "9999999"})
    assert "没有符合条件的空闲号码" in part


def test_a_card_is_taken_typed_scanned_or_found_by_its_last_digits(clerk, english, customer):
    assert 'value="8986' in clerk.get("choose/free-card/", key="1", take="next")
    whole = iccid(5)
    assert "空闲" in clerk.get("choose/free-card/", **{"key": "1", "card-1": whole})
    part = clerk.get("choose/free-card/", **{"key": "1", "card-1": whole[-6:]})
    assert f'value="{whole}"' in part
    clerk.done(path_of(customer), **filled(customer))
    part = english.get("choose/free-card/", **{"key": "1", "card-1": iccid(0)})
    assert "This card is kept for another order" in part
    assert 'aria-invalid="true"' in part
    part = english.get("choose/free-card/", **{"key": "1", "card-1": "89860000000000000991"})
    assert "There is no such SIM card" in part or "No free card ends so" in part


def test_who_may_not_open_subscribers_is_refused(customer):
    reader = Counter("customers.view_customer", staff_no="9003")
    reader.get(path_of(customer), status=403)
    reader.get("choose/free-numbers/", status=403, key="1")
    assert reader.send(path_of(customer), **filled(customer)).status_code == 403
    left_nothing()


def test_the_form_needs_the_same_few_statements_whatever_is_chosen(
    clerk, customer, django_assert_num_queries
):
    form = filled(customer, addons=["PACK-NIGHT-20G"])
    clerk.part(path_of(customer), **form)
    with django_assert_num_queries(15):
        clerk.get(path_of(customer))
    with django_assert_num_queries(26):
        clerk.part(path_of(customer), **form)
    with django_assert_num_queries(26):
        clerk.part(path_of(customer), **{**form, "addons": ["PACK-NIGHT-20G", "FUNC-ROAMING"]})
    with django_assert_num_queries(3, using="oss"):
        clerk.get("choose/free-numbers/", **{"key": "1", "ending-1": "7"})


def test_what_a_bundle_costs_and_needs_is_shown_leg_by_leg(clerk, customer):
    form = filled(customer, main="HOME-FUSION", **{"count-1": "2", "count-3": "1"})
    part = clerk.part(path_of(customer), **form)
    for name in ("number-1-1", "number-1-2", "line-2-1"):
        assert f'name="{name}"' in part
    text = text_of(part)
    assert "合计 (优惠前) ¥336.00 ¥100.00" in text
    assert "宽带和电视月费全免" in text


def test_a_bundle_is_one_order_with_an_item_a_leg(clerk, customer):
    form = {
        "ticket": ticket(),
        "account": customer.account_no,
        "main": "HOME-FUSION",
        "count-1": "1",
        "leg-1-1": "PLAN-198",
        "number-1-1": msisdn(0),
        "card-1-1": iccid(0),
        "count-2": "1",
        "leg-2-1": "BROADBAND-300",
        "count-3": "1",
        "leg-3-1": "CONTENT-IPTV",
    }
    clerk.done(path_of(customer), **form)
    items = {
        item.offering_code: item
        for item in OrderItem.objects.filter(order=CustomerOrder.objects.latest("id"))
    }
    assert set(items) == {"HOME-FUSION", "PLAN-198", "BROADBAND-300", "CONTENT-IPTV"}
    assert Subscriber.objects.count() == 2
    bundle = items["HOME-FUSION"]
    assert sorted(bundle.parts) == sorted(
        items[code].item_id for code in ("PLAN-198", "BROADBAND-300", "CONTENT-IPTV")
    )


def test_a_number_of_the_second_leg_taken_meanwhile_is_told_beside_it(clerk, customer):
    clerk.done(path_of(customer), **filled(customer, 1))
    form = {
        "ticket": ticket(),
        "account": customer.account_no,
        "main": "HOME-FUSION",
        "count-1": "2",
        "number-1-1": msisdn(0),
        "card-1-1": iccid(0),
        "number-1-2": msisdn(1),
        "card-1-2": iccid(2),
    }
    page = clerk.refused(path_of(customer), **form)
    assert 'id="field-number-1-2-error"' in page
    assert PhoneNumber.objects.get(pk=msisdn(0)).state == "free"
    assert Subscriber.objects.count() == 1


def test_a_bundle_s_numbers_differ_from_each_other(english, customer):
    form = {
        "ticket": ticket(),
        "account": customer.account_no,
        "main": "HOME-FUSION",
        "count-1": "2",
        "number-1-1": msisdn(0),
        "card-1-1": iccid(0),
        "number-1-2": msisdn(0),
        "card-1-2": iccid(0),
    }
    errors = errors_in(english.refused(path_of(customer), **form))
    assert errors == ["Used for another subscriber above"] * 2


def test_who_may_not_order_products_sees_no_bundles(customer):
    clerk = Counter(
        "orders.open_subscriber", "customers.view_customer", "customers.view_account",
        staff_no="9004",
    )  # fmt: skip
    page = clerk.get(path_of(customer))
    assert "PLAN-128" in page
    assert "HOME-FUSION" not in page

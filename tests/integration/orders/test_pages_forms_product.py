"""Adding, changing and cancelling what a subscriber has, and ending it whole."""

from __future__ import annotations

import pytest

from customers.models import Subscriber, Subscription
from orders.models import CustomerOrder, OrderItem
from tests.integration.orders.counter import (
    CLERK,
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
def subscriber(clerk: Counter) -> Subscriber:
    """A subscriber in service with a plan, roaming and a pack that needs it."""
    customer = somebody(name="王小明")
    clerk.done(
        f"customers/{customer.customer_no}/open-subscriber/",
        **{"ticket": ticket(), "account": customer.account_no, "main": "PLAN-128",
           "number-1": msisdn(0), "card-1": iccid(0),
           "addons": ["FUNC-ROAMING", "PACK-ROAM-HMT-3D", "FUNC-MULTI-SIM"]},
    )  # fmt: skip
    order = CustomerOrder.objects.latest("id")
    CustomerOrder.objects.filter(pk=order.pk).update(state="completed", closed_at=order.created_at)
    order.places.all().delete()
    Subscriber.objects.update(status="active", activated_at=order.created_at)
    Subscription.objects.update(status="active")
    return Subscriber.objects.get()


def path_of(subscriber: Subscriber) -> str:
    return f"subscribers/{subscriber.subscriber_no}/order-product/"


def has(subscriber: Subscriber, code: str) -> str:
    """The number of the subscription to an offering."""
    return str(Subscription.objects.get(subscriber=subscriber, offering_id=code).subscription_no)


def items() -> list[tuple[str, str]]:
    """The actions and offerings of the latest order."""
    found = OrderItem.objects.filter(order=CustomerOrder.objects.latest("id")).order_by("id")
    return list(found.values_list("action", "offering_code"))


def test_the_page_shows_what_there_is_and_what_can_be_had(clerk, subscriber):
    page = clerk.get(path_of(subscriber))
    text = text_of(page)
    assert "5G 畅行 128 元套餐 主体 ¥128 /月" in text
    assert "现在每月 ¥138.00" in text
    assert 'value="PACK-NIGHT-20G"' in page
    assert 'value="FUNC-CLIP"' not in page
    assert "来电显示 (FUNC-CLIP) 与 5G 畅行 128 元套餐 (PLAN-128) 互斥" in text
    assert 'id="addon-FUNC-ROAMING"' not in page  # there already, and in the network
    assert 'id="change-PLAN-198"' in page
    assert 'value="BROADBAND-300"' not in page
    assert 'value="PREPAID-GO"' not in page


def test_an_addon_is_ordered(clerk, subscriber):
    form = {"ticket": ticket(), "addons": ["PACK-NIGHT-20G"]}
    part = clerk.part(path_of(subscriber), **form)
    assert "每月 (变更后) ¥148.00" in text_of(part)
    address = clerk.done(path_of(subscriber), **form)
    order = CustomerOrder.objects.latest("id")
    assert address == f"/crm/flows/{order.order_no}/"
    assert (order.flow, order.subscriber_no) == ("order_product", subscriber.subscriber_no)
    assert items() == [("add", "PACK-NIGHT-20G")]


def test_sent_twice_it_makes_one_order(clerk, subscriber):
    form = {"ticket": ticket(), "addons": ["PACK-NIGHT-20G"]}
    before = orders()
    assert clerk.done(path_of(subscriber), **form) == clerk.done(path_of(subscriber), **form)
    assert orders() == before + 1
    page = clerk.refused(path_of(subscriber), **{**form, "addons": ["PACK-SMS-100"]})
    assert "本表单已经提交过" in text_of(page)
    assert ticket_in(page) != form["ticket"]


def test_one_order_adds_cancels_and_changes(clerk, subscriber):
    clerk.done(
        path_of(subscriber),
        ticket=ticket(),
        addons=["PACK-NIGHT-20G"],
        change="PLAN-198",
        cancel=[has(subscriber, "FUNC-MULTI-SIM")],
    )
    assert items() == [
        ("modify", "PLAN-198"),
        ("delete", "FUNC-MULTI-SIM"),
        ("add", "PACK-NIGHT-20G"),
    ]


def test_what_could_not_stay_is_told_and_can_be_cancelled_along(clerk, english, subscriber):
    form = {"ticket": ticket(), "change": "PLAN-8"}
    part = clerk.part(path_of(subscriber), **form)
    assert "请一并退订" in text_of(part)
    before = orders()
    assert any(
        "一号双终端" in words for words in errors_in(clerk.refused(path_of(subscriber), **form))
    )
    assert any("One Number Two Devices" in words
               for words in errors_in(english.refused(path_of(subscriber), **form)))  # fmt: skip
    assert orders() == before
    clerk.done(path_of(subscriber), **form, cancel=[has(subscriber, "FUNC-MULTI-SIM")])
    assert orders() == before + 1


def test_what_others_need_is_not_given_up_alone(clerk, subscriber):
    form = {"ticket": ticket(), "cancel": [has(subscriber, "FUNC-ROAMING")]}
    assert any(
        "需要先有" in words for words in errors_in(clerk.refused(path_of(subscriber), **form))
    )
    form["cancel"].append(has(subscriber, "PACK-ROAM-HMT-3D"))
    clerk.done(path_of(subscriber), **form)
    assert items() == [("delete", "FUNC-ROAMING"), ("delete", "PACK-ROAM-HMT-3D")]


def test_an_order_behind_another_says_that_it_waits(clerk, subscriber):
    clerk.done(path_of(subscriber), ticket=ticket(), addons=["PACK-NIGHT-20G"])
    first = CustomerOrder.objects.latest("id")
    page = clerk.get(path_of(subscriber))
    assert f'href="/crm/flows/{first.order_no}/"' in page
    assert "有在途订单, 提交后按顺序排队" in text_of(page)
    address = clerk.done(path_of(subscriber), ticket=ticket(), addons=["PACK-SMS-100"])
    second = CustomerOrder.objects.latest("id")
    assert (second.state, address) == ("pending", f"/crm/flows/{second.order_no}/")
    said = [str(one) for one in clerk.client.get(address).context["messages"]]
    assert "排队" in said[-1]


def test_nothing_chosen_is_told(clerk, english, subscriber):
    assert "还没有选择任何变更" in text_of(clerk.refused(path_of(subscriber), ticket=ticket()))
    assert "Nothing is chosen yet" in text_of(english.refused(path_of(subscriber), ticket=ticket()))


def test_a_subscriber_is_ended_only_once_its_number_was_typed(clerk, english, subscriber):
    page = clerk.get(path_of(subscriber))
    assert "销户后不能恢复" in page
    form = {"ticket": ticket_in(page, 1), "step": "terminate", "confirmation": "0001"}
    before = orders()
    assert errors_in(clerk.refused(path_of(subscriber), **form)) == [
        "请输入服务号码的末 4 位以确认"
    ]
    assert "Type the last 4" in errors_in(english.refused(path_of(subscriber), **form))[0]
    assert orders() == before
    form["confirmation"] = subscriber.service_number[-4:]
    clerk.done(path_of(subscriber), **form)
    assert CustomerOrder.objects.latest("id").flow == "terminate_subscriber"
    assert clerk.done(path_of(subscriber), **form)
    assert orders() == before + 1


def test_who_may_not_terminate_does_not_see_how(subscriber):
    grants = [one for one in CLERK if one != "orders.terminate_subscriber"]
    clerk = Counter(*grants, staff_no="9003")
    assert "确认销户" not in clerk.get(path_of(subscriber))
    form = {"ticket": ticket(), "step": "terminate", "confirmation": subscriber.service_number[-4:]}
    before = orders()
    assert clerk.send(path_of(subscriber), **form).status_code == 403
    assert orders() == before


def test_who_may_not_order_is_refused(subscriber):
    reader = Counter("customers.view_customer", staff_no="9003")
    reader.get(path_of(subscriber), status=403)
    assert reader.send(path_of(subscriber), addons=["PACK-SMS-100"]).status_code == 403


def test_a_subscriber_of_nobody_is_not_found(clerk):
    page = clerk.get("subscribers/SC000000018/order-product/", status=404)
    assert "用户 SC000000018 不存在" in page


def test_an_ended_subscriber_is_only_looked_at(clerk, subscriber):
    Subscription.objects.update(status="terminated", valid_to=subscriber.created_at)
    Subscriber.objects.update(status="terminated")
    page = clerk.get(path_of(subscriber))
    assert "已销户或正在销户" in text_of(page)
    assert "确认销户" not in page


def test_the_form_needs_the_same_few_statements_whatever_is_chosen(
    clerk, subscriber, django_assert_num_queries
):
    clerk.get(path_of(subscriber))
    with django_assert_num_queries(24):
        clerk.get(path_of(subscriber))
    with django_assert_num_queries(29):
        clerk.part(path_of(subscriber), addons=["PACK-NIGHT-20G"])
    with django_assert_num_queries(29):
        clerk.part(path_of(subscriber), addons=["PACK-NIGHT-20G", "PACK-SMS-100"])


def test_what_a_bundle_s_main_subscriber_has_is_shown_and_the_bundle_stays(clerk):
    customer = somebody(name="李雷")
    clerk.done(
        f"customers/{customer.customer_no}/open-subscriber/",
        **{"ticket": ticket(), "account": customer.account_no, "main": "HOME-FUSION",
           "number-1-1": msisdn(0), "card-1-1": iccid(0)},
    )  # fmt: skip
    Subscriber.objects.update(status="active")
    Subscription.objects.update(status="active")
    main = Subscriber.objects.get(service_kind="mobile")
    page = clerk.get(path_of(main))
    assert "合家欢融合套餐 组合" in text_of(page)
    assert 'name="cancel"' not in page
    form = {"ticket": ticket(), "cancel": [has(main, "HOME-FUSION")]}
    assert "还没有选择任何变更" in text_of(clerk.refused(path_of(main), **form))


def test_a_link_may_say_what_shall_be_given_up(clerk, subscriber):
    page = clerk.get(path_of(subscriber), cancel=has(subscriber, "FUNC-MULTI-SIM"))
    assert "退订 一号双终端" in text_of(page).replace("  ", " ")

"""The counter in a real browser: each form to its end, and what it refuses, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.browser.counter import (
    a_customer,
    a_line,
    a_subscriber,
    button,
    came_through,
    choose_main,
    choose_number,
    customer_page,
    fill_in_customer,
    ordered,
    somebody,
    submit,
)
from tests.channel import Channel, free_resources

pytestmark = pytest.mark.long
Sit = Callable[..., Desk]
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def at_the_counter(desk: Sit, language: str) -> Desk:
    """A clerk who has signed in."""
    seat = desk(language)
    seat.sign_in("crm", "clerk")
    return seat


@LANGUAGES
def test_somebody_nobody_knows_becomes_a_customer_with_a_line(desk: Sit, language: str) -> None:
    seat = at_the_counter(desk, language)
    who = somebody()
    wrong = who.document[:-1] + ("1" if who.document[-1] != "1" else "2")

    seat.open("/crm/find/")
    seat.page.fill("#term", wrong)
    seat.page.press("#term", "Enter")
    seat.page.get_by_role("link", name=seat.say("为新客户开户", "Open a new customer")).click()
    seat.page.wait_for_url("**/crm/customers/open/**")
    fill_in_customer(seat, who._replace(document=wrong))
    button(seat, "开户", "Open the customer").click()

    expect(seat.page.locator("#refusal")).to_be_visible()
    number = seat.page.locator("[name=document_number]")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_be_focused()
    expect(seat.page.locator("#document-said .error")).to_have_text(
        re.compile(seat.say("证件号码无效", "The identity number is not valid"))
    )
    assert seat.page.input_value("[name=name]") == who.name
    seat.is_well()

    number.fill(who.document)
    button(seat, "开户", "Open the customer").click()
    came_through(seat)
    if "/flows/" in seat.page.url:
        seat.page.locator(".flow-facts a").first.click()
        seat.page.wait_for_url("**/crm/customers/**")
    expect(seat.page.locator("h1")).to_contain_text(who.name)
    seat.is_well()

    seat.page.locator(".deeds a", has_text=seat.say("用户开户", "Open a subscriber")).click()
    seat.page.wait_for_url("**/open-subscriber/")
    choose_main(seat, "PLAN-59")
    msisdn = choose_number(seat)
    seat.page.check("#addon-PACK-DATA-10G")
    expect(seat.page.locator("#summary tbody tr")).to_have_count(2)
    seat.is_well()
    submit(seat)
    came_through(seat)

    seat.open("/crm/find/")
    seat.page.fill("#term", msisdn)
    seat.page.press("#term", "Enter")
    seat.page.wait_for_url("**/crm/customers/**")
    expect(seat.page.locator(".subscriber .service-number")).to_have_text(msisdn)
    plan = seat.say("5G 畅行 59 元套餐", "5G Changxing 59")
    expect(seat.page.locator("#subscribers-found")).to_contain_text(plan)
    expect(seat.page.locator(".network-line .badge").first).to_be_visible()
    seat.is_well()


@LANGUAGES
def test_a_number_that_goes_meanwhile_is_chosen_anew(
    desk: Sit, channel: Channel, language: str
) -> None:
    seat = at_the_counter(desk, language)
    mine, other = a_customer(channel), a_customer(channel)
    seat.open(f"/crm/customers/{mine.customer_no}/open-subscriber/")
    choose_main(seat, "PLAN-8")
    taken = choose_number(seat)
    card = free_resources(channel, "sim", 1)[0]
    ordered(channel, other, "PLAN-8", taken, card)
    submit(seat)

    expect(seat.page.locator("#refusal")).to_be_visible()
    said_beside = seat.page.locator("[id='field-number-1-error'], .leg .error").first
    expect(said_beside).to_be_visible()
    assert bool(CHINESE.search(said_beside.inner_text())) is (language == "zh")
    seat.is_well()

    expect(seat.page.locator(".numbers .choice input").nth(1)).to_be_visible()
    seat.page.locator(".numbers .choice input").nth(1).check()
    expect(seat.page.locator("#summary strong.number")).not_to_have_text(taken)
    submit(seat)
    came_through(seat)
    assert seat.troubles == []


@LANGUAGES
def test_an_account_opened_on_the_way_leads_back_to_its_products(
    desk: Sit, channel: Channel, language: str
) -> None:
    seat = at_the_counter(desk, language)
    who = a_customer(channel)
    seat.open(f"/crm/customers/{who.customer_no}/open-subscriber/")
    expect(seat.page.locator("#main-PLAN-128")).to_be_visible()
    assert seat.page.locator("#main-PREPAID-GO").count() == 0
    seat.page.get_by_role("link", name=seat.say("另开账户", "Open another account")).click()
    seat.page.wait_for_url("**/open-account/**")

    seat.page.fill("[name=name]", "")
    button(seat, "开账户", "Open the account").click()
    expect(seat.page.locator("#refusal")).to_be_visible()
    expect(seat.page.locator("[name=name]")).to_be_focused()
    seat.is_well()

    seat.page.fill("[name=name]", "Family 家人")
    seat.page.check("[name=charging_mode][value=prepaid]")
    button(seat, "开账户", "Open the account").click()
    seat.page.wait_for_url(re.compile(r"/(flows/[A-Z0-9]+|open-subscriber)/(\?.*)?$"))
    if "/flows/" in seat.page.url:
        came_through(seat)
        seat.open(f"/crm/customers/{who.customer_no}/open-subscriber/")
    seat.page.locator("label.choice", has_text="Family 家人").locator("input").check()
    expect(seat.page.locator("#main-PREPAID-GO")).to_be_visible()
    assert seat.page.locator("#main-PLAN-128").count() == 0
    seat.is_well()
    choose_main(seat, "PREPAID-GO")
    choose_number(seat)
    submit(seat)
    came_through(seat)
    assert seat.troubles == []


@LANGUAGES
def test_a_subscriber_orders_cancels_changes_and_leaves(
    desk: Sit, channel: Channel, language: str
) -> None:
    seat = at_the_counter(desk, language)
    who = a_subscriber(channel, "PLAN-59")
    form = f"/crm/subscribers/{who.subscriber_no}/order-product/"

    customer_page(seat, who.customer_no)
    seat.page.locator(".subscriber header a.button").first.click()
    seat.page.wait_for_url(f"**{form}")
    needy = seat.page.locator(
        "#addons-list details li", has_text=seat.say("港澳台 3 天", "Hong Kong")
    )
    expect(needy.locator(".reason").first).to_have_text(re.compile(seat.say("漫游", "Roaming")))
    seat.page.check("#addon-FUNC-ROAMING")
    expect(seat.page.locator("#summary li")).to_have_count(1)
    seat.page.check("#addon-PACK-ROAM-HMT-3D")
    expect(seat.page.locator("#summary li")).to_have_count(2)
    seat.is_well()
    submit(seat)
    came_through(seat)

    seat.open(form)
    held = seat.page.locator("#held-list .held")
    expect(held).to_have_count(3)
    roaming = seat.say("国际及港澳台漫游", "International Roaming")
    pack = seat.say("港澳台 3 天流量包", "Hong Kong Macao Taiwan 3 Days")
    held.filter(has=seat.page.locator(".name", has_text=roaming)).locator("input").check()
    expect(held.locator(".reason").first).to_be_visible()
    submit(seat)
    expect(seat.page.locator("#refusal")).to_be_visible()
    expect(seat.page.locator("#held-list .reason").first).to_be_visible()
    assert seat.page.locator("#held-list input:checked").count() == 1
    seat.is_well()
    held.filter(has=seat.page.locator(".name", has_text=pack)).locator("input").check()
    expect(seat.page.locator("#summary li")).to_have_count(2)
    submit(seat)
    came_through(seat)

    seat.open(form)
    expect(held).to_have_count(1)
    seat.page.locator("#changing summary").click()
    seat.page.check("#change-PLAN-198")
    expect(seat.page.locator("#summary li")).to_have_count(1)
    seat.is_well()
    submit(seat)
    came_through(seat)
    customer_page(seat, who.customer_no)
    expect(seat.page.locator("#subscribers-found")).to_contain_text(
        seat.say("5G 畅行 198 元套餐", "5G Changxing 198")
    )

    seat.open(form)
    seat.page.locator("#ending summary").click()
    seat.page.fill("[name=confirmation]", "0000")
    button(seat, "确认销户", "Terminate", "#ending form").click()
    expect(seat.page.locator("[name=confirmation]")).to_have_attribute("aria-invalid", "true")
    expect(seat.page.locator("[name=confirmation]")).to_be_focused()
    seat.is_well()
    seat.page.fill("[name=confirmation]", who.msisdn[-4:])
    button(seat, "确认销户", "Terminate", "#ending form").click()
    came_through(seat)
    customer_page(seat, who.customer_no)
    expect(seat.page.locator(".subscriber-gone .service-number")).to_have_text(who.msisdn)
    seat.is_well()


@LANGUAGES
def test_a_home_bundle_waits_for_the_technician_and_is_done_with_him(
    desk: Sit, channel: Channel, language: str
) -> None:
    seat = at_the_counter(desk, language)
    who = a_customer(channel)
    seat.open(f"/crm/customers/{who.customer_no}/open-subscriber/")
    seat.page.check("#main-HOME-FUSION")
    number = seat.page.locator(".numbers .choice input").first
    number.wait_for()
    number.check()
    expect(seat.page.locator("#summary strong.number").first).to_be_visible()
    seat.page.locator("[id^=take-]").first.click()
    expect(seat.page.locator("[id^=card-said-] .fine").first).to_be_visible()
    seat.is_well()
    submit(seat)
    seat.page.wait_for_url("**/crm/flows/**")
    order_no = seat.page.url.rstrip("/").rsplit("/", 1)[1]
    seat.is_well()

    engineer = desk(language)
    engineer.sign_in("oss", "engineer")
    engineer.open(f"/oss/work-orders/?q={order_no}&standing=all")
    waiting = engineer.page.locator("#work-order-rows tbody tr", has_text="eoms")
    expect(waiting.locator(".badge").first).to_have_text(
        re.compile(engineer.say("人工|施工|等待", "[Mm]anual|[Ww]ait|people|hand"))
    )
    wanted = waiting.locator("a").first.inner_text()
    engineer.is_well()

    engineer.open("/oss/manual-work/")
    row = engineer.page.locator("tbody tr", has_text=wanted).first
    row.locator("button").focus()
    engineer.page.keyboard.press("Enter")
    expect(row.locator(".badge-success")).to_be_visible()
    engineer.is_well()

    came_through(seat)
    customer_page(seat, who.customer_no)
    expect(seat.page.locator("#subscribers-found")).to_contain_text(
        seat.say("合家欢融合套餐", "Hejia Home Bundle")
    )
    seat.is_well()


def test_what_is_sent_twice_is_one_order(desk: Sit, channel: Channel) -> None:
    seat = at_the_counter(desk, "zh")
    who = a_customer(channel)
    msisdn, _ = a_line(channel)
    seat.open(f"/crm/customers/{who.customer_no}/open-subscriber/")
    choose_main(seat, "PLAN-8")
    seat.page.fill("[name=ending-1]", msisdn[-5:])
    expect(seat.page.locator(".numbers .choice")).to_have_count(1)
    assert choose_number(seat) == msisdn
    seat.page.locator("#summary button[type=submit]").dblclick()
    came_through(seat)
    flows = channel.get(f"/api/v1/flows?customer={who.customer_no}").body
    assert len(flows) == 2, flows

"""The engineers' pages in a real browser: numbers, the simulated network, manual work."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.browser.counter import a_customer, a_subscriber, an_order, button
from tests.channel import Channel

pytestmark = pytest.mark.long
Sit = Callable[..., Desk]
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def at_the_network_desk(desk: Sit, language: str) -> Desk:
    """An engineer who has signed in."""
    seat = desk(language)
    seat.sign_in("oss", "engineer")
    return seat


@LANGUAGES
def test_the_simulated_network_is_made_slow_and_well_again(desk: Sit, language: str) -> None:
    seat = at_the_network_desk(desk, language)
    seat.open("/oss/simulator/")
    standing = seat.page.locator("section[aria-labelledby=standing] tbody tr")
    button(seat, "慢网络 800 毫秒", "Slow network, 800 ms").click()
    try:
        expect(standing.locator(".badge-success")).to_have_count(0)
        seat.is_well()
        seat.open("/oss/work-orders/")
        expect(seat.page.locator("#body [role=status].notice-warning")).to_be_visible()
        seat.is_well()
    finally:
        seat.open("/oss/simulator/")
        button(seat, "全部恢复正常", "All well again").click()
    expect(standing.locator(".badge-success")).to_have_count(standing.count())

    seat.page.fill("#delay-dsmp", "soon")
    button(seat, "设置 dsmp", "Set dsmp").click()
    mistake = seat.page.locator("form[aria-labelledby=set-dsmp] .notice-danger")
    expect(mistake).to_be_visible()
    assert seat.page.input_value("#delay-dsmp") == "soon"
    seat.is_well()


@LANGUAGES
def test_a_number_is_found_and_tells_its_life(desk: Sit, channel: Channel, language: str) -> None:
    who = a_subscriber(channel)
    seat = at_the_network_desk(desk, language)
    seat.open("/oss/numbers/")
    seat.page.fill("#digits", "12ab")
    seat.page.press("#digits", "Enter")
    expect(seat.page.locator("#digits-error")).to_be_visible()
    seat.is_well()
    seat.page.fill("#digits", who.msisdn)
    seat.page.press("#digits", "Enter")
    seat.page.get_by_role("link", name=who.msisdn).first.click()
    seat.page.wait_for_url(f"**/numbers/{who.msisdn}/")
    expect(seat.page.locator("section[aria-labelledby=line]")).to_contain_text(who.subscriber_no)
    expect(seat.page.locator("section[aria-labelledby=history] tbody tr")).to_have_count(1)
    seat.is_well()
    seat.page.locator("section[aria-labelledby=history] a").first.click()
    seat.page.wait_for_url("**/work-orders/**")
    seat.page.locator("a[id^=see-]").first.click()
    seat.page.wait_for_url("**/work-orders/WO*/")
    expect(seat.page.locator("section[aria-labelledby=attempts] tbody tr")).to_have_count(1)
    seat.is_well()


@LANGUAGES
def test_manual_work_is_completed_several_at_once(
    desk: Sit, channel: Channel, language: str
) -> None:
    orders = [a_home_line(channel) for _ in range(2)]
    seat = at_the_network_desk(desk, language)
    numbers = []
    for order in orders:
        seat.open(f"/oss/work-orders/?q={order}&standing=all")
        numbers.append(seat.page.locator("a[id^=see-]").first.inner_text())
    seat.open("/oss/manual-work/")
    for number in numbers:
        seat.page.check(f"input[name=number][value={number}]")
    seat.is_well()
    button(seat, "回单所选", "Complete the chosen").click()
    sure = seat.page.locator("[aria-labelledby=sure]")
    expect(sure.locator("li")).to_have_count(2)
    seat.is_well()
    sure.get_by_role("button").click()
    seat.page.wait_for_url("**/manual-work/")
    done = seat.page.locator("section[aria-labelledby=done]")
    for number in numbers:
        expect(done).to_contain_text(number)
    seat.is_well()


def a_home_line(channel: Channel) -> str:
    """Order broadband by the API; return the flow's number, which waits for people."""
    who = a_customer(channel)
    body = {
        "relatedParty": [{"role": "customer", "id": who.customer_no, "@referredType": "Customer"}],
        "billingAccount": {"id": who.account_no},
        "productOrderItem": [
            {"id": "1", "action": "add", "productOffering": {"id": "BROADBAND-300"}}
        ],
    }
    return str(an_order(channel, body, wait=None)["id"])


@LANGUAGES
@pytest.mark.parametrize("console", ["crm", "boss", "oss"])
def test_every_console_tells_how_it_all_stands(desk: Sit, console: str, language: str) -> None:
    seat = desk(language)
    seat.sign_in(console, "admin")
    seat.open(f"/{console}/health/")
    parts = seat.page.locator(".health tbody tr")
    assert parts.count() >= 8
    assert parts.count() == seat.page.locator(".health tbody tr .badge").count()
    seat.is_well()

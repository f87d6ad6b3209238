"""The consoles without a mouse: in reading order, and every part of the frame."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.browser.counter import a_subscriber, came_through, somebody
from tests.channel import Channel

pytestmark = pytest.mark.long
Sit = Callable[..., Desk]
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
PLACE = """() => {
  const box = document.activeElement.getBoundingClientRect();
  return [document.activeElement.name || document.activeElement.id, box.top + scrollY, box.left]
}"""


def tabbed(seat: Desk, last: str) -> list[tuple[str, float, float]]:
    """Press Tab until ``last`` has the focus; return where it was, and how it was seen there."""
    stops: list[tuple[str, float, float]] = []
    for _ in range(60):
        seat.page.keyboard.press("Tab")
        name, top, left = seat.page.evaluate(PLACE)
        stops.append((name, top, left))
        style = seat.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", name
        if seat.page.evaluate(f"document.activeElement.matches({last!r})"):
            return stops
    raise AssertionError(stops)


@LANGUAGES
def test_a_customer_is_opened_without_a_mouse(desk: Sit, language: str) -> None:
    seat = desk(language)
    seat.sign_in("crm", "clerk")
    seat.open("/crm/customers/open/")
    who = somebody()
    expect(seat.page.locator("[name=name]")).to_be_focused()
    stops = tabbed(seat, "#body button[type=submit]")
    names = [name for name, _, _ in stops[:-1]]
    assert names == [
        *("document_kind", "document_number", "phone", "email", "address"),
        *("charging_mode", "segment", "org_unit", "region"),
    ]
    tops = [round(top / 40) for _, top, _ in stops]
    assert tops == sorted(tops)

    seat.page.focus("[name=name]")
    seat.page.keyboard.type(who.name)
    seat.page.keyboard.press("Enter")
    expect(seat.page.locator("[name=document_number]")).to_be_focused()
    expect(seat.page.locator("#document-said .error")).to_be_visible()
    seat.page.keyboard.type(who.document)
    seat.page.keyboard.press("Enter")
    came_through(seat)
    assert seat.troubles == []


@LANGUAGES
def test_a_product_is_ordered_without_a_mouse(desk: Sit, channel: Channel, language: str) -> None:
    who = a_subscriber(channel, "PLAN-59")
    seat = desk(language)
    seat.sign_in("crm", "clerk")
    seat.open("/crm/find/")
    seat.page.keyboard.type(who.msisdn)
    seat.page.keyboard.press("Enter")
    seat.page.wait_for_url("**/crm/customers/**")
    tabbed(seat, ".subscriber header a.button")
    seat.page.keyboard.press("Enter")
    seat.page.wait_for_url("**/order-product/")
    tabbed(seat, "#addon-PACK-DATA-10G")
    seat.page.keyboard.press("Space")
    expect(seat.page.locator("#summary li")).to_have_count(1)
    expect(seat.page.locator("#addon-PACK-DATA-10G")).to_be_focused()
    tabbed(seat, "#summary button[type=submit]")
    seat.page.keyboard.press("Enter")
    came_through(seat)
    assert seat.troubles == []


@LANGUAGES
def test_the_frame_is_reached_by_keyboard(desk: Sit, language: str) -> None:
    seat = desk(language, "narrow")
    seat.sign_in("crm", "clerk")
    seat.open("/crm/flows/")
    skip = seat.page.locator(".skip-link")
    seat.page.keyboard.press("Tab")
    expect(skip).to_be_focused()
    expect(skip).to_have_text(seat.say("跳到正文", "Skip to content"))
    expect(skip).to_be_in_viewport()
    seat.page.keyboard.press("Enter")
    seat.page.keyboard.press("Tab")
    expect(seat.page.locator("#number")).to_be_focused()

    seat.page.locator("header").get_by_role("button", name=seat.say("侧边栏", "Sidebar")).press(
        "Enter"
    )
    expect(seat.page.locator("#nav-sidebar a").first).to_be_focused()
    seat.is_well()
    who = seat.page.locator("[aria-controls=user-links]")
    who.press("Enter")
    expect(seat.page.locator("#logout-form button")).to_be_visible()
    seat.is_well()
    who.press("Escape")
    expect(seat.page.locator("#user-links")).to_be_hidden()
    seat.page.locator("#nav-sidebar").get_by_role(
        "button", name=seat.say("关闭侧边栏", "Close the sidebar")
    ).press("Enter")
    expect(seat.page.locator("#nav-sidebar")).to_be_hidden()

    seat.page.keyboard.press("Control+k")
    expect(seat.page.locator("#search-input-command")).to_be_focused()
    seat.page.keyboard.type(seat.say("客户", "cust"))
    seat.page.keyboard.press("End")
    expect(seat.page.locator("#command-results-list a").first).to_be_visible()
    seat.is_well()

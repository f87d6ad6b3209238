"""The three consoles in a real browser: sign in, look at every list, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.conftest import Desk

pytestmark = pytest.mark.long

TRADES = {"crm": "clerk", "boss": "finance", "oss": "engineer"}
STRANGERS = {"crm": "finance", "boss": "engineer", "oss": "clerk"}
TITLES = {
    "crm": {"zh": "三户 CRM", "en": "Sanhu CRM"},
    "boss": {"zh": "三户 BOSS", "en": "Sanhu BOSS"},
    "oss": {"zh": "三户 开通", "en": "Sanhu Provisioning"},
}
CONSOLES = pytest.mark.parametrize("console", list(TITLES))
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])
REFUSED = {"zh": "没有任何权限", "en": "may do nothing"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
Sit = Callable[..., Desk]


def lists_of(desk: Desk) -> list[str]:
    """Return the addresses that the first page leads to."""
    links = desk.page.locator(".console-index a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    return list(links)


def assert_well(seat: Desk) -> None:
    """Assert that axe finds nothing, and that nothing sticks out of a narrow screen."""
    seat.is_well()
    seat.widen("narrow")
    assert seat.overflow() <= 0, seat.path()
    seat.widen("desktop")


@CONSOLES
@LANGUAGES
def test_an_operator_signs_in_and_sees_every_list(desk: Sit, console: str, language: str) -> None:
    seat = desk(language)
    seat.sign_in(console, "admin")
    assert TITLES[console][language] in seat.text()
    lists = lists_of(seat)
    assert len(lists) >= 12
    for address in lists:
        assert seat.open(address) == 200, address
        shown = seat.text()
        headings = seat.page.locator("#result_list th").all_inner_texts()
        for heading in filter(None, map(str.strip, headings)):
            if language == "en":
                assert not CHINESE.search(heading), (address, heading)
        assert "Traceback" not in shown
        assert_well(seat)
        first = seat.page.locator("#result_list tbody th a").first
        if first.count():
            first.click()
            seat.page.wait_for_load_state("networkidle")
            assert seat.page.url != seat.base_url + address
            assert seat.page.locator("#content-main").count() == 1
            assert_well(seat)


@CONSOLES
@LANGUAGES
def test_an_operator_of_another_trade_is_refused(desk: Sit, console: str, language: str) -> None:
    seat = desk(language)
    seat.sign_in(console, STRANGERS[console])
    assert seat.page.url.startswith(f"{seat.base_url}/{console}/login/callback/")
    assert REFUSED[language] in seat.text()
    assert not seat.page.locator("#nav-sidebar").count()


@CONSOLES
def test_a_trade_sees_its_own_lists_only(desk: Sit, console: str) -> None:
    seat = desk()
    seat.sign_in(console, TRADES[console])
    mine = lists_of(seat)
    assert mine
    assert not any("auth_center" in address for address in mine)
    assert seat.open(f"/{console}/auth_center/operator/") == 403
    others = set(TITLES) - {console}
    assert [seat.open(f"/{other}/") for other in sorted(others)] == [403, 403]
    names = {cookie["name"]: cookie["path"] for cookie in seat.context.cookies()}
    assert names[f"sanhu_{console}"] == f"/{console}/"


def test_the_language_and_the_search_are_at_hand(desk: Sit) -> None:
    seat = desk("zh")
    seat.open("/oss/")
    seat.page.click("button[name=language][value=en]")
    seat.page.wait_for_load_state("networkidle")
    assert "Staff number" in seat.text()
    seat.sign_in("oss", "engineer")
    assert "Phone numbers" in seat.text()

    number = "13900000011"
    seat.page.keyboard.press("Control+k")
    seat.page.fill("#search-input-command", number)
    seat.page.press("#search-input-command", "End")
    found = seat.page.locator("#command-results-list a").first
    found.wait_for()
    assert number in found.inner_text()
    found.click()
    seat.page.wait_for_url(re.compile(r"phonenumber/.*change"))
    assert number in seat.text()

    seat.page.locator("#logout-form button").evaluate("button => button.click()")
    seat.page.wait_for_url("**/sso/login/**")
    seat.open("/oss/provisioning/phonenumber/")
    assert "/sso/login/" in seat.page.url
    assert seat.troubles == []

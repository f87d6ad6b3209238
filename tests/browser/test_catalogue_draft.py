"""A product manager in a real browser: a new plan from the empty form to the request."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk

pytestmark = pytest.mark.long
Sit = Callable[..., Desk]
PARTS = {"zh": "DRAFT-ZH", "en": "DRAFT-EN"}


def fill(seat: Desk, **fields: str) -> None:
    for name, value in fields.items():
        seat.page.fill(f"[name='{name.replace('__', '.')}']", value)


def find_and_take(seat: Desk, picker: str, term: str) -> None:
    """Find something with the keyboard alone and take the first of what is found."""
    seat.page.focus(f"#{picker}")
    seat.page.keyboard.type(term)
    found = seat.page.locator(f"[data-finder]:has(#{picker}) [data-pick='{term}']")
    expect(found).to_be_visible()
    seat.page.keyboard.press("Enter")
    chips = seat.page.locator(f"[data-picker]:has(#{picker}) [data-chip='{term}']")
    expect(chips).to_have_count(1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_new_plan_from_the_empty_form_to_the_request(desk: Sit, language: str) -> None:
    seat, code = desk(language), f"PLAN-{PARTS[language]}"
    seat.sign_in("crm", "product_manager")
    seat.open("/crm/catalogue/drafts/new/")
    seat.is_well()

    # What is left out is said beside each field, and what was typed stays.
    fill(seat, code=code, name_zh="起草测试", description_zh="每月 66 元")
    save = seat.page.locator("button[name=go][value=release]")
    save.click()
    seat.page.wait_for_load_state("networkidle")
    expect(seat.page.locator("#f-name_en-error")).to_have_text(
        seat.say("请填写", "Please fill this in")
    )
    expect(seat.page.locator("[name=name_zh]")).to_have_value("起草测试")
    expect(seat.page.locator("[name=product_class]")).to_be_focused()
    seat.is_well()

    # The rest: the class brings its attributes, tariffs and services are found by typing.
    fill(seat, name_en="A drafted plan", description_en="66 yuan a month")
    seat.page.select_option("[name=product_class]", "MOBILE-PLAN")
    seat.page.select_option("[name=brand]", "CHANGXING")
    for service in ("MSISDN", "SIM", "VOICE"):
        find_and_take(seat, "p-services", service)
    find_and_take(seat, "p-tariffs", "T-STD-SMS")
    seat.page.click("[data-add=new-tariff]")
    row = "tariff__n1"
    fill(
        seat,
        **{
            f"{row}__code": f"T-{code}",
            f"{row}__charge_group": "rental",
            f"{row}__name_zh": "月租",
            f"{row}__name_en": "Rental",
            f"{row}__version__0__description_zh": "每月 66 元",
            f"{row}__version__0__description_en": "66 yuan a month",
        },
    )
    assert seat.page.input_value(f"[name='{row.replace('__', '.')}.version.0.valid_from']")
    seat.is_well()
    seat.widen("narrow")
    seat.is_well()
    seat.widen("desktop")
    save.click()

    # The release: what it changes, and the one thing to do next.
    seat.page.wait_for_url("**/catalogue/releases/*/")
    expect(seat.page.locator("[data-status=draft]")).to_be_visible()
    expect(seat.page.locator("#release-live")).to_contain_text(code)
    seat.is_well()
    seat.page.click("a[href*='/catalogue/drafts/']")
    expect(seat.page.locator("[name=code]")).to_have_value(code)
    seat.is_well()
    seat.page.go_back()
    seat.page.click("form[action$='/request/'] button")
    expect(seat.page.locator("[data-status=accepted]")).to_be_visible()
    expect(seat.page.locator("#release-live")).to_contain_text(
        seat.say("规则未配置", "Its rules are not configured yet")
    )
    seat.is_well()
    seat.widen("narrow")
    seat.is_well()


def test_leaving_unsaved_changes_is_asked_about(desk: Sit) -> None:
    seat = desk("en")
    seat.sign_in("crm", "product_manager")
    seat.open("/crm/catalogue/drafts/new/?like=PLAN-59")
    fill(seat, name_en="Another")
    seat.page.click("[data-draft] [data-drop] >> nth=0")
    expect(seat.page.locator("[data-unsaved]")).to_be_visible()
    with seat.page.expect_event("dialog") as asked:
        seat.page.evaluate("setTimeout(() => location.assign('/crm/'), 0)")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    assert seat.path().startswith("/crm/catalogue/drafts/new/")

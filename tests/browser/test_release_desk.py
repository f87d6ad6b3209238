"""BOSS's product manager in a real browser: a release is configured to the end, and mended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.browser.counter import button
from tests.browser.market import Requested, a_release

pytestmark = pytest.mark.long
Sit = Callable[..., Desk]
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def at_the_release(desk: Sit, language: str) -> tuple[Desk, Requested]:
    """A product manager of BOSS who has signed in, and a release that waits for her."""
    wanted = a_release(desk(language))
    seat = desk(language)
    seat.sign_in("boss", "tariff_manager")
    seat.open("/boss/releases/")
    seat.is_well()
    seat.page.locator(f"a[href='{wanted.page}']").click()
    seat.page.wait_for_url(f"**{wanted.page}")
    return seat, wanted


def choose_charge(seat: Desk, charge: str, field: str) -> None:
    """Choose what is charged; wait until the form has its fields and they stand still."""
    seat.page.select_option("#f-charge", charge)
    expect(seat.page.locator(field)).to_be_visible()
    settling = ".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added"
    expect(seat.page.locator(settling)).to_have_count(0)


def save_rules(seat: Desk, wanted: Requested) -> None:
    """Save what stands in the editor and come back to the release."""
    button(seat, "保存规则", "Save the rules").last.click()
    seat.page.wait_for_url(f"**{wanted.page}")


def simulate(seat: Desk, wanted: Requested) -> None:
    """See what sample customers would pay, and come back to the release."""
    button(seat, "试算账单", "Simulate bills").click()
    seat.page.wait_for_url(f"**{wanted.page}simulation/")
    expect(seat.page.locator("table").first).to_contain_text(seat.say("轻度用户", "Light user"))
    for width in ("narrow", "desktop"):
        seat.widen(width)
        seat.is_well()
    seat.open(wanted.page)
    expect(seat.page.locator("section[aria-labelledby=simulation] .badge")).to_have_text(
        seat.say("已试算", "Simulated")
    )


def save_commands(seat: Desk, wanted: Requested, element: str) -> None:
    """Say which element does the service."""
    seat.open(f"{wanted.page}services/{wanted.service}/")
    seat.page.fill("#f-commands-0-element", element)
    seat.is_well()
    button(seat, "保存命令", "Save the commands").last.click()
    seat.page.wait_for_url(f"**{wanted.page}")


@LANGUAGES
def test_a_release_is_configured_refused_mended_and_finished(desk: Sit, language: str) -> None:
    seat, wanted = at_the_release(desk, language)
    finish = button(seat, "完成配置", "Finish")
    expect(finish).to_be_disabled()
    seat.is_well()

    # A data tariff: what is wrong stands beside its field, rows come, the preview speaks.
    seat.open(f"{wanted.page}tariffs/{wanted.data}/1/")
    button(seat, "保存规则", "Save the rules").last.click()
    expect(seat.page.locator("#refusal")).to_be_visible()
    expect(seat.page.locator("#f-prices-0-price")).to_be_focused()
    seat.is_well()
    button(seat, "添加赠送量", "Add an allowance").click()
    expect(seat.page.locator("#f-allowances-0-quantity")).to_be_focused()
    seat.page.fill("#f-allowances-0-quantity", "20")
    seat.page.fill("#f-prices-0-price", "cheap")
    seat.page.fill("#f-prices-0-per", "1")
    seat.page.fill("#f-prices-0-step", "1")
    expect(seat.page.locator("#f-prices-0-price")).to_have_attribute("aria-invalid", "true")
    expect(seat.page.locator("#e-prices-0-price")).to_contain_text(
        seat.say("请输入数字", "A number is needed")
    )
    seat.page.fill("#f-prices-0-price", "5")
    seat.page.select_option("[name=prices-0-step-unit]", "KB")
    button(seat, "添加阶梯", "Add a tier").click()
    expect(seat.page.locator("#f-prices-0-tiers-0-above")).to_be_focused()
    seat.page.fill("#f-prices-0-tiers-0-above", "10")
    seat.page.fill("#f-prices-0-tiers-0-price", "3")
    seat.page.fill("#f-prices-0-tiers-0-per", "1")
    look = seat.page.locator("#rule-look")
    expect(look.locator("[lang=zh]")).to_contain_text("20 GB")
    expect(look.locator("[lang=en]")).to_contain_text("beyond 10 GB")
    expect(look.locator("svg[role=img]")).to_be_visible()
    expect(seat.page.locator("#refusal")).to_have_count(0)
    seat.is_well()
    seat.widen("narrow")
    seat.is_well()
    seat.widen("desktop")
    save_rules(seat, wanted)

    # A recurring fee, saved by the keyboard.
    seat.open(f"{wanted.page}tariffs/{wanted.fee}/1/")
    choose_charge(seat, "penalty", "#f-term_cycles")
    choose_charge(seat, "recurring", "#f-when")
    seat.page.fill("#f-amount", "39")
    expect(look.locator("[lang=en]")).to_contain_text("39 yuan")
    seat.page.press("#f-amount", "Enter")
    seat.page.wait_for_url(f"**{wanted.page}")

    # Before it goes on, somebody looks at what it would cost.
    simulate(seat, wanted)

    # The commands: provisioning knows no such element, which is said and mended.
    save_commands(seat, wanted, "hlx")
    finish.click()
    refused = seat.page.locator("section[aria-labelledby=standing] .notice-danger")
    expect(refused).to_contain_text("hlx")
    seat.is_well()
    save_commands(seat, wanted, "hlr")
    expect(finish).to_be_enabled()
    finish.click()
    expect(seat.page.locator("section[aria-labelledby=standing] .badge")).to_have_text(
        seat.say("待审批发布", "Waits for approval")
    )
    seat.is_well()

    # What BOSS holds now, in words.
    seat.open(f"/boss/tariffs/?q={wanted.data}")
    seat.page.locator(f"a[href='/boss/tariffs/{wanted.data}/']").click()
    seat.page.wait_for_url(f"**/tariffs/{wanted.data}/")
    expect(seat.page.locator("svg.timeline")).to_be_visible()
    seat.is_well()


@LANGUAGES
def test_a_discount_above_ones_limit_waits_for_a_second_person(desk: Sit, language: str) -> None:
    seat, wanted = at_the_release(desk, language)
    seat.open(f"{wanted.page}tariffs/{wanted.fee}/1/")
    choose_charge(seat, "discount", "#f-percent")
    seat.page.fill("#f-percent", "30")
    seat.page.check("[name=of][value=rental]")
    seat.page.fill("#f-order", "1")
    save_rules(seat, wanted)
    seat.open(f"{wanted.page}tariffs/{wanted.data}/1/")
    for name, text in {"price": "5", "per": "1", "step": "1"}.items():
        seat.page.fill(f"#f-prices-0-{name}", text)
    save_rules(seat, wanted)
    simulate(seat, wanted)
    save_commands(seat, wanted, "hlr")
    seat.is_well()
    seat.page.fill("#why", "校园迎新")
    button(seat, "提交审批", "Ask for approval").click()
    waits = seat.say("等待第二人审批", "Waits for a second person's approval")
    expect(seat.page.locator("section[aria-labelledby=standing]")).to_contain_text(waits)
    seat.is_well()

    second = desk(language)
    second.sign_in("boss", "finance")
    second.open("/boss/approvals/")
    second.is_well()
    row = second.page.locator("tbody tr", has_text=wanted.number)
    expect(row).to_contain_text("30")
    row.locator("a").click()
    second.page.wait_for_url("**/boss/approvals/*/")
    for width in ("narrow", "desktop"):
        second.widen(width)
        second.is_well()
    button(second, "批准并办理", "Approve and do it").click()
    expect(second.page.locator("#decision")).to_be_visible()
    second.is_well()

    seat.open(wanted.page)
    expect(seat.page.locator("section[aria-labelledby=standing] .badge")).to_have_text(
        seat.say("待审批发布", "Waits for approval")
    )

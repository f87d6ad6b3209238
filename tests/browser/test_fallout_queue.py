"""Fallout in a real browser: refused activations mended by hand, one by one and together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Desk
from tests.browser.counter import (
    CANCELLED,
    COMPLETED,
    Holder,
    a_customer,
    a_line,
    button,
    ordered,
    set_fault,
)
from tests.channel import Channel

pytestmark = pytest.mark.long
Sit = Callable[..., Desk]
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def refused_line(engineer: Desk, channel: Channel, who: Holder | None = None) -> Holder:
    """Have the network refuse the activation of one line; return its order, which is held."""
    msisdn, iccid = a_line(channel)
    set_fault(engineer, "hlr", "refuse", count="1", match=msisdn)
    expect(engineer.page.locator("#body [role=status], #body li").first).to_be_visible()
    return ordered(channel, who or a_customer(channel), "PLAN-59", msisdn, iccid)


def seats(desk: Sit, language: str) -> tuple[Desk, Desk]:
    """An engineer, and somebody at the fallout desk."""
    engineer, mender = desk(language), desk(language)
    engineer.sign_in("oss", "engineer")
    mender.sign_in("crm", "fallout_desk")
    return engineer, mender


def to_the_order(mender: Desk, who: Holder) -> None:
    """Find a held order in the queue and open it."""
    mender.open("/crm/fallout/")
    mender.page.fill("#q", who.msisdn)
    mender.page.press("#q", "Enter")
    mender.page.wait_for_url("**q=*")
    expect(mender.page.locator(".fallout-row")).to_have_count(1)
    mender.is_well()
    mender.page.locator(".fallout-row a.link.number").first.click()
    mender.page.wait_for_url(f"**/fallout/{who.order_no}/")


def stands_at(mender: Desk, state: tuple[str, str]) -> None:
    """Wait until the order that is looked at is in ``state``."""
    expect(mender.page.locator(".fallout-state")).to_have_text(mender.say(*state))


@LANGUAGES
def test_a_refused_activation_is_mended_by_a_retry(
    desk: Sit, channel: Channel, language: str
) -> None:
    engineer, mender = seats(desk, language)
    who = refused_line(engineer, channel)
    to_the_order(mender, who)
    expect(mender.page.locator(".notice-danger").first).to_be_visible()
    mender.is_well()
    button(mender, "重试", "Retry", "form[aria-labelledby=retry]").click()
    stands_at(mender, COMPLETED)
    mender.is_well()
    mender.open(f"/crm/fallout/?q={who.msisdn}")
    expect(mender.page.locator(".fallout-row")).to_have_count(0)
    mender.is_well()


@LANGUAGES
def test_another_is_cancelled_with_a_reason(desk: Sit, channel: Channel, language: str) -> None:
    engineer, mender = seats(desk, language)
    who = refused_line(engineer, channel)
    to_the_order(mender, who)
    form = "form[aria-labelledby=cancel]"
    expect(mender.page.locator(f"{form} .fallout-undoings li").first).to_be_visible()
    mender.page.fill("#cancel-reason", "  ")
    mender.page.check(f"{form} [name=sure]")
    button(mender, "撤单", "Cancel the order", form).click()
    expect(mender.page.locator("#cancel-error")).to_be_visible()
    mender.is_well()

    mender.page.fill("#cancel-reason", mender.say("客户不要了", "changed his mind"))
    mender.page.check(f"{form} [name=sure]")
    button(mender, "撤单", "Cancel the order", form).click()
    stands_at(mender, CANCELLED)
    mender.is_well()

    engineer.open(f"/oss/numbers/{who.msisdn}/")
    assert engineer.page.locator("#body dd", has_text=who.subscriber_no).count() == 0
    engineer.is_well()
    mender.open(f"/crm/flows/{who.order_no}/")
    expect(mender.page.locator(".flow-state")).to_have_text(mender.say(*CANCELLED))
    mender.is_well()


@LANGUAGES
def test_several_are_chosen_and_mended_together(desk: Sit, channel: Channel, language: str) -> None:
    engineer, mender = seats(desk, language)
    who = a_customer(channel)
    for _ in range(2):
        refused_line(engineer, channel, who)
    mender.open(f"/crm/fallout/?q={who.customer_no}")
    expect(mender.page.locator(".fallout-row")).to_have_count(2)
    for box in mender.page.locator(".fallout-pick input").all():
        box.check()
    button(mender, "重试…", "Retry…", "[data-fallout-queue]").click()
    mender.page.wait_for_url("**/fallout/mend/")
    mender.is_well()
    mender.page.locator(".fallout-deed button").click()
    mender.page.wait_for_url("**/fallout/done/")
    expect(mender.page.locator(".fallout-list .badge-success")).to_have_count(2)
    mender.is_well()


def test_all_of_a_cause_are_mended_in_the_background(desk: Sit, channel: Channel) -> None:
    engineer, mender = seats(desk, "zh")
    refused_line(engineer, channel)
    mender.open("/crm/fallout/")
    mender.page.locator(".fallout-cause a.button").first.click()
    mender.page.wait_for_url("**/fallout/all/**")
    mender.page.check("[name=deed][value=skip]")
    mender.page.fill("#reason", " ")
    mender.page.locator(".fallout-deed button").click()
    expect(mender.page.locator("#reason-error")).to_be_visible()
    mender.is_well()
    mender.page.check("[name=deed][value=retry]")
    mender.page.locator(".fallout-deed button").click()
    mender.page.wait_for_url("**/fallout/runs/*/")
    expect(mender.page.locator("#fallout-run .badge-success")).to_be_visible()
    mender.is_well()
    mender.open("/crm/fallout/runs/")
    expect(mender.page.locator("tbody tr").first).to_be_visible()
    mender.is_well()

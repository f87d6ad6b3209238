"""The centre's own pages in a browser: passkeys, second factors, no script, in every look."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, expect

from config.instance.throwaway import Throwaway
from tests.browser.conftest import LANGUAGES, PATIENCE_MS, Desk

pytestmark = pytest.mark.long
Sit = Callable[..., Desk]
PAGES = ("/sso/", "/sso/sign-ons/", "/sso/password/", "/sso/2fa/", "/sso/reauthenticate/")
LOOKS = [("zh", "desktop", "light"), ("en", "desktop", "dark"), ("zh", "narrow", "dark")]


def enter(desk: Desk, role: str, *, password: str | None = None) -> None:
    """Fill in the form that is there."""
    who = desk.operators[role]
    desk.page.fill("[name=login]", who["username"])
    desk.page.fill("[name=password]", password or who["password"])
    desk.page.press("[name=password]", "Enter")
    desk.page.wait_for_load_state("networkidle")


def confirm(desk: Desk, role: str) -> None:
    """Type the password once more, where it is asked for."""
    desk.page.fill("main [name=password]", desk.operators[role]["password"])
    desk.page.press("main [name=password]", "Enter")
    desk.page.wait_for_load_state("networkidle")


def code_of(secret: str) -> str:
    """Return what an authenticator app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


@pytest.fixture
def at_a_name(desk: Sit) -> Desk:
    """A desk that knows the centre by a name, with a device that keeps passkeys."""
    seat = desk()
    seat.base_url = seat.base_url.replace("127.0.0.1", "localhost")
    devices: Any = seat.context.new_cdp_session(seat.page)
    devices.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    return seat


@pytest.mark.parametrize(("language", "width", "colours"), LOOKS)
def test_every_page_is_well(desk: Sit, language: str, width: str, colours: str) -> None:
    seat = desk(language, width, colours)
    seat.open("/sso/")
    seat.is_well()
    enter(seat, "clerk", password="not the password")
    expect(seat.page.get_by_role("alert")).to_have_text(
        seat.say("工号或密码不正确", "The staff number or the password is not right")
    )
    seat.is_well()
    enter(seat, "clerk")
    for page in PAGES:
        assert seat.open(page) == 200
        expect(seat.page.locator("h1")).to_have_count(1)
        seat.is_well()


def test_one_signs_in_and_changes_the_language_without_a_script(
    served: Throwaway, chromium: Browser
) -> None:
    context = chromium.new_context(java_script_enabled=False, locale=LANGUAGES["zh"])
    context.set_default_timeout(PATIENCE_MS)
    seat = Desk(served, context, "zh")
    seat.open("/sso/")
    seat.page.click("button[lang=en]")
    expect(seat.page.locator("h1")).to_have_text("Sign in")
    enter(seat, "clerk")
    assert seat.path() == "/sso/"
    expect(seat.page.locator("h1")).to_contain_text("Hello")
    context.close()


def test_a_passkey_signs_in_without_a_password_until_it_is_removed(at_a_name: Desk) -> None:
    seat = at_a_name
    seat.open("/sso/2fa/webauthn/add/")
    enter(seat, "engineer")
    confirm(seat, "engineer")
    seat.page.check("[name=passwordless]")
    seat.is_well()
    seat.page.click("#mfa_webauthn_add")
    seat.page.wait_for_url("**/sso/2fa/recovery-codes/")
    assert seat.page.locator(".codes li").count() == 10
    seat.is_well()
    seat.page.click("header >> text=退出")
    seat.page.wait_for_url("**/sso/login/")
    seat.page.click("#passkey_login")
    seat.page.wait_for_url("**/sso/")
    seat.open("/sso/2fa/webauthn/")
    seat.is_well()
    seat.page.click("main >> text=移除")
    seat.page.wait_for_load_state("networkidle")
    if "reauthenticate" in seat.page.url:
        confirm(seat, "engineer")
    seat.is_well()
    seat.page.click("main button[type=submit]")
    seat.page.wait_for_url("**/sso/2fa/webauthn/")
    assert seat.page.locator("table").count() == 0


def test_turning_away_from_the_devices_question_is_said(at_a_name: Desk) -> None:
    seat = at_a_name
    seat.open("/sso/login/")
    seat.page.click("#passkey_login")
    expect(seat.page.locator("#passkey-trouble")).to_be_visible()
    seat.is_well()


def test_with_an_authenticator_app_the_password_is_not_enough(desk: Sit) -> None:
    seat = desk()
    seat.open("/sso/2fa/totp/activate/")
    enter(seat, "product_manager")
    confirm(seat, "product_manager")
    seat.is_well()
    secret = seat.page.inner_text(".secret")
    seat.page.fill("[name=code]", code_of(secret))
    seat.page.press("[name=code]", "Enter")
    seat.page.wait_for_url("**/sso/2fa/recovery-codes/")
    recovery = seat.page.locator(".codes li").first.inner_text()
    seat.page.click("header >> text=退出")
    seat.open("/crm/")
    enter(seat, "product_manager")
    assert seat.path() == "/sso/2fa/authenticate/"
    seat.is_well()
    seat.page.fill("[name=code]", recovery)
    seat.page.press("[name=code]", "Enter")
    seat.page.wait_for_url("**/crm/")
    seat.open("/sso/2fa/totp/deactivate/")
    confirm(seat, "product_manager")
    seat.is_well()
    seat.page.click("main button[type=submit]")
    seat.page.wait_for_url("**/sso/2fa/")


def test_a_sign_on_elsewhere_is_ended_from_here(desk: Sit) -> None:
    here, there = desk(), desk("en")
    for seat in (there, here):
        seat.open("/sso/")
        enter(seat, "tariff_manager")
    here.open("/sso/sign-ons/")
    here.is_well()
    row = here.page.locator("tbody tr").filter(has_not_text="本机").first
    row.get_by_role("button").click()
    expect(here.page.get_by_role("status")).to_have_text("已退出该处登录")
    there.open("/sso/")
    assert there.path().startswith("/sso/login/")

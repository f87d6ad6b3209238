"""The second factor: at the sign-in, before what matters, and where a role demands it."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from auth_center.models import AuditEntry, SignOn
from core.systems import System
from tests.integration.auth_center.portal.entering import PASSWORD, browser, enter
from tests.signing import make_operator

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FACTOR = "/sso/2fa/authenticate/"
SET_UP = "/sso/2fa/totp/activate/"


def code(secret: str = SECRET, *, later: int = 0) -> str:
    """Return what an authenticator app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later)))


@pytest.fixture
def operator():
    return make_operator(System.CRM, "*", staff_no="2001")


@pytest.fixture
def with_app(operator, time_machine_at):
    TOTP.activate(operator, SECRET)
    return operator


def refused_times() -> int:
    return AuditEntry.objects.filter(
        operation="auth_center.sign_in_refused", after__what="second factor"
    ).count()


def test_the_password_alone_does_not_open_any_more(with_app):
    client = browser()
    assert enter(client, "2001").headers["Location"] == FACTOR
    assert client.get("/sso/").status_code == 302
    assert SignOn.objects.count() == 0
    done = client.post(FACTOR, {"code": code()})
    assert (done.status_code, done.headers["Location"]) == (302, "/sso/")
    assert SignOn.objects.get().method == "password+mfa"


def test_one_goes_on_after_it_to_where_one_was_going(with_app):
    client = browser()
    going = {"login": "2001", "password": PASSWORD, "next": "/sso/sign-ons/"}
    assert client.post("/sso/login/", going).headers["Location"] == FACTOR
    page = client.get(FACTOR)
    assert 'name="next" value="/sso/sign-ons/"' in page.text
    assert client.post(FACTOR, {"code": code()}).headers["Location"] == "/sso/sign-ons/"


@pytest.mark.parametrize(
    ("later", "opens"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_go_wrong_by_half_a_minute(with_app, later, opens):
    client = browser()
    enter(client, "2001")
    answer = client.post(FACTOR, {"code": code(later=later)})
    assert (answer.status_code == 302) == opens
    assert refused_times() == (0 if opens else 1)


def test_a_code_opens_once_and_not_half_a_minute_later_either(with_app, time_machine_at):
    shown = code(later=1)
    first, second = browser(), browser()
    enter(first, "2001")
    enter(second, "2001")
    assert first.post(FACTOR, {"code": shown}).status_code == 302
    time_machine_at(seconds=45)
    again = second.post(FACTOR, {"code": shown})
    assert again.context["form"].errors["code"] == ["验证码不正确或已用过"]
    assert refused_times() == 1


def test_guessing_codes_is_shut_as_guessing_passwords_is(with_app):
    client = browser()
    enter(client, "2001")
    for guess in range(5):
        assert client.post(FACTOR, {"code": f"{guess:06}"}).status_code == 200
    shut = client.post(FACTOR, {"code": code()})
    assert "秒后再试" in shut.context["form"].errors["code"][0]
    assert SignOn.objects.count() == 0
    assert AuditEntry.objects.get(operation="auth_center.sign_in_shut").after == {"what": "factor"}


def test_a_recovery_code_opens_once(with_app):
    kept = RecoveryCodes.activate(with_app).get_unused_codes()
    for expected in (302, 200):
        client = browser()
        enter(client, "2001")
        assert client.post(FACTOR, {"code": kept[0]}).status_code == expected
    assert len(RecoveryCodes.activate(with_app).get_unused_codes()) == len(kept) - 1


def test_its_secret_does_not_stand_in_the_database(with_app):
    assert SECRET not in str(Authenticator.objects.get().data)


def test_setting_one_up_asks_for_the_password_again(operator, time_machine_at):
    client = browser()
    enter(client, "2001")
    asked = client.get(SET_UP)
    assert asked.headers["Location"].startswith("/sso/reauthenticate/?next=")
    wrong = client.post(asked.headers["Location"], {"password": "wrong"})
    assert wrong.context["form"].errors["password"] == ["密码不正确"]
    assert (
        client.post(asked.headers["Location"], {"password": PASSWORD}).headers["Location"] == SET_UP
    )
    page = client.get(SET_UP)
    secret = page.context["form"].secret
    assert client.post(SET_UP, {"code": "000000"}).status_code == 200
    done = client.post(SET_UP, {"code": code(secret)})
    assert done.headers["Location"] == "/sso/2fa/recovery-codes/"
    shown = client.get("/sso/2fa/recovery-codes/")
    assert len(shown.context["unused_codes"]) == 10
    assert shown.context["unused_codes"][0] in shown.text
    assert shown.context["unused_codes"][0] not in client.get("/sso/2fa/recovery-codes/").text


def test_to_have_been_asked_holds_five_minutes(operator, time_machine_at):
    client = browser()
    enter(client, "2001")
    client.post("/sso/reauthenticate/", {"password": PASSWORD})
    assert client.get(SET_UP).status_code == 200
    time_machine_at(seconds=301)
    assert client.get(SET_UP).status_code == 302


def test_whose_role_demands_one_sets_it_up_before_the_sign_on_begins(
    operator, settings, time_machine_at
):
    settings.MFA_REQUIRED_ROLES = ["role-2001"]
    client = browser()
    going = {"login": "2001", "password": PASSWORD, "next": "/sso/sign-ons/"}
    assert client.post("/sso/login/", going).headers["Location"] == "/sso/login/factor/"
    assert client.get("/sso/").status_code == 302
    assert client.get("/sso/login/factor/codes/").headers["Location"] == "/sso/login/factor/"
    secret = client.get("/sso/login/factor/").context["form"].secret
    assert client.post("/sso/login/factor/", {"code": "000000"}).status_code == 200
    set_up = client.post("/sso/login/factor/", {"code": code(secret)})
    assert set_up.headers["Location"] == "/sso/login/factor/codes/"
    assert SignOn.objects.count() == 0
    page = client.get("/sso/login/factor/codes/")
    assert len(page.context["unused_codes"]) == 10
    done = client.post("/sso/login/factor/codes/")
    assert done.headers["Location"] == "/sso/sign-ons/"
    assert client.get("/sso/sign-ons/").status_code == 200
    [entry] = AuditEntry.objects.filter(operation="auth_center.add_factor")
    assert (entry.subject, entry.after) == ("operator:2001", {"kind": "totp"})
    assert enter(browser(), "2001").headers["Location"] == FACTOR


def test_an_operator_of_another_role_is_not_asked(operator, settings):
    settings.MFA_REQUIRED_ROLES = ["finance"]
    assert enter(browser(), "2001").headers["Location"] == "/sso/"


def test_the_last_one_stays_where_a_role_demands_it(with_app, settings, time_machine_at):
    settings.MFA_REQUIRED_ROLES = ["*"]
    client = browser()
    enter(client, "2001")
    client.post(FACTOR, {"code": code()})
    client.post("/sso/reauthenticate/", {"password": PASSWORD})
    page = client.post("/sso/2fa/totp/deactivate/")
    assert page.status_code == 200
    assert "最后一个" in page.text
    assert Authenticator.objects.filter(type="totp").count() == 1
    settings.MFA_REQUIRED_ROLES = []
    assert client.post("/sso/2fa/totp/deactivate/").headers["Location"] == "/sso/2fa/"
    assert Authenticator.objects.count() == 0
    assert AuditEntry.objects.filter(operation="auth_center.remove_factor").count() == 1

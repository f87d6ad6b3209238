"""Signing in at the centre: one answer to whoever may not, and nothing learned from it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from auth_center.models import AuditEntry, SignOn
from auth_center.portal import guard
from core.systems import System
from tests.integration.auth_center.portal.entering import LOGIN, PASSWORD, browser, enter
from tests.signing import make_operator

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
WRONG = "工号或密码不正确"


@pytest.fixture
def operator():
    return make_operator(System.CRM, "orders.open_subscriber", staff_no="2001")


def entries(operation: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(operation=operation).order_by("pk"))


def test_the_page_has_one_form_that_needs_no_script(operator):
    page = browser().get(LOGIN)
    assert page.status_code == 200
    assert page.headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert 'name="login"' in page.text
    assert 'autocomplete="current-password"' in page.text
    assert "登录" in page.text


def test_whoever_is_right_stands_in_the_portal(operator):
    client = browser()
    answer = enter(client, "2001")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sso/")
    assert client.get("/sso/").status_code == 200
    [sign_on] = SignOn.objects.all()
    assert (sign_on.staff_no, sign_on.method, sign_on.ended_at) == ("2001", "password", None)
    [entry] = entries("auth_center.sign_in")
    assert (entry.actor_number, entry.subject, entry.terminal) == (
        "2001",
        "operator:2001",
        "127.0.0.1",
    )
    assert entry.after["sign_on"] == sign_on.number


def test_the_session_gets_a_new_key(operator):
    client = browser()
    client.get(LOGIN)
    before = client.cookies["sanhu_sso"].value
    enter(client, "2001")
    assert client.cookies["sanhu_sso"].value != before


@pytest.mark.parametrize(("language", "words"), [("zh-hans", WRONG), ("en", "is not right")])
@pytest.mark.parametrize(("staff_no", "password"), [("2001", "wrong"), ("4711", PASSWORD)])
def test_a_wrong_password_and_an_unknown_number_are_answered_alike(
    operator, language, words, staff_no, password
):
    answer = enter(browser(language), staff_no, password)
    assert answer.status_code == 200
    assert words in answer.text
    assert SignOn.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {
            "active_until": timezone.now() - timedelta(days=1),
            "active_from": timezone.now() - timedelta(days=9),
        },
        {"active_from": timezone.now() + timedelta(days=1)},
    ],
)
def test_who_does_not_work_here_now_is_answered_as_with_a_wrong_password(operator, change):
    type(operator).objects.filter(pk=operator.pk).update(**change)
    answer = enter(browser(), "2001")
    assert answer.status_code == 200
    assert WRONG in answer.text
    [entry] = entries("auth_center.sign_in_refused")
    assert entry.subject == "operator:2001"


def test_it_takes_as_long_for_a_number_that_does_not_exist(operator, settings):
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]  # the slow one that instances use
    operator.set_password(PASSWORD)
    operator.save()

    def seconds(staff_no: str) -> float:
        began = time.perf_counter()
        enter(browser(), staff_no, "wrong")
        return time.perf_counter() - began

    seconds("2001")
    known = min(seconds("2001") for _ in range(3))
    unknown = min(seconds("4711") for _ in range(3))
    assert 0.5 < unknown / known < 2


def test_a_number_that_does_not_exist_is_not_written_down(operator):
    enter(browser(), "hunter2-hunter2", "wrong")
    [entry] = entries("auth_center.sign_in_refused")
    assert (entry.subject, entry.actor_number) == ("operator:?", "?")
    assert "hunter2" not in str(entry.after)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "http:///evil.example",
        "javascript:alert(1)",
        "https://localhost/",
        "http://testserver:81/",
        "\thttps://evil.example",
    ],
)
def test_nobody_is_sent_elsewhere_after_the_sign_in(operator, elsewhere):
    answer = browser().post(LOGIN, {"login": "2001", "password": PASSWORD, "next": elsewhere})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sso/")


def test_one_goes_on_to_where_one_was_going(operator):
    answer = browser().post(
        LOGIN, {"login": "2001", "password": PASSWORD, "next": "/sso/sign-ons/"}
    )
    assert answer.headers["Location"] == "/sso/sign-ons/"


def test_a_form_from_another_site_is_refused(operator):
    answer = Client(enforce_csrf_checks=True).post(LOGIN, {"login": "2001", "password": PASSWORD})
    assert answer.status_code == 403
    assert SignOn.objects.count() == 0


@pytest.mark.parametrize(
    "path",
    ["signup/", "email/", "password/reset/", "password/set/", "confirm-email/", "login/code/"],
)
def test_nobody_signs_up_and_no_mail_opens_an_account(path):
    assert browser().get(f"/sso/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["", "sign-ons/", "password/", "2fa/", "2fa/totp/activate/", "2fa/webauthn/add/"],
)
def test_everything_else_asks_who_it_is(path):
    answer = browser().get(f"/sso/{path}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(LOGIN)


def test_after_five_failures_the_account_is_shut_and_opens_again(operator, time_machine_at):
    travel = time_machine_at
    client = browser()
    for _ in range(5):
        assert enter(client, "2001", "wrong").status_code == 200
    shut = enter(client, "2001")
    assert shut.status_code == 429
    assert shut.headers["Retry-After"] == "30"
    assert "请在 30 秒后再试" in shut.text
    [entry] = entries("auth_center.sign_in_shut")
    assert (entry.subject, entry.after) == ("operator:2001", {"what": "staff"})
    travel(seconds=31)
    assert enter(client, "2001").status_code == 302


def test_an_unknown_number_is_shut_just_the_same():
    answers = [enter(browser(), "4711", "wrong").status_code for _ in range(6)]
    assert answers == [200, 200, 200, 200, 200, 429]


def test_each_failure_more_doubles_the_pause_up_to_a_quarter_of_an_hour(time_machine_at):
    pauses = []
    for _ in range(12):
        answer = enter(browser(), "4711", "wrong")
        if answer.status_code == 200:
            answer = enter(browser(), "4711", "wrong")
        if answer.status_code == 429:
            pauses.append(int(answer.headers["Retry-After"]))
            time_machine_at(seconds=pauses[-1] + 1)
    assert pauses[:5] == [30, 60, 120, 240, 480]
    assert max(pauses) <= 900


def test_a_right_password_forgets_the_failures_before(operator):
    client = browser()
    for _ in range(3):
        for _ in range(4):
            enter(client, "2001", "wrong")
        assert enter(browser(), "2001").status_code == 302


@pytest.mark.long
def test_a_thousand_tries_over_many_accounts_are_slowed_and_recorded(operator, time_machine_at):
    client = browser()
    answers = [enter(client, f"3{n:03}", "Summer2026!!").status_code for n in range(1000)]
    assert answers.count(200) == 30
    assert answers.count(429) == 970
    assert len(entries("auth_center.sign_in_refused")) == 30
    [shut] = entries("auth_center.sign_in_shut")
    assert shut.subject == "address:127.0.0.1"
    row = guard.SignInTries.objects.get(key=guard.address("127.0.0.1").key)
    assert row.turned_away == 970


def test_signing_in_as_oneself_in_between_does_not_open_an_address_again(operator, time_machine_at):
    for number in range(29):
        enter(browser(), f"3{number:03}", "wrong")
        if number % 10 == 0:
            assert enter(browser(), "2001").status_code == 302
    enter(browser(), "3999", "wrong")
    assert enter(browser(), "2001").status_code == 429


def test_signed_in_the_page_sends_one_on(operator):
    client = browser()
    enter(client, "2001")
    assert client.get(LOGIN).headers["Location"] == "/sso/"

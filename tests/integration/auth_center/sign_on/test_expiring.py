"""A sign-on ends by itself: after so many hours, and when nobody works any more."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from auth_center.models import ConsoleSession, EndedSignOn, SignOn
from auth_center.sign_on.services import end_all_that_are_over, end_sign_on
from auth_center.sign_on.tidying import forget_what_is_over
from core.systems import System
from integration.settling import settle
from tests.integration.auth_center.sign_on.conftest import go, sign_on

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])


def at_login(client: Client, console: str) -> bool:
    return bool(go(client, f"/{console}/").request["PATH_INFO"] == "/sso/login/")


def test_work_at_one_console_keeps_the_whole_sign_on_alive(staff, settings):
    staff("*")
    client = Client()
    began = timezone.now()
    with time_machine.travel(began, tick=False) as clock:
        sign_on(client, "crm")
        sign_on(client, "boss")
        for _ in range(4):  # two hours at BOSS; nobody looks at CRM
            clock.shift(timedelta(minutes=settings.IDLE_MINUTES - 2))
            assert client.get("/boss/").status_code == 200
        assert client.get("/crm/").status_code == 302  # its own session is over,
        assert go(client, "/crm/").request["PATH_INFO"] == "/crm/"  # the sign-on is not


def test_where_nobody_works_the_sign_on_ends_everywhere(staff, settings):
    staff("*")
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_on(client, "crm")
        sign_on(client, "oss")
        clock.shift(timedelta(minutes=settings.IDLE_MINUTES + 1))
        assert at_login(client, "crm")
        assert at_login(client, "oss")
        assert SignOn.objects.get().ended_why == "idle"


def test_what_a_page_fetches_by_itself_is_no_work(staff, settings):
    staff("*")
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_on(client, "crm")
        for _ in range(3):
            clock.shift(timedelta(minutes=settings.IDLE_MINUTES / 2 - 1))
            client.get("/crm/", headers={"HX-Request": "true"})
        clock.shift(timedelta(minutes=3))
        assert at_login(client, "crm")


def test_no_sign_on_outlives_its_hours_however_busy(staff, settings):
    settings.SIGN_ON_HOURS = 1.0
    staff("*")
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_on(client, "crm")
        for _ in range(5):
            clock.shift(timedelta(minutes=11))
            assert client.get("/crm/").status_code == 200
        clock.shift(timedelta(minutes=6))
        assert at_login(client, "crm")
        assert end_all_that_are_over(timezone.now()) == 1
        assert SignOn.objects.get().ended_why == "expired"


def test_the_sweep_ends_what_nobody_comes_back_to(staff, settings):
    staff("*")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_on(Client(), "boss")
        assert end_all_that_are_over(timezone.now()) == 0
        clock.shift(timedelta(minutes=settings.IDLE_MINUTES + 1))
        assert end_all_that_are_over(timezone.now()) == 1
        assert end_all_that_are_over(timezone.now()) == 0
        settle(clock=timezone.now)
    assert not ConsoleSession.objects.using("boss").exists()


def test_who_is_signed_off_elsewhere_is_out_at_the_next_click(staff):
    staff("*")
    client = Client()
    sign_on(client, "crm")
    sign_on(client, "boss")
    [kept] = SignOn.objects.all()
    assert end_sign_on(kept.number, "revoked", timezone.now())
    assert not end_sign_on(kept.number, "revoked", timezone.now())
    assert client.get("/crm/").status_code == 302
    settle(clock=timezone.now)
    assert client.get("/boss/").status_code == 302
    assert at_login(client, "crm")


def test_a_console_that_missed_the_message_learns_it_from_the_centre(staff):
    staff("*")
    client = Client()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_on(client, "boss")
        end_sign_on(SignOn.objects.get().number, "revoked", timezone.now())
        clock.shift(timedelta(minutes=2))
        client.get("/boss/")  # the message has not arrived; this click asks
        assert client.get("/boss/").status_code == 302


def test_who_arrives_after_the_word_of_the_end_is_not_seated(staff):
    staff("*")
    client = Client()
    sign_on(client, "crm")
    number = SignOn.objects.get().number
    EndedSignOn.objects.using("boss").create(number=number, ended_at=timezone.now())
    assert go(client, "/boss/").status_code == 400
    assert not ConsoleSession.objects.using("boss").exists()


def test_what_is_over_is_forgotten_and_what_goes_on_is_kept(staff):
    staff("*")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_on(Client(), "crm")
        forget_what_is_over(System.CRM, timezone.now())
        assert ConsoleSession.objects.count() == 1
        clock.shift(timedelta(days=3))
        forget_what_is_over(System.CRM, timezone.now())
    assert ConsoleSession.objects.count() == 0
    assert SignOn.objects.count() == 1

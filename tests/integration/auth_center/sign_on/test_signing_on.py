"""Sign on once, work at every console, sign off once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from auth_center.models import ConsoleSession, SignOn
from core.systems import System
from integration.settling import settle
from tests.integration.auth_center.sign_on.conftest import go, sign_on

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])


def test_one_login_opens_every_console(staff):
    staff("*")
    client = Client()
    assert sign_on(client).status_code == 200
    for console in ("crm", "boss", "oss"):
        page = go(client, f"/{console}/")
        assert page.status_code == 200
        assert page.request["PATH_INFO"] == f"/{console}/"
    [kept] = SignOn.objects.all()
    assert (kept.staff_no, kept.ended_at, kept.method) == ("9001", None, "password")
    for system in System:
        [seat] = ConsoleSession.objects.using(system.alias).all()
        assert (seat.sign_on, seat.staff_no) == (kept.number, "9001")


def test_one_sign_off_ends_all(staff):
    staff("*")
    client = Client()
    for console in ("crm", "boss", "oss"):
        sign_on(client, console)
    answer = client.post("/boss/logout/")
    page = go(client, answer.headers["Location"])
    assert page.request["PATH_INFO"] == "/sso/login/"
    settle(clock=timezone.now)
    for console in ("crm", "boss", "oss"):
        assert client.get(f"/{console}/").status_code == 302
        assert go(client, f"/{console}/").request["PATH_INFO"] == "/sso/login/"
    [kept] = SignOn.objects.all()
    assert kept.ended_why == "signed_off"
    for system in System:
        assert not ConsoleSession.objects.using(system.alias).exists()


def test_each_console_has_a_cookie_of_its_own(staff):
    staff("*")
    client = Client()
    for console in ("crm", "boss", "oss"):
        sign_on(client, console)
        cookie = client.cookies[f"sanhu_{console}"]
        assert (cookie["path"], cookie["samesite"]) == (f"/{console}/", "Lax")
        assert cookie["httponly"]
    assert client.cookies["sanhu_sso"]["path"] == "/"
    assert client.cookies["sanhu_sso"]["httponly"]

"""Each console has its own session, cookie and grants; how one arrives there is the centre's."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from auth_center.models import ConsoleSession, Operator
from core.security import POLICY
from core.systems import System, console
from tests.signing import PASSWORD, make_operator

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
ALL = pytest.mark.parametrize("system", list(System))


@ALL
def test_signing_in_at_one_console_is_no_sign_in_at_another(sign_in, system):
    client = sign_in(system, "*")
    assert client.get(f"/{system.queue}/").status_code == 200
    for staff_no, other in enumerate(set(System) - {system}, start=9002):
        answer = client.get(f"/{other.queue}/")
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"/{other.queue}/login/")
        make_operator(other, "*", staff_no=str(staff_no))
        client.cookies[f"sanhu_{other.queue}"] = client.cookies[f"sanhu_{system.queue}"].value
        assert client.get(f"/{other.queue}/").status_code == 302


@ALL
def test_signing_off_leaves_the_console_and_goes_on_to_the_centre(sign_in, system):
    client = sign_in(system, "*")
    answer = client.post(f"/{system.queue}/logout/")
    assert answer.status_code == 302
    assert urlsplit(answer.headers["Location"]).path == "/identity/o/logout"
    assert client.get(f"/{system.queue}/").status_code == 302
    assert not ConsoleSession.objects.using(system.alias).exists()


@ALL
def test_a_console_asks_for_no_password(sign_in, system):
    sign_in(system, "*")
    client = Client()
    form = {"username": "9001", "password": PASSWORD}
    assert client.post(f"/{system.queue}/login/", form).status_code == 405
    answer = client.get(f"/{system.queue}/login/")
    assert urlsplit(answer.headers["Location"]).path == "/identity/o/authorize"
    assert client.get(f"/{system.queue}/").status_code == 302


@ALL
def test_a_session_that_came_from_no_sign_on_opens_nothing(sign_in, system):
    client = sign_in(system, "*")
    with console(system):
        session = SessionStore(client.cookies[f"sanhu_{system.queue}"].value)
        del session["sign_on"]
        session.save()
    assert client.get(f"/{system.queue}/").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"active_until": "2026-02-01T00:00Z", "active_from": "2026-01-01T00:00Z"},
    ],
)
def test_who_is_no_longer_active_is_put_out(sign_in, change):
    client = sign_in(System.CRM, "*")
    Operator.objects.filter(staff_no="9001").update(**change)
    assert client.get("/crm/").status_code == 302


def test_without_any_grant_there_is_no_way_in(sign_in):
    client = sign_in(System.CRM, "auth_center.view_role")
    Operator.objects.update(role_codes=[])
    assert client.get("/crm/").status_code == 302


@ALL
def test_only_what_is_granted_is_shown(sign_in, system):
    client = sign_in(system, "auth_center.view_role")
    shown = client.get(f"/{system.queue}/").content.decode()
    addresses = {part.split('"')[0] for part in shown.split(f'href="/{system.queue}/')[1:]}
    pages = {"access/roles/", "access/roles-matrix/"} if system == System.CRM else set()
    assert addresses == {"", "auth_center/role/", *pages}
    assert client.get(f"/{system.queue}/auth_center/role/").status_code == 200
    for hidden in ("auth_center/operator", "integration/inboxmessage", "integration/outboxmessage"):
        assert client.get(f"/{system.queue}/{hidden}/").status_code == 403


@ALL
def test_no_password_is_shown_or_changed(sign_in, system):
    client = sign_in(system, "*")
    operator = Operator.objects.using(system.alias).get()
    page = client.get(f"/{system.queue}/auth_center/operator/{operator.pk}/change/")
    shown = page.content.decode()
    assert "李梅" in shown
    assert "role-9001" in shown
    assert operator.password not in shown
    assert "md5$" not in shown
    assert client.get(f"/{system.queue}/password_change/").status_code == 404
    client.post(
        f"/{system.queue}/auth_center/operator/{operator.pk}/change/", {"name": "someone else"}
    )
    operator.refresh_from_db()
    assert operator.name == "李梅"


@ALL
def test_the_language_is_chosen_on_the_page(sign_in, system):
    client = sign_in(system, "*")
    address = f"/{system.queue}/language/"
    client.post(address, {"language": "en", "next": f"/{system.queue}/"})
    assert "Operators" in client.get(f"/{system.queue}/").content.decode()
    client.post(address, {"language": "zh-hans", "next": f"/{system.queue}/"})
    assert "操作员" in client.get(f"/{system.queue}/").content.decode()


@pytest.mark.parametrize(
    "address", ["/crm/login/", "/sso/login/", "/health/", "/api/docs/", "/nothing/"]
)
def test_pages_load_nothing_from_outside(address):
    policy = Client().get(address).headers["Content-Security-Policy"]
    assert policy == POLICY
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert PASSWORD not in policy


def test_a_refused_page_says_so_in_both_languages(sign_in):
    client = sign_in(System.CRM, "auth_center.view_role")
    refused = client.get("/crm/auth_center/operator/")
    missing = client.get("/crm/auth_center/nothing/")
    assert (refused.status_code, missing.status_code) == (403, 404)
    assert "没有权限查看此页" in refused.content.decode()
    assert "There is no such page" in missing.content.decode()

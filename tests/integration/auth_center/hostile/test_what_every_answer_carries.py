"""What a browser is told with every answer, and what it is given to keep."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as present
from django.test import Client

from auth_center.actors import EVERYTHING
from core.security import POLICY
from core.systems import System
from tests.signing import signed_in
from tests.walking import ALIASES, ELSEWHERE, IN_CONSOLES, OPERATIONS, SYSTEMS, address_of

pytestmark = pytest.mark.django_db(databases=ALIASES)


def carried(answer: Any) -> dict[str, str]:
    return {name: answer.headers.get(name, "") for name in (
        "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy")}  # fmt: skip


EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.parametrize("console", SYSTEMS)
def test_every_page_of_a_console_is_framed_by_nobody_and_kept_by_nobody(console: str) -> None:
    client = signed_in(SYSTEMS[console], EVERYTHING)
    for door in IN_CONSOLES:
        if door.place != console or door.kind == "table":
            continue
        answer = client.get(address_of(door))
        assert carried(answer) == EVERYWHERE, door.address
        assert answer.headers["Content-Security-Policy"] == POLICY, door.address
        assert answer.headers["X-Frame-Options"] == "DENY", door.address
        if answer.status_code == 200 and "jsi18n" not in door.address:
            kept = answer.headers.get("Cache-Control", "")
            assert "private" in kept or "no-store" in kept, (door.address, kept)


def test_every_other_answer_carries_the_same() -> None:
    for door in [*ELSEWHERE, *OPERATIONS]:
        answer = Client().get(address_of(door))
        assert carried(answer) == EVERYWHERE, door.address
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
        assert "frame-ancestors 'none'" in policy


def test_no_script_stands_in_a_page() -> None:
    client = signed_in(System.CRM, EVERYTHING)
    for address in ("/crm/", "/crm/find/", "/sso/login/", "/crm/customers/customer/"):
        page = client.get(address).content.decode()
        for script in page.split("<script")[1:]:
            head = script.partition(">")[0]
            assert "src=" in head or "application/json" in head, (address, head)
        assert "javascript:" not in page.replace("javascript:void(0)", ""), address


def test_every_cookie_is_for_our_server_alone(settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = True
    seen = set()
    client = Client()
    for address in ("/crm/login/", "/boss/login/", "/oss/login/", "/sso/login/"):
        client.get(address, {"next": "/crm/"})
    for name, cookie in client.cookies.items():
        seen.add(name)
        assert cookie["httponly"], name
        assert cookie["secure"], name
        assert cookie["samesite"] == "Lax", name
        assert cookie["domain"] == "", name
    assert seen
    assert "csrftoken" not in seen
    assert present.SESSION_COOKIE_NAME not in seen


def test_an_error_tells_nothing_about_the_program() -> None:
    for address in ("/nothing/", "/crm/nothing/", "/api/nothing", "/%00", "/crm/find/?q=%00"):
        page = Client().get(address).content.decode()
        for telling in ("Traceback", "DEBUG", "urlpatterns", "Django", "/site-packages/"):
            assert telling not in page, (address, telling)

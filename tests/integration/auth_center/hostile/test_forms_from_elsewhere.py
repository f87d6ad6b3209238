"""A page of somebody else's cannot make an operator's browser do anything."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from auth_center.actors import EVERYTHING
from auth_center.matrix import Door
from core.systems import System
from tests.signing import make_operator, seat
from tests.walking import ALIASES, ELSEWHERE, IN_CONSOLES, SYSTEMS, address_of, rows

pytestmark = pytest.mark.django_db(databases=ALIASES)

# What takes a POST from anywhere, because it carries its own proof of who sends it.
BY_THEMSELVES = {
    "billing/callbacks/<slug:source>/",  # the payment service's signature
    "integration/<str:system>/ask",  # the sending system's proof
    "identity/o/api/token",  # a client's credentials
    "identity/o/api/revoke",
    "identity/o/api/userinfo",  # a bearer token
    "identity/o/authorize",  # the same as by a link; giving consent asks for the token itself
    "identity/o/logout",  # asks on a page, with the token, unless shown this very sign-on
}


def refuse(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Stands in for the page that says so."""
    return HttpResponse("not from here", status=403)


@pytest.fixture(autouse=True)
def strict(settings: Any) -> None:
    settings.CSRF_FAILURE_VIEW = f"{__name__}.refuse"


def takes(client: Client, door: Door, method: str = "post", **form: str) -> bool:
    answer = getattr(client, method)(address_of(door), form)
    return bool(answer.content != b"not from here")


@pytest.mark.parametrize("console", SYSTEMS)
def test_no_console_takes_a_form_without_its_token(console: str) -> None:
    system = SYSTEMS[console]
    client = Client(enforce_csrf_checks=True)
    seat(client, system, make_operator(system, EVERYTHING))
    before = rows()
    here = [one for one in IN_CONSOLES if one.place == console]
    for method in ("post", "put", "patch", "delete"):
        doors = here if method == "post" else here[:5]
        assert [one.address for one in doors if takes(client, one, method)] == []
    assert rows() == before


def test_elsewhere_only_what_proves_itself_takes_a_form() -> None:
    client = Client(enforce_csrf_checks=True)
    taking = {one.address for one in ELSEWHERE if takes(client, one)}
    assert taking <= BY_THEMSELVES
    assert {one.address for one in ELSEWHERE} >= BY_THEMSELVES


def test_the_token_of_one_console_is_none_at_another() -> None:
    client = Client(enforce_csrf_checks=True)
    for system in (System.CRM, System.BOSS):
        seat(client, system, make_operator(system, EVERYTHING))
    page = client.get("/boss/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {"language": "en", "csrfmiddlewaretoken": token}
    assert client.post("/boss/language/", form).content != b"not from here"
    assert client.post("/crm/language/", form).content == b"not from here"


def test_another_site_is_refused_even_with_the_token(settings: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    seat(client, System.CRM, make_operator(System.CRM, EVERYTHING))
    page = client.get("/crm/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {"language": "en", "csrfmiddlewaretoken": token}
    for origin in ("https://evil.example", "null"):
        answer = client.post("/crm/language/", form, headers={"origin": origin})
        assert answer.content == b"not from here"
    assert client.post("/crm/language/", form).status_code == 302

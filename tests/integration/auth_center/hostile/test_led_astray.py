"""No address of ours sends a browser to somebody else's, whatever it is asked for."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.conf import settings as present
from django.http import HttpResponse
from django.test import Client

from auth_center.actors import EVERYTHING
from auth_center.matrix import Door
from tests.signing import signed_in
from tests.walking import ALIASES, ELSEWHERE, IN_CONSOLES, SYSTEMS, address_of

pytestmark = pytest.mark.django_db(databases=ALIASES)
NAMES = ("next", "redirect_to", "redirect", "redirect_uri", "return", "return_to", "back", "url",
         "continue", "post_logout_redirect_uri", "success_url", "_changelist_filters")  # fmt: skip
ELSEWHERES = (
    "https://evil.example/", "//evil.example/", "///evil.example/", "/\\evil.example/",
    "\\\\evil.example/", "https:evil.example/", "/\t/evil.example/", "javascript:alert(1)",
    "http://testserver@evil.example/", "https://testserver.evil.example/", "data:text/html,x",
)  # fmt: skip
OURS = {"", "testserver", *(urlsplit(one).netloc for one in present.SYSTEM_URLS.values())}


def leads_to(answer: HttpResponse) -> list[str]:
    """Return where a browser would go by itself."""
    places = [answer.headers.get(one, "") for one in ("Location", "HX-Redirect", "HX-Location")]
    places.append(answer.headers.get("Refresh", "").partition("=")[2])
    return [one for one in places if one]


def is_ours(place: str) -> bool:
    """Read an address as a browser does: white space is nothing, a backslash is a slash."""
    read = "".join(place.split()).replace("\\", "/")
    parts = urlsplit(read)
    return parts.netloc in OURS and parts.scheme in ("", "http") and not read.startswith("///")


def tried(client: Client, door: Door, elsewhere: str) -> list[HttpResponse]:
    wanted = dict.fromkeys(NAMES, elsewhere)
    headers = {"referer": elsewhere} if elsewhere.isprintable() else {}
    address = address_of(door)
    return [
        client.get(address, wanted, headers=headers),
        client.post(address, wanted, headers=headers),
    ]


def astray(client: Client, doors: list[Door]) -> list[tuple[str, str]]:
    """Try every door with one foreign address; those that lead somewhere with all of them."""
    found = []
    for door in doors:
        answers = tried(client, door, ELSEWHERES[0])
        if any(leads_to(one) for one in answers):
            for elsewhere in ELSEWHERES[1:]:
                answers += tried(client, door, elsewhere)
        places = [place for one in answers for place in leads_to(one)]
        found += [(door.address, place) for place in places if not is_ours(place)]
    return found


@pytest.mark.parametrize("console", SYSTEMS)
def test_no_page_of_a_console_leads_elsewhere(console: str) -> None:
    client = signed_in(SYSTEMS[console], EVERYTHING)
    client.raise_request_exception = True
    here = [one for one in IN_CONSOLES if one.place == console and one.kind != "table"]
    here.sort(key=lambda door: door.address.endswith("/logout/"))  # it ends the session
    assert astray(client, here) == []


@pytest.mark.parametrize("console", SYSTEMS)
def test_nobody_is_led_elsewhere_on_the_way_to_sign_in(console: str) -> None:
    here = [one for one in IN_CONSOLES if one.place == console and one.kind == "console"]
    assert astray(Client(), here) == []


def test_no_other_address_leads_elsewhere() -> None:
    assert astray(Client(), ELSEWHERE) == []


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "127.0.0.1:1@evil"])
def test_a_host_that_is_not_ours_is_not_answered(host: str) -> None:
    for address in ("/crm/login/", "/sso/login/", "/.well-known/openid-configuration", "/"):
        answer = Client(headers={"host": host}).get(address)
        assert answer.status_code == 400, address
        assert host not in answer.content.decode()

"""A walk through every line of the permission table: only what it says is allowed.

As nobody, as a channel, as each role of the demo operator, at every address; the API with every
token scope; whatever a worker takes from its queue with a forged proof.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from auth_center import tokens
from auth_center.actors import EVERYTHING
from auth_center.matrix import Door, Guard, doors
from auth_center.permissions import permissions
from config.open_doors import OPEN
from core.systems import System
from demo.operators import ROLES, granted
from tests.signing import signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
SYSTEMS = {system.queue: system for system in System}
DOORS = doors(OPEN)
IN_CONSOLES = [one for one in DOORS if one.kind in ("page", "table", "console")]
ELSEWHERE = [one for one in DOORS if one.kind == "address"]
OPERATIONS = [one for one in DOORS if one.kind == "api"]
SCOPES = sorted({one.scope for one in permissions().values() if one.scope})
METHODS = ("get", "post")
SAMPLES = {
    "number": "XC000000018", "str": "nothing", "slug": "nothing", "path": "1", "int": "1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}  # fmt: skip
_numbers = count(1)


def address_of(door: Door) -> str:
    """Return an address that the door's pattern takes, of a thing that is not there."""
    route = re.sub(r"<(\w+):\w+>", lambda found: SAMPLES[found[1]], door.address)
    route = re.sub(r"\^?\(\?P<\w+>(\w+)(\|\w+)*\)", r"\1", route)
    route = re.sub(r"\^?\(\?P<\w+>[^()]*\)", "nothing", route)
    route = re.sub(r"\{\w+\}", "nothing", route)
    return "/" + route.removesuffix("$").lstrip("/")


def refused(answer: HttpResponse) -> bool:
    """Tell whether somebody was turned away: refused, unknown, or sent to sign in."""
    if answer.status_code in (401, 403):
        return True
    location = answer.headers.get("Location", "").partition("?")[0]
    return answer.status_code == 302 and "login" in location


def turned_away(answer: HttpResponse, door: Door) -> bool:
    """Tell whether ``door`` stayed shut; one without a permission may also say nothing is there."""
    nothing = door.guard != Guard.PERMISSION and answer.status_code in (400, 404, 405)
    return refused(answer) or nothing


def asked(client: Client, door: Door, method: str, **headers: str) -> HttpResponse:
    answer: HttpResponse = getattr(client, method)(address_of(door), headers=headers)
    assert answer.status_code < 500, (door.address, method, answer.status_code)
    return answer


def holds(grants: set[str], door: Door) -> bool:
    return bool(grants & {EVERYTHING, *door.permission.split(" | ")})


def expected(door: Door, grants: set[str]) -> bool:
    """Tell whether an operator of the console with these grants may come in."""
    if door.guard == Guard.PERMISSION:
        return holds(grants, door)
    return door.guard == Guard.ANYBODY or (door.guard == Guard.OPERATOR and bool(grants))


def rows() -> dict[str, int]:
    """Count the rows of every table, without what a request always leaves: sessions, audit."""
    found: dict[str, int] = {}
    for alias in ("default", "boss", "oss"):
        with connections[alias].cursor() as cursor:
            tables = connections[alias].introspection.table_names(cursor)
            kept = [one for one in tables if "session" not in one and "audit" not in one]
            cursor.execute(
                " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in kept)
            )
            found |= {f"{alias} {table}": number for table, number in cursor.fetchall()}
    return found


@pytest.fixture(autouse=True)
def quick(settings: Any) -> Iterator[None]:
    """Passwords that cost nothing; no token known from another test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    tokens._seen.clear()
    yield
    tokens._seen.clear()


def bearer(*scopes: str) -> str:
    """Return the header of a channel that holds a token with these scopes."""
    value = f"walk-{next(_numbers)}"
    client = OidcClient.objects.create(
        id=value, name=value, secret="-", scopes="\n".join(scopes), data={"unlimited": True}
    )
    token = Token(
        client=client,
        type=Token.Type.ACCESS_TOKEN,
        hash=hashlib.sha256(value.encode()).hexdigest(),
        expires_at=timezone.now() + timedelta(minutes=10),
    )
    token.set_scopes(list(scopes))
    token.save()
    return f"Bearer {value}"


# --- The consoles ------------------------------------------------------------------------------
@pytest.mark.parametrize("channel", [False, True], ids=["nobody", "channel"])
@pytest.mark.parametrize("console", SYSTEMS)
def test_at_a_console_nobody_gets_in_without_signing_in(console: str, channel: bool) -> None:
    headers = {"authorization": bearer("api")} if channel else {}
    before = rows()
    for door in IN_CONSOLES:
        if door.place != console or door.guard == Guard.ANYBODY:
            continue
        for method in METHODS:
            answer = asked(Client(), door, method, **headers)
            assert turned_away(answer, door), (door.address, method)
    assert rows() == before


@pytest.mark.parametrize("role", ROLES, ids=[one.code for one in ROLES])
@pytest.mark.parametrize("console", SYSTEMS)
def test_at_a_console_each_role_comes_where_the_table_says(console: str, role: Any) -> None:
    system = SYSTEMS[console]
    knows = system in role.systems
    grants = set(granted(role, list(permissions()))) if knows else set()
    client = signed_in(system, *grants, full_phone=False)
    here = [one for one in IN_CONSOLES if one.place == console]
    shut = [one for one in here if not expected(one, grants)]
    before = rows()
    for door in shut:
        for method in METHODS:
            answer = asked(client, door, method)
            assert turned_away(answer, door), (door.address, method, answer.status_code)
    assert rows() == before
    for door in here:
        if door not in shut and door.guard != Guard.ANYBODY:
            answer = asked(client, door, "get")
            assert not refused(answer), (door.address, answer.status_code)


@pytest.mark.parametrize("console", SYSTEMS)
def test_whoever_holds_nothing_at_a_console_gets_no_further_than_its_door(console: str) -> None:
    client = signed_in(SYSTEMS[console], full_phone=False)
    for door in IN_CONSOLES:
        if door.place == console and door.guard in (Guard.PERMISSION, Guard.OPERATOR):
            answer = asked(client, door, "get")
            assert turned_away(answer, door), door.address


@pytest.mark.parametrize("console", SYSTEMS)
def test_the_session_of_one_console_opens_no_other(console: str) -> None:
    client = signed_in(SYSTEMS[console], EVERYTHING)
    own = client.cookies[f"sanhu_{console}"].value
    for other in set(SYSTEMS) - {console}:
        stranger = Client()
        stranger.cookies[f"sanhu_{other}"] = own
        for door in IN_CONSOLES:
            if door.place == other and door.guard == Guard.PERMISSION:
                assert refused(asked(stranger, door, "get")), door.address


# --- The API -----------------------------------------------------------------------------------
def call(door: Door, authorization: str = "", client: Client | None = None) -> HttpResponse:
    headers = {"authorization": authorization} if authorization else {}
    body = {} if door.deed == "GET" else {"data": "{}", "content_type": "application/json"}
    answer: HttpResponse = (client or Client()).generic(
        door.deed, address_of(door), headers=headers, **body
    )
    assert answer.status_code < 500, (door.address, door.deed, answer.content)
    return answer


def test_the_api_answers_nobody_and_no_session_of_a_console() -> None:
    operator = signed_in(System.CRM, EVERYTHING)
    before = rows()
    for door in OPERATIONS:
        for client in (Client(), operator):
            for authorization in ("", "Bearer", "Bearer forged", "Basic YTpi"):
                answer = call(door, authorization, client)
                wanted = 200 if door.guard == Guard.ANYBODY else 401
                assert answer.status_code == wanted, (door.address, door.deed)
    assert rows() == before


@pytest.mark.parametrize("scope", ["", "something.else", *SCOPES, "api"])
def test_the_api_takes_from_a_channel_what_its_scope_permits(scope: str) -> None:
    authorization = bearer(*filter(None, [scope]))
    before = rows()
    for door in OPERATIONS:
        if door.guard != Guard.PERMISSION:
            continue
        known = permissions()[door.permission].scope
        may = known is not None and scope in (known, "api")
        answer = call(door, authorization)
        assert (answer.status_code != 403) is may, (door.address, door.deed, answer.content)
        assert answer.status_code != 401, (door.address, door.deed)
    assert rows() == before


def test_what_has_no_scope_is_never_a_channels() -> None:
    held = {one.name for one in permissions().values() if one.scope is None}
    authorization = bearer("api", *SCOPES)
    for door in OPERATIONS:
        if door.permission in held:
            assert call(door, authorization).status_code == 403, door.address


# --- All other addresses -----------------------------------------------------------------------
@pytest.mark.parametrize("door", ELSEWHERE, ids=[one.address or "/" for one in ELSEWHERE])
def test_an_address_lets_in_whom_the_table_says(door: Door) -> None:
    before = rows()
    answers = {method: asked(Client(), door, method) for method in METHODS}
    if door.guard == Guard.ANYBODY:
        assert {one.status_code for one in answers.values()}.isdisjoint({401})
        assert answers["get"].status_code != 403
    elif door.guard in (Guard.SIGNED_IN, Guard.TOKEN):
        assert any(refused(one) for one in answers.values())
        assert all(refused(one) or one.status_code in (302, 405) for one in answers.values())
    else:
        assert all(400 <= one.status_code < 500 for one in answers.values())
    assert rows() == before

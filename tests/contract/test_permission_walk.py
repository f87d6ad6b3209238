"""A walk through every line of the permission table: only what it says is allowed.

As nobody, as a channel, as each role of the demo operator, at every address; the API with every
token scope; every question between systems without a proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from auth_center import tokens
from auth_center.actors import EVERYTHING
from auth_center.matrix import Door, Guard
from auth_center.permissions import permissions
from core.systems import System
from demo.operators import ROLES, granted
from tests.signing import signed_in
from tests.walking import (
    ALIASES,
    ELSEWHERE,
    IN_CONSOLES,
    OPERATIONS,
    QUESTIONS,
    SYSTEMS,
    address_of,
    asked,
    bearer,
    refused,
    rows,
    turned_away,
)

pytestmark = pytest.mark.django_db(databases=ALIASES)
SCOPES = sorted({one.scope for one in permissions().values() if one.scope})
METHODS = ("get", "post")


def expected(door: Door, grants: set[str]) -> bool:
    """Tell whether an operator of the console with these grants may come in."""
    if door.guard == Guard.PERMISSION:
        return bool(grants & {EVERYTHING, *door.permission.split(" | ")})
    return door.guard == Guard.ANYBODY or (door.guard == Guard.OPERATOR and bool(grants))


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No token is known from another test."""
    tokens._seen.clear()
    yield
    tokens._seen.clear()


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
        denied = answer.status_code == 403 and door.permission in answer.content.decode()
        assert denied is not may, (door.address, door.deed, answer.content)
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


# --- Between systems ---------------------------------------------------------------------------
@pytest.mark.parametrize("door", QUESTIONS, ids=[f"{one.place} {one.address}" for one in QUESTIONS])
def test_no_question_is_answered_without_a_proof(door: Door) -> None:
    host = "sso" if door.place == "centre" else door.place
    asker = {"kind": "system", "number": "boss"}
    question = {"sender": "boss", "name": door.address, "asker": asker, "payload": {}}
    before = rows()
    for headers in ({}, {"x-proof": "1.forged.token"}, {"x-proof": "é"}):
        answer = Client().post(
            f"/integration/{host}/ask", question, content_type="application/json", headers=headers
        )
        wanted = (200,) if door.guard == Guard.ANYBODY else (400, 401)
        assert answer.status_code in wanted, (door.address, answer.content)
    assert rows() == before

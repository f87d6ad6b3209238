"""Who may call: tokens from the token endpoint, scopes, and nobody without them."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client

from auth_center import tokens
from tests.channel import customer_body
from tests.integration.api.conftest import (
    ACCOUNT,
    ALIASES,
    CUSTOMER,
    FLOW,
    OFFERING,
    ORDER,
    PRODUCT,
    RESOURCE,
    SECRET,
    Channel,
    NewChannel,
    assert_refused,
    kept,
)

pytestmark = pytest.mark.django_db(databases=ALIASES)
TOKEN = "/identity/o/api/token"
EVERY_LIST = (CUSTOMER, ACCOUNT, ORDER, PRODUCT, RESOURCE, OFFERING, FLOW)
EVERY_CREATE = (CUSTOMER, ACCOUNT, ORDER)
TRACES = (f"{FLOW}/FC1/trace", "/api/v1/orders/FC1/trace")


def ask_for_token(**form: str) -> Any:
    return Client().post(TOKEN, {"grant_type": "client_credentials"} | form)


def test_a_channel_gets_a_token_and_works_with_it(new_channel: NewChannel) -> None:
    new_channel("customers.read", "customers.write", client_id="shop")
    answer = ask_for_token(
        client_id="shop", client_secret=SECRET, scope="customers.read customers.write"
    )
    assert answer.status_code == 200
    said = answer.json()
    assert said["token_type"].lower() == "bearer"
    assert said["expires_in"] == 3600
    shop = Channel(said["access_token"])
    made = shop.post(CUSTOMER, customer_body(1))
    assert shop.get(f"{CUSTOMER}/{made['id']}") == made
    shop.get(ORDER, status=403)


@pytest.mark.parametrize(
    "form",
    [
        {"client_id": "shop", "client_secret": "wrong", "scope": "customers.read"},
        {"client_id": "nobody", "client_secret": SECRET, "scope": "customers.read"},
        {"client_id": "shop", "scope": "customers.read"},
        {"client_id": "shop", "client_secret": SECRET, "scope": "api"},
        {"client_id": "shop", "client_secret": SECRET, "grant_type": "password"},
    ],
)
def test_no_token_without_the_right_secret_and_scope(
    new_channel: NewChannel, form: dict[str, str]
) -> None:
    new_channel("customers.read", client_id="shop")
    before = Token.objects.count()
    answer = ask_for_token(**form)
    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.json()
    assert Token.objects.count() == before


@pytest.mark.parametrize("path", [*EVERY_LIST, *TRACES])
@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer é"]
)
def test_without_a_valid_token_everything_is_401(path: str, authorization: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    answer = Client().get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "notAuthenticated"
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer")
    assert ("invalid_token" in challenge) is (authorization is not None)


@pytest.mark.parametrize("path", EVERY_CREATE)
def test_without_a_token_nothing_is_created(path: str) -> None:
    before = kept()
    answer = Client().post(path, customer_body(1), content_type="application/json")
    assert answer.status_code == 401
    assert kept() == before


@pytest.mark.parametrize("path", [*EVERY_LIST, f"{FLOW}/FC1/trace"])
def test_a_foreign_channel_with_too_small_a_scope_is_403(
    new_channel: NewChannel, path: str
) -> None:
    foreign = new_channel("something.else")
    assert foreign.get(path, status=403)["code"] == "permissionDenied"


@pytest.mark.parametrize("path", EVERY_CREATE)
def test_a_foreign_channel_creates_nothing(new_channel: NewChannel, path: str) -> None:
    foreign = new_channel("customers.read", "orders.read", "flows.read")
    assert_refused(foreign, path, customer_body(1), 403, "permissionDenied")


def test_a_token_that_has_run_out_is_no_token(new_channel: NewChannel) -> None:
    late = new_channel("api", seconds=-1)
    late.get(CUSTOMER, status=401)


def test_a_revoked_token_is_refused_once_it_is_looked_up_again(
    new_channel: NewChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = new_channel("api")
    channel.get(CUSTOMER)
    Token.objects.all().delete()
    later = time.monotonic() + tokens.REMEMBERED_SECONDS + 1
    monkeypatch.setattr(tokens, "time", SimpleNamespace(monotonic=lambda: later))
    channel.get(CUSTOMER, status=401)


def test_a_method_that_is_not_there_is_405_even_where_the_scope_is_too_small(
    new_channel: NewChannel,
) -> None:
    foreign = new_channel("something.else")
    assert foreign.call("put", CUSTOMER, {}).status_code == 405


def test_a_known_token_is_not_looked_up_again(new_channel: NewChannel) -> None:
    channel = new_channel("api")
    assert channel.queries(ORDER) == (2, 0, 0)  # the token, and how many there are
    assert channel.queries(ORDER) == (1, 0, 0)

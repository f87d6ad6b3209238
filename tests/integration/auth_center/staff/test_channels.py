"""Outside systems: a secret shown once, scopes nobody gives without holding them, cut off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from allauth.idp.oidc.models import Client, Token
from django.test import Client as Browser

from auth_center.actors import Actor
from auth_center.models import AuditEntry
from auth_center.services import (
    AlreadyThere,
    ClientData,
    ClientDisabled,
    ClientNotFound,
    NotValid,
    NotYoursToGive,
    add_client,
    change_client,
    disable_client,
    enable_client,
    rotate_secret,
)
from core.errors import PermissionDenied
from tests.integration.auth_center.staff.conftest import ACTOR, AT

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
SHOP = ClientData(name="Shop", scopes=("customers.read", "orders.read"))
WORD = "https://shop.example.com/callback"


def token(client_id: str, secret: str, scope: str = "customers.read") -> Any:
    return Browser().post(
        "/identity/o/api/token",
        {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": secret,
            "scope": scope,
        },
    )


def add(about: ClientData = SHOP, client_id: str = "shop", actor: Actor = ACTOR) -> str:
    return add_client(client_id=client_id, about=about, actor=actor, at=AT)[1]


def test_a_new_system_gets_tokens_for_its_scopes_and_no_others():
    secret = add()
    assert token("shop", secret).status_code == 200
    assert token("shop", secret, "orders.write").status_code == 400
    assert token("shop", "wrong").status_code in (400, 401)
    kept = Client.objects.get(id="shop")
    assert secret not in kept.secret
    assert secret not in str(list(AuditEntry.objects.values_list("before", "after")))


def test_a_disabled_system_gets_nothing_until_it_is_enabled_with_a_new_secret():
    old = add(replace(SHOP, redirect_uris=(WORD,)))
    token("shop", old)
    disable_client(client_id="shop", actor=ACTOR, at=AT)
    disable_client(client_id="shop", actor=ACTOR, at=AT)
    assert Token.objects.count() == 0
    assert token("shop", old).status_code in (400, 401)
    with pytest.raises(ClientDisabled):
        rotate_secret(client_id="shop", actor=ACTOR, at=AT)
    change_client(client_id="shop", about=SHOP, actor=ACTOR, at=AT)
    assert token("shop", old).status_code in (400, 401)
    _, new = enable_client(client_id="shop", actor=ACTOR, at=AT)
    assert token("shop", old).status_code in (400, 401)
    assert token("shop", new).status_code == 200


def test_a_scope_that_is_taken_away_takes_the_tokens_with_it():
    secret = add()
    token("shop", secret)
    change_client(client_id="shop", about=replace(SHOP, name="Store"), actor=ACTOR, at=AT)
    assert Token.objects.count() == 1
    less = replace(SHOP, scopes=("orders.read",))
    change_client(client_id="shop", about=less, actor=ACTOR, at=AT)
    assert Token.objects.count() == 0
    assert token("shop", secret).status_code == 400


def test_operators_sign_in_where_an_address_is_given():
    add(replace(SHOP, scopes=(), redirect_uris=(WORD,)))
    client = Client.objects.get(id="shop")
    assert client.get_grant_types() == ["authorization_code", "refresh_token"]
    assert client.get_scopes() == ["openid", "profile", "email"]
    assert client.get_redirect_uris() == [WORD]
    assert not client.skip_consent


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": ("nobody.knows",)}, "scopes"),
        ({"scopes": ()}, "scopes"),
        ({"data_scope": "unit"}, "data_scope"),
        ({"data_scope": "region"}, "region"),
        *(
            ({"redirect_uris": (uri,)}, "redirect_uris")
            for uri in (
                "http://shop.example.com/",
                "https://*.example.com/",
                "https://shop.example.com/#part",
                "javascript:alert(1)",
                "https://user@shop.example.com/",
                "/relative",
                "https://",
            )
        ),
    ],
)
def test_what_makes_no_sense_is_refused(about: dict[str, Any], field: str):
    with pytest.raises(NotValid) as refused:
        add(replace(SHOP, **about))
    assert [one.field for one in refused.value.errors] == [field]
    assert not Client.objects.filter(id="shop").exists()


@pytest.mark.parametrize("client_id", ["console-crm", "system-boss", "a b", ""])
def test_the_instance_keeps_its_own_clients(client_id: str):
    with pytest.raises(NotValid):
        add(client_id=client_id)
    Client.objects.create(id="console-oss", name="Console")
    for door in (rotate_secret, disable_client, enable_client):
        with pytest.raises(ClientNotFound):
            door(client_id="console-oss", actor=ACTOR, at=AT)


def test_a_client_id_is_given_once():
    add()
    with pytest.raises(AlreadyThere):
        add()


def test_nobody_gives_a_scope_whose_operations_they_do_not_hold():
    keeper = Actor(
        kind="operator",
        number="3001",
        grants=frozenset({"auth_center.manage_clients", "orders.view_customerorder"}),
    )
    add(replace(SHOP, scopes=("orders.read",)), actor=keeper)
    for scopes in (("customers.write",), ("api",), ("orders.read", "authorization.write")):
        with pytest.raises(NotYoursToGive):
            add(replace(SHOP, scopes=scopes), "more", keeper)
        with pytest.raises(NotYoursToGive):
            change_client(client_id="shop", about=replace(SHOP, scopes=scopes), actor=keeper, at=AT)
    assert not Client.objects.filter(id="more").exists()


def test_whoever_may_not_keeps_out():
    nobody = Actor(kind="operator", number="2001", grants=frozenset({"auth_center.view_client"}))
    with pytest.raises(PermissionDenied):
        add(actor=nobody)
    add()
    for door in (rotate_secret, disable_client, enable_client):
        with pytest.raises(PermissionDenied):
            door(client_id="shop", actor=nobody, at=AT)

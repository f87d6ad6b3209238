"""What somebody may show at the API's door instead of a token of his own."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
from allauth.idp.oidc.models import Client as OidcClient
from allauth.idp.oidc.models import Token
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings as present
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from auth_center import tokens
from auth_center.hashers import PREFIX
from auth_center.models import Operator, Role
from core.keyring import signing_keys
from core.systems import System
from tests.signing import make_operator
from tests.walking import ALIASES, keep_token, rows

pytestmark = pytest.mark.django_db(databases=ALIASES)
CUSTOMERS = "/tmf-api/customerManagement/v4/customer"
ORDERS = "/tmf-api/productOrderingManagement/v4/productOrder"
TOKEN = "/identity/o/api/token"
USERINFO = "/identity/o/api/userinfo"
SECRET = "a secret of more than thirty characters"
PEM = signing_keys()[0]


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    tokens._seen.clear()
    yield
    tokens._seen.clear()


def shop(*scopes: str, client_id: str = "shop", **about: Any) -> OidcClient:
    """A channel with these scopes."""
    known = {
        "name": client_id,
        "secret": make_password(SECRET, hasher=PREFIX),
        "scopes": "\n".join(scopes),
        "default_scopes": "\n".join(scopes),
        "grant_types": OidcClient.GrantType.CLIENT_CREDENTIALS,
    }
    client: OidcClient = OidcClient.objects.create(id=client_id, **(known | about))
    return client


def status(path: str, value: str) -> int:
    return Client().get(path, headers={"authorization": f"Bearer {value}"}).status_code


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": present.SYSTEM_URLS["sso"], "sub": "shop", "aud": "shop", "iat": now,
        "exp": now + 600, "scope": "api", "client_id": "shop", "token_use": "access",
    } | other  # fmt: skip


def part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def forgeries() -> dict[str, str]:
    """Tokens that look right and that the centre never gave."""
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own = serialization.load_pem_private_key(PEM.encode(), None)
    public = own.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    keyed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims())}"
    digest = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    mac = base64.urlsafe_b64encode(digest.sign(keyed.encode(), public)).rstrip(b"=").decode()
    return {
        "no algorithm": f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(claims())}.",
        "keyed by the public key": f"{keyed}.{mac}",
        "by another's key": jwt.encode(claims(), stranger, algorithm="RS256"),
        "by our key, never given": jwt.encode(claims(), PEM, algorithm="RS256"),
        "expired": jwt.encode(claims(exp=int(time.time()) - 60), PEM, algorithm="RS256"),
        "of a foreign issuer": jwt.encode(claims(iss="https://evil.example"), PEM, "RS256"),
        "for another audience": jwt.encode(claims(aud="boss"), PEM, algorithm="RS256"),
        "of a system": jwt.encode(claims(sub="system-crm", scope="bus ask"), PEM, "RS256"),
        "with a key of its own": jwt.encode(
            claims(), stranger, "RS256", headers={"jku": "https://evil.example/k", "kid": "x"}
        ),
        "nothing at all": "..",
        "the administrator": "1001",
    }


@pytest.mark.parametrize("kind", list(forgeries()))
def test_a_token_that_the_centre_never_gave_opens_nothing(kind: str) -> None:
    shop("api")
    before = rows()
    forged = forgeries()[kind]
    assert [status(path, forged) for path in (CUSTOMERS, ORDERS, USERINFO)] == [401, 401, 401]
    assert rows() == before


@pytest.mark.parametrize(
    "kind",
    [
        Token.Type.REFRESH_TOKEN, Token.Type.AUTHORIZATION_CODE, Token.Type.INITIAL_ACCESS_TOKEN,
    ],
)  # fmt: skip
def test_what_the_centre_gave_for_something_else_is_no_access_token(kind: str) -> None:
    keep_token("another", shop("api"), "api", type=kind)
    assert status(CUSTOMERS, "another") == 401


def test_a_token_works_in_its_header_only() -> None:
    keep_token("known", shop("api"), "api")
    assert status(CUSTOMERS, "known") == 200
    for query in ({"access_token": "known"}, {"bearer": "known"}):
        assert Client().get(CUSTOMERS, query).status_code == 401
    browser = Client()
    browser.cookies["access_token"] = "known"
    browser.cookies["Authorization"] = "Bearer known"
    assert browser.get(CUSTOMERS).status_code == 401
    form = Client().post(CUSTOMERS, {"access_token": "known"})
    assert form.status_code == 401


def test_an_expired_or_revoked_token_is_none() -> None:
    client = shop("api")
    keep_token("late", client, "api", expires_at=timezone.now() - timedelta(seconds=1))
    assert status(CUSTOMERS, "late") == 401
    given = keep_token("given", client, "api")
    form = {"token": "given", "client_id": "shop", "client_secret": SECRET}
    assert Client().post("/identity/o/api/revoke", form).status_code == 200
    assert not Token.objects.filter(pk=given.pk).exists()
    assert status(CUSTOMERS, "given") == 401


def test_nobody_revokes_another_ones_token() -> None:
    given = keep_token("given", shop("api"), "api")
    shop("api", client_id="rival")
    form = {"token": "given", "client_id": "rival", "client_secret": SECRET}
    Client().post("/identity/o/api/revoke", form)
    assert Token.objects.filter(pk=given.pk).exists()
    wrong = {"token": "given", "client_id": "shop", "client_secret": "guessed"}
    Client().post("/identity/o/api/revoke", wrong)
    pair = base64.b64encode(f"rival:{SECRET}".encode()).decode()
    headers = {"authorization": f"Basic {pair}"}
    for about in ({}, {"client_id": "shop"}, {"client_id": "rival"}):
        Client().post("/identity/o/api/revoke", {"token": "given", **about}, headers=headers)
    assert Token.objects.filter(pk=given.pk).exists()
    own = {"authorization": f"Basic {base64.b64encode(f'shop:{SECRET}'.encode()).decode()}"}
    Client().post("/identity/o/api/revoke", {"token": "given"}, headers=own)
    assert not Token.objects.filter(pk=given.pk).exists()


@pytest.mark.parametrize(
    "scope",
    ["api", "customers.read api", "customers.read\napi", "customers.read\tapi", "*",
     "customers.read customers.write", "CUSTOMERS.WRITE", "bus ask", "openid"],
)  # fmt: skip
def test_no_channel_gets_more_scope_than_it_has(scope: str) -> None:
    shop("customers.read")
    form = {"grant_type": "client_credentials", "client_id": "shop", "client_secret": SECRET}
    answer = Client().post(TOKEN, {**form, "scope": scope})
    if answer.status_code == 200:
        assert answer.json()["scope"].split() == ["customers.read"]
        given = Token.objects.get()
        assert given.get_scopes() == ["customers.read"]
    else:
        assert answer.status_code == 400
        assert not Token.objects.exists()


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "password", "username": "9001", "password": "correct horse"},
        {"grant_type": "authorization_code", "code": "guessed", "redirect_uri": "https://x"},
        {"grant_type": "refresh_token", "refresh_token": "guessed"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "guessed"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": "x"},
        {"grant_type": ""},
        {},
    ],
)
def test_a_channel_gets_tokens_by_its_own_way_only(form: dict[str, str]) -> None:
    make_operator(System.CRM, "*")
    shop("api")
    answer = Client().post(TOKEN, {**form, "client_id": "shop", "client_secret": SECRET})
    assert answer.status_code in (400, 401)
    assert "access_token" not in answer.json()
    assert not Token.objects.exists()


def test_nobody_makes_a_client_of_himself() -> None:
    asked = {"redirect_uris": ["https://evil.example/"], "scope": "api"}
    for path in ("/identity/o/api/clients", "/identity/o/api/clients/"):
        answer = Client().post(path, asked, content_type="application/json")
        assert answer.status_code == 404
    assert not OidcClient.objects.filter(name__contains="evil").exists()


# --- An operator's token -----------------------------------------------------------------------
def told(value: str, operator: Operator, *scopes: str) -> str:
    keep_token(value, shop(*scopes, client_id=f"app-{value}"), *scopes, user=operator)
    return value


def test_an_operators_token_opens_what_both_may() -> None:
    operator = make_operator(System.CRM, "customers.view_customer")
    assert status(CUSTOMERS, told("both", operator, "api")) == 200
    assert status(ORDERS, told("more scope", operator, "api")) == 403
    assert status(CUSTOMERS, told("less scope", operator, "orders.read")) == 403


def test_an_operators_token_shows_no_more_than_the_console_does() -> None:
    about = {"data_scope": "unit", "org_unit": "HQ-GZ", "full_phone": False}
    operator = make_operator(System.CRM, "customers.view_customer", **about)
    value = told("narrow", operator, "api")
    assert status(CUSTOMERS, value) == 200
    _, actor = next(iter(tokens._seen.values()))
    console = operator.actor()
    assert actor.scope == console.scope
    assert actor.scope.reach == "unit"
    assert actor.limits == console.limits
    assert actor.grants <= console.grants


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"active_until": "2026-02-01T00:00Z", "active_from": "2026-01-01T00:00Z"},
    ],
)
def test_the_token_of_somebody_who_left_opens_nothing(change: dict[str, Any]) -> None:
    operator = make_operator(System.CRM, "*")
    value = told("left", operator, "api")
    Operator.objects.filter(pk=operator.pk).update(**change)
    assert status(CUSTOMERS, value) in (401, 403)
    assert status(USERINFO, value) in (401, 403)


def test_a_role_taken_away_is_gone_from_the_token() -> None:
    operator = make_operator(System.CRM, "customers.view_customer")
    value = told("former", operator, "api")
    Role.objects.all().update(permissions=[])
    assert status(CUSTOMERS, value) == 403

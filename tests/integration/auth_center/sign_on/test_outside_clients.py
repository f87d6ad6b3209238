"""An outside system as a client: the standard flow, and word of the end of a sign-on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import jwt
import pytest
import requests
from allauth.core.internal.jwkkit import load_jwk_from_pem
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client as Relying
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from auth_center.models import Reliance, SignOn
from auth_center.sign_on import reliance
from auth_center.sign_on.services import end_sign_on
from tests.integration.auth_center.sign_on.conftest import asked, sign_on

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])

HEARS_AT = "https://partner.example/ended"


@pytest.fixture
def partner() -> Relying:
    return Relying.objects.create(
        id="partner",
        name="Partner",
        secret=make_password("s" * 43, hasher="random_sha256"),
        scopes="openid\nprofile",
        grant_types="authorization_code",
        redirect_uris="https://partner.example/back",
        skip_consent=True,
        data={"client_metadata": {"backchannel_logout_uri": HEARS_AT}},
    )


@pytest.fixture
def told(monkeypatch) -> list[tuple[str, str]]:
    """What the partner hears; it answers with the last of ``answers``."""
    heard: list[tuple[str, str]] = []

    def post(address: str, *, data: dict[str, str], **about: Any) -> Any:
        assert about == {"timeout": reliance.DEADLINE_SECONDS, "allow_redirects": False}
        heard.append((address, data["logout_token"]))
        if len(heard) == 1:
            raise requests.ConnectionError
        answer = requests.Response()
        answer.status_code = 500 if len(heard) == 2 else 200
        return answer

    monkeypatch.setattr(reliance._session, "post", post)
    return heard


def arrive(client: Client) -> dict[str, Any]:
    """Go through the code flow as the partner does; return what the token end-point says."""
    wanted = {
        "response_type": "code",
        "client_id": "partner",
        "redirect_uri": "https://partner.example/back",
        "scope": "openid profile",
        "state": "s",
        "nonce": "n",
    }
    answer = client.get("/identity/o/authorize", wanted)
    code = asked(answer.headers["Location"])["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "https://partner.example/back",
        "client_id": "partner",
        "client_secret": "s" * 43,
    }
    said: dict[str, Any] = Client().post("/identity/o/api/token", form).json()
    return said


def read(token: str) -> dict[str, Any]:
    _, key = load_jwk_from_pem(get_adapter().get_signing_key().pem)
    claims: dict[str, Any] = jwt.decode(
        token, key.public_key(), algorithms=["RS256"], audience="partner"
    )
    return claims


def test_it_learns_the_staff_number_and_the_sign_on_but_nothing_of_the_consoles(staff, partner):
    staff("*")
    client = Client()
    sign_on(client)
    claims = read(arrive(client)["id_token"])
    assert (claims["sub"], claims["nonce"]) == ("9001", "n")
    assert claims["sid"] == SignOn.objects.get().number
    assert "clock" not in claims
    assert "sign_on_until" not in claims


def test_it_is_told_the_end_until_it_understands(staff, partner, told):
    staff("*")
    client = Client()
    sign_on(client)
    arrive(client)
    arrive(client)
    [kept] = Reliance.objects.all()
    now = timezone.now()
    assert reliance.tell_due(now) == 0
    end_sign_on(kept.sign_on, "revoked", now)
    assert reliance.tell_due(now) == 0  # out of reach
    assert reliance.tell_due(now) == 0  # not yet again
    assert reliance.tell_due(now + timedelta(seconds=6)) == 0  # HTTP 500
    assert reliance.tell_due(now + timedelta(seconds=30)) == 1
    assert reliance.tell_due(now + timedelta(days=1)) == 0
    kept.refresh_from_db()
    assert (kept.attempts, kept.fault, kept.due_at) == (3, "", None)
    assert [address for address, _ in told] == [HEARS_AT] * 3
    claims = read(told[-1][1])
    assert (claims["sub"], claims["sid"]) == ("9001", kept.sign_on)
    assert claims["events"] == {reliance.EVENT: {}}
    assert "nonce" not in claims
    assert jwt.get_unverified_header(told[-1][1])["typ"] == "logout+jwt"


def test_after_a_day_nobody_tries_any_more(staff, partner, monkeypatch):
    staff("*")
    client = Client()
    sign_on(client)
    arrive(client)

    def silent(*_: Any, **__: Any) -> Any:
        raise requests.ConnectionError

    monkeypatch.setattr(reliance._session, "post", silent)
    now = timezone.now()
    end_sign_on(SignOn.objects.get().number, "revoked", now)
    assert reliance.tell_due(now + timedelta(days=1, hours=1)) == 0
    kept = Reliance.objects.get()
    assert (kept.due_at, kept.told_at, kept.fault) == (None, None, "ConnectionError")


def test_its_code_is_worth_nothing_once_the_sign_on_is_over(staff, partner):
    staff("*")
    client = Client()
    sign_on(client)
    wanted = {
        "response_type": "code",
        "client_id": "partner",
        "redirect_uri": "https://partner.example/back",
        "scope": "openid",
    }
    code = asked(client.get("/identity/o/authorize", wanted).headers["Location"])["code"]
    end_sign_on(SignOn.objects.get().number, "revoked", timezone.now())
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "https://partner.example/back",
        "client_id": "partner",
        "client_secret": "s" * 43,
    }
    answer = Client().post("/identity/o/api/token", form)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_its_access_token_ends_with_the_sign_on(staff, partner):
    staff("*")
    client = Client()
    sign_on(client)
    bearer = {"Authorization": f"Bearer {arrive(client)['access_token']}"}
    assert Client().get("/identity/o/api/userinfo", headers=bearer).status_code == 200
    end_sign_on(SignOn.objects.get().number, "revoked", timezone.now())
    assert Client().get("/identity/o/api/userinfo", headers=bearer).status_code == 401


def test_the_centre_publishes_that_it_tells_of_ends():
    published = Client().get("/.well-known/openid-configuration").json()
    assert published["backchannel_logout_supported"]
    assert published["backchannel_logout_session_supported"]
    assert published["code_challenge_methods_supported"] == ["S256"]

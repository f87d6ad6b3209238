"""What a forger, a thief or a confused browser may try at the consoles' doors, and gets."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
import pytest
from allauth.core.internal.jwkkit import load_jwk_from_pem
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client as Relying
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.test import Client

from auth_center.models import AuditEntry, ConsoleSession, SignOn
from auth_center.sign_on import arriving, exchange
from auth_center.sign_on.id_tokens import TokenRefused, keys, read_id_token
from tests.integration.auth_center.sign_on.conftest import asked, go, path_of, sign_on

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])


@pytest.fixture(autouse=True)
def forget_keys():
    keys.forget()
    yield
    keys.forget()


def pem_of(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def centre_key() -> tuple[str, Any]:
    jwk, key = load_jwk_from_pem(get_adapter().get_signing_key().pem)
    return jwk["kid"], key


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": settings.SYSTEM_URLS["sso"],
        "aud": "console-crm",
        "sub": "9001",
        "sid": "FC000000018",
        "nonce": "once",
        "iat": now,
        "exp": now + 300,
        "sign_on_until": now + 3600,
        "clock": 6,
        **other,
    }


def refused(token: str) -> bool:
    with pytest.raises(TokenRefused):
        read_id_token(token, audience="console-crm", nonce="once")
    return True


def test_a_token_of_the_centre_is_read():
    kid, key = centre_key()
    token = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": kid})
    arrival = read_id_token(token, audience="console-crm", nonce="once")
    assert (arrival.staff_no, arrival.sign_on, arrival.clock) == ("9001", "FC000000018", 6)


@pytest.mark.parametrize(
    "other",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "console-boss"},
        {"aud": ["console-crm", "console-boss"]},
        {"exp": 1},
        {"exp": "soon"},
        {"iat": int(time.time()) + 3600},
        {"nonce": "twice"},
        {"nbf": int(time.time()) + 3600},
        {"clock": "x"},
        {"sign_on_until": None},
    ],
)
def test_a_token_for_something_else_is_refused(other):
    kid, key = centre_key()
    assert refused(jwt.encode(claims(**other), key, algorithm="RS256", headers={"kid": kid}))


@pytest.mark.parametrize("lacking", ["iss", "aud", "exp", "iat", "nonce", "sid", "sub", "clock"])
def test_a_token_that_lacks_something_is_refused(lacking):
    kid, key = centre_key()
    content = {name: value for name, value in claims().items() if name != lacking}
    assert refused(jwt.encode(content, key, algorithm="RS256", headers={"kid": kid}))


def test_forged_tokens_are_refused():
    kid, key = centre_key()
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert refused(jwt.encode(claims(), None, algorithm="none", headers={"kid": kid}))
    assert refused(jwt.encode(claims(), stranger, algorithm="RS256", headers={"kid": kid}))
    assert refused(jwt.encode(claims(), stranger, algorithm="RS256", headers={"kid": "other"}))
    assert refused(jwt.encode(claims(), stranger, algorithm="RS256"))
    # the public key taken for a shared secret
    head = jwt.utils.base64url_encode(json.dumps({"alg": "HS256", "kid": kid}).encode())
    body = jwt.utils.base64url_encode(json.dumps(claims()).encode())
    signer = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    sealed = signer.sign(head + b"." + body, public)
    assert refused((head + b"." + body + b"." + jwt.utils.base64url_encode(sealed)).decode())
    good = jwt.encode(claims(), key, algorithm="RS256", headers={"kid": kid})
    assert refused(good[:-4] + "AAAA")
    assert refused("")
    assert refused("a.b.c")


def test_a_new_key_of_the_centre_is_found(settings):
    kid, key = centre_key()
    read_id_token(
        jwt.encode(claims(), key, algorithm="RS256", headers={"kid": kid}),
        audience="console-crm",
        nonce="once",
    )
    fresh = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    settings.IDP_OIDC_PRIVATE_KEYS = [{"pem": pem_of(fresh)}, {"pem": pem_of(key)}]
    keys._read_at -= 60
    jwk, _ = load_jwk_from_pem(pem_of(fresh))
    token = jwt.encode(claims(), fresh, algorithm="RS256", headers={"kid": jwk["kid"]})
    assert read_id_token(token, audience="console-crm", nonce="once").staff_no == "9001"


def test_a_forged_answer_of_the_centre_seats_nobody_and_is_recorded(staff, monkeypatch):
    staff("*")
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    client = Client()
    at_centre = client.get("/crm/login/").headers["Location"]
    forged = claims(nonce=asked(at_centre)["nonce"])
    token = jwt.encode(forged, stranger, algorithm="RS256", headers={"kid": centre_key()[0]})
    monkeypatch.setattr(arriving, "redeem", lambda *_: (200, {"id_token": token}))
    answer = client.get(f"/crm/login/callback/?code=x&state={asked(at_centre)['state']}")
    assert answer.status_code == 403
    assert not ConsoleSession.objects.exists()
    [entry] = AuditEntry.objects.filter(operation="auth_center.arrive")
    assert entry.after == {"refused": "tokenRefused"}
    assert client.get("/crm/").status_code == 302


def arriving_with(client: Client, console: str = "crm") -> str:
    """Sign on and stop at the callback's address, code and all."""
    address = f"/{console}/login/"
    while f"/{console}/login/callback/" not in address:
        answer = client.get(path_of(address))
        assert answer.status_code == 302, answer.content.decode()
        address = answer.headers["Location"]
    return path_of(address)


def test_a_code_works_once_and_for_the_browser_that_asked(staff):
    staff("*")
    victim, thief = Client(), Client()
    sign_on(victim, "boss")
    callback = arriving_with(victim)
    assert thief.get(callback).status_code == 400  # without the state's session
    assert victim.get(callback).status_code == 302
    assert victim.get(callback).status_code == 400  # state and code are used up
    assert ConsoleSession.objects.count() == 1


def test_a_code_is_not_put_under_another_state(staff):
    staff("*")
    attacker, victim = Client(), Client()
    sign_on(attacker, "boss")
    code = asked(arriving_with(attacker))["code"]
    own = asked(victim.get("/crm/login/").headers["Location"])["state"]
    assert victim.get(f"/crm/login/callback/?code={code}&state={own}").status_code == 400
    assert not ConsoleSession.objects.exists()  # PKCE: another verifier


def test_a_code_for_one_console_opens_no_other(staff):
    staff("*")
    client = Client()
    sign_on(client, "oss")
    code = asked(arriving_with(client, "boss"))["code"]
    own = asked(client.get("/crm/login/").headers["Location"])["state"]
    assert client.get(f"/crm/login/callback/?code={code}&state={own}").status_code == 400


def test_a_refusal_by_the_centre_seats_nobody():
    client = Client()
    own = asked(client.get("/crm/login/").headers["Location"])["state"]
    answer = client.get(f"/crm/login/callback/?error=access_denied&state={own}")
    assert answer.status_code == 400
    assert "请重新登录" in answer.content.decode()


def test_a_console_without_its_secret_gets_nothing(staff, settings):
    staff("*")
    client = Client()
    sign_on(client, "boss")
    callback = arriving_with(client)
    settings.CONSOLE_SECRETS = settings.CONSOLE_SECRETS | {"crm": "wrong"}
    assert client.get(callback).status_code == 400


def test_the_session_gets_a_new_key_at_the_sign_on(staff):
    staff("*")
    client = Client()
    client.get("/crm/login/")
    planted = client.cookies["sanhu_crm"].value
    sign_on(client)
    assert client.cookies["sanhu_crm"].value != planted
    thief = Client()
    thief.cookies["sanhu_crm"] = planted
    assert thief.get("/crm/").status_code == 302


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/crm/",
        "/\\evil.example/crm/",
        "/crm/\\..//evil.example",
        "/boss/",
        "javascript:alert(1)",
        "/crm/login/",
        "/crm/logout/",
        "/crm/../boss/",
        "crm/",
        "",
    ],
)
def test_the_way_back_leads_into_this_console_only(staff, wanted):
    staff("*")
    client = Client()
    sign_on(client, "boss")
    page = client.get("/crm/login/", {"next": wanted})
    address = page.headers["Location"]
    for _ in range(6):
        answer = client.get(path_of(address))
        address = answer.headers["Location"]
        if "/identity/" not in address and "callback" not in address:
            break
    assert address == "/crm/"


def test_the_way_back_leads_to_the_page_that_was_wanted(staff):
    staff("*")
    client = Client()
    sign_on(client, "boss")
    page = go(client, "/crm/auth_center/operator/?q=9001")
    assert page.request["PATH_INFO"] == "/crm/auth_center/operator/"
    assert page.request["QUERY_STRING"] == "q=9001"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/crm/login/callback/",
        "http://127.0.0.1:8000/crm/login/callback/../../evil",
        "http://127.0.0.1:8000/boss/login/callback/",
    ],
)
def test_the_centre_sends_codes_to_the_consoles_own_address_only(staff, address):
    staff("*")
    client = Client()
    sign_on(client, "crm")
    wanted = asked(client.get("/boss/login/").headers["Location"])
    wanted |= {"client_id": "console-crm", "redirect_uri": address}
    answer = client.get("/identity/o/authorize", wanted)
    assert answer.status_code == 200
    assert "Location" not in answer.headers


def test_the_centre_goes_nowhere_else_after_a_sign_off(staff):
    staff("*")
    client = Client()
    sign_on(client, "crm")
    answer = client.get(
        "/identity/o/logout",
        {"client_id": "console-crm", "post_logout_redirect_uri": "https://evil.example/"},
    )
    assert "evil.example" not in answer.headers.get("Location", "")
    assert SignOn.objects.get().ended_at is None


def test_nobody_is_signed_off_by_a_link_on_another_page(staff):
    staff("*")
    client = Client(enforce_csrf_checks=True)
    calm = Client()
    sign_on(calm, "crm")
    client.cookies = calm.cookies
    assert client.get("/crm/logout/").status_code == 405
    assert client.post("/crm/logout/").status_code == 403
    assert client.get("/identity/o/logout").status_code == 200  # it asks
    assert SignOn.objects.get().ended_at is None
    assert client.get("/crm/").status_code == 200


def test_an_id_token_of_another_sign_on_signs_nobody_off(staff):
    staff("*")
    other, client = Client(), Client()
    sign_on(other, "crm")
    sign_on(client, "crm")
    hint = asked(other.post("/crm/logout/").headers["Location"])["id_token_hint"]
    answer = client.get("/identity/o/logout", {"id_token_hint": hint})
    assert answer.status_code == 200  # it asks
    assert SignOn.objects.filter(ended_at=None).count() == 2


def test_who_may_do_nothing_at_a_console_is_told_so_and_goes_round_no_circle(staff, settings):
    settings.AUTHORIZATION = "distributed"  # taken away in that system alone
    staff("*")
    from auth_center.models import Operator

    Operator.objects.using("boss").update(role_codes=[])
    client = Client()
    sign_on(client, "crm")
    page = go(client, "/boss/")
    assert page.status_code == 403
    assert "没有任何权限" in page.content.decode()
    assert not ConsoleSession.objects.using("boss").exists()


def test_a_silent_centre_lets_nobody_in_and_says_so(staff, settings, monkeypatch):
    staff("*")
    client = Client()
    sign_on(client, "boss")
    callback = arriving_with(client)

    def silent(*_: Any) -> Any:
        raise exchange.CentreDown

    monkeypatch.setattr(arriving, "redeem", silent)
    answer = client.get(callback)
    assert answer.status_code == 503
    assert "没有响应" in answer.content.decode()
    assert not ConsoleSession.objects.exists()


def test_consoles_are_clients_that_keep_to_the_code_flow(staff):
    staff("*")
    sign_on(Client(), "crm")
    row = Relying.objects.get(id="console-crm")
    assert row.get_grant_types() == ["authorization_code"]
    assert row.get_scopes() == ["openid"]
    assert settings.CONSOLE_SECRETS["crm"] not in row.secret
    answer = Client().post(
        "/identity/o/api/token",
        {
            "grant_type": "client_credentials",
            "client_id": "console-crm",
            "client_secret": settings.CONSOLE_SECRETS["crm"],
        },
    )
    assert answer.status_code == 400

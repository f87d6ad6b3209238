"""The broker is down while somebody signs in: a page that says so, and nothing half-written.

The broker is a real one of the tests' own, which is really stopped.
"""

from __future__ import annotations

import base64
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as Relying
from allauth.idp.oidc.models import Token
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from auth_center.models import AuditEntry, ConsoleSession, SignInTries, SignOn
from config.instance.broker import Broker
from config.instance.ports import free_port
from core.systems import System
from core.tmf import ratelimit
from tests.integration.auth_center.sign_on.conftest import asked, go, log_in, path_of, sign_on
from tests.signing import PASSWORD, signed_in

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])
WORDS = {"zh-hans": "消息中间件没有响应, 暂时不能登录", "en": "The broker does not answer"}
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PARTNER = {
    "response_type": "code",
    "client_id": "partner",
    "redirect_uri": "https://partner.example/back",
    "scope": "openid",
}


@dataclass
class OwnBroker:
    """A valkey that the tests start and stop."""

    broker: Broker
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        command = self.broker.command
        self.running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        self.broker.wait(30)

    def stop(self) -> None:
        while self.running:
            process = self.running.pop()
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait(30)

    def hang(self) -> None:
        self.running[-1].send_signal(signal.SIGSTOP)


@pytest.fixture
def broker(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnBroker]:
    own = OwnBroker(Broker(free_port(), "secret", tmp_path / "broker", durable=False))
    own.broker.prepare()
    own.start()
    monkeypatch.setattr(ratelimit, "_resting_until", 0.0)
    settings.REDIS_URL = own.broker.url
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": own.broker.url},
    }
    yield own
    own.stop()


@pytest.fixture
def partner() -> Relying:
    return Relying.objects.create(
        id="partner",
        name="Partner",
        secret=make_password("s" * 43, hasher="random_sha256"),
        scopes="openid\norders.read",
        default_scopes="orders.read",
        grant_types="authorization_code\nclient_credentials",
        redirect_uris="https://partner.example/back",
        skip_consent=True,
    )


def code() -> str:
    return str(format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30)))


def is_said(answer: Any, language: str = "zh-hans") -> None:
    assert answer.status_code == 503
    assert WORDS[language] in answer.text
    assert (answer.headers["Retry-After"], "no-store" in answer.headers["Cache-Control"]) == (
        "5",
        True,
    )


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_who_signs_in_is_told_and_goes_on_when_it_is_back(broker, staff, language):
    staff("*")
    client = Client(headers={"accept-language": language})
    page = go(client, "/crm/")
    broker.stop()
    answer = log_in(client, page)
    is_said(answer, language)
    assert not ConsoleSession.objects.exists()
    assert SignOn.objects.count() == 1  # at the centre nothing was needed of it
    assert client.get("/sso/").status_code == 200
    broker.start()
    again = f"{answer.request['PATH_INFO']}?{answer.request['QUERY_STRING']}"
    assert go(client, again).request["PATH_INFO"] == "/crm/"
    assert SignOn.objects.count() == 1


def test_one_that_hangs_is_not_waited_for(broker, staff):
    staff("*")
    client = Client()
    page = go(client, "/crm/")
    broker.hang()
    begun = time.monotonic()
    is_said(log_in(client, page))
    assert time.monotonic() - begun < 10


def test_a_code_that_cannot_be_redeemed_seats_nobody_and_is_good_once_more(broker, staff):
    staff("*")
    client = Client()
    page = go(client, "/boss/")
    address = page.request["PATH_INFO"] + "?" + page.request["QUERY_STRING"]
    form = {"login": "9001", "password": PASSWORD, "next": asked(address)["next"]}
    to_centre = client.post(address, form).headers["Location"]
    back = path_of(client.get(path_of(to_centre)).headers["Location"])
    broker.hang()
    answer = client.get(back)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "统一认证中心没有响应" in answer.text
    for system in System:
        assert not ConsoleSession.objects.using(system.alias).exists()
    arrivals = AuditEntry.objects.using("boss").filter(operation="auth_center.arrive")
    assert not arrivals.exists()
    broker.running[-1].send_signal(signal.SIGCONT)
    assert go(client, back).request["PATH_INFO"] == "/boss/"


def test_a_right_code_of_the_second_factor_is_no_failure_and_is_good_later(broker, staff):
    operator = staff("*")
    TOTP.activate(operator, TOTP_SECRET)
    client = Client()
    client.post("/sso/login/", {"login": "9001", "password": PASSWORD})
    broker.stop()
    factor = "/sso/2fa/authenticate/"
    for _ in range(8):  # more than the failures that would shut it
        is_said(client.post(factor, {"code": code()}))
    assert not SignOn.objects.exists()
    assert not SignInTries.objects.exclude(blocked_until=None).exists()
    assert client.post(factor, {"code": "000000"}).status_code == 200  # wrong is wrong
    broker.start()
    assert client.post(factor, {"code": code()}).status_code == 302
    assert SignOn.objects.count() == 1


def test_a_passkey_is_not_looked_at(broker, staff):
    staff("*")
    broker.stop()
    is_said(Client().post("/sso/2fa/webauthn/login/", {"credential": "{}"}))
    assert not SignOn.objects.exists()


def test_no_sign_on_begins_for_a_code_that_nobody_can_remember(broker, staff, partner):
    staff("*")
    client = Client()
    sign_on(client)
    session = SessionStore(client.cookies["sanhu_sso"].value)
    del session["sign_on"]  # as after a login that has begun none
    session.save()
    before = SignOn.objects.count()
    broker.stop()
    is_said(client.get("/identity/o/authorize", PARTNER))
    assert SignOn.objects.count() == before
    broker.start()
    assert client.get("/identity/o/authorize", PARTNER).status_code == 302
    assert SignOn.objects.count() == before + 1


def test_the_token_end_point_says_it_to_programs(broker, partner):
    broker.stop()
    pair = base64.b64encode(b"partner:" + b"s" * 43).decode()
    form = {"grant_type": "authorization_code", "code": "c", "redirect_uri": "https://x.example/"}
    for language, said in (("zh-CN", "消息中间件"), ("en", "The broker")):
        headers = {"Authorization": f"Basic {pair}", "Accept-Language": language}
        answer = Client().post("/identity/o/api/token", form, headers=headers)
        body = answer.json()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert (body["code"], body["status"], body["@type"]) == ("brokerSilent", "503", "Error")
        assert body["message"].startswith(said)
        assert body["error"] == "temporarily_unavailable"
    assert not Token.objects.exists()


def test_a_channel_gets_its_token_and_calls_the_api_without_it(broker, partner):
    broker.stop()
    form = {
        "grant_type": "client_credentials",
        "client_id": "partner",
        "client_secret": "s" * 43,
        "scope": "orders.read",
    }
    token = Client().post("/identity/o/api/token", form).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    address = "/tmf-api/productOrderingManagement/v4/productOrder"
    assert [Client().get(address, headers=headers).status_code for _ in range(3)] == [200] * 3


def test_whoever_is_signed_in_works_on(broker):
    seats = {
        one: signed_in(one, "*", staff_no="9002")
        for one in (System.CRM, System.BOSS, System.PROVISIONING)
    }
    broker.stop()
    for system, client in seats.items():
        for path in ("", "integration/inboxmessage/"):
            assert client.get(f"/{system.queue}/{path}").status_code == 200
        assert client.post(f"/{system.queue}/integration/inboxmessage/").status_code == 200


def test_whoever_signs_off_is_signed_off(broker, staff):
    staff("*")
    client = Client()
    sign_on(client)
    broker.stop()
    answer = client.post("/crm/logout/")
    assert go(client, answer.headers["Location"]).status_code == 200
    assert not SignOn.objects.filter(ended_at=None).exists()

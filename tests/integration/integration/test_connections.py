"""A system signs in at another, keeps what it got, renews it, and gets over whoever is away."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from allauth.idp.oidc.models import Client
from django.core.management import call_command
from django.utils import timezone
from pytest_django import Settings

from auth_center import systems
from auth_center.models import AuditEntry
from config.instance.keys import MAKERS
from core import keyring
from core.systems import Centre, System
from integration import asking, connections, hearing, passes, proof, tasks
from integration.asking import SystemSilent
from integration.messages import ConnectRequest, SigningKeysQuery, Stamp, VerifyRequest
from integration.models import FlowStep, InboxMessage, OutboxMessage
from integration.relay import Relay
from tests.integration.integration.conftest import Conversation

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])


class Broker:
    """Keeps what it is given until a worker asks for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.delivered: list[tuple[Any, ...]] = []
        client = SimpleNamespace(llen=lambda queue: len(self.delivered))
        self.producer = SimpleNamespace(channel=SimpleNamespace(client=client))
        monkeypatch.setattr(
            tasks.receive_messages, "apply_async", lambda args, **_: self.delivered.append(args)
        )

    def work(self) -> None:
        while self.delivered:
            tasks.receive_messages(*self.delivered.pop(0))


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    return Broker(monkeypatch)


@pytest.fixture(autouse=True)
def _as_at_the_start() -> Iterator[None]:
    connections.forget_all()
    passes.forget()
    yield
    connections.forget_all()
    passes.forget()


@pytest.fixture
def keys(settings: Settings, tmp_path: Path) -> Callable[..., None]:
    """A file of keys of this test's own, which it may change."""
    path = tmp_path / "secrets.json"
    content = dict(settings.KEYS)
    settings.KEYS_FILE = str(path)

    def change(**values: str) -> None:
        content.update(values)
        path.write_text(json.dumps(content))
        keyring.look_again()

    change(**{name: MAKERS[name]() for name in content})
    return change


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the machines' clocks be ahead; the databases' stay as they are."""
    now, moment = time.time() + seconds, timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(time, "time", lambda: now)
    monkeypatch.setattr(timezone, "now", lambda: moment)


def relay(system: System = System.CRM) -> Relay:
    return Relay(system, threading.Event())


def due() -> None:
    OutboxMessage.objects.update(next_attempt_at=timezone.now() - timedelta(hours=9))


def centre_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise SystemSilent(system="sso")

    for question in ("VerifyRequest", "SigningKeysQuery"):
        monkeypatch.setitem(hearing._ANSWERERS, (Centre.SSO, question), silent)


# -- signing in --------------------------------------------------------------------------------


def test_the_token_says_who_speaks_to_whom_and_for_how_long() -> None:
    made = connections.connect(System.CRM, System.BOSS)
    claims = jwt.decode(made.token, options={"verify_signature": False})
    assert (claims["sub"], claims["aud"], claims["scope"]) == ("system-crm", "boss", "bus ask")
    assert claims["exp"] - claims["iat"] == 3600
    assert passes.read(made.token, System.BOSS).sender == "crm"
    assert abs(made.renew_at - time.time() - 2880) < 5
    client = Client.objects.get(pk="system-crm")
    assert list(client.data["passwords"]) == ["boss"]
    assert made.token not in json.dumps(client.data)
    [entry] = AuditEntry.objects.all()
    assert (entry.actor_number, entry.operation, entry.subject, entry.after) == (
        "crm", "auth_center.connect_system", "system:boss", {"permitted": True},
    )  # fmt: skip


def test_a_connection_is_kept_and_asked_for_once() -> None:
    assert connections.have(System.CRM, System.BOSS) is connections.have(System.CRM, System.BOSS)
    assert AuditEntry.objects.count() == 1


def test_what_one_system_is_told_opens_no_other_door() -> None:
    secret = keyring.secrets_of("crm")[0]
    at_boss = proof.login_at(System.BOSS, secret)
    assert at_boss != proof.login_at(System.PROVISIONING, secret)
    stolen = VerifyRequest(sender="crm", secret=at_boss, receiver="provisioning")
    with pytest.raises(systems.CredentialRefused):
        systems.verify(stolen, Stamp(kind="system", number="boss"), timezone.now())


@pytest.mark.parametrize(
    ("sender", "secret", "receiver"),
    [("crm", "guessed", "boss"), ("crm", "", "boss"), ("hrm", "x", "boss"), ("crm", "x", "hrm")],
)
def test_a_wrong_secret_is_refused_and_recorded_once_a_minute(sender, secret, receiver) -> None:
    systems._refused_at.clear()
    request = VerifyRequest(sender=sender, secret=secret, receiver=receiver)
    for _ in range(20):
        with pytest.raises(systems.CredentialRefused):
            systems.verify(request, Stamp(kind="system", number="x"), timezone.now())
    [entry] = AuditEntry.objects.all()
    assert (entry.operation, entry.after) == ("auth_center.connect_system", {"permitted": False})
    assert not Client.objects.filter(pk__startswith="system-").exists()


def test_names_that_nobody_has_are_recorded_as_one() -> None:
    systems._refused_at.clear()
    for number in range(20):
        request = VerifyRequest(sender=f"hrm{number}", secret="x", receiver=f"hrm{number}")
        with pytest.raises(systems.CredentialRefused):
            systems.verify(request, Stamp(kind="system", number="x"), timezone.now())
    assert AuditEntry.objects.count() == 1


def test_a_system_that_is_shut_out_gets_no_connection() -> None:
    connections.connect(System.CRM, System.BOSS)
    client = Client.objects.get(pk="system-crm")
    client.data["disabled"] = True
    client.save()
    with pytest.raises(systems.CredentialRefused):
        connections.connect(System.CRM, System.BOSS)


def test_a_centre_that_knows_digests_alone_lets_in_by_them(settings: Settings) -> None:
    request = {"sender": "boss", "receiver": "crm"}
    secret = proof.login_at(System.CRM, "the secret of BOSS")
    systems.keep_passwords(**request, passwords=[secret])
    settings.KEYS_FILE, settings.KEYS = "", settings.KEYS | {"BOSS_SECRET": ""}
    asker = Stamp(kind="system", number="crm")
    systems.verify(VerifyRequest(**request, secret=secret), asker, timezone.now())
    with pytest.raises(systems.CredentialRefused):
        systems.verify(VerifyRequest(**request, secret="another"), asker, timezone.now())


# -- the trace ---------------------------------------------------------------------------------


def test_the_arrows_stand_in_the_flow_whose_message_made_the_connection(
    conversation: Conversation, broker: Broker
) -> None:
    conversation.say("one")
    conversation.say("two", subject="S2")
    relay().carry(broker.producer)
    broker.work()
    own = [(s.source, s.target, s.name) for s in FlowStep.objects.order_by("at")]
    over_there = FlowStep.objects.using("boss").exclude(name="DataAccess").order_by("at")
    assert own == [("crm", "boss", "ConnectRequest"), ("boss", "crm", "ConnectResponse")]
    assert [(s.source, s.target, s.name) for s in over_there] == [
        ("boss", "sso", "VerifyRequest"),
        ("sso", "boss", "VerifyResponse"),
    ]
    steps = [*FlowStep.objects.all(), *over_there]
    assert {(step.flow_no, step.clock) for step in steps} == {("FC000000018", 0)}
    names = [step.name for step in sorted(steps, key=lambda step: step.at)]
    assert names == ["ConnectRequest", "VerifyRequest", "VerifyResponse", "ConnectResponse"]


# -- renewing, waiting, getting over it --------------------------------------------------------


def test_a_connection_is_renewed_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    first = connections.have(System.CRM, System.BOSS)
    connections.renew_due(System.CRM)
    assert connections.find(System.CRM, System.BOSS) is first
    later(monkeypatch, 3600 * 0.81)
    connections.renew_due(System.CRM)
    second = connections.find(System.CRM, System.BOSS)
    assert second is not None
    assert second.expires_at - first.expires_at > 2800


def test_while_the_centre_is_down_connections_go_on_and_new_ones_wait(
    conversation: Conversation, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = connections.have(System.CRM, System.BOSS)
    conversation.say("one")
    with monkeypatch.context() as down:
        centre_is_down(down)
        later(down, 3600 * 0.85)
        one = relay()
        connections.renew_due(System.CRM)
        assert connections.find(System.CRM, System.BOSS) is first
        assert one.carry(broker.producer) == 1

        conversation.say("two")
        later(down, 3600 * 0.15)  # on top of the rest: it has ended
        assert one.carry(broker.producer) == 0
        assert OutboxMessage.objects.filter(sent_at=None, attempts=0).count() == 1
        assert one.carry(broker.producer) == 0  # it does not ask the centre again at once
        assert len(one._closed) == 1
    one._closed.clear()
    assert one.carry(broker.producer) == 1
    broker.work()
    due()
    one.confirm(broker.producer)
    one.carry(broker.producer)
    broker.work()
    assert sorted(conversation.effects()) == ["one", "two"]


def test_a_receiver_that_lets_nobody_in_does_not_hold_up_the_others(
    conversation: Conversation, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation.say("one")
    OutboxMessage.objects.create(
        id="00000000-0000-7000-8000-000000000001", receiver="provisioning", subject="S1", seq=1,
        name="Said", flow_no="", clock=1, body=OutboxMessage.objects.get().body,
        created_at=timezone.now() - timedelta(hours=1),
    )  # fmt: skip

    def silent(*_: object) -> None:
        raise SystemSilent(system="provisioning")

    monkeypatch.setitem(hearing._ANSWERERS, (System.PROVISIONING, "ConnectRequest"), silent)
    assert relay().carry(broker.producer) == 1
    assert [args[0] for args in broker.delivered] == ["boss"]
    assert OutboxMessage.objects.get(sent_at=None).receiver == "provisioning"


def test_a_proof_that_ended_in_the_queue_is_renewed_and_sent_again(
    conversation: Conversation, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation.say("one", "two")
    one = relay()
    one.carry(broker.producer)
    later(monkeypatch, 3 * 3600)  # a queue of hours
    broker.work()
    assert conversation.effects() == []
    assert not InboxMessage.objects.using("boss").exists()  # and no dead letter

    due()
    one.confirm(broker.producer)
    assert OutboxMessage.objects.filter(sent_at=None).count() == 2
    assert one.carry(broker.producer) == 2
    broker.work()
    assert conversation.effects() == ["one", "two"]


def test_a_worker_without_the_centres_keys_waits_and_calls_nobody_a_forger(
    conversation: Conversation, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation.say("one")
    one = relay()
    one.carry(broker.producer)
    passes.forget()  # the worker was killed, its successor knows nothing
    with monkeypatch.context() as down:
        centre_is_down(down)
        broker.work()
    assert conversation.effects() == []
    assert not InboxMessage.objects.using("boss").exists()

    passes.forget()
    due()
    one.confirm(broker.producer)
    one.carry(broker.producer)
    broker.work()
    assert conversation.effects() == ["one"]


# -- changing keys -----------------------------------------------------------------------------


def change(keys: Callable[..., None], name: str) -> None:
    """Put a new key before the present one."""
    between = "" if name == keyring.SIGNING else ","
    present = keyring._value(name)
    keys(**{name: f"{MAKERS[name]()}{between}{present}"})


@pytest.mark.parametrize("name", ["CRM_SECRET", "BOSS_SECRET", "SSO_SECRET", "OIDC_PRIVATE_KEY"])
def test_a_key_is_changed_while_messages_are_under_way(
    conversation: Conversation, broker: Broker, keys: Callable[..., None], name: str
) -> None:
    conversation.say("one")
    one = relay()
    one.carry(broker.producer)
    change(keys, name)
    conversation.say("two")
    one.carry(broker.producer)  # over the connection that there was
    connections.forget_all()
    conversation.say("three")
    one.carry(broker.producer)  # over a new one
    broker.work()
    assert conversation.effects() == ["one", "two", "three"]


def test_the_newest_key_signs_and_the_former_is_published_beside_it(
    keys: Callable[..., None],
) -> None:
    def published() -> list[str]:
        answer = asking.ask_openly(System.BOSS, Centre.SSO, SigningKeysQuery())
        return [key["kid"] for key in answer.keys]

    [former] = published()
    change(keys, "OIDC_PRIVATE_KEY")
    now = published()
    assert len(now) == 2
    assert now[1] == former
    token = connections.connect(System.CRM, System.BOSS).token
    assert jwt.get_unverified_header(token)["kid"] == now[0]


def test_a_key_that_is_gone_at_once_costs_a_dead_letter_and_no_message(
    conversation: Conversation, broker: Broker, keys: Callable[..., None]
) -> None:
    conversation.say("one")
    one = relay()
    one.carry(broker.producer)
    keys(BOSS_SECRET=MAKERS["BOSS_SECRET"](), OIDC_PRIVATE_KEY=MAKERS["OIDC_PRIVATE_KEY"]())
    passes.forget()
    broker.work()
    assert conversation.effects() == []
    assert InboxMessage.objects.using("boss").get().sender == "unproven"

    connections._made_at.clear()  # some time passes
    due()
    one.confirm(broker.producer)
    one.carry(broker.producer)
    broker.work()
    assert conversation.effects() == ["one"]


def test_a_secret_that_is_no_longer_valid_lets_nobody_in(keys: Callable[..., None]) -> None:
    former = keyring.secrets_of("crm")[0]
    connections.connect(System.CRM, System.BOSS)
    keys(CRM_SECRET=MAKERS["CRM_SECRET"]())
    request = ConnectRequest(sender="crm", secret=proof.login_at(System.BOSS, former))
    with pytest.raises(systems.CredentialRefused):
        asking.ask_openly(System.CRM, System.BOSS, request)
    connections.connect(System.CRM, System.BOSS)


def test_the_command_puts_a_new_key_before_the_present_one(
    keys: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    before = {host: keyring.secrets_of(host) for host in ("crm", "boss", "provisioning", "sso")}
    signing = keyring.signing_keys()
    call_command("rotate_keys")
    keyring.look_again()
    for host, secrets in before.items():
        assert keyring.secrets_of(host)[1:] == secrets
    assert keyring.signing_keys()[1:] == signing
    call_command("rotate_keys")  # too soon: the former ones are still in use
    keyring.look_again()
    assert len(keyring.secrets_of("crm")) == 2
    call_command("rotate_keys", "--retire", "--at-once", "crm", "signing")
    keyring.look_again()
    assert len(keyring.secrets_of("crm")) == len(keyring.signing_keys()) == 1
    assert len(keyring.secrets_of("boss")) == 2
    assert "boss" in capsys.readouterr().out

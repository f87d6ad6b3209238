"""What claims to come from a system: heard when it does, otherwise refused, recorded and shown."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from threading import Event
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
from allauth.core.internal import jwkkit
from cryptography.hazmat.primitives import serialization
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from auth_center.actors import system_actor
from auth_center.models import AuditEntry
from config.instance.keys import MAKERS
from core import keyring
from core.systems import System
from integration import connections, forged, inbox, letters, passes, proof, tasks
from integration.letters import LetterForged
from integration.messages import ReceivedQuery, Stamp, encode
from integration.models import InboxMessage, InboxStream, LetterDecision, OutboxMessage
from integration.queries import ask_quietly
from integration.relay import Relay
from integration.trace import local_part
from tests.integration.integration.conftest import Conversation

pytestmark = pytest.mark.django_db(databases=["default", "boss", "oss"])

Delivery = list[list[Any]]


@pytest.fixture(autouse=True)
def _as_at_the_start() -> Iterator[None]:
    connections.forget_all()
    passes.forget()
    forged._recorded_at.clear()
    yield
    connections.forget_all()
    passes.forget()


def delivery(conversation: Conversation, *texts: str) -> Delivery:
    conversation.say(*texts)
    return [[one.seq, one.body] for one in conversation.said()]


def content(messages: Delivery) -> str:
    return tasks._content(messages)


def the_letter() -> InboxMessage:
    letter = InboxMessage.objects.using("boss").get()
    assert (letter.sender, letter.status, letter.name) == ("unproven", "dead", "UnprovenDelivery")
    return letter


def a_token(pem: str = "", *, alg: str = "RS256", kid: str = "", **changes: Any) -> str:
    """Return the token that the centre would give, but for what is changed."""
    jwk, key = jwkkit.load_jwk_from_pem(pem or keyring.signing_keys()[0])
    claims = {
        "iss": passes.ISSUER, "sub": "system-crm", "aud": "boss", "scope": "bus ask",
        "iat": int(time.time()), "exp": int(time.time()) + 3600,
    } | changes  # fmt: skip
    headers = {"kid": kid or jwk["kid"]}
    if alg == "RS256":
        return jwt.encode(claims, key, algorithm=alg, headers=headers)
    head = _part({"alg": alg, "typ": "JWT", **headers})
    body = f"{head}.{_part(claims)}"
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signature = hmac.new(public, body.encode(), hashlib.sha256).digest() if alg != "none" else b""
    return f"{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def proven_with(token: str, said: str, *, sender: str = "crm", receiver: str = "boss") -> str:
    """Return a proof with the true key of ``token``: the token alone is what is wrong."""
    key = proof.key_of(token, keyring.secrets_of(receiver)[0])
    connection = proof.Connection(sender, receiver, token, key, 0.0, 0.0)
    return proof.prove(connection, said)


# -- what is genuine ---------------------------------------------------------------------------


def test_what_a_system_says_is_heard_and_who_caused_it_is_noted(conversation) -> None:
    messages = delivery(conversation, "one")
    connection = connections.have(System.CRM, System.BOSS)
    tasks.receive_messages("boss", "crm", messages, proof.prove(connection, content(messages)))
    assert conversation.effects() == ["one"]
    heard = InboxMessage.objects.using("boss").get()
    assert (heard.actor_kind, heard.actor_number) == ("channel", "test")
    assert (heard.channel, heard.terminal) == ("", "")


def test_the_operator_stands_beside_what_was_written_for_them(conversation, monkeypatch) -> None:
    stamp = Stamp(kind="operator", number="2001", channel="counter", terminal="10.0.0.7")
    monkeypatch.setattr("tests.integration.integration.conftest.Stamp", lambda **_: stamp)
    conversation.say("创建用户")
    conversation.hear(*conversation.said())
    heard = InboxMessage.objects.using("boss").get()
    assert (heard.actor_kind, heard.actor_number) == ("operator", "2001")
    assert (heard.channel, heard.terminal) == ("counter", "10.0.0.7")
    [step] = local_part(System.BOSS, "FC000000018").steps
    assert (step.zh, step.note) == ("创建用户", "记录操作员 2001")


def test_a_token_is_verified_once_and_remembered(conversation, monkeypatch) -> None:
    connection = connections.have(System.CRM, System.BOSS)
    proof.check("crm", System.BOSS, "a", proof.prove(connection, "a"))
    monkeypatch.setattr(passes, "_verify", None)
    proof.check("crm", System.BOSS, "b", proof.prove(connection, "b"))


def _now() -> int:
    return int(time.time())


# -- what is not -------------------------------------------------------------------------------

STRANGE_TOKENS: dict[str, Callable[[], str]] = {
    "alg none": lambda: a_token(alg="none"),
    "HS256 with the public key": lambda: a_token(alg="HS256"),
    "another key": lambda: a_token(MAKERS["OIDC_PRIVATE_KEY"]().replace("\\n", "\n")),
    "another key under our name": lambda: a_token(
        MAKERS["OIDC_PRIVATE_KEY"]().replace("\\n", "\n"),
        kid=jwkkit.load_jwk_from_pem(keyring.signing_keys()[0])[0]["kid"],
    ),
    "another issuer": lambda: a_token(iss="https://elsewhere.example"),
    "for another system": lambda: a_token(aud="provisioning"),
    "another system's": lambda: a_token(sub="system-provisioning"),
    "a channel's": lambda: a_token(sub="crm"),
    "without the scope": lambda: a_token(scope="openid"),
    "without an end": lambda: a_token(exp=None),
    "an end in words": lambda: a_token(exp="tomorrow"),
    "no token": lambda: "",
    "half a token": lambda: a_token()[:-9],
    "accents": lambda: "é.é.é",
    "half a character": lambda: "\ud800.x.y",
}


@pytest.mark.parametrize("kind", STRANGE_TOKENS)
def test_a_strange_token_is_refused_recorded_and_a_dead_letter(conversation, kind: str) -> None:
    messages = delivery(conversation, "one")
    token = STRANGE_TOKENS[kind]()
    tasks.receive_messages("boss", "crm", messages, proven_with(token, content(messages)))
    assert conversation.effects() == []
    letter = the_letter()
    assert "crm" in letter.error
    [entry] = AuditEntry.objects.using("boss").all()
    assert (entry.actor_kind, entry.actor_number, entry.operation) == (
        "unknown", "crm", "auth_center.speak_as_system",
    )  # fmt: skip
    assert entry.subject == f"delivery:{letter.subject}"


STRANGE_PROOFS: dict[str, Callable[[str, str], str]] = {
    "an eavesdropper, who has the token": lambda said, token: f"{_now()}.{'0' * 64}.{token}",
    "for other words": lambda said, token: proven_with(token, "other words"),
    "at another time": lambda said, token: proven_with(token, said).replace(
        str(_now()), str(_now() - 60), 1
    ),
    "of the former kind": lambda said, token: f"{_now()}.{'0' * 64}",
    "empty": lambda said, token: "",
    "dots": lambda said, token: "....",
    "superscript": lambda said, token: f"²³.{'0' * 64}.{token}",
    "accents": lambda said, token: f"{_now()}.é.{token}",
}  # fmt: skip


@pytest.mark.parametrize("kind", STRANGE_PROOFS)
def test_a_strange_proof_is_refused_recorded_and_a_dead_letter(conversation, kind: str) -> None:
    messages = delivery(conversation, "one")
    token = connections.have(System.CRM, System.BOSS).token
    said = STRANGE_PROOFS[kind](content(messages), token)
    tasks.receive_messages("boss", "crm", messages, said)
    assert conversation.effects() == []
    the_letter()


def test_a_system_cannot_speak_as_another(conversation) -> None:
    messages = delivery(conversation, "one")  # CRM's words, brought by provisioning
    connection = connections.have(System.PROVISIONING, System.BOSS)
    said = proof.prove(connection, content(messages))
    tasks.receive_messages("boss", "provisioning", messages, said)
    assert conversation.effects() == []
    assert "provisioning" in the_letter().error


def test_what_was_said_to_one_system_is_not_heard_by_another(conversation) -> None:
    messages = delivery(conversation, "one")
    connection = connections.have(System.CRM, System.BOSS)
    said = proof.prove(connection, content(messages))
    tasks.receive_messages("provisioning", "crm", messages, said)
    assert InboxMessage.objects.using("oss").get().sender == "unproven"
    assert not InboxMessage.objects.using("boss").exists()


def test_a_replay_changes_nothing(conversation) -> None:
    messages = delivery(conversation, "one")
    connection = connections.have(System.CRM, System.BOSS)
    said = proof.prove(connection, content(messages))
    for _ in range(3):
        tasks.receive_messages("boss", "crm", messages, said)
    assert conversation.effects() == ["one"]
    assert InboxMessage.objects.using("boss").count() == 1


@pytest.mark.parametrize(
    "messages", [None, "x", 7, [1], [[1]], [[1, 2]], [[1, "{"]], [["\x00", "x"]]]
)
def test_what_is_no_delivery_at_all_is_refused(conversation, messages: Any) -> None:
    connection = connections.have(System.CRM, System.BOSS)
    said = proof.prove(connection, "1 {")
    tasks.receive_messages("boss", "crm", messages, said)
    the_letter()


@pytest.mark.parametrize("receiver", ["billing", "sso", "", "BOSS"])
def test_what_is_for_nobody_is_only_logged(conversation, receiver: str) -> None:
    tasks.receive_messages(receiver, "crm", delivery(conversation, "one"), "1.forged")
    assert not InboxMessage.objects.using("boss").exists()


# -- the letter --------------------------------------------------------------------------------


def test_a_forged_delivery_stands_in_for_no_message(conversation) -> None:
    """The true message is still awaited, arrives and is acted on; its subject does not wait."""
    messages = delivery(conversation, "one", "two")
    tasks.receive_messages("boss", "crm", messages, "1.forged")
    ids = [str(one.pk) for one in OutboxMessage.objects.all()]
    assert ask_quietly(System.CRM, System.BOSS, ReceivedQuery(ids=ids)).ids == []
    assert not InboxStream.objects.using("boss").filter(sender="crm").exists()
    conversation.hear(*(inbox.Received(seq=seq, body=body) for seq, body in messages))
    assert conversation.effects() == ["one", "two"]


def test_it_is_kept_once_and_a_flood_fills_the_log_alone(conversation, monkeypatch) -> None:
    monkeypatch.setattr(forged, "MOST_KEPT", 5)
    for number in range(12):
        for _ in range(2):
            tasks.receive_messages("boss", "crm", [[number, "{}"]], "1.forged")
    assert InboxMessage.objects.using("boss").count() == 5
    assert AuditEntry.objects.using("boss").count() == 5


def test_a_person_sees_it_and_can_only_skip_it(conversation) -> None:
    tasks.receive_messages("boss", "crm", delivery(conversation, "one"), "1.forged")
    letter, actor, at = the_letter(), system_actor("tests"), timezone.now()
    [shown] = letters.list_dead(System.BOSS, at=at)
    assert shown.id == str(letter.pk)
    assert letters.count_letters(System.BOSS)["dead"] == 1
    with pytest.raises(LetterForged):
        letters.resend_letter(System.BOSS, shown.id, actor=actor, at=at)
    assert the_letter().attempts == 1
    letters.skip_letter(System.BOSS, shown.id, reason="已查明来源", actor=actor, at=at)
    assert InboxMessage.objects.using("boss").get().status == "skipped"
    assert LetterDecision.objects.using("boss").get().reason == "已查明来源"
    assert not OutboxMessage.objects.using("boss").exists()  # nobody is answered


def test_it_never_wakes_by_itself(conversation) -> None:
    tasks.receive_messages("boss", "crm", delivery(conversation, "one"), "1.forged")
    letter = the_letter()
    assert letter.next_attempt_at is None
    inbox.drain(System.BOSS, "unproven", letter.subject, clock=timezone.now)
    assert the_letter().attempts == 1
    assert conversation.effects() == []


def test_neither_token_nor_key_is_kept_with_it(conversation) -> None:
    messages = delivery(conversation, "one")
    connection = connections.have(System.CRM, System.BOSS)
    tasks.receive_messages("boss", "crm", messages, proof.prove(connection, "other words"))
    assert connection.token not in json.dumps(the_letter().body)


# -- questions ---------------------------------------------------------------------------------


def test_a_forged_question_is_recorded_once_a_minute(settings: Settings) -> None:
    question = {
        "sender": "crm",
        "name": "ArrearsCheckRequest",
        "asker": {"kind": "system", "number": "crm"},
        "payload": {"customer_no": "C", "account_no": "A"},
    }
    for said in ("", "1.x.y", f"{int(time.time())}.{'0' * 64}.{a_token()}"):
        answer = Client().post(
            "/integration/boss/ask",
            encode(question),
            content_type="application/json",
            headers={"X-Proof": said},
        )
        assert answer.status_code == 401
    [entry] = AuditEntry.objects.using("boss").all()
    assert (entry.operation, entry.subject) == (
        "auth_center.speak_as_system", "question:ArrearsCheckRequest",
    )  # fmt: skip
    assert entry.terminal == "127.0.0.1"


def test_questions_forged_in_names_that_nobody_has_are_recorded_as_one() -> None:
    forged._recorded_at.clear()
    for number in range(20):
        forged.record_question(
            System.BOSS, f"hrm{number}", f"Nothing{number}", terminal="", at=timezone.now()
        )
    assert AuditEntry.objects.using("boss").count() == 1


def test_a_question_has_to_be_fresh(monkeypatch) -> None:
    connection = connections.have(System.CRM, System.BOSS)
    said = proof.prove(connection, "content")
    proof.check("crm", System.BOSS, "content", said)
    later = time.time() + proof.VALID_SECONDS + 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(proof.ProofExpired):
        proof.check("crm", System.BOSS, "content", said)


def test_relays_prove_what_they_carry_by_one_connection_a_receiver(conversation) -> None:
    client = SimpleNamespace(llen=lambda queue: 0)
    producer = SimpleNamespace(channel=SimpleNamespace(client=client))
    said: list[str] = []
    conversation.say("one")
    conversation.say("two", subject="S2")
    original = tasks.receive_messages.apply_async
    tasks.receive_messages.apply_async = lambda args, **_: said.append(args[3])
    try:
        Relay(System.CRM, Event()).carry(producer)
        conversation.say("three")
        Relay(System.CRM, Event()).carry(producer)
    finally:
        tasks.receive_messages.apply_async = original
    assert len({one.split(".", 2)[2] for one in said}) == 1
    assert AuditEntry.objects.count() == 1

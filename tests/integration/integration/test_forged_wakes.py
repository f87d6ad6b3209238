"""Whoever can put a task into a queue makes no letter dead by saying that it is due."""

from __future__ import annotations

from datetime import timedelta
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from core.systems import System
from integration import inbox, proof, tasks
from integration.hearing import MissingParty
from integration.models import InboxMessage, InboxStream
from integration.relay import Relay

pytestmark = pytest.mark.django_db(databases=["default", "boss"])


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What has been put into the workers' queues."""
    queue: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks.drain_subject, "apply_async", lambda args, **_: queue.append(args))
    return queue


@pytest.fixture
def waiting(conversation: Any) -> Any:
    """A message that failed once and waits for its next try."""
    conversation.say("one")
    conversation.trouble["one"] = RuntimeError("the disk is full")
    conversation.hear(*conversation.said())
    return conversation


def standing() -> tuple[list[Any], list[Any]]:
    rows = InboxMessage.objects.using("boss"), InboxStream.objects.using("boss")
    letters, streams = (list(some.order_by("pk").values()) for some in rows)
    return letters, streams


def relay_says(woken: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    past = timezone.now() - timedelta(hours=1)
    InboxMessage.objects.using("boss").update(next_attempt_at=past)
    Relay(System.BOSS, Event()).wake_due(SimpleNamespace())
    return woken[-1]


FORGED: list[tuple[Any, ...]] = [
    ("boss", "crm", "S1"),
    ("boss", "crm", "S1", None),
    ("boss", "crm", "S1", 1),
    ("boss", "crm", "S1", 1, ""),
    ("boss", "crm", "S1", 1, "0" * 64),
    ("boss", "crm", "S1", 1, "é\ud800"),
    ("boss", "crm", "S1", 1, None),
    ("boss", "crm", "S1", 1, ["x"]),
    ("boss", "crm", "S1", 1, proof.own_word(System.CRM, "S1")),
    ("nobody", "crm", "S1", 1, "x"),
    (["boss"], "crm", "S1", 1, "x"),
    ("boss", "crm", None, 1, "x"),
    ("boss", {"a": 1}, "S1", {}, "x"),
]


@pytest.mark.parametrize("arguments", FORGED)
def test_a_forged_call_changes_nothing(waiting: Any, arguments: tuple[Any, ...]) -> None:
    before = standing()
    for _ in range(len(inbox.PAUSES_SECONDS) + 2):
        tasks.drain_subject(*arguments)
    assert standing() == before
    assert waiting.calls == ["one"]


def test_another_system_cannot_say_it_though_it_knows_its_own_secret(waiting: Any) -> None:
    before = standing()
    for other in (System.CRM, System.PROVISIONING):
        for attempts in range(3):
            word = proof.own_word(other, tasks._due("boss", "crm", "S1", attempts))
            tasks.drain_subject("boss", "crm", "S1", attempts, word)
    assert standing() == before


def test_the_relays_own_word_is_heard_and_uses_up_one_try(waiting: Any, woken: Any) -> None:
    said = relay_says(woken)
    tasks.drain_subject(*said)
    assert waiting.calls == ["one", "one"]
    assert InboxMessage.objects.using("boss").get().attempts == 2
    after = standing()
    for _ in range(10):  # taken from the queue by somebody, and put there again
        tasks.drain_subject(*said)
    assert standing() == after


def test_its_word_for_one_subject_or_try_is_none_for_another(waiting: Any, woken: Any) -> None:
    _, _, _, _, word = relay_says(woken)
    waiting.say("two", subject="S2")
    waiting.trouble["two"] = RuntimeError("busy")
    waiting.hear(*(one for one in waiting.said() if '"S2"' in one.body))
    before = standing()
    for arguments in (("crm", "S2", 1), ("crm", "S1", 0), ("crm", "S1", 2), ("oss", "S1", 1)):
        tasks.drain_subject("boss", *arguments, word)
    assert standing() == before


def test_a_parked_message_is_left_alone(conversation: Any) -> None:
    conversation.say("one")
    conversation.trouble["one"] = MissingParty("customer:CC000000018")
    conversation.hear(*conversation.said())
    before = standing()
    tasks.drain_subject("boss", "crm", "S1", 0, "0" * 64)
    assert standing() == before


def test_it_is_heard_after_the_secret_was_changed(waiting: Any, woken: Any, settings: Any) -> None:
    said = relay_says(woken)
    former = settings.KEYS["BOSS_SECRET"]
    settings.KEYS = {**settings.KEYS, "BOSS_SECRET": f"{'n' * 40},{former}"}
    settings.KEYS_FILE = ""
    tasks.drain_subject(*said)
    assert waiting.calls == ["one", "one"]
    settings.KEYS = {**settings.KEYS, "BOSS_SECRET": "n" * 40}
    tasks.drain_subject(*relay_says(woken))
    assert waiting.calls == ["one", "one", "one"]

"""What a worker, a relay or a broker leaves halfway is taken up again, and never storms."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from core.systems import System
from integration import inbox, proof, tasks, wake
from integration.hearing import MissingParty
from integration.models import InboxMessage, OutboxMessage
from integration.relay import Relay

pytestmark = pytest.mark.django_db(databases=["default", "boss"])


class Killed(BaseException):
    """The process is gone."""


class Broker:
    """Keeps what it is given; ``waiting`` is how long every queue is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waiting = 0
        self.drains: list[tuple[Any, ...]] = []
        self.delivered: list[tuple[Any, ...]] = []
        client = SimpleNamespace(llen=lambda queue: self.waiting)
        self.producer = SimpleNamespace(channel=SimpleNamespace(client=client))
        monkeypatch.setattr(
            tasks.drain_subject, "apply_async", lambda args, **_: self.drains.append(args)
        )
        monkeypatch.setattr(
            tasks.receive_messages, "apply_async", lambda args, **_: self.delivered.append(args)
        )


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    return Broker(monkeypatch)


def relay(system: System) -> Relay:
    return Relay(system, Event())


def test_a_message_whose_worker_died_as_its_turn_came_is_woken(conversation, broker, monkeypatch):
    conversation.say("one", "two", "three")
    one, two, three = conversation.said()
    conversation.hear(three, two)
    with monkeypatch.context() as patch:
        patch.setattr(inbox, "drain", _die)
        with pytest.raises(Killed):
            conversation.hear(one)
    assert conversation.effects() == ["one"]

    conversation.clock.pass_(60)
    relay(System.BOSS).wake_due(broker.producer)
    assert [drain[:3] for drain in broker.drains] == [("boss", "crm", "S1")]
    tasks.drain_subject(*broker.drains[0])
    assert conversation.effects() == ["one", "two", "three"]


def _die(*_: object, **__: object) -> None:
    raise Killed


def test_several_wakes_that_waited_in_the_queue_use_up_one_try(conversation, broker):
    conversation.say("one")
    conversation.trouble["one"] = RuntimeError("busy")
    conversation.hear(*conversation.said())
    for _ in range(3):  # the queue is long: it falls due again and again before a worker comes
        InboxMessage.objects.using("boss").update(next_attempt_at=conversation.clock.now)
        relay(System.BOSS).wake_due(broker.producer)
    for drain in broker.drains:
        tasks.drain_subject(*drain)
    assert len(broker.drains) == 3
    assert InboxMessage.objects.using("boss").get().attempts == 2


@pytest.mark.parametrize("attempts", [0, 5, 1100, 32767])
def test_a_message_is_sent_however_often_it_was_sent_before(conversation, broker, attempts):
    conversation.say("one")
    OutboxMessage.objects.update(attempts=attempts)
    assert relay(System.CRM).carry(broker.producer) == 1
    sent = OutboxMessage.objects.get()
    assert sent.attempts == min(attempts + 1, 32767)
    assert sent.next_attempt_at - sent.sent_at <= timedelta(seconds=30)


@pytest.mark.parametrize(
    ("sent_ago", "attempts", "again"), [(20, 1, False), (70, 1, True), (70, 3, False)]
)
def test_a_lost_message_is_sent_again_under_load_but_less_and_less_often(
    conversation, broker, sent_ago, attempts, again
):
    conversation.say("one")
    sent_at = timezone.now() - timedelta(seconds=sent_ago)
    OutboxMessage.objects.update(sent_at=sent_at, attempts=attempts, next_attempt_at=sent_at)
    broker.waiting = 100
    relay(System.CRM).confirm(broker.producer)
    assert OutboxMessage.objects.filter(sent_at=None).exists() is again
    assert OutboxMessage.objects.get().next_attempt_at > sent_at


def test_what_waited_in_a_queue_for_half_an_hour_is_heard(conversation, broker, monkeypatch):
    conversation.say("one")
    relay(System.CRM).carry(broker.producer)
    later = proof.time.time() + 1800
    monkeypatch.setattr(proof.time, "time", lambda: later)
    tasks.receive_messages(*broker.delivered[0])
    assert conversation.effects() == ["one"]


def test_the_longer_a_message_is_parked_the_less_often_it_looks(conversation):
    conversation.say("one")
    conversation.trouble["one"] = MissingParty("customer:CC000000018")
    conversation.hear(*conversation.said())
    pauses = []
    for _ in range(4):
        letter = InboxMessage.objects.using("boss").get()
        pauses.append((letter.next_attempt_at - conversation.clock.now).total_seconds())
        conversation.clock.pass_(1000)
        inbox.drain(System.BOSS, "crm", "S1", clock=conversation.clock)
    assert pauses == [10, 100, 200, 300]


@pytest.fixture
def silent_broker(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    """A broker that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        monkeypatch.setattr(wake, "ANSWER_SECONDS", 0.2)
        wake._client.cache_clear()
        yield
        wake._client.cache_clear()


@pytest.mark.usefixtures("silent_broker")
def test_a_broker_that_hangs_holds_up_nobody_for_long():
    wake.announce("FC000000018")
    assert not wake.wait_for("FC000000018", 0.1)

"""A small conversation between CRM and BOSS to prove the seam with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections, transaction

from core.systems import System
from integration import hearing, inbox
from integration.context import FlowContext
from integration.hearing import handles
from integration.messages import Message, Stamp, base, message
from integration.models import FlowStep

AT = datetime(2026, 3, 1, 4, tzinfo=UTC)


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Conversation:
    """CRM says ``Said(text)`` to BOSS about a subject; BOSS writes a step for each it acts on."""

    def __init__(self, kind: type[Message]) -> None:
        self.kind = kind
        self.trouble: dict[str, Exception] = {}
        self.calls: list[str] = []
        self.clock = Clock()

    def say(self, *texts: str, subject: str = "S1") -> list[str]:
        ids = []
        with transaction.atomic():
            context = FlowContext(
                system=System.CRM,
                flow="test",
                flow_no="FC000000018",
                mode="async",
                settings={},
                actor=Stamp(kind="channel", number="test"),
                at=self.clock.now,
            )
            for text in texts:
                said = self.kind(text=text)  # type: ignore[call-arg]
                ids.append(context.send(System.BOSS, said, subject=subject))
            context.flush()
        return ids

    def said(self) -> list[inbox.Received]:
        """Return everything in CRM's outbox as it would be delivered, in order."""
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "SELECT seq, body::text FROM integration_outboxmessage ORDER BY subject, seq"
            )
            return [inbox.Received(seq=seq, body=body) for seq, body in cursor.fetchall()]

    def hear(self, *messages: inbox.Received) -> None:
        inbox.receive(System.BOSS, messages, clock=self.clock)

    def effects(self) -> list[str]:
        """Return what BOSS has acted on, in the order in which it did."""
        steps = FlowStep.objects.using("boss").filter(name="DataAccess").order_by("id")
        return [step.note for step in steps]


@pytest.fixture
def conversation(monkeypatch: pytest.MonkeyPatch) -> Conversation:
    monkeypatch.setattr(hearing, "_HANDLERS", dict(hearing._HANDLERS))
    monkeypatch.setattr(base, "_REGISTER", dict(base._REGISTER))

    @message
    class Said(Message, frozen=True):
        """A line of the conversation."""

        text: str

    talk = Conversation(Said)

    @handles(Said, by=System.BOSS)
    def said(heard: Said, context: FlowContext) -> None:
        talk.calls.append(heard.text)
        context.wrote(heard.text)
        context.flush()
        if heard.text in talk.trouble:
            raise talk.trouble[heard.text]

    return talk

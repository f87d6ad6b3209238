"""Settling a message is recorded where it waited, with how it stood and why."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from auth_center.actors import Actor
from auth_center.letters import resend_letter, skip_letter
from auth_center.models import AuditEntry
from core.errors import DomainError
from core.systems import System
from integration.models import InboxMessage, InboxStream
from integration.permissions import RESEND_LETTER, SKIP_LETTER
from integration.states import InboxStatus

pytestmark = pytest.mark.django_db(databases=["boss"])

AT = datetime(2026, 3, 1, 4, tzinfo=UTC)
ENGINEER = Actor(
    kind="operator",
    number="1001",
    terminal="10.0.0.7",
    grants=frozenset({RESEND_LETTER, SKIP_LETTER}),
)


@pytest.fixture
def dead() -> str:
    id = uuid4()
    body = {
        "id": str(id), "name": "CustomerAccountRequest", "version": 1, "sender": "crm",
        "receiver": "boss", "subject": "CC1", "flow": "open_customer", "flow_no": "FC1",
        "mode": "async", "settings": {}, "clock": 1, "at": AT.isoformat(), "payload": {},
        "actor": {"kind": "operator", "number": "2001"},
    }  # fmt: skip
    InboxStream.objects.using("boss").create(sender="crm", subject="CC1", next_seq=1, blocked=True)
    InboxMessage.objects.using("boss").create(
        id=id, sender="crm", subject="CC1", seq=1, name="CustomerAccountRequest", flow_no="FC1",
        status=InboxStatus.DEAD, attempts=9, error="never", received_at=AT, body=body,
    )  # fmt: skip
    return str(id)


def test_trying_again_is_recorded(dead: str) -> None:
    resend_letter(System.BOSS, dead, actor=ENGINEER, at=AT)
    entry = AuditEntry.objects.using("boss").get()
    assert (entry.operation, entry.subject) == (RESEND_LETTER, f"letter:{UUID(dead)}")
    assert (entry.actor_number, entry.terminal, entry.flow_no) == ("1001", "10.0.0.7", "FC1")
    assert entry.before == {
        "name": "CustomerAccountRequest", "sender": "crm", "subject": "CC1", "status": "dead",
        "attempts": 9,
    }  # fmt: skip
    assert entry.after == {"deed": "resend_letter"}


def test_passing_over_is_recorded_with_the_reason(dead: str) -> None:
    skip_letter(System.BOSS, dead, reason=" told by phone ", actor=ENGINEER, at=AT)
    entry = AuditEntry.objects.using("boss").get()
    assert entry.after == {"deed": "skip_letter", "reason": "told by phone"}


@pytest.mark.parametrize("id", ["no number", "1ec32507-349b-4ac1-8591-292a3f72fa13"])
def test_what_is_refused_is_not_recorded(id: str) -> None:
    with pytest.raises(DomainError):
        resend_letter(System.BOSS, id, actor=ENGINEER, at=AT)
    assert not AuditEntry.objects.using("boss").exists()

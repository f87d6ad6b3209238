"""Messages that wait for a person, as a person settles them: permitted and recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from auth_center.actors import Actor
from auth_center.audit import record
from auth_center.permissions import require
from core.systems import System
from integration import letters
from integration.models import InboxMessage
from integration.permissions import RESEND_LETTER, SKIP_LETTER


def resend_letter(system: System, id: str, *, actor: Actor, at: datetime) -> None:
    """Let a waiting message be tried again at once; refused as ``integration.letters`` does."""
    require(actor, RESEND_LETTER)
    with transaction.atomic(using=system.alias):
        before = _standing(system, id)
        letters.resend_letter(system, id, actor=actor, at=at)
        _record(system, RESEND_LETTER, id, actor, at, before)


def skip_letter(system: System, id: str, *, reason: str, actor: Actor, at: datetime) -> None:
    """Pass over a waiting message for a reason; refused as ``integration.letters`` does."""
    require(actor, SKIP_LETTER)
    with transaction.atomic(using=system.alias):
        before = _standing(system, id)
        letters.skip_letter(system, id, reason=reason, actor=actor, at=at)
        _record(system, SKIP_LETTER, id, actor, at, before, reason=reason.strip())


def _standing(system: System, id: str) -> dict[str, Any]:
    """Return how the letter stands; nothing of one that is not there, the door refuses it."""
    try:
        rows = InboxMessage.objects.using(system.alias).filter(pk=UUID(id))
    except ValueError:
        return {}
    row = rows.values("name", "sender", "subject", "flow_no", "status", "attempts").first()
    return dict(row or {})


def _record(
    system: System,
    operation: str,
    id: str,
    actor: Actor,
    at: datetime,
    before: dict[str, Any],
    **after: Any,
) -> None:
    number = before.pop("flow_no")
    record(
        *(system, actor, operation, f"letter:{UUID(id)}"),
        at=at,
        before=before,
        after={"deed": operation.rpartition(".")[2], **after},
        flow_no=number,
    )

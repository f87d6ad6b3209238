"""Writing the audit: one entry an operation, in the transaction that made it true."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from auth_center.actors import Actor
from auth_center.models import AuditEntry
from core.systems import System
from integration.messages import Stamp


def record(
    system: System,
    actor: Actor | Stamp,
    operation: str,
    subject: str,
    *,
    at: datetime,
    before: Any = None,
    after: Any = None,
    flow_no: str = "",
) -> None:
    """Record in ``system``'s database that ``actor`` did ``operation`` on ``subject``.

    ``subject`` is a kind and a number (``customer:CC…``); ``before`` and ``after`` are what
    changed, of what JSON can hold, nothing in it that a mask hides elsewhere.
    """
    AuditEntry.objects.using(system.alias).create(
        at=at,
        actor_kind=actor.kind,
        actor_number=actor.number,
        channel=actor.channel,
        terminal=actor.terminal,
        operation=operation,
        subject=subject[:80],
        flow_no=flow_no,
        before=before,
        after=after,
    )

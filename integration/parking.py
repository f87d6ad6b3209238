"""Parked messages: woken when the party that they lacked has arrived."""

from __future__ import annotations

from datetime import datetime

from core.systems import System
from integration.models import InboxMessage
from integration.states import InboxStatus


def party_arrived(system: System, *parties: str, at: datetime) -> int:
    """Make every message that waits for one of ``parties`` due, with the present transaction."""
    return (
        InboxMessage.objects.using(system.alias)
        .filter(status=InboxStatus.PARKED, waiting_for__in=parties)
        .update(next_attempt_at=at)
    )

"""An alarm for messages that wait for a person: in the log as an error, once an hour each."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings

from core.systems import System
from integration.letters import Letter, list_dead, list_parked

log = logging.getLogger(__name__)

AGAIN = timedelta(hours=1)
MOST = 100  # messages named in one round


class LetterAlarm:
    """Watches one system's inbox; the relay lets it look now and then."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._said: dict[str, datetime] = {}

    def look(self, at: datetime) -> list[Letter]:
        """Log and return the dead letters, and what is parked for too long, not named lately."""
        patience = timedelta(seconds=settings.PARKED_ALARM_SECONDS)
        self._said = {id: said for id, said in self._said.items() if said > at - AGAIN}
        waiting = [
            *list_dead(self.system, at=at),
            *(one for one in list_parked(self.system, at=at) if one.age > patience),
        ]
        alarmed = [one for one in waiting if one.id not in self._said][:MOST]
        for letter in alarmed:
            self._said[letter.id] = at
            log.error(
                "%s: %s %s of %s is %s for %d s%s",
                self.system,
                letter.name,
                letter.id,
                letter.subject,
                letter.status,
                letter.age.total_seconds(),
                f", waits for {letter.waiting_for}" if letter.waiting_for else "",
            )
        return alarmed

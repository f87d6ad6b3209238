"""The separate systems of an operator: their names, databases and queues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum


class System(StrEnum):
    """A system with data of its own; the value is its lifeline name in traces."""

    CRM = "crm"
    BOSS = "boss"
    PROVISIONING = "provisioning"

    @property
    def alias(self) -> str:
        """The Django database alias that holds this system's data."""
        return _ALIAS[self]

    @property
    def queue(self) -> str:
        """The Celery queue whose workers do this system's work."""
        return _QUEUE[self]

    @property
    def letter(self) -> str:
        """The letter that marks this system in business numbers."""
        return _LETTER[self]


class Centre(StrEnum):
    """The authentication centre: a lifeline with a door of its own, its data beside CRM's."""

    SSO = "sso"

    @property
    def alias(self) -> str:
        """The Django database alias that holds the centre's data."""
        return "default"


Host = System | Centre  # whoever can be asked a question


_ALIAS = {System.CRM: "default", System.BOSS: "boss", System.PROVISIONING: "oss"}
_QUEUE = {System.CRM: "crm", System.BOSS: "boss", System.PROVISIONING: "oss"}
_LETTER = {System.CRM: "C", System.BOSS: "B", System.PROVISIONING: "O"}


def system_of(alias: str) -> System:
    """Return the system whose data lies in the database ``alias``."""
    return next(system for system in System if system.alias == alias)


_console: ContextVar[System] = ContextVar("sanhu_console", default=System.CRM)


def current_console() -> System:
    """Return the system whose console serves the present request (CRM outside of one)."""
    return _console.get()


@contextmanager
def console(system: System) -> Iterator[None]:
    """Let sessions, operators and grants be read from ``system``'s own database inside."""
    token = _console.set(system)
    try:
        yield
    finally:
        _console.reset(token)

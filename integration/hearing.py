"""Who hears what: the one register of message handlers and question answerers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from core.errors import DomainError
from core.systems import Host, System
from integration.context import FlowContext
from integration.messages import Message, Query, Stamp

Handler = Callable[[Any, FlowContext], None]
Answerer = Callable[[Any, Stamp, datetime], Any]
F = TypeVar("F", bound=Callable[..., Any])

_HANDLERS: dict[tuple[System, str], Handler] = {}
_ANSWERERS: dict[tuple[Host, str], Answerer] = {}


class MissingParty(Exception):
    """A handler lacks a party; the message waits, no attempt counted, until it arrives."""

    def __init__(self, party: str) -> None:
        super().__init__(party)
        self.party = party


class NobodyHears(DomainError):
    """The system has no handler for this message."""

    code = "nobodyHears"
    zh = "{system} 不处理消息 {name}"
    en = "{system} does not handle {name}"


def handles(kind: type[Message], *, by: System) -> Callable[[F], F]:
    """Register a function as what ``by`` does on a message of ``kind``.

    It is called inside the receiving transaction with the message and its context; it makes one
    service call and one reply, and raises ``MissingParty`` when it must wait for a party.
    """

    def register(function: F) -> F:
        _HANDLERS[by, kind.__name__] = function
        return function

    return register


def answers(kind: type[Query], *, by: Host) -> Callable[[F], F]:
    """Register a function as how ``by`` answers a question: (question, asker, at) → answer."""

    def register(function: F) -> F:
        _ANSWERERS[by, kind.__name__] = function
        return function

    return register


def handler_of(system: System, name: str) -> Handler:
    """Return the handler; raise ``NobodyHears``."""
    try:
        return _HANDLERS[system, name]
    except KeyError:
        raise NobodyHears(system=str(system), name=name) from None


def answerer_of(system: Host, name: str) -> Answerer:
    """Return the answerer; raise ``NobodyHears``."""
    try:
        return _ANSWERERS[system, name]
    except KeyError:
        raise NobodyHears(system=str(system), name=name) from None


def heard() -> dict[str, list[str]]:
    """Return which systems hear each message, for the documentation and its test."""
    table: dict[str, list[str]] = {}
    for system, name in [*_HANDLERS, *_ANSWERERS]:
        table.setdefault(name, []).append(str(system))
    return table

"""What every message between systems is made of, and the register of all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, TypeVar

import msgspec

from core.errors import DomainError


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the common data model; a subclass is one kind, named as in the trace.

    ``zh`` is its Chinese name, ``VERSION`` the payload's version: a receiver accepts the present
    one and the one before. A field added in a new version has a default, so that the one before
    can still be read.
    """

    zh: ClassVar[str] = ""
    VERSION: ClassVar[int] = 1

    def needs(self) -> list[str]:
        """Name the parties (``kind:number``) that the receiver must already hold."""
        return []


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """Who caused a message: operator or channel, and where they sat."""

    kind: str
    number: str
    channel: str = ""
    terminal: str = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What travels: addresses, the flow it belongs to, who caused it, and the message itself.

    ``subject`` is the business number whose messages keep their order; ``clock`` is the flow's
    logical clock, by which a trace is put into causal order; ``settings`` are the flow's, fixed
    when it started.
    """

    id: str
    name: str
    version: int
    sender: str
    receiver: str
    subject: str
    flow: str
    flow_no: str
    mode: str
    settings: dict[str, str]
    actor: Stamp
    clock: int
    at: datetime
    payload: msgspec.Raw
    needs: list[str] = []
    reply_to: str | None = None


class UnknownMessage(DomainError):
    """The receiver does not know this kind of message or this version of it."""

    code = "unknownMessage"
    zh = "未知消息 {name} 版本 {version}"
    en = "Unknown message {name} version {version}"


M = TypeVar("M", bound=Message)
_REGISTER: dict[str, type[Message]] = {}


def message(kind: type[M]) -> type[M]:
    """Register a kind of message (class decorator)."""
    _REGISTER[kind.__name__] = kind
    return kind


def kinds() -> dict[str, type[Message]]:
    """Return every registered kind by its name."""
    return dict(_REGISTER)


def decode(name: str, version: int, payload: bytes | msgspec.Raw) -> Message:
    """Return the typed message; raise ``UnknownMessage`` or ``msgspec.ValidationError``."""
    kind = _REGISTER.get(name)
    if kind is None or version not in (kind.VERSION, kind.VERSION - 1):
        raise UnknownMessage(name=name, version=version)
    return msgspec.json.decode(payload, type=kind)


def convert(name: str, payload: Any) -> Message:
    """Return the typed message of a payload that was kept as plain JSON values."""
    return msgspec.convert(payload, type=_REGISTER[name])


def encode(value: Any) -> bytes:
    """Return ``value`` as JSON."""
    return msgspec.json.encode(value)

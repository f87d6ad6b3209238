"""What a flow declares: its arrows at the portal, its sub-orders, its close and its undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.errors import DomainError
from core.systems import System
from integration.context import FlowContext
from integration.messages import Message


class UnknownFlow(DomainError):
    """There is no flow of that name."""

    code = "unknownFlow"
    zh = "未知流程 {name}"
    en = "Unknown flow {name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One sub-order as a flow plans it.

    ``after`` are the positions (counted from 1 in the order planned) that must be done first;
    ``subject`` is the business number whose messages keep their order.
    """

    kind: str
    system: System
    message: Message
    subject: str
    after: tuple[int, ...] = ()
    note: str = ""


class Flow:
    """One business flow, named as in its trace; a subclass reads from acceptance to close."""

    name: ClassVar[str]
    zh: ClassVar[str]
    request: ClassVar[str]
    response: ClassVar[str]
    decomposed: ClassVar[bool] = True  # its trace shows the decomposition and the close

    def complete(self, order: Any, context: FlowContext) -> None:
        """Write what closing means, inside the closing transaction."""


_FLOWS: dict[str, Flow] = {}


def register(kind: type[Flow]) -> type[Flow]:
    """Register a flow by its name (class decorator)."""
    _FLOWS[kind.name] = kind()
    return kind


def flow_named(name: str) -> Flow:
    """Return the flow; raise ``UnknownFlow``."""
    try:
        return _FLOWS[name]
    except KeyError:
        raise UnknownFlow(name=name) from None


def flows() -> dict[str, Flow]:
    """Return every registered flow by its name."""
    return dict(_FLOWS)

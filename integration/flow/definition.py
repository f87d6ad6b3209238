"""What a flow declares: its arrows at the portal, its sub-orders, its close and its undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from core.errors import DomainError
from core.systems import System
from integration.context import FlowContext
from integration.messages import Message
from integration.messages.base import convert


class UnknownFlow(DomainError):
    """There is no flow of that name."""

    code = "unknownFlow"
    zh = "未知流程 {name}"
    en = "Unknown flow {name}"


class NothingToCorrect(DomainError):
    """The order is not of a kind in which this can be corrected."""

    code = "nothingToCorrect"
    zh = "该订单没有可以更正的内容"
    en = "Nothing of this can be corrected on this order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One sub-order as a flow plans it.

    ``after`` are the positions (counted from 1 in the order planned) that must be done first;
    ``subject`` is the business number whose messages keep their order. Once a ``final`` one is
    done, the order cannot be cancelled any more: that is the flow's point of no return.
    """

    kind: str
    system: System
    message: Message
    subject: str
    after: tuple[int, ...] = ()
    note: str = ""
    final: bool = False


class Flow:
    """One business flow, named as in its trace; a subclass reads from acceptance to close.

    Each of its methods is called inside the transaction of the arrow it belongs to.
    """

    name: ClassVar[str]
    zh: ClassVar[str]
    request: ClassVar[str]
    response: ClassVar[str]
    decomposed: ClassVar[bool] = True  # its trace shows the decomposition and the close

    def message(self, order: Any, part: Any, context: FlowContext) -> Message:
        """Return what a sub-order says, when it is sent: as planned, unless things have moved."""
        return convert(part.message, part.payload)

    def complete(self, order: Any, context: FlowContext) -> None:
        """Write what closing means."""

    def undo(self, order: Any, part: Any) -> Plan | None:
        """Return what undoes a sub-order that was sent, done or refused; None: nothing does."""
        return None

    def undone(self, order: Any, context: FlowContext) -> None:
        """Write what it means that everything was undone: as if it had never been accepted."""

    def ask_for_correction(self, order: Any, changes: dict[str, str], context: FlowContext) -> None:
        """Ask other systems for what a correction needs, before anything is written."""

    def correct(self, order: Any, parts: list[Any], changes: dict[str, str]) -> None:
        """Write corrected facts of a held order before it is tried again.

        Raises ``NothingToCorrect`` unless the flow knows every one of ``changes``.
        """
        raise NothingToCorrect(field=next(iter(changes), None))


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

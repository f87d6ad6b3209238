"""Synchronous questions between systems: a question type names its answer type."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import msgspec

from integration.messages.base import Message, message


class Query(Message, frozen=True):
    """A question with a deadline; ``Answer`` is the type of its answer, ``NAMES`` its arrows.

    A question with no arrows is housekeeping between systems and stays out of traces. An ``OPEN``
    one is answered to whoever asks: it carries its own credential, or anybody may know.
    """

    Answer: ClassVar[type[msgspec.Struct]]
    NAMES: ClassVar[tuple[str, str] | None] = None
    OPEN: ClassVar[bool] = False


class ReservationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The number and SIM that are now reserved under the reference."""

    msisdn: str
    iccid: str
    reference: str


@message
class ResourceReserveRequest(Query, frozen=True):
    """Reserve a number and a SIM under a reference; asking again with it reuses them."""

    zh = "资源预占请求"
    Answer = ReservationAnswer
    NAMES = ("ResourceReserveRequest", "ResourceReserveResponse")
    msisdn: str
    iccid: str
    reference: str


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """How many numbers and SIMs were let go."""

    count: int


@message
class ResourceReleaseRequest(Query, frozen=True):
    """Let go what is reserved under a reference, because its order was not accepted."""

    zh = "资源释放请求"
    Answer = Released
    reference: str


class ArrearsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the customer owes; a party that BOSS does not know yet owes nothing."""

    in_arrears: bool
    amount: str = "0.00"
    currency: str = "CNY"


@message
class ArrearsCheckRequest(Query, frozen=True):
    """Ask BOSS whether a customer or one of its accounts is in arrears."""

    zh = "欠费校验请求"
    Answer = ArrearsAnswer
    NAMES = ("ArrearsCheckRequest", "ArrearsCheckResponse")
    customer_no: str
    account_no: str


class ReceivedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Which of the asked messages the receiver holds."""

    ids: list[str]


@message
class ReceivedQuery(Query, frozen=True):
    """Ask a receiver which of these messages it has: what it lacks is sent again."""

    zh = "消息到达核对"
    Answer = ReceivedAnswer
    ids: list[str]


class StepValue(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One arrow of a trace, as one system stored it: a message, or a step with a ``step_id``."""

    from_: str
    to: str
    message: str
    zh: str
    note: str
    at: str
    status: str
    clock: int
    message_id: str | None = None
    step_id: int | None = None


class TraceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A system's part of a trace, and how it fared with the messages it received."""

    steps: list[StepValue]
    received: dict[str, str]


@message
class TraceQuery(Query, frozen=True):
    """Ask a system for its part of a flow's trace."""

    zh = "流程轨迹查询"
    Answer = TraceAnswer
    flow_no: str


class SaidValue(msgspec.Struct, frozen=True, kw_only=True):
    """A message as its sender keeps it: its envelope, and how its delivery went."""

    envelope: dict[str, Any]
    seq: int
    note: str
    created_at: datetime
    sent_at: datetime | None
    received_at: datetime | None
    attempts: int


class DecisionValue(msgspec.Struct, frozen=True, kw_only=True):
    """What a person did with a message that waited."""

    deed: str
    reason: str
    number: str
    at: datetime


class HeardValue(msgspec.Struct, frozen=True, kw_only=True):
    """How a message stands with its receiver; ``error`` is what its last failed try said."""

    status: str
    attempts: int
    waiting_for: str
    error: str
    received_at: datetime
    done_at: datetime | None
    next_attempt_at: datetime | None
    decisions: list[DecisionValue]


class MessageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What one system keeps of a message: that it said it, that it heard it, or neither."""

    said: SaidValue | None = None
    heard: HeardValue | None = None


@message
class MessageQuery(Query, frozen=True):
    """Ask a system what it keeps of one message of a flow."""

    zh = "消息查询"
    Answer = MessageAnswer
    flow_no: str
    id: str

"""What crosses this app's border: reservations, what an element is asked, what it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MOBILE = "mobile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The number and SIM card that are kept under a reference."""

    msisdn: str
    iccid: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a service means on one element."""

    service: str
    element: str
    command: str
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredState:
    """The whole state one subscriber shall have on one network element.

    It never says what to change: an element that already has it has nothing to do, and one that
    has a newer ``version`` ignores it. ``line`` is the number of a line that is no mobile one:
    that has neither ``msisdn`` nor ``iccid``.
    """

    subscriber_no: str
    active: bool
    msisdn: str
    iccid: str = ""
    bar: str = "none"
    version: int = 1
    services: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    line: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementState:
    """What an element says it has of one subscriber, for comparison with our own lines."""

    subscriber_no: str
    element: str
    msisdn: str
    iccid: str
    bar: str
    version: int
    services: list[str]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A line as provisioning holds it: the state that the network has confirmed."""

    subscriber_no: str
    service_kind: str
    service_number: str
    msisdn: str
    iccid: str
    bar: str
    version: int
    services: list[str]
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRow:
    """A number to load, and the line of the file it stands on."""

    line: int
    msisdn: str
    region: str = ""
    level: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """A SIM card to load, and the line of the file it stands on."""

    line: int
    iccid: str
    imsi: str
    region: str = ""

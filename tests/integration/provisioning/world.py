"""Provisioning between a sender and a network: messages by hand, a real simulator behind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec
from django.db import connections
from django.test.utils import CaptureQueriesContext

from auth_center.actors import system_actor
from core.identifiers import uuid7
from core.numbers import format_number
from core.systems import System
from integration import inbox
from integration.messages import (
    Envelope,
    Message,
    ProvisioningOrderRequest,
    ProvisioningOrderResponse,
    ServiceSyncRequest,
    Stamp,
    decode,
    encode,
)
from integration.models import FlowStep, InboxMessage, OutboxMessage
from provisioning import services
from provisioning.models import NetworkElement, NumberLevel, PhoneNumber, SimCard, WorkOrder
from provisioning.numbering import iccid_of, imsi_of
from provisioning.states import ElementKind
from provisioning.values import CardRow, NumberRow

CLERK = Stamp(kind="operator", number="8001", channel="counter")
SOMEBODY = system_actor("test")
COMMANDS = {
    "MSISDN": [("hlr", "assign", {"resource": "msisdn"})],
    "VOICE": [("hlr", "enable", {"service": "VOICE"})],
    "DATA": [("hlr", "enable", {"service": "DATA", "apn": "sanhunet"})],
    "VIDEO": [("dsmp", "subscribe", {"product": "VIDEO-MONTH"})],
    "FIBRE": [("eoms", "install", {"work": "fibre_line"})],
    "TV": [
        ("dsmp", "subscribe", {"product": "TV-BASIC"}),
        ("eoms", "install", {"work": "set_top_box"}),
    ],
    "NOTHING": [],
}
_numbers = count(1)


def now() -> datetime:
    return datetime.now(UTC)


def set_up_elements() -> None:
    """The elements that a migration made; tests that commit have them flushed away."""
    NetworkElement.objects.bulk_create(
        [
            NetworkElement(code=kind, kind=kind, name_zh=kind, name_en=kind)
            for kind in ElementKind.values
        ],
        ignore_conflicts=True,
    )


def set_up_levels() -> None:
    """The levels of numbers that a migration made, likewise."""
    NumberLevel.objects.bulk_create(
        [
            NumberLevel(code=code, name_zh=code, name_en=code, price=0, minimum_spend=0)
            for code in ("diamond", "gold", "silver", "bronze")
        ],
        ignore_conflicts=True,
    )


def release(*, release_no: str = "R1", **services: Any) -> ServiceSyncRequest:
    """A release of services, by default all of ``COMMANDS``."""
    return ServiceSyncRequest(
        release_no=release_no,
        services=[
            {
                "code": code,
                "kind": "function",
                "name": {"zh": f"{code} 服务", "en": code},
                "resource": None,
                "commands": [
                    {"element": element, "command": command, "parameters": parameters}
                    for element, command, parameters in commands
                ],
            }
            for code, commands in (services or COMMANDS).items()
        ],
    )


def learn_services() -> None:
    services.receive_catalogue_services(release_no="R1", services=release().services, at=now())


def load(count: int = 1) -> list[tuple[str, str]]:
    """Load as many free numbers and cards as no other test has; return them in pairs."""
    sequences = [next(_numbers) for _ in range(count)]
    numbers = [f"138{sequence:08d}" for sequence in sequences]
    services.load_numbers(
        (NumberRow(line=n, msisdn=one) for n, one in enumerate(numbers, 1)), actor=SOMEBODY
    )
    services.load_sims(
        (
            CardRow(line=n, iccid=iccid_of(sequence), imsi=imsi_of(sequence))
            for n, sequence in enumerate(sequences, 1)
        ),
        actor=SOMEBODY,
    )
    return [
        (number, iccid_of(sequence)) for number, sequence in zip(numbers, sequences, strict=True)
    ]


@dataclass(frozen=True)
class Person:
    """A subscriber to be, with a number and a card that are there for it, or a line at home."""

    subscriber_no: str
    msisdn: str
    iccid: str
    order_no: str
    service_kind: str = "mobile"
    service_number: str = ""

    def order(self, *services: str, part: int = 1, **other: Any) -> ProvisioningOrderRequest:
        """The order to activate this line with ``services`` (or do what ``other`` says)."""
        values: dict[str, Any] = {
            "sub_order_no": f"{self.order_no}-{part}",
            "action": "activate",
            "subscriber_no": self.subscriber_no,
            "msisdn": self.msisdn,
            "iccid": self.iccid,
            "reservation": self.order_no,
            "services": list(services or ("MSISDN", "VOICE", "DATA")),
            "service_kind": self.service_kind,
            "service_number": self.service_number,
        }
        return ProvisioningOrderRequest(**(values | other))

    def reserve(self) -> None:
        services.reserve_resources(
            msisdn=self.msisdn, iccid=self.iccid, reference=self.order_no, at=now()
        )

    def with_number(self, msisdn: str, iccid: str) -> Person:
        return replace(self, msisdn=msisdn, iccid=iccid)


def person(*, reserved: bool = True) -> Person:
    """Somebody new."""
    [(msisdn, iccid)] = load()
    sequence = next(_numbers)
    somebody = Person(
        format_number("S", System.CRM, sequence),
        msisdn,
        iccid,
        format_number("F", System.CRM, sequence),
    )
    if reserved:
        somebody.reserve()
    return somebody


def home() -> Person:
    """Somebody new who wants broadband."""
    sequence = next(_numbers)
    return Person(
        format_number("S", System.CRM, sequence),
        "",
        "",
        format_number("F", System.CRM, sequence),
        "broadband",
        f"BB{sequence:08d}",
    )


class Post:
    """Carries messages to provisioning, numbered as an outbox numbers them."""

    def __init__(self) -> None:
        self._last: Counter[tuple[str, str]] = Counter()

    def send(
        self, message: Message, *, sender: System = System.CRM, at: datetime | None = None
    ) -> inbox.Received:
        """Let provisioning hear ``message``; return what travelled."""
        if isinstance(message, ProvisioningOrderRequest):
            subject, flow_no = message.subscriber_no, message.sub_order_no.partition("-")[0]
        else:
            subject, flow_no = "catalogue", "FB000000018"
        self._last[sender, subject] += 1
        envelope = Envelope(
            id=str(uuid7()),
            name=type(message).__name__,
            version=message.VERSION,
            sender=sender,
            receiver=System.PROVISIONING,
            subject=subject,
            flow="open_subscriber",
            flow_no=flow_no,
            mode="sync",
            settings={"STATUS_MASTER": "boss"},
            actor=CLERK,
            clock=7,
            at=now(),
            needs=message.needs(),
            payload=msgspec.Raw(encode(message)),
        )
        received = inbox.Received(seq=self._last[sender, subject], body=encode(envelope).decode())
        self.deliver(received, at=at)
        return received

    def deliver(self, *received: inbox.Received, at: datetime | None = None) -> None:
        """Let provisioning hear what has arrived, once more if it was heard before."""
        inbox.receive(System.PROVISIONING, received, clock=lambda: at or now())

    def wake(self) -> None:
        """Let provisioning take up what is due in its inbox."""
        due = InboxMessage.objects.using("oss").filter(next_attempt_at__lte=now())
        for sender, subject in set(due.values_list("sender", "subject")):
            inbox.drain(System.PROVISIONING, sender, subject, clock=now)


def sweep(seconds_later: float = 0) -> int:
    """Sweep once, as the clock will stand ``seconds_later``."""
    at = now() + timedelta(seconds=seconds_later)
    return services.resume_work_orders(clock=lambda: at)


def said(receiver: System = System.CRM) -> list[Any]:
    """What provisioning has said to ``receiver``, in order."""
    rows = OutboxMessage.objects.using("oss").filter(receiver=str(receiver)).order_by("id")
    return [decode(row.name, row.body["version"], encode(row.body["payload"])) for row in rows]


def answers(sub_order_no: str, receiver: System = System.CRM) -> list[ProvisioningOrderResponse]:
    return [one for one in said(receiver) if one.sub_order_no == sub_order_no]


def trace(flow_no: str) -> list[tuple[str, str, str]]:
    """The arrows between provisioning and the network that a flow's trace shows."""
    rows = FlowStep.objects.using("oss").filter(flow_no=flow_no).order_by("clock", "id")
    return [(f"{row.source} > {row.target}", row.name, row.status) for row in rows]


def clocks(flow_no: str) -> list[int]:
    steps = FlowStep.objects.using("oss").filter(flow_no=flow_no).values_list("clock", flat=True)
    messages = OutboxMessage.objects.using("oss").filter(flow_no=flow_no)
    return sorted([*steps, *messages.values_list("clock", flat=True)])


def works(somebody: Person) -> list[tuple[str, str, int]]:
    """Element, state and attempts of a subscriber's work orders, in order."""
    rows = WorkOrder.objects.filter(subscriber_no=somebody.subscriber_no).order_by("id")
    return list(rows.values_list("element_id", "state", "attempts"))


def resources(somebody: Person) -> tuple[str, str]:
    """The states of a subscriber's number and card."""
    return (
        PhoneNumber.objects.get(pk=somebody.msisdn).state,
        SimCard.objects.get(pk=somebody.iccid).state,
    )


class Statements(CaptureQueriesContext):
    """The statements sent to provisioning's database inside, transaction control left out."""

    def __init__(self) -> None:
        super().__init__(connections["oss"])

    @property
    def sent(self) -> list[str]:
        words = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
        texts = [query["sql"].strip() for query in self.captured_queries]
        return [text for text in texts if not text.startswith(words)]

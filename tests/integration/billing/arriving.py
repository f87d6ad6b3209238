"""Messages as they arrive at BOSS: envelopes made by hand, heard by the real inbox."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from django.db import connections
from django.test.utils import CaptureQueriesContext

from auth_center.actors import Actor
from core.identifiers import uuid7
from core.systems import System
from core.tariff import computable
from integration import inbox
from integration.context import RECORDED_FOR
from integration.messages import (
    DONE,
    AccountValue,
    CustomerAccountRequest,
    CustomerValue,
    Envelope,
    Message,
    NamedWords,
    OfferingInfo,
    Outcome,
    PaymentRelationValue,
    ProductInfoRequest,
    ServiceInfo,
    ServiceSyncResponse,
    Stamp,
    SubscriberValue,
    SubscriptionOrderRequest,
    SubscriptionValue,
    TariffConfiguredResponse,
    TariffInfo,
    TariffValue,
    TariffVersionInfo,
    decode,
    encode,
)
from integration.models import FlowStep, InboxMessage, OutboxMessage

SENT_AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
HEARD_AT = SENT_AT + timedelta(seconds=3)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
CLERK = Stamp(kind="operator", number="8001", channel="counter")


class Post:
    """Carries messages to BOSS, numbered per sender and subject as an outbox numbers them."""

    def __init__(self) -> None:
        self.now = HEARD_AT
        self._last: Counter[tuple[str, str]] = Counter()

    def envelope(
        self,
        message: Message,
        *,
        subject: str,
        sender: System = System.CRM,
        flow_no: str = "FC000000018",
        at: datetime = SENT_AT,
    ) -> inbox.Received:
        """Return ``message`` as it travels, with the next number of its subject."""
        self._last[sender, subject] += 1
        envelope = Envelope(
            id=str(uuid7()),
            name=type(message).__name__,
            version=message.VERSION,
            sender=sender,
            receiver=System.BOSS,
            subject=subject,
            flow="open_subscriber",
            flow_no=flow_no,
            mode="sync",
            settings={"STATUS_MASTER": "boss"},
            actor=CLERK,
            clock=7,
            at=at,
            needs=message.needs(),
            payload=msgspec.Raw(encode(message)),
        )
        return inbox.Received(seq=self._last[sender, subject], body=encode(envelope).decode())

    def deliver(self, *received: inbox.Received) -> None:
        """Let BOSS hear what has arrived, once more if it was heard before."""
        inbox.receive(System.BOSS, received, clock=lambda: self.now)

    def send(self, message: Message, *, subject: str, **about: Any) -> inbox.Received:
        """Let BOSS hear ``message``; return what travelled."""
        received = self.envelope(message, subject=subject, **about)
        self.deliver(received)
        return received

    def wake(self) -> None:
        """Let BOSS try again whatever is due, as the relay would have it do."""
        due = InboxMessage.objects.using("boss").filter(next_attempt_at__lte=self.now)
        for sender, subject in set(due.values_list("sender", "subject")):
            inbox.drain(System.BOSS, sender, subject, clock=lambda: self.now)


def said(receiver: System) -> list[Message]:
    """Return what BOSS has said to ``receiver``, in order."""
    rows = OutboxMessage.objects.using("boss").filter(receiver=str(receiver)).order_by("id")
    return [decode(row.name, row.body["version"], encode(row.body["payload"])) for row in rows]


def outcomes() -> list[Outcome]:
    """Return how BOSS has answered CRM, in order."""
    return [message.outcome for message in said(System.CRM)]  # type: ignore[attr-defined]


def notes() -> list[tuple[str, str, str, str]]:
    """Return the arrows that BOSS has noted; for whom it worked is told apart (recorded_for)."""
    rows = FlowStep.objects.using("boss").order_by("id")
    return [
        (source, target, name, note.partition(RECORDED_FOR)[0])
        for source, target, name, note in rows.values_list("source", "target", "name", "note")
    ]


def recorded_for() -> set[str]:
    """Return the staff numbers that stand beside what BOSS has written."""
    rows = FlowStep.objects.using("boss").filter(note__contains=RECORDED_FOR)
    return {note.partition(RECORDED_FOR)[2] for note in rows.values_list("note", flat=True)}


def inbox_states() -> dict[str, int]:
    """Return how many messages BOSS keeps in each state."""
    rows = InboxMessage.objects.using("boss").values_list("status", flat=True)
    return dict(Counter(rows))


def forget() -> None:
    """Let a test see only what BOSS hears, says and notes from here on."""
    for table in (InboxMessage, OutboxMessage, FlowStep):
        table.objects.using("boss").all().delete()


class Statements(CaptureQueriesContext):
    """The statements sent to BOSS's database inside, savepoints left out."""

    def __init__(self) -> None:
        super().__init__(connections["boss"])

    @property
    def sent(self) -> list[str]:
        """The statements as text."""
        words = ("SAVEPOINT", "RELEASE", "ROLLBACK")
        texts = [query["sql"].strip() for query in self.captured_queries]
        return [text for text in texts if not text.startswith(words)]


def customer(customer_no: str = "CC000000018", **other: Any) -> CustomerValue:
    values = {
        "name": "王小明",
        "kind": "person",
        "segment": "consumer",
        "org_unit": "SH-01",
        "region": "SH",
    }
    return CustomerValue(customer_no=customer_no, **(values | other))


def account(
    account_no: str = "AC000000018", customer_no: str = "CC000000018", **other: Any
) -> AccountValue:
    values = {
        "name": "王小明",
        "charging_mode": "postpaid",
        "currency": "CNY",
        "billing_day": 1,
    }
    return AccountValue(account_no=account_no, customer_no=customer_no, **(values | other))


def parties(*accounts: AccountValue, **about: Any) -> CustomerAccountRequest:
    return CustomerAccountRequest(
        sub_order_no="FC000000018-1",
        customer=customer(**about),
        accounts=list(accounts) or [account()],
    )


def subscription(
    subscription_no: str = "PC000000018", offering: str = "PLAN-A", **other: Any
) -> SubscriptionValue:
    values = {"tariffs": [TariffValue(code="MONTHLY-A", version=1)], "valid_from": SENT_AT}
    return SubscriptionValue(
        subscription_no=subscription_no, offering_code=offering, **(values | other)
    )


def payer(account_no: str = "AC000000018", group: str = "*", **other: Any) -> PaymentRelationValue:
    values = {"priority": 0, "valid_from": SENT_AT}
    return PaymentRelationValue(account_no=account_no, charge_group=group, **(values | other))


def order(action: str = "open", **other: Any) -> SubscriptionOrderRequest:
    values: dict[str, Any] = {
        "subscriber": subscriber(),
        "subscriptions": [subscription()],
        "payment_relations": [payer()] if action == "open" else [],
    }
    return SubscriptionOrderRequest(
        sub_order_no="FC000000026-2",
        action=action,  # type: ignore[arg-type]
        **(values | other),
    )


def subscriber(number: str = "SC000000018", **other: Any) -> SubscriberValue:
    values = {
        "customer_no": "CC000000018",
        "service_kind": "mobile",
        "service_number": "13800000001",
    }
    return SubscriberValue(subscriber_no=number, **(values | other))


def rules(amount: int = 59) -> dict[str, Any]:
    """Return the computable rules of a monthly fee."""
    return computable("accounting", human_rules(amount), (), _never)


def human_rules(amount: int = 59) -> dict[str, Any]:
    """Return the rules of a monthly fee as people write them."""
    return {
        "charge": "recurring",
        "amount": amount,
        "when": "advance",
        "proration": {"first": "by_day", "last": "full"},
    }


def version(number: int = 1, **other: Any) -> TariffVersionInfo:
    values: dict[str, Any] = {
        "valid_from": NEW_YEAR,
        "valid_to": None,
        "description": NamedWords(zh="59 元/月", en="59 yuan a month"),
        "rules": rules(),
    }
    return TariffVersionInfo(version=number, **(values | other))


def tariff(code: str = "MONTHLY-A", *versions: TariffVersionInfo, **other: Any) -> TariffInfo:
    values: dict[str, Any] = {
        "kind": "accounting",
        "charge_group": "rental",
        "name": NamedWords(zh="月租", en="Rental"),
        "versions": list(versions) or [version()],
    }
    return TariffInfo(code=code, **(values | other))


def command(element: str = "hlr", name: str = "enable", **parameters: Any) -> dict[str, Any]:
    return {"element": element, "command": name, "parameters": parameters}


def service(code: str = "VOICE", **other: Any) -> ServiceInfo:
    values: dict[str, Any] = {
        "kind": "function",
        "name": NamedWords(zh="服务", en="Service"),
        "commands": [command(service=code)],
    }
    return ServiceInfo(code=code, **(values | other))


def offering(code: str = "PLAN-A", *tariffs: str, **other: Any) -> OfferingInfo:
    values: dict[str, Any] = {
        "kind": "main",
        "name": NamedWords(zh="套餐甲", en="Plan A"),
        "status": "launched",
        "charging_mode": "postpaid",
        "tariffs": list(tariffs) or ["MONTHLY-A"],
        "services": ["VOICE", "DATA"],
    }
    return OfferingInfo(code=code, **(values | other))


def release(
    *entries: OfferingInfo | TariffInfo | ServiceInfo, number: str = "R-1", **other: Any
) -> ProductInfoRequest:
    """Return a release of these; tariffs and services that are only named come configured."""
    offerings = [one for one in entries if isinstance(one, OfferingInfo)] or [
        offering(),
        offering("PACK-A", "PACK-FEE", kind="addon", charging_mode=None),
    ]
    tariffs = [one for one in entries if isinstance(one, TariffInfo)]
    services = [one for one in entries if isinstance(one, ServiceInfo)]
    stated = {one.code for one in (*tariffs, *services)}
    named = dict.fromkeys(code for one in offerings for code in one.tariffs)
    meant = dict.fromkeys(code for one in offerings for code in one.services)
    values: dict[str, Any] = {
        "offerings": offerings,
        "tariffs": tariffs + [tariff(code) for code in named if code not in stated],
        "services": services + [service(code) for code in meant if code not in stated],
    }
    return ProductInfoRequest(release_no=number, **(values | other))


def requested(
    post: Post, *entries: OfferingInfo | TariffInfo | ServiceInfo, number: str = "R-1", **other: Any
) -> None:
    """Let CRM ask for a release."""
    post.send(release(*entries, number=number, **other), subject="catalogue", flow_no=number)


def synced(post: Post, outcome: Outcome = DONE, number: str = "R-1") -> None:
    """Let provisioning answer for a release's commands."""
    post.send(
        ServiceSyncResponse(release_no=number, outcome=outcome),
        subject="catalogue",
        sender=System.PROVISIONING,
        flow_no=number,
    )


def closed(
    post: Post,
    decision: Literal["launched", "withdrawn"] = "launched",
    *,
    at: datetime = SENT_AT,
    number: str = "R-1",
) -> None:
    """Let CRM close a release."""
    message = TariffConfiguredResponse(release_no=number, decision=decision, closed_at=at)
    post.send(message, subject="catalogue", flow_no=number)


def launched(
    post: Post,
    *entries: OfferingInfo | TariffInfo | ServiceInfo,
    number: str = "R-1",
    at: datetime = SENT_AT,
) -> None:
    """Bring a release all the way to the market."""
    requested(post, *entries, number=number)
    synced(post, number=number)
    closed(post, at=at, number=number)


def manager(*grants: str) -> Actor:
    """Return a BOSS product manager, who may do everything unless ``grants`` say what."""
    return Actor(kind="operator", number="3003", grants=frozenset(grants or {"*"}))


def _never(path: Any, zh: str, en: str) -> None:
    raise AssertionError(f"{path}: {en}")

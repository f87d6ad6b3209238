"""Messages as they arrive at BOSS: envelopes made by hand, heard by the real inbox."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from django.db import connections
from django.test.utils import CaptureQueriesContext

from core.identifiers import uuid7
from core.systems import System
from integration import inbox
from integration.messages import (
    AccountValue,
    CustomerAccountRequest,
    CustomerValue,
    Envelope,
    Message,
    Outcome,
    PaymentRelationValue,
    ProductInfoRequest,
    Stamp,
    SubscriberValue,
    SubscriptionOrderRequest,
    SubscriptionValue,
    TariffValue,
    decode,
    encode,
)
from integration.models import FlowStep, InboxMessage, OutboxMessage

SENT_AT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
HEARD_AT = SENT_AT + timedelta(seconds=3)
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
    """Return the arrows that BOSS has noted."""
    rows = FlowStep.objects.using("boss").order_by("id")
    return list(rows.values_list("source", "target", "name", "note"))


def inbox_states() -> dict[str, int]:
    """Return how many messages BOSS keeps in each state."""
    rows = InboxMessage.objects.using("boss").values_list("status", flat=True)
    return dict(Counter(rows))


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


def version(number: int = 1, **other: Any) -> dict[str, Any]:
    values = {"valid_from": "2026-01-01T00:00:00Z", "valid_to": None, "rules": {"amount": "59.00"}}
    return {"version": number} | values | other


def tariff(code: str = "MONTHLY-A", *versions: dict[str, Any], **other: Any) -> dict[str, Any]:
    values = {
        "kind": "accounting",
        "charge_group": "rental",
        "currency": "CNY",
        "name": {"zh": "月租", "en": "Rental"},
        "versions": list(versions) or [version()],
    }
    return {"code": code} | values | other


def offering(code: str = "PLAN-A", *tariffs: dict[str, Any], **other: Any) -> dict[str, Any]:
    values = {
        "kind": "main",
        "name": {"zh": "套餐甲", "en": "Plan A"},
        "charging_mode": "postpaid",
        "services": ["VOICE", "DATA"],
        "tariffs": list(tariffs) or [tariff()],
        "parts": [],
    }
    return {"code": code} | values | other


def release(*offerings: dict[str, Any], number: str = "R-1") -> ProductInfoRequest:
    return ProductInfoRequest(
        release_no=number,
        offerings=list(offerings)
        or [offering(), offering("PACK-A", tariff("PACK-FEE"), kind="addon", charging_mode=None)],
        services=[{"code": "VOICE", "commands": []}, {"code": "DATA", "commands": []}],
    )

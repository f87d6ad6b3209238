"""What crosses the border of the customers app."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer as a channel or a clerk asks for it."""

    name: str
    kind: str = "person"
    segment: str = ""
    level: str = ""
    org_unit: str = "HQ"
    region: str = "CN"
    identity_kind: str = ""
    identity_number: str = ""
    account_name: str = ""
    charging_mode: str = "postpaid"
    currency: str = "CNY"
    engaged_party: dict[str, Any] = field(default_factory=dict)
    contact_medium: list[Any] = field(default_factory=list)
    extension: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """One more account for a customer."""

    customer_no: str
    name: str
    charging_mode: str = "postpaid"
    currency: str = "CNY"
    extension: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscription:
    """An offering for a subscriber: its numbers and the tariff versions that it keeps.

    ``parent_no`` is the subscription of the bundle that it is part of.
    """

    subscription_no: str
    offering_code: str
    is_main: bool
    tariffs: tuple[tuple[str, int], ...]
    extension: dict[str, Any] = field(default_factory=dict)
    parent_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """A subscriber to be: whose it is, on which number and card, with what, paid by whom."""

    subscriber_no: str
    customer_id: int
    account_id: int
    service_kind: str
    service_number: str
    iccid: str
    subscriptions: tuple[NewSubscription, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A customer and the account that shall pay, as an order needs them."""

    customer_id: int
    customer_no: str
    kind: str
    segment: str
    region: str
    blacklisted: bool
    closed: bool
    identity_digest: str | None
    account_id: int
    account_no: str
    charging_mode: str


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What the network must know of a subscriber's line, and the version it is told."""

    subscriber_no: str
    service_kind: str
    service_number: str
    iccid: str
    suspend_reasons: list[str]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldProduct:
    """A subscription that a subscriber has now; its parent is the bundle's, and that one's code."""

    subscription_no: str
    offering_code: str
    is_main: bool
    status: str
    tariffs: tuple[tuple[str, int], ...]
    valid_from: datetime
    parent_no: str = ""
    parent_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A subscriber as an order about its products needs it: who it is, who pays, what it has."""

    subscriber_id: int
    subscriber_no: str
    service_kind: str
    service_number: str
    status: str
    activated_at: datetime | None
    customer_no: str
    customer_kind: str
    segment: str
    region: str
    blacklisted: bool
    account_no: str
    charging_mode: str
    products: tuple[HeldProduct, ...]

"""The shared fields of the three parties, page by page, for comparison with CRM's half.

A page is one query whatever its size, in the order of the business number; the next page begins
after the last number of the one before, so that a party which comes or goes meanwhile moves no
other from one page to the next. Values are plain JSON, instants in UTC ending in Z.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from billing.models import (
    BillingAccount,
    BillingCustomer,
    BillingSubscriber,
    BillingSubscription,
    PaymentRelation,
)
from core.errors import DomainError

Row = dict[str, Any]


class PartyKindUnknown(DomainError):
    """There is no such kind of party to compare."""

    code = "partyKindUnknown"
    zh = "未知的三户数据类型 {kind}"
    en = "There is no kind of party {kind}"


def list_party_rows(kind: str, after: str, limit: int) -> list[Row]:
    """Return the shared fields of up to ``limit`` parties whose number follows ``after``.

    ``kind`` is customer, account, subscriber or subscription; ``after`` is "" at the start.
    Raises ``PartyKindUnknown``.
    """
    try:
        number, rows = _KINDS[kind]
    except KeyError:
        raise PartyKindUnknown(kind=kind) from None
    page = rows().filter(**{f"{number}__gt": after}).order_by(number)[:limit]
    return [{name: _plain(name, value) for name, value in row.items()} for row in page]


def _customers() -> QuerySet[BillingCustomer, Any]:
    return BillingCustomer.objects.values(
        "customer_no", "name", "kind", "segment", "org_unit", "region"
    )


def _accounts() -> QuerySet[BillingAccount, Any]:
    return BillingAccount.objects.values(
        "account_no",
        "name",
        "charging_mode",
        "currency",
        "billing_day",
        customer_no=F("customer__customer_no"),
        parent_no=F("parent__account_no"),
    )


def _subscribers() -> QuerySet[BillingSubscriber, Any]:
    payers = PaymentRelation.objects.filter(subscriber=OuterRef("pk"), valid_to=None)
    return BillingSubscriber.objects.values(
        "subscriber_no",
        "service_kind",
        "service_number",
        "status",
        "suspend_reasons",
        "status_version",
        customer_no=F("customer__customer_no"),
        payers=ArraySubquery(
            payers.order_by("charge_group", "priority").values(
                payer=JSONObject(
                    account_no="account__account_no",
                    charge_group="charge_group",
                    priority="priority",
                )
            )
        ),
    )


def _subscriptions() -> QuerySet[BillingSubscription, Any]:
    return BillingSubscription.objects.values(
        "subscription_no",
        "offering_code",
        "tariffs",
        "status",
        "valid_from",
        "valid_to",
        "parent_no",
        subscriber_no=F("subscriber__subscriber_no"),
    )


_KINDS: dict[str, tuple[str, Callable[[], QuerySet[Any, Any]]]] = {
    "customer": ("customer_no", _customers),
    "account": ("account_no", _accounts),
    "subscriber": ("subscriber_no", _subscribers),
    "subscription": ("subscription_no", _subscriptions),
}


def _plain(name: str, value: Any) -> Any:
    if name == "parent_no":
        return value or None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value

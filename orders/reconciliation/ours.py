"""What CRM holds, in the shape in which the other systems tell theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from customers.models import Account, Customer, PaymentRelation, Subscriber, Subscription
from customers.states import CustomerStatus, SubscriberStatus
from orders.stating import bar_of, services_of

Row = dict[str, Any]
PAGE = 2000
MOBILE = "mobile"
SERVED = (SubscriberStatus.ACTIVE, SubscriberStatus.SUSPENDED)


def party_rows(kind: str) -> Iterator[Row]:
    """Yield the shared fields of every party of ``kind``, in the order of its number."""
    number, rows = _KINDS[kind]
    return _paged(rows(), number)


def line_rows() -> Iterator[Row]:
    """Yield what provisioning shall hold: each subscriber's line with the services it bought."""
    served = Subscriber.objects.filter(status__in=SERVED)
    offerings = Subscription.objects.filter(subscriber=OuterRef("pk"), status="active")
    rows = served.values(
        "subscriber_no",
        "service_kind",
        "service_number",
        "iccid",
        reasons=F("suspend_reasons"),
        offerings=ArraySubquery(offerings.values("offering_id")),
    )
    services = cache(partial(_services, at=timezone.now()))  # few ways to combine offerings
    for row in _paged(rows, "subscriber_no"):
        row["services"] = services(frozenset(row.pop("offerings")))
        row["bar"] = bar_of(row.pop("reasons"))
        row["state"] = "active"
        yield row


def mobile_rows() -> Iterator[Row]:
    """Yield what the HLR shall have: the lines of mobile numbers."""
    for row in line_rows():
        if row["service_kind"] == MOBILE:
            yield row | {"msisdn": row["service_number"]}


def _services(offerings: frozenset[str], at: datetime) -> list[str]:
    return services_of(list(offerings), at)


def _paged(rows: QuerySet[Any, Any], number: str) -> Iterator[Row]:
    after = ""
    while True:
        page = list(rows.filter(**{f"{number}__gt": after}).order_by(number)[:PAGE])
        for row in page:
            yield {name: _plain(value) for name, value in row.items()}
        if len(page) < PAGE:
            return
        after = page[-1][number]


def _customers() -> QuerySet[Any, Any]:
    return Customer.objects.exclude(status=CustomerStatus.PENDING).values(
        "customer_no", "name", "kind", "segment", "org_unit", "region"
    )


def _accounts() -> QuerySet[Any, Any]:
    return Account.objects.values(
        "account_no",
        "name",
        "charging_mode",
        "currency",
        "billing_day",
        customer_no=F("customer__customer_no"),
        parent_no=F("parent__account_no"),
    )


def _subscribers() -> QuerySet[Any, Any]:
    payers = PaymentRelation.objects.filter(subscriber=OuterRef("pk"), valid_to=None)
    return Subscriber.objects.values(
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


def _subscriptions() -> QuerySet[Any, Any]:
    return Subscription.objects.values(
        "subscription_no",
        "tariffs",
        "status",
        "valid_from",
        "valid_to",
        offering_code=F("offering_id"),
        subscriber_no=F("subscriber__subscriber_no"),
        parent_no=F("parent__subscription_no"),
    )


_KINDS: dict[str, tuple[str, Callable[[], QuerySet[Any, Any]]]] = {
    "customer": ("customer_no", _customers),
    "account": ("account_no", _accounts),
    "subscriber": ("subscriber_no", _subscribers),
    "subscription": ("subscription_no", _subscriptions),
}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value

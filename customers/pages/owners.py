"""What customers bring to a product's page: who has it, and which tariff versions they kept."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import Count
from django.http import QueryDict

from auth_center.actors import Actor
from core.words import said
from customers.pages.links import address_of
from customers.pages.words import TONES, named_state
from customers.selectors import list_subscriptions
from customers.states import SUBSCRIPTION_ENDED, SubscriptionStatus
from products.models import Tariff

LATEST = 20
Content = dict[str, Any]


def fill_owners(actor: Actor, code: str, query: QueryDict) -> Content:
    """Show how many have an offering by status and by tariff version, and the latest of them."""
    held = list_subscriptions(actor).filter(offering__code=code)
    groups = list(
        held.order_by().select_related(None).values_list("status", "tariffs").annotate(Count("pk"))
    )
    statuses: Counter[str] = Counter()
    versions: dict[tuple[str, int], Counter[str]] = {}
    for status, tariffs, number in groups:
        statuses[status] += number
        for tariff in tariffs:
            kept = versions.setdefault((tariff["code"], tariff["version"]), Counter())
            kept[status] += number
    shown = [status for status in SubscriptionStatus if statuses[status]]
    return {
        "having": sum(n for status, n in statuses.items() if status not in SUBSCRIPTION_ENDED),
        "ended": sum(n for status, n in statuses.items() if status in SUBSCRIPTION_ENDED),
        "statuses": [
            {
                "words": named_state(SubscriptionStatus, status),
                "tone": TONES.get(status, "quiet"),
                "number": statuses[status],
            }
            for status in shown
        ],
        "versions": _versions(actor, versions, shown),
        "latest": [_owner(actor, one) for one in held.order_by("-pk")[:LATEST]],
        "most": LATEST,
    }


def _versions(
    actor: Actor, versions: dict[tuple[str, int], Counter[str]], shown: list[SubscriptionStatus]
) -> list[Content]:
    codes = {code for code, _ in versions}
    rows = Tariff.objects.filter(code__in=codes).values_list("code", "name_zh", "name_en")
    names = {code: said(zh, en) for code, zh, en in rows} if codes else {}
    return [
        {
            "code": code,
            "name": names.get(code, code),
            "address": address_of(actor, "catalogue_tariff", code),
            "version": version,
            "numbers": [kept[status] for status in shown],
        }
        for (code, version), kept in sorted(
            versions.items(), key=lambda item: (item[0][0], -item[0][1])
        )
    ]


def _owner(actor: Actor, one: Any) -> Content:
    subscriber = one.subscriber
    customer = subscriber.customer if subscriber else one.account.customer
    narrowed = {"subscriber": subscriber.subscriber_no} if subscriber else {}
    return {
        "number": one.subscription_no,
        "status": named_state(SubscriptionStatus, one.status),
        "tone": TONES.get(one.status, "quiet"),
        "since": one.valid_from,
        "tariffs": [f"{tariff['code']} v{tariff['version']}" for tariff in one.tariffs],
        "service_number": subscriber.service_number if subscriber else "",
        "subscriber_no": subscriber.subscriber_no if subscriber else "",
        "customer": customer.name,
        "customer_no": customer.customer_no,
        "address": address_of(actor, "customer", customer.customer_no, **narrowed),
    }

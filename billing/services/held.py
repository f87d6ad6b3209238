"""What a locked subscriber holds, and writing how it is afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db.models import Q

from billing.changes import HeldSubscription
from billing.models import BillingSubscriber, BillingSubscription, FormerNumber, PaymentRelation
from billing.payers import HeldPayer
from billing.states import SUBSCRIPTION_ARROWS, SUBSCRIPTION_ENDED
from integration.messages import SubscriberValue

_SUBSCRIPTION = [column.name for column in fields(HeldSubscription)]
_PAYER = [column.name for column in fields(HeldPayer)]


def held_subscriptions(
    subscriber_id: int, stated: Iterable[str] = ()
) -> dict[str, HeldSubscription]:
    """Return by number what the subscriber has, and of what is over only what is ``stated``."""
    wanted = ~Q(status__in=SUBSCRIPTION_ENDED) | Q(subscription_no__in=list(stated))
    rows = BillingSubscription.objects.filter(wanted, subscriber_id=subscriber_id)
    held = [HeldSubscription(**row) for row in rows.values(*_SUBSCRIPTION)]
    return {one.subscription_no: one for one in held}


def held_payers(subscriber_id: int) -> list[HeldPayer]:
    """Return every payment relation of the subscriber, past ones too."""
    rows = PaymentRelation.objects.filter(subscriber_id=subscriber_id).values(*_PAYER)
    return [HeldPayer(**row) for row in rows]


def save_facts(
    subscriber: BillingSubscriber, stated: SubscriberValue, customer_id: int, *, at: datetime
) -> bool:
    """Make customer and service number as stated; tell whether they were not.

    A number that changes is the subscriber's until ``at``: what comes late of its use is charged
    to whoever had it then.
    """
    facts: dict[str, Any] = {
        "customer_id": customer_id,
        "service_kind": stated.service_kind,
        "service_number": stated.service_number,
    }
    if all(getattr(subscriber, name) == value for name, value in facts.items()):
        return False
    if (subscriber.service_kind, subscriber.service_number) != (
        stated.service_kind,
        stated.service_number,
    ):
        facts["number_since"] = _leave_number(subscriber, at)
    BillingSubscriber.objects.filter(pk=subscriber.pk).update(**facts)
    return True


def _leave_number(subscriber: BillingSubscriber, at: datetime) -> datetime:
    """Note until when the subscriber had its number; return the instant."""
    since = subscriber.number_since or subscriber.activated_at or subscriber.created_at
    until = max(at, since)
    FormerNumber.objects.create(
        subscriber=subscriber,
        service_kind=subscriber.service_kind,
        service_number=subscriber.service_number,
        held_from=since,
        held_to=until,
    )
    return until


def save_subscription_ends(
    held: dict[str, HeldSubscription], after: list[HeldSubscription]
) -> None:
    """Write the ends of subscriptions, given as they were and as they are afterwards."""
    for one in after:
        SUBSCRIPTION_ARROWS.check(held[one.subscription_no].status, one.status)
    if after:
        BillingSubscription.objects.bulk_update(
            [
                BillingSubscription(pk=one.id, status=one.status, valid_to=one.valid_to)
                for one in after
            ],
            ["status", "valid_to"],
        )


def save_parents(moved: list[HeldSubscription]) -> None:
    """Write of which bundles subscriptions are parts, given as they are afterwards."""
    if moved:
        BillingSubscription.objects.bulk_update(
            [BillingSubscription(pk=one.id, parent_no=one.parent_no) for one in moved],
            ["parent_no"],
        )


def save_payer_ends(after: list[HeldPayer]) -> None:
    """Write the ends of payment relations, given as they are afterwards."""
    if after:
        PaymentRelation.objects.bulk_update(
            [PaymentRelation(pk=one.id, valid_to=one.valid_to) for one in after], ["valid_to"]
        )

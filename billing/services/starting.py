"""The rows with which a subscriber, its subscriptions and its payment relations start."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from billing.changes import first_status, plain
from billing.models import BillingSubscriber, BillingSubscription, PaymentRelation
from billing.states import SubscriberStatus
from integration.messages import PaymentRelationValue, SubscriberValue, SubscriptionValue


def start_subscriber(stated: SubscriberValue, customer_id: int, *, at: datetime) -> int:
    """Insert a subscriber, active, and return its id."""
    subscriber = BillingSubscriber(
        subscriber_no=stated.subscriber_no,
        customer_id=customer_id,
        service_kind=stated.service_kind,
        service_number=stated.service_number,
        status=SubscriberStatus.ACTIVE,
        created_at=at,
        activated_at=at,
    )
    BillingSubscriber.objects.bulk_create([subscriber])
    return subscriber.pk


def start_subscriptions(
    subscriber_id: int, stated: Iterable[SubscriptionValue], *, at: datetime
) -> None:
    """Insert subscriptions of one subscriber, active at ``at`` or waiting for their day."""
    BillingSubscription.objects.bulk_create(
        BillingSubscription(
            subscription_no=one.subscription_no,
            subscriber_id=subscriber_id,
            offering_code=one.offering_code,
            tariffs=plain(one.tariffs),
            parent_no=one.parent_no,
            status=first_status(one.valid_from, at),
            valid_from=one.valid_from,
            created_at=at,
        )
        for one in stated
    )


def start_payers(
    subscriber_id: int, stated: Iterable[PaymentRelationValue], accounts: dict[str, int]
) -> None:
    """Insert payment relations of one subscriber; ``accounts`` gives their ids by number."""
    PaymentRelation.objects.bulk_create(
        PaymentRelation(
            subscriber_id=subscriber_id,
            account_id=accounts[one.account_no],
            charge_group=one.charge_group,
            priority=one.priority,
            valid_from=one.valid_from,
        )
        for one in stated
    )

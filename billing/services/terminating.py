"""Ending a subscriber: nothing is charged from then on."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case, DateTimeField, F, Q, Value, When
from django.db.models.functions import Greatest, Least

from billing.bill_run.status import keep_status_period
from billing.models import BillingSubscriber, BillingSubscription
from billing.services.subject import SubscriberUnknown, lock_subscriber, sent_at
from billing.states import (
    SUBSCRIBER_ARROWS,
    SUBSCRIPTION_ENDED,
    SubscriberStatus,
    SubscriptionStatus,
)
from integration.context import FlowContext
from integration.messages import SubscriptionOrderRequest

_NEVER_BEGAN = (SubscriptionStatus.CREATED, SubscriptionStatus.PENDING_ACTIVE)


def terminate_subscriber(order: SubscriptionOrderRequest, context: FlowContext) -> None:
    """End the subscriber, all its subscriptions and payment relations, as of the order's sending.

    What it has ends whole, whatever the order names. The service number is free for another
    subscriber; money owed stays owed. Told again it changes nothing. A subscriber that was never
    here is ended already: this undoes an opening that was refused. Raises ``SubscriberUnknown``
    when BOSS holds a subscription that the order names: then its subscriber is not the one meant.
    """
    try:
        subscriber = lock_subscriber(order.subscriber.subscriber_no, ended=True)
    except SubscriberUnknown:
        if _any_is_held(order):
            raise
        return
    if subscriber.status == SubscriberStatus.TERMINATED:
        return
    SUBSCRIBER_ARROWS.check(subscriber.status, SubscriberStatus.TERMINATED)
    at = sent_at(context)
    BillingSubscriber.objects.filter(pk=subscriber.pk).update(
        status=SubscriberStatus.TERMINATED,
        suspend_reasons=[],
        status_version=F("status_version") + (1 if subscriber.suspend_reasons else 0),
        terminated_at=at,
    )
    if subscriber.suspend_reasons:
        keep_status_period(subscriber.pk, [], at=at)
    _end_subscriptions(subscriber, at)
    subscriber.payment_relations.filter(Q(valid_to=None) | Q(valid_to__gt=at)).update(
        valid_to=Greatest(F("valid_from"), Value(at, DateTimeField()))
    )
    context.wrote("终止订购")


def _any_is_held(order: SubscriptionOrderRequest) -> bool:
    numbers = [one.subscription_no for one in order.subscriptions]
    return BillingSubscription.objects.filter(subscription_no__in=numbers).exists()


def _end_subscriptions(subscriber: BillingSubscriber, at: datetime) -> None:
    """One that never began is cancelled with an empty period; an earlier end stays."""
    end = Greatest(F("valid_from"), Least(F("valid_to"), Value(at, DateTimeField())))
    subscriber.subscriptions.exclude(status__in=SUBSCRIPTION_ENDED).update(
        status=Case(
            When(status__in=_NEVER_BEGAN, then=Value(SubscriptionStatus.CANCELLED)),
            default=Value(SubscriptionStatus.TERMINATED),
        ),
        valid_to=Case(When(status__in=_NEVER_BEGAN, then=F("valid_from")), default=end),
    )

"""Writing what subscribers have: an offering that joins, one that leaves, and both taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import QuerySet

from customers.models import Subscription
from customers.states import SUBSCRIPTION_ENDED, SubscriberStatus, SubscriptionStatus
from customers.values import NewSubscription


def promise_subscriptions(
    subscriber_id: int,
    joining: Sequence[NewSubscription],
    leaving: Collection[str],
    *,
    at: datetime,
) -> None:
    """Write what an accepted order promises: new subscriptions, created, and those to end.

    What it concerns stays in effect until ``conclude_subscriptions``.
    """
    parents = {one.parent_no for one in joining if one.parent_no}
    ids = dict(_these(parents).values_list("subscription_no", "id")) if parents else {}
    Subscription.objects.bulk_create(
        Subscription(
            subscription_no=one.subscription_no,
            parent_id=ids.get(one.parent_no),
            subscriber_id=subscriber_id,
            offering_id=one.offering_code,
            is_main=one.is_main,
            tariffs=[{"code": code, "version": version} for code, version in one.tariffs],
            extension=one.extension,
            status=SubscriptionStatus.CREATED,
            valid_from=at,
            created_at=at,
        )
        for one in joining
    )
    _these(leaving).update(status=SubscriptionStatus.PENDING_TERMINATE)


def join_bundle(bundle_no: str, parts: Collection[str]) -> None:
    """Make subscriptions parts of a bundle's."""
    _these(parts).update(parent=Subscription.objects.get(subscription_no=bundle_no))


def date_subscriptions(joining: Collection[str], leaving: Collection[str], *, at: datetime) -> None:
    """Write the instant from which BOSS is told to charge what joins and no longer what leaves."""
    _these(joining).update(valid_from=at)
    _these(leaving).update(valid_to=at)


def conclude_subscriptions(joining: Collection[str], leaving: Collection[str]) -> None:
    """Put the change into effect: BOSS charges it, the network serves it."""
    _these(leaving).update(status=SubscriptionStatus.TERMINATED)
    _these(joining).update(status=SubscriptionStatus.ACTIVE)


def take_back_subscriptions(
    joining: Collection[str], leaving: Collection[str], *, at: datetime
) -> None:
    """Take the promise back: what should have joined is cancelled, what should leave stays.

    What has ended meanwhile stays ended; of a subscriber not active yet it is about to begin again.
    """
    _these(joining).update(status=SubscriptionStatus.CANCELLED, valid_from=at, valid_to=at)
    stays = _these(leaving).exclude(status__in=SUBSCRIPTION_ENDED)
    not_yet = stays.filter(subscriber__status=SubscriberStatus.PRE_ACTIVE)
    not_yet.update(status=SubscriptionStatus.PENDING_ACTIVE, valid_to=None)
    stays.exclude(subscriber__status=SubscriberStatus.PRE_ACTIVE).update(
        status=SubscriptionStatus.ACTIVE, valid_to=None
    )


def _these(numbers: Collection[str]) -> QuerySet[Subscription]:
    return Subscription.objects.filter(subscription_no__in=list(numbers))

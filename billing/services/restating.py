"""Repairing BOSS's half of a subscriber: CRM, its owner, states the whole truth again."""

from __future__ import annotations

from datetime import datetime

from billing.changes import end, first_status, plain
from billing.models import BillingSubscription
from billing.payers import restate_payers
from billing.selectors import get_standing
from billing.services.held import (
    held_payers,
    held_subscriptions,
    save_facts,
    save_payer_ends,
    save_subscription_ends,
)
from billing.services.starting import start_payers, start_subscriber
from billing.services.subject import SubscriberUnknown, lock_subscriber, now, sent_at
from billing.standing import (
    check_catalogue,
    check_default_payer,
    check_number,
    check_parties,
    check_payers,
)
from billing.states import SubscriptionStatus
from integration.context import FlowContext
from integration.messages import SubscriptionOrderRequest, SubscriptionValue


def restate_subscriber(order: SubscriptionOrderRequest, context: FlowContext) -> None:
    """Make the subscriber, its subscriptions and its payers equal to what ``order`` states.

    Unlike a change it creates what is missing, corrects what differs, takes back an end that CRM
    knows nothing of, and ends what is not stated. The subscriber's status stays: CRM does not
    own it. Raises ``MissingParty``, ``SubscriberEnded``, ``OfferingUnknown``, ``TariffUnknown``,
    ``NumberInUse``, ``DefaultPayerMissing`` or ``PayersOverlap``: then nothing is written.
    """
    standing = get_standing(order)
    customer_id = check_parties(order, standing)
    check_catalogue(standing)
    check_number(order, standing)
    check_payers(order.payment_relations)
    check_default_payer(order.payment_relations)
    at = sent_at(context)
    try:
        subscriber = lock_subscriber(order.subscriber.subscriber_no)
    except SubscriberUnknown:
        subscriber_id = start_subscriber(order.subscriber, customer_id, at=now(context))
    else:
        subscriber_id = subscriber.pk
        save_facts(subscriber, order.subscriber, customer_id, at=at)
    _restate_subscriptions(subscriber_id, order.subscriptions, at=at, present=now(context))
    starting, after = restate_payers(
        order.payment_relations, held_payers(subscriber_id), standing.accounts, at=at
    )
    save_payer_ends(after)
    start_payers(subscriber_id, starting, standing.accounts)
    context.wrote("稽核修复: 用户、订购信息以CRM为准")


def _restate_subscriptions(
    subscriber_id: int, stated: list[SubscriptionValue], *, at: datetime, present: datetime
) -> None:
    numbers = {one.subscription_no for one in stated}
    held = held_subscriptions(subscriber_id, numbers)
    unstated = [
        end(one, ends_at=at, at=at) for number, one in held.items() if number not in numbers
    ]
    save_subscription_ends(held, unstated)
    suspended = {
        number for number, one in held.items() if one.status == SubscriptionStatus.SUSPENDED
    }
    BillingSubscription.objects.bulk_create(
        [
            BillingSubscription(
                subscription_no=one.subscription_no,
                subscriber_id=subscriber_id,
                offering_code=one.offering_code,
                tariffs=plain(one.tariffs),
                parent_no=one.parent_no,
                status=SubscriptionStatus.SUSPENDED
                if one.subscription_no in suspended
                else first_status(one.valid_from, present),
                valid_from=one.valid_from,
                created_at=present,
            )
            for one in stated
        ],
        update_conflicts=True,
        unique_fields=["subscription_no"],
        update_fields=[
            "subscriber",
            "offering_code",
            "tariffs",
            "parent_no",
            "status",
            "valid_from",
            "valid_to",
        ],
    )

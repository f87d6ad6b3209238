"""Changing a subscriber: an order states how everything shall be afterwards."""

from __future__ import annotations

from billing.changes import compare_subscriptions
from billing.payers import compare_payers
from billing.selectors import get_standing
from billing.services.held import (
    held_payers,
    held_subscriptions,
    save_facts,
    save_parents,
    save_payer_ends,
    save_subscription_ends,
)
from billing.services.starting import start_payers, start_subscriptions
from billing.services.subject import lock_subscriber, now, sent_at
from billing.standing import (
    SubscriptionTaken,
    check_catalogue,
    check_number,
    check_parties,
    check_payers,
)
from integration.context import FlowContext
from integration.messages import SubscriptionOrderRequest


def change_subscriber(order: SubscriptionOrderRequest, context: FlowContext) -> None:
    """Bring a subscriber to what ``order`` states, and change nothing when it is so already.

    - ``subscriber``: its customer and service number afterwards (transfer, change of number).
    - ``subscriptions``: **all** that it shall have. New numbers start at their ``valid_from``;
      held ones keep the tariff versions they bought, and are a part of the bundle that is stated
      now, or of none; what is held and not stated ends when the first new one starts, or, when
      none does, at the instant CRM sent the order. An end once set stays, and the parts of a
      bundle that ends stay.
    - ``payment_relations``: those that change. Each takes the place of the relation with its
      charge group and priority from its ``valid_from`` on; relations not stated stay, so none
      stated changes no payer, and the default payer is never left out.

    Raises ``MissingParty``, ``SubscriberUnknown``, ``SubscriberEnded``, ``OfferingUnknown``,
    ``TariffUnknown``, ``NumberInUse``, ``SubscriptionTaken``, ``DefaultPayerMissing`` or
    ``PayersOverlap``: then nothing is written.
    """
    standing = get_standing(order)
    customer_id = check_parties(order, standing)
    subscriber = lock_subscriber(order.subscriber.subscriber_no)
    check_catalogue(standing)
    check_number(order, standing)
    check_payers(order.payment_relations)
    for number, taken in standing.subscriptions.items():
        if taken.owner != subscriber.pk:
            raise SubscriptionTaken(number=number)
    held = held_subscriptions(subscriber.pk, standing.subscriptions)
    change = compare_subscriptions(order.subscriptions, held, at=sent_at(context))
    payers = held_payers(subscriber.pk) if order.payment_relations else []
    paying, paid = compare_payers(order.payment_relations, payers, standing.accounts)

    changed = save_facts(subscriber, order.subscriber, customer_id, at=sent_at(context))
    save_subscription_ends(held, change.ended)
    save_parents(change.moved)
    start_subscriptions(subscriber.pk, change.starting, at=now(context))
    save_payer_ends(paid)
    start_payers(subscriber.pk, paying, standing.accounts)
    if changed or paying or change.starting or change.ended or change.moved:
        context.wrote("修改用户、订购信息")

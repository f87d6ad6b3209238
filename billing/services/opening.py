"""Opening a subscriber: its half here, what it has, and who pays."""

from __future__ import annotations

from billing.changes import plain
from billing.selectors import get_standing
from billing.services.starting import start_payers, start_subscriber, start_subscriptions
from billing.services.subject import now
from billing.standing import (
    SubscriptionTaken,
    check_catalogue,
    check_default_payer,
    check_number,
    check_parties,
    check_payers,
)
from billing.values import Standing, TakenNumber
from core.errors import Conflict
from integration.context import FlowContext
from integration.messages import SubscriptionOrderRequest


class SubscriberExists(Conflict):
    """The subscriber number is held with other content."""

    code = "subscriberExists"
    zh = "用户 {number} 已存在, 内容不同"
    en = "Subscriber {number} exists with other content"


def open_subscriber(order: SubscriptionOrderRequest, context: FlowContext) -> None:
    """Create the subscriber, active, with its subscriptions and payment relations.

    Told again with the same content, under whatever sub-order number, it changes nothing. Raises
    ``MissingParty`` for a customer or account not yet here, and ``SubscriberExists``,
    ``OfferingUnknown``, ``TariffUnknown``, ``NumberInUse``, ``SubscriptionTaken``,
    ``DefaultPayerMissing`` or ``PayersOverlap``: then nothing is written.
    """
    standing = get_standing(order)
    customer_id = check_parties(order, standing)
    if standing.subscriber is not None:
        _check_told_again(order, standing, customer_id)
        return
    check_catalogue(standing)
    check_number(order, standing)
    check_payers(order.payment_relations)
    check_default_payer(order.payment_relations)
    if standing.subscriptions:
        raise SubscriptionTaken(number=min(standing.subscriptions))
    at = now(context)
    subscriber_id = start_subscriber(order.subscriber, customer_id, at=at)
    start_subscriptions(subscriber_id, order.subscriptions, at=at)
    start_payers(subscriber_id, order.payment_relations, standing.accounts)
    context.wrote("创建用户、及附加信息B")


def _check_told_again(
    order: SubscriptionOrderRequest, standing: Standing, customer_id: int
) -> None:
    held, stated = standing.subscriber, order.subscriber
    same = held is not None and (
        (held.customer_id, held.service_kind, held.service_number)
        == (customer_id, stated.service_kind, stated.service_number)
        and all(
            standing.subscriptions.get(one.subscription_no)
            == TakenNumber(
                owner=held.id,
                offering_code=one.offering_code,
                tariffs=plain(one.tariffs),
                parent_no=one.parent_no,
            )
            for one in order.subscriptions
        )
    )
    if not same:
        raise SubscriberExists(number=stated.subscriber_no)
